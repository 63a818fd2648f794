package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Reads a site's hashes in a JVM of its own, and prints what it saw: for {@link ScaleIT}. */
public final class ScaleReader {
  private ScaleReader() {}

  public static void main(String[] args) {
    int port = Integer.parseInt(args[0]);
    Map<String, String> config = new HashMap<>();
    config.put("sources", "h");
    config.put("sources.h.type", "hash");
    config.put("sources.h.pattern", "comsrv:*");
    config.put("discovery.interval.ms", "3600000");
    config.put("poll.interval.ms", "10");
    try (TaskHarness task = new TaskHarness(TaskHarness.config(port, config), new HashMap<>())) {
      long begun = System.nanoTime();
      int first = 0;
      int keys = Integer.parseInt(args[1]);
      while (first < keys) {
        first += task.poll().size();
      }
      print("first " + first + " records, ms " + sinceMs(begun));
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      print("heap MB " + (runtime.totalMemory() - runtime.freeMemory()) / (1 << 20));
      begun = System.nanoTime();
      RedisSourceConfig parsed = Readers.config(TaskHarness.config(port, config));
      try (RedisLink link = new JedisLink(parsed.redis("change"), () -> {})) {
        link.call(Command.keyed("HSET", "comsrv:7:m", "10007", "5"));
      }
      print("changed " + task.pollFor(1).size());
      print("until the change was seen, ms " + sinceMs(begun));
      print("more " + task.pollTimes(3).size());
    }
  }

  private static long sinceMs(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  private static void print(String line) {
    System.out.println(line);
  }
}
