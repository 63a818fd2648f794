package com.voltageems.hissrv.lua;

import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/** A single connection to a server of a test, where a pooled client would take several. */
final class OneConnection {
  private OneConnection() {}

  static Jedis to(int port, int timeoutMillis) {
    return new Jedis(
        new HostAndPort("127.0.0.1", port),
        DefaultJedisClientConfig.builder().resp2().timeoutMillis(timeoutMillis).build());
  }
}
