package com.voltageems.hissrv.redis.source.jedis;

import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import javax.net.ssl.SSLParameters;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;

/** Converts {@link RedisSettings} to the configuration that Jedis takes. */
public final class JedisConfigs {
  private JedisConfigs() {}

  static JedisClientConfig data(RedisSettings settings) {
    DefaultJedisClientConfig.Builder builder = base(settings);
    builder.database(settings.database());
    builder.clientName(settings.clientName());
    login(builder, settings.username(), settings.password());
    return builder.build();
  }

  /** Sentinels have their own users. */
  static JedisClientConfig sentinel(RedisSettings settings) {
    DefaultJedisClientConfig.Builder builder = base(settings);
    login(builder, settings.sentinelUsername(), settings.sentinelPassword());
    return builder.build();
  }

  private static void login(
      DefaultJedisClientConfig.Builder builder, String username, @Nullable Password password) {
    if (!username.isEmpty()) {
      builder.user(username);
    }
    if (password != null) {
      builder.password(password.value());
    }
  }

  private static DefaultJedisClientConfig.Builder base(RedisSettings settings) {
    int timeoutMs = (int) settings.timeout().toMillis();
    DefaultJedisClientConfig.Builder builder =
        DefaultJedisClientConfig.builder()
            .resp2()
            .connectionTimeoutMillis(timeoutMs)
            .socketTimeoutMillis(timeoutMs)
            .blockingSocketTimeoutMillis(timeoutMs);
    if (settings.tls() != null) {
      encrypt(builder, settings.tls().tls());
    }
    return builder;
  }

  /**
   * Uses Jedis's deprecated way, because the newer SslOptions reads keystores only; ours may be
   * PEM.
   */
  @SuppressWarnings("deprecation")
  private static void encrypt(DefaultJedisClientConfig.Builder builder, Tls tls) {
    SSLParameters parameters = new SSLParameters();
    parameters.setEndpointIdentificationAlgorithm(tls.checksHost() ? "HTTPS" : null);
    builder.ssl(true);
    builder.sslSocketFactory(tls.context().getSocketFactory());
    builder.sslParameters(parameters);
  }
}
