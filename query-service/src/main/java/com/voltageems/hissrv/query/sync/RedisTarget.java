package com.voltageems.hissrv.query.sync;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Redis whose control channel the source listens to.
 *
 * @param nodes {@code host:port} of the server, of the sentinels, or of some nodes of the cluster
 * @param tls the TLS settings by the source's names ({@code redis.tls.*}), including secrets; empty
 *     for no TLS
 * @param username empty for the default user
 * @param password empty for none; a secret, as is {@code sentinelPassword}
 * @param channel the source's {@code control.channel}; empty if it listens to none
 */
public record RedisTarget(
    Mode mode,
    List<String> nodes,
    Optional<Map<String, String>> tls,
    String username,
    String password,
    String sentinelMaster,
    String sentinelUsername,
    String sentinelPassword,
    String channel) {
  /** The way to reach Redis. */
  public enum Mode {
    STANDALONE,
    SENTINEL,
    CLUSTER
  }

  public RedisTarget {
    nodes = List.copyOf(nodes);
    tls = tls.map(Map::copyOf);
  }

  @Override
  public String toString() {
    return "RedisTarget[" + mode + " " + nodes + ", channel " + channel + "]";
  }
}
