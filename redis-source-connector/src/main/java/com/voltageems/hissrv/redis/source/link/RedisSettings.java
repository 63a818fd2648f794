package com.voltageems.hissrv.redis.source.link;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/**
 * Settings of the connection to Redis.
 *
 * @param addresses the server, the sentinels, or some nodes of the cluster
 * @param sentinelMaster name of the primary as the sentinels know it; otherwise empty
 * @param database 0 in a cluster
 * @param username empty for the default user
 * @param sentinelUsername user for the sentinels; empty for their default user
 * @param sentinelPassword null if the sentinels need no login
 * @param timeout for connecting and for every reply
 * @param tls null for an unencrypted connection
 * @param names how messages call these settings
 */
public record RedisSettings(
    Mode mode,
    List<HostAndPort> addresses,
    String sentinelMaster,
    int database,
    String username,
    @Nullable Password password,
    String sentinelUsername,
    @Nullable Password sentinelPassword,
    Duration timeout,
    @Nullable RedisTls tls,
    String clientName,
    SettingNames names) {

  public enum Mode {
    STANDALONE,
    SENTINEL,
    CLUSTER
  }

  public RedisSettings {
    addresses = List.copyOf(addresses);
  }

  public RedisSettings withTimeout(Duration other) {
    return new RedisSettings(
        mode,
        addresses,
        sentinelMaster,
        database,
        username,
        password,
        sentinelUsername,
        sentinelPassword,
        other,
        tls,
        clientName,
        names);
  }

  /** Returns the addresses for messages, without user and password. */
  public String where() {
    return addresses.stream().map(HostAndPort::toString).collect(Collectors.joining(","));
  }
}
