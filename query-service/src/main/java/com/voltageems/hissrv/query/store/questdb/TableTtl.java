package com.voltageems.hissrv.query.store.questdb;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How QuestDB keeps a table: in partitions, each dropped as a whole once all of it is older than
 * the table's TTL, which has to be a whole number of them. Pure.
 *
 * @param partition the length of a partition; null for a table of one piece, which keeps for ever
 * @param ttl how long it keeps at least; null for ever
 */
record TableTtl(@Nullable Partition partition, @Nullable Duration ttl) {
  private static final Pattern DDL =
      Pattern.compile(
          "(?i)\\bPARTITION BY (NONE|HOUR|DAY|WEEK|MONTH|YEAR)\\b(?:\\s+TTL (\\d+) (\\w+?)S?\\b)?");

  /** As they are called where a length is wanted: a month 30 days, a year 365. */
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

    /** The one of exactly this length. */
    static Optional<Partition> of(Duration length) {
      return Arrays.stream(values()).filter(one -> one.length.equals(length)).findFirst();
    }

    /**
     * How long so many of them last at least. QuestDB counts months by the calendar: any months on
     * end are at most two days shorter than 30 days each, whole years of them are 365 days.
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

    /** How many of them last as long as a time at least. */
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
   * Reads what {@code SHOW CREATE TABLE} says.
   *
   * @throws IllegalArgumentException where it says nothing of partitions
   */
  static TableTtl of(String ddl) {
    // A column may be called anything: the last one counts.
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

  /** {@code 7 DAY}: for so long or a little longer. */
  static String text(Partition partition, Duration keep) {
    return partition.count(keep) + " " + partition;
  }
}
