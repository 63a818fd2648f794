package com.voltageems.hissrv.query.health;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far the clock of another machine is from ours, by the {@code Date} header of its answer.
 * Ages, and alerts about them, compare times of two clocks: if the clocks differ, ages are wrong by
 * as much, and nothing else would show it. Pure.
 */
public final class ClockGap {
  /** Smaller gaps mislead nobody; a clock without a time server drifts by that much in months. */
  public static final Duration LEAST = Duration.ofSeconds(10);

  /** Advice for the operator. */
  public static final String ADVICE = "let one time server (NTP) set both";

  private static final DateTimeFormatter DATE =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.RFC_1123_DATE_TIME)
          .toFormatter(Locale.ROOT);

  private ClockGap() {}

  /**
   * Returns the minimum by which the other clock is ahead, negative if it is behind; zero if it may
   * be right. The answer was made at some moment between our two times, and its date has whole
   * seconds.
   *
   * @param date the value of the header; zero is returned if it is not a date
   */
  public static Duration of(String date, Instant sent, Instant received) {
    try {
      return of(Instant.from(DATE.parse(date)), sent, received);
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }

  /** Likewise, for a time that was rounded down to the second. */
  public static Duration of(Instant told, Instant sent, Instant received) {
    Instant first = sent.isBefore(received) ? sent : received;
    Instant last = sent.isBefore(received) ? received : sent;
    Duration ahead = Duration.between(last, told);
    Duration behind = Duration.between(first, told.plusSeconds(1));
    return !ahead.isNegative() ? ahead : behind.isNegative() ? behind : Duration.ZERO;
  }

  /** Returns whether the gap is large enough to be reported. */
  public static boolean matters(Duration gap) {
    return gap.abs().compareTo(LEAST) >= 0;
  }

  /**
   * Returns {@code the clock of w1:8083 is 61 s ahead of this machine's; ...}; empty if no gap
   * matters.
   */
  static String words(Map<String, Duration> gaps) {
    List<String> words = new ArrayList<>();
    new TreeMap<>(gaps)
        .forEach(
            (whose, gap) -> {
              if (matters(gap)) {
                words.add(
                    "the clock of "
                        + whose
                        + " is "
                        + seconds(gap, " s ahead of this machine's", " s behind this machine's"));
              }
            });
    if (!words.isEmpty()) {
      words.add("ages, and alerts by them, are wrong by as much");
      words.add(ADVICE);
    }
    return String.join("; ", words);
  }

  /** Returns the number of seconds, followed by the words that fit. */
  public static String seconds(Duration gap, String ahead, String behind) {
    return gap.abs().toSeconds() + (gap.isNegative() ? behind : ahead);
  }
}
