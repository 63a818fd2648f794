package com.voltageems.hissrv.query.sync;

import com.voltageems.hissrv.plugin.tls.Tls;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/** Publishes on the control channel. Connects for each message, because messages are rare. */
final class ControlChannel implements Publisher {
  private final RedisTarget redis;
  private final Duration timeout;
  private final RedisTls tls;

  /**
   * @param timeout the time limit for connecting and for every reply
   */
  ControlChannel(RedisTarget redis, Duration timeout) {
    this.redis = redis;
    this.timeout = timeout;
    this.tls = new RedisTls(redis.tls());
  }

  @Override
  public long publish(String message) throws SyncException {
    Tls open = tls.open();
    try (UnifiedJedis client = client(open)) {
      return client.publish(redis.channel(), message);
    } catch (JedisException e) {
      throw new SyncException(
          "Redis at "
              + String.join(", ", redis.nodes())
              + " (redis.url, redis.nodes) did not take a message for "
              + redis.channel()
              + ": "
              + tls.reason(e, open),
          e);
    }
  }

  private UnifiedJedis client(@Nullable Tls open) {
    JedisClientConfig config = config(redis.username(), redis.password(), open);
    return switch (redis.mode()) {
      case STANDALONE ->
          RedisClient.builder()
              .hostAndPort(HostAndPort.from(redis.nodes().get(0)))
              .clientConfig(config)
              .build();
      case SENTINEL ->
          RedisSentinelClient.builder()
              .masterName(redis.sentinelMaster())
              .sentinels(nodes())
              .sentinelClientConfig(
                  config(redis.sentinelUsername(), redis.sentinelPassword(), open))
              .clientConfig(config)
              .build();
      case CLUSTER -> RedisClusterClient.builder().nodes(nodes()).clientConfig(config).build();
    };
  }

  private Set<HostAndPort> nodes() {
    return redis.nodes().stream().map(HostAndPort::from).collect(Collectors.toSet());
  }

  private JedisClientConfig config(String username, String password, @Nullable Tls open) {
    DefaultJedisClientConfig.Builder config =
        DefaultJedisClientConfig.builder()
            .resp2()
            .timeoutMillis((int) timeout.toMillis())
            .clientName("hissrv-query-service");
    RedisTls.into(config, open);
    if (!username.isEmpty()) {
      config.user(username);
    }
    if (!password.isEmpty()) {
      config.password(password);
    }
    return config.build();
  }
}
