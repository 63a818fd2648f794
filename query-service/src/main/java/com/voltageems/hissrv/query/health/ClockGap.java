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
 * How far the clock of another machine is from ours, by the {@code Date} of its answer. Ages, and
 * alerts by them, are reckoned between clocks: where these differ, they are wrong by as much, and
 * nothing else would tell. Pure.
 */
public final class ClockGap {
  /** Less than that misleads nobody, and is what clocks without a time server drift in months. */
  public static final Duration LEAST = Duration.ofSeconds(10);

  /** What helps. */
  public static final String ADVICE = "let one time server (NTP) set both";

  private static final DateTimeFormatter DATE =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.RFC_1123_DATE_TIME)
          .toFormatter(Locale.ROOT);

  private ClockGap() {}

  /**
   * By how much its clock is ahead at least, behind where negative; zero where it may be right. The
   * answer was made at some moment between these two of ours, and tells whole seconds.
   *
   * @param date as the header has it; what is no time says nothing
   */
  public static Duration of(String date, Instant sent, Instant received) {
    try {
      return of(Instant.from(DATE.parse(date)), sent, received);
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }

  /** Likewise, of a time that is exact to the second before. */
  public static Duration of(Instant told, Instant sent, Instant received) {
    Instant first = sent.isBefore(received) ? sent : received;
    Instant last = sent.isBefore(received) ? received : sent;
    Duration ahead = Duration.between(last, told);
    Duration behind = Duration.between(first, told.plusSeconds(1));
    return !ahead.isNegative() ? ahead : behind.isNegative() ? behind : Duration.ZERO;
  }

  /** Whether that is to be told. */
  public static boolean matters(Duration gap) {
    return gap.abs().compareTo(LEAST) >= 0;
  }

  /**
   * {@code the clock of w1:8083 is 61 s ahead of this machine's; ...}; empty where none matters.
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

  /** How many, with the words that fit. */
  public static String seconds(Duration gap, String ahead, String behind) {
    return gap.abs().toSeconds() + (gap.isNegative() ? behind : ahead);
  }
}
