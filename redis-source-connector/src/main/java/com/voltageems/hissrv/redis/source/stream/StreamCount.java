package com.voltageems.hissrv.redis.source.stream;

import java.util.Map;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * How many entries went, trimmed or deleted, before they were read: by the number of all that were
 * ever added to the stream, which Redis tells from 7.0 on. Pure; for one thread.
 */
final class StreamCount {
  /** In an offset: how many were ever added up to its entry; missing where that is not known. */
  static final String FIELD = "added";

  private static final long UNKNOWN = -1;

  /** Up to the position, those that were lost among them. */
  private long added;

  /**
   * While the number up to the position is not known: the stream as it was found. At its newest
   * entry of then, it is known.
   */
  private @Nullable StreamInfo found;

  /** To the whole stream, when it was looked at last. */
  private long total = UNKNOWN;

  /**
   * As an offset has it.
   *
   * @throws DataException when it is not a number
   */
  StreamCount(@Nullable Map<String, ?> offset) {
    added = of(offset);
  }

  private static long of(@Nullable Map<String, ?> offset) {
    Object found = offset == null ? null : offset.get(FIELD);
    if (found == null) {
      return UNKNOWN;
    }
    if ((found instanceof Long || found instanceof Integer) && ((Number) found).longValue() >= 0) {
      return ((Number) found).longValue();
    }
    throw new DataException(
        FIELD
            + " is how many entries were ever added to the stream up to the id, a whole number; "
            + found
            + " is not, and it may be left out");
  }

  /** Checks the field of an offset. */
  static void require(Map<String, ?> offset) {
    long unused = of(offset);
  }

  /** One more is read, which is at that position. */
  void read(StreamPosition reached) {
    if (added != UNKNOWN) {
      added++;
    } else if (found != null && !found.lastGeneratedId().isAfter(reached)) {
      // Where it is gone itself, this one is the next after it, or others were lost in between.
      added = found.added() + (found.lastGeneratedId().equals(reached) ? 0 : 1);
      found = null;
    }
  }

  /** The position is not that of an entry of this stream any more. */
  void forget() {
    added = UNKNOWN;
    total = UNKNOWN;
    found = null;
  }

  /** For an offset; null where it is not known. */
  @Nullable Long added() {
    return added == UNKNOWN ? null : added;
  }

  /** How many are behind the position, as far as known; those deleted meanwhile count. */
  @Nullable Long waiting() {
    return added == UNKNOWN || total == UNKNOWN ? null : Math.max(0, total - added);
  }

  /**
   * Compares with what Redis says of the stream now; all that was read must have been counted.
   *
   * @return how many went unread since the last time
   */
  long lost(StreamInfo now, StreamPosition position) {
    if (now.added() == StreamInfo.NOT_TOLD) {
      forget();
      return 0;
    }
    total = now.added();
    boolean atEnd = now.length() == 0 || now.lastGeneratedId().equals(position);
    if (added == UNKNOWN) {
      if (atEnd) {
        added = total;
      } else if (position.equals(StreamPosition.NONE)) {
        added = now.removed();
      } else if (found == null && now.lastGeneratedId().isAfter(position)) {
        // The first look counts: of a stream that grows faster than it is read, the end of a later
        // one may never be reached.
        found = now;
      }
      if (added != UNKNOWN) {
        found = null;
      }
      return 0;
    }
    // As many as were removed were read, or lost: those that were deleted behind the position
    // from the middle hide some, until its end tells exactly.
    long upTo = atEnd ? total : Math.max(added, now.removed());
    // Fewer: another stream of that name.
    long lost = Math.max(0, upTo - added);
    added = upTo;
    return lost;
  }
}
