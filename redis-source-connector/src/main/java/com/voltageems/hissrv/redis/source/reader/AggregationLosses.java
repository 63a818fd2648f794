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
  private long saidTooLarge = -1;
  private long saidLost = -1;
  private int quiet;

  /** Takes the reply with both counters, {@code too_large} and {@code lost}, as HMGET gives it. */
  public void look(@Nullable Object reply) {
    if (reply instanceof List<?> both && both.size() == 2) {
      tooLarge = number(both.get(0));
      lost = number(both.get(1));
    }
    if (saidTooLarge < 0 || tooLarge < saidTooLarge || lost < saidLost) {
      // What was lost before we came, or before Redis was emptied, is old news; a hash that is too
      // large is met again within a second.
      saidTooLarge = tooLarge;
      saidLost = lost;
    }
    if (quiet > 0) {
      quiet--;
    } else if (tooLarge > saidTooLarge || lost > saidLost) {
      LOG.warn(
          "Aggregation: no windows are made of hashes with more than 10,000 fields (met {} times"
              + " since this was said last); {} accumulators had to be dropped because keys hissrv:*"
              + " had vanished (see maxmemory-policy)",
          tooLarge - saidTooLarge,
          lost - saidLost);
      saidTooLarge = tooLarge;
      saidLost = lost;
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
}
