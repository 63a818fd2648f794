package com.voltageems.hissrv.query.store.questdb;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The partitions and the TTL of a table in QuestDB. QuestDB drops a partition as a whole once all
 * of it is older than the table's TTL, which must be a whole number of partitions. Pure.
 *
 * @param partition the length of a partition; null for a table without partitions, which keeps its
 *     data for ever
 * @param ttl the shortest time that the table keeps its data; null for ever
 */
record TableTtl(@Nullable Partition partition, @Nullable Duration ttl) {
  private static final Pattern DDL =
      Pattern.compile(
          "(?i)\\bPARTITION BY (NONE|HOUR|DAY|WEEK|MONTH|YEAR)\\b(?:\\s+TTL (\\d+) (\\w+?)S?\\b)?");

  /**
   * QuestDB's partition units, with the lengths used for settings: a month has 30 days, a year 365.
   */
  enum Partition {
    HOUR(Duration.ofHours(1)),
    DAY(Duration.ofDays(1)),
    WEEK(Duration.ofDays(7)),
    MONTH(Duration.ofDays(30)),
    YEAR(Duration.ofDays(365));

    private final Duration length;

    Partition(Duration length) {
      this.length = length;
    }

    Duration length() {
      return length;
    }

    /** Returns the partition unit with exactly this length. */
    static Optional<Partition> of(Duration length) {
      return Arrays.stream(values()).filter(one -> one.length.equals(length)).findFirst();
    }

    /**
     * Returns the shortest time that this many partitions last. QuestDB counts calendar months:
     * consecutive months are at most two days shorter than 30 days each, and every 12 months count
     * as 365 days.
     */
    Duration least(long count) {
      if (this != MONTH) {
        return length.multipliedBy(count);
      }
      long months = count % 12;
      return YEAR.length
          .multipliedBy(count / 12)
          .plus(months == 0 ? Duration.ZERO : length.multipliedBy(months).minusDays(2));
    }

    /** Returns how many partitions last at least this long. */
    long count(Duration keep) {
      Duration longest = this == MONTH ? Duration.ofDays(31) : length;
      long count = Math.max(1, keep.dividedBy(longest));
      while (least(count).compareTo(keep) < 0) {
        count++;
      }
      return count;
    }
  }

  /**
   * Parses the result of {@code SHOW CREATE TABLE}.
   *
   * @throws IllegalArgumentException if it contains no PARTITION BY
   */
  static TableTtl of(String ddl) {
    // A column's name may contain the same words, so the last match counts.
    MatchResult found =
        DDL.matcher(ddl)
            .results()
            .reduce((first, last) -> last)
            .orElseThrow(() -> new IllegalArgumentException("no PARTITION BY in " + ddl));
    String unit = found.group(1).toUpperCase(Locale.ROOT);
    Partition partition = unit.equals("NONE") ? null : Partition.valueOf(unit);
    String count = found.group(2);
    if (count == null) {
      return new TableTtl(partition, null);
    }
    Partition of = Partition.valueOf(String.valueOf(found.group(3)).toUpperCase(Locale.ROOT));
    return new TableTtl(partition, of.least(Long.parseLong(count)));
  }

  /** Returns the TTL as in {@code 7 DAY}: this long or a little longer. */
  static String text(Partition partition, Duration keep) {
    return partition.count(keep) + " " + partition;
  }
}
