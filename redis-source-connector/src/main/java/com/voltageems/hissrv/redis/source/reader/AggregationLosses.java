package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the aggregation script had to leave out, taken from its own counters. Nothing else shows it,
 * because the script continues with the other channels. Written by one thread, read by any thread.
 */
public final class AggregationLosses {
  private static final Logger LOG = LoggerFactory.getLogger(AggregationLosses.class);

  /** Looks between two log lines: a minute, because there is one look per second. */
  private static final int QUIET_LOOKS = 60;

  private volatile long tooLarge;
  private volatile long lost;
  private volatile long late;
  private long saidTooLarge = -1;
  private long saidLost = -1;
  private long saidLate = -1;
  private int quiet;

  /** Takes {@code too_large}, {@code lost} and {@code late} as HMGET returns them. */
  public void look(@Nullable Object reply) {
    if (reply instanceof List<?> all && all.size() == 3) {
      tooLarge = number(all.get(0));
      lost = number(all.get(1));
      late = number(all.get(2));
    }
    if (saidTooLarge < 0 || tooLarge < saidTooLarge || lost < saidLost || late < saidLate) {
      // Losses from before this task started, or from before Redis was emptied, are not logged. A
      // hash that is too large is met again within a second.
      saidTooLarge = tooLarge;
      saidLost = lost;
      saidLate = late;
    }
    if (quiet > 0) {
      quiet--;
    } else if (tooLarge > saidTooLarge || lost > saidLost || late > saidLate) {
      LOG.warn("Aggregation: {}", String.join("; ", news()));
      saidTooLarge = tooLarge;
      saidLost = lost;
      saidLate = late;
      quiet = QUIET_LOOKS;
    }
  }

  /** What has grown since it was said last. */
  private List<String> news() {
    List<String> news = new ArrayList<>();
    if (tooLarge > saidTooLarge) {
      news.add(
          "no windows are made of hashes with more than 10,000 fields (met "
              + (tooLarge - saidTooLarge)
              + " times since this was said last)");
    }
    if (lost > saidLost) {
      news.add(
          (lost - saidLost)
              + " accumulators had to be dropped because keys hissrv:* had vanished (see"
              + " maxmemory-policy)");
    }
    if (late > saidLate) {
      news.add(
          (late - saidLate)
              + " samples of all channels, or windows to be merged, came for windows that are"
              + " closed and were not taken: was the clock of Redis ahead, and set back?");
    }
    return news;
  }

  private static long number(@Nullable Object reply) {
    if (!(reply instanceof byte[] text)) {
      return 0;
    }
    try {
      return Long.parseLong(Bytes.text(text));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Returns how often the script met a hash that is too large for it. */
  public long tooLarge() {
    return tooLarge;
  }

  /**
   * Returns how many accumulators were dropped because the keys that they belong to had vanished.
   */
  public long lost() {
    return lost;
  }

  /**
   * Returns how often samples, or windows to be merged, came for a window that was already closed.
   */
  public long late() {
    return late;
  }
}
