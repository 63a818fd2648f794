package com.voltageems.hissrv.redis.source;

import java.io.File;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;

/** Turns {@link RedisSettings} into what Jedis takes. */
final class JedisConfigs {
  private JedisConfigs() {}

  static JedisClientConfig data(RedisSettings settings) {
    DefaultJedisClientConfig.Builder builder = base(settings);
    builder.database(settings.database());
    builder.clientName(settings.clientName());
    if (!settings.username().isEmpty()) {
      builder.user(settings.username());
    }
    Password password = settings.password();
    if (password != null) {
      builder.password(password.value());
    }
    return builder.build();
  }

  /** Sentinels are asked without a login: they hold no data, and rarely have one. */
  static JedisClientConfig sentinel(RedisSettings settings) {
    return base(settings).build();
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
