package com.voltageems.hissrv.quickstart;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.RedisClient;

/**
 * Gives a fresh site a past: pushes what its devices would have reported in the last two days to
 * the pending list, as a device does after being offline, so that the past takes the same way as
 * everything else. Its steps are longer than a second, so that the start stays short.
 */
final class Past {
  static final Duration LENGTH = Duration.ofDays(2);
  static final Duration STEP = Duration.ofMinutes(2);
  private static final int AT_ONCE = 500;

  private Past() {}

  /**
   * Pushes the whole past, oldest first.
   *
   * @param now the present in epoch seconds; the last element is between one and two steps older
   * @return the number of elements
   */
  static int push(Site site, RedisClient redis, long now) {
    long step = STEP.toSeconds();
    long end = now - Math.floorMod(now, step);
    List<String> elements = new ArrayList<>();
    int count = 0;
    for (long second = end - LENGTH.toSeconds(); second < end; second += step) {
      elements.addAll(site.past(second));
      if (elements.size() >= AT_ONCE) {
        count += push(redis, elements);
      }
    }
    return count + push(redis, elements);
  }

  private static int push(RedisClient redis, List<String> elements) {
    int count = elements.size();
    if (count > 0) {
      redis.lpush("archive:pending", elements.toArray(new String[0]));
      elements.clear();
    }
    return count;
  }
}
