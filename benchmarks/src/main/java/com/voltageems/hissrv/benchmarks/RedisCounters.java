package com.voltageems.hissrv.benchmarks;

import java.util.Map;
import java.util.TreeMap;
import redis.clients.jedis.Jedis;

/**
 * Redis's own counters at one moment.
 *
 * @param calls executed commands by name, from INFO commandstats
 * @param cpuSeconds CPU time of the server process, user and system
 */
record RedisCounters(Map<String, Long> calls, double cpuSeconds) {

  static RedisCounters of(Jedis redis) {
    Map<String, Long> calls = new TreeMap<>();
    double cpu = 0;
    for (String line : redis.info("all").lines().toList()) {
      int colon = line.indexOf(':');
      if (line.startsWith("cmdstat_")) {
        String from = line.substring(line.indexOf("calls=") + "calls=".length());
        calls.put(
            line.substring("cmdstat_".length(), colon),
            Long.parseLong(from.substring(0, from.indexOf(','))));
      } else if (line.startsWith("used_cpu_user:") || line.startsWith("used_cpu_sys:")) {
        cpu += Double.parseDouble(line.substring(colon + 1));
      }
    }
    return new RedisCounters(calls, cpu);
  }

  /** Returns the increase since {@code earlier}, without our own INFO. */
  RedisCounters since(RedisCounters earlier) {
    Map<String, Long> more = new TreeMap<>();
    calls.forEach(
        (name, count) -> {
          long difference = count - earlier.calls.getOrDefault(name, 0L);
          if (difference > 0 && !name.equals("info")) {
            more.put(name, difference);
          }
        });
    return new RedisCounters(more, cpuSeconds - earlier.cpuSeconds);
  }

  long callsOf(String command) {
    return calls.getOrDefault(command, 0L);
  }
}
