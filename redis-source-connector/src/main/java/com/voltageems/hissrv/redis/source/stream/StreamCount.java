package com.voltageems.hissrv.redis.source.stream;

import java.util.Map;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * Counts the entries that were trimmed or deleted before they were read. It compares with the
 * number of entries ever added to the stream, which Redis reports from 7.0 on. Pure; not
 * thread-safe.
 */
final class StreamCount {
  /**
   * Field of an offset: number of entries ever added up to the offset's entry; missing if unknown.
   */
  static final String FIELD = "added";

  private static final long UNKNOWN = -1;

  /** Number of entries ever added up to the position, including those that were lost. */
  private long added;

  /**
   * The stream as it was first seen while {@link #added} is unknown. When the position reaches the
   * newest entry of that time, the number is known.
   */
  private @Nullable StreamInfo found;

  /** Number of entries ever added to the whole stream, at the last look. */
  private long total = UNKNOWN;

  /**
   * Takes the number from an offset.
   *
   * @throws DataException if it is not a whole number of 0 or more
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

  /** Counts one more entry as read; it is at that position. */
  void read(StreamPosition reached) {
    if (added != UNKNOWN) {
      added++;
    } else if (found != null && !found.lastGeneratedId().isAfter(reached)) {
      // If the newest entry of that time is gone, this is the next one after it, or others in
      // between were lost.
      added = found.added() + (found.lastGeneratedId().equals(reached) ? 0 : 1);
      found = null;
    }
  }

  /** Forgets the numbers: the position is no longer that of an entry of this stream. */
  void forget() {
    added = UNKNOWN;
    total = UNKNOWN;
    found = null;
  }

  /** Returns the number for an offset; null if unknown. */
  @Nullable Long added() {
    return added == UNKNOWN ? null : added;
  }

  /**
   * Returns how many entries come after the position, as far as known. Entries deleted meanwhile
   * still count.
   */
  @Nullable Long waiting() {
    return added == UNKNOWN || total == UNKNOWN ? null : Math.max(0, total - added);
  }

  /**
   * Compares the number with what Redis reports about the stream now. All entries that were read
   * must have been counted before.
   *
   * @return how many entries were lost unread since the last call
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
        // Keep the first look: if a stream grows faster than it is read, the position may never
        // reach the end seen by a later look.
        found = now;
      }
      if (added != UNKNOWN) {
        found = null;
      }
      return 0;
    }
    // As many entries as were removed have been read or lost. Entries deleted from the middle,
    // after the position, hide some losses until the end of the stream shows the exact number.
    long upTo = atEnd ? total : Math.max(added, now.removed());
    // A smaller number means that it is another stream of that name.
    long lost = Math.max(0, upTo - added);
    added = upTo;
    return lost;
  }
}
