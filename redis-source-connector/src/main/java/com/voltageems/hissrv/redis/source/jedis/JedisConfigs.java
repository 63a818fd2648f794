package com.voltageems.hissrv.redis.source.jedis;

import com.voltageems.hissrv.redis.source.link.RedisSettings;
import java.io.File;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;

/** Turns {@link RedisSettings} into what Jedis takes. */
public final class JedisConfigs {
  private JedisConfigs() {}

  static JedisClientConfig data(RedisSettings settings) {
    DefaultJedisClientConfig.Builder builder = base(settings);
    builder.database(settings.database());
    builder.clientName(settings.clientName());
    login(builder, settings.username(), settings.password());
    return builder.build();
  }

  /** Sentinels have users of their own. */
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
    if (settings.tls()) {
      builder.sslOptions(sslOptions(settings));
    }
    return builder;
  }

  private static SslOptions sslOptions(RedisSettings settings) {
    SslOptions.Builder ssl = SslOptions.builder();
    ssl.sslVerifyMode(settings.verifyHostname() ? SslVerifyMode.FULL : SslVerifyMode.CA);
    if (settings.truststore() != null) {
      ssl.truststore(new File(settings.truststore()), chars(settings.truststorePassword()));
    }
    if (settings.keystore() != null) {
      ssl.keystore(new File(settings.keystore()), chars(settings.keystorePassword()));
    }
    return ssl.build();
  }

  private static char @Nullable [] chars(@Nullable Password password) {
    return password == null ? null : password.value().toCharArray();
  }
}
