package com.voltageems.hissrv.query.http.ask;

import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/**
 * Writes times as ISO texts in UTC, {@code 2025-08-21T10:00:00.000Z}, with microseconds if there
 * are any. A formatter would take longer for one time than everything else takes for the row, so
 * this class writes the digits itself; only the date comes from Java's classes. Keeps the last day:
 * not thread-safe.
 */
public final class IsoText {
  private static final long DAY_MICROS = 86_400_000_000L;
  private static final int DATE_LENGTH = 10;
  private static final DateTimeFormatter MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);
  private static final DateTimeFormatter MICROS =
      new DateTimeFormatterBuilder().appendInstant(6).toFormatter(Locale.ROOT);

  private final char[] text = "0000-00-00T00:00:00.000000Z".toCharArray();
  private long day = Long.MIN_VALUE;
  private boolean plain;

  /** Returns the characters of the last text; the next text replaces them. */
  public char[] chars() {
    return text;
  }

  /**
   * Writes a time.
   *
   * @return the number of characters, or -1 if the year does not have four digits: see {@link
   *     #slow}
   */
  public int write(long epochMicros) {
    long now = Math.floorDiv(epochMicros, DAY_MICROS);
    if (now != day) {
      day = now;
      LocalDate date = LocalDate.ofEpochDay(now);
      plain = date.getYear() >= 0 && date.getYear() <= 9999;
      if (plain) {
        date.toString().getChars(0, DATE_LENGTH, text, 0);
      }
    }
    if (!plain) {
      return -1;
    }
    long micros = Math.floorMod(epochMicros, DAY_MICROS);
    int seconds = (int) (micros / 1_000_000);
    digits(seconds / 3600, 11, 2);
    digits(seconds / 60 % 60, 14, 2);
    digits(seconds % 60, 17, 2);
    int fraction = (int) (micros % 1_000_000);
    boolean whole = fraction % 1000 == 0;
    digits(whole ? fraction / 1000 : fraction, 20, whole ? 3 : 6);
    int length = whole ? 24 : 27;
    text[length - 1] = 'Z';
    return length;
  }

  private void digits(int number, int at, int count) {
    int left = number;
    for (int i = at + count - 1; i >= at; i--) {
      text[i] = (char) ('0' + left % 10);
      left /= 10;
    }
  }

  /** Formats any time. */
  public static String slow(long epochMicros) {
    Instant instant =
        Instant.ofEpochSecond(
            Math.floorDiv(epochMicros, 1_000_000L), Math.floorMod(epochMicros, 1_000_000L) * 1000);
    return (epochMicros % 1000 == 0 ? MILLIS : MICROS).format(instant);
  }
}
