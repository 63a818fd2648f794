package com.voltageems.hissrv.quickstart.site;

import com.voltageems.hissrv.testkit.RedisServer;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.RedisClient;

/** Elements of the pending list as a producer on a site leaves them. */
public final class PendingElements {
  private PendingElements() {}

  /** Pushes elements of consecutive seconds; gives epoch milliseconds to value. */
  public static Map<Long, Double> push(
      RedisClient redis, String run, int count, long firstSecond, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<Long, Double> pushed = new TreeMap<>();
    try (AbstractPipeline pipeline = redis.pipelined()) {
      for (int i = 0; i < count; i++) {
        double value = random.nextDouble(-1e6, 1e6);
        pipeline.lpush(
            "archive:pending",
            "{\"measurement\":\"e2e\",\"timestamp\":%d,\"tags\":{\"run\":\"%s\"},\"fields\":{\"value\":%s}}"
                .formatted(firstSecond + i, run, value));
        pushed.put((firstSecond + i) * 1000, value);
      }
      pipeline.sync();
    }
    return pushed;
  }

  /**
   * Pushes five elements of the last second, and a live value beside them; gives epoch milliseconds
   * to value.
   *
   * @param padding how many characters more each element has
   */
  public static Map<Long, Double> pushFew(RedisServer redis, String run, int padding) {
    long first = System.currentTimeMillis() - 1000;
    String note = padding == 0 ? "" : ",\"note\":\"" + "x".repeat(padding) + '"';
    Map<Long, Double> pushed = new TreeMap<>();
    try (RedisClient client = RedisClient.create(redis.uri())) {
      client.hset("comsrv:1001:m", "1", String.valueOf(first % 1000));
      for (int i = 0; i < 5; i++) {
        client.rpush(
            "archive:pending",
            "{\"measurement\":\"e2e\",\"tags\":{\"run\":\"%s\"},\"fields\":{\"value\":%d%s},\"timestamp\":%d}"
                .formatted(run, i, note, first + i));
        pushed.put(first + i, (double) i);
      }
    }
    return pushed;
  }
}
