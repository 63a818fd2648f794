package com.voltageems.hissrv.redis.source.link;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/**
 * How to reach Redis.
 *
 * @param addresses the server; or the sentinels; or some nodes of the cluster
 * @param sentinelMaster the primary's name for the sentinels, empty otherwise
 * @param database 0 in a cluster
 * @param username empty for the default user
 * @param sentinelUsername the sentinels' own user, empty for their default user
 * @param sentinelPassword null when sentinels are asked without a login
 * @param timeout for connecting and for every reply
 * @param tls null for a connection that is not encrypted
 * @param names what messages call these settings
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

  /** The addresses for messages: no user, no password. */
  public String where() {
    return addresses.stream().map(HostAndPort::toString).collect(Collectors.joining(","));
  }
}
