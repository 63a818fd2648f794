package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the aggregation script had to leave out, by its own counters: nothing else tells, since it
 * goes on with the other channels. Written by one thread, read by any.
 */
public final class AggregationLosses {
  private static final Logger LOG = LoggerFactory.getLogger(AggregationLosses.class);

  /** Looks between two lines of the log: a minute, as there is one a second. */
  private static final int QUIET_LOOKS = 60;

  private volatile long tooLarge;
  private volatile long lost;
  private volatile long late;
  private long saidTooLarge = -1;
  private long saidLost = -1;
  private long saidLate = -1;
  private int quiet;

  /** Takes {@code too_large}, {@code lost} and {@code late} as HMGET gives them. */
  public void look(@Nullable Object reply) {
    if (reply instanceof List<?> all && all.size() == 3) {
      tooLarge = number(all.get(0));
      lost = number(all.get(1));
      late = number(all.get(2));
    }
    if (saidTooLarge < 0 || tooLarge < saidTooLarge || lost < saidLost || late < saidLate) {
      // What was lost before we came, or before Redis was emptied, is old news; a hash that is too
      // large is met again within a second.
      saidTooLarge = tooLarge;
      saidLost = lost;
      saidLate = late;
    }
    if (quiet > 0) {
      quiet--;
    } else if (tooLarge > saidTooLarge || lost > saidLost || late > saidLate) {
      LOG.warn(
          "Aggregation: no windows are made of hashes with more than 10,000 fields (met {} times"
              + " since this was said last); {} accumulators had to be dropped because keys hissrv:*"
              + " had vanished (see maxmemory-policy); {} samples of all channels, or windows to be"
              + " merged, came for windows that are closed and were not taken: was the clock of"
              + " Redis ahead, and set back?",
          tooLarge - saidTooLarge,
          lost - saidLost,
          late - saidLate);
      saidTooLarge = tooLarge;
      saidLost = lost;
      saidLate = late;
      quiet = QUIET_LOOKS;
    }
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

  /** How often a hash was met that is too large for the script. */
  public long tooLarge() {
    return tooLarge;
  }

  /** How many accumulators were dropped because what they belong to had vanished. */
  public long lost() {
    return lost;
  }

  /** How often samples, or windows to be merged, came for a window that was closed already. */
  public long late() {
    return late;
  }
}
