package com.voltageems.hissrv.query.http.ask;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times and lengths in the forms that a client may write. Pure. */
public final class Times {
  public static final String TIME =
      "a time such as 2025-08-21T10:00:00Z, 2025-08-21 10:00:00 or 2025-08-21 (both in the site's"
          + " zone), epoch seconds or milliseconds, now, now-1h or -1h, today, yesterday or today-7d, of the"
          + " years 0 to 9999";
  public static final String ZONE = "a time zone such as Asia/Shanghai or +08:00";
  public static final String LENGTH =
      "a length such as 500ms, 30s, 15m, 1h, 7d or 2w, not 0 and of at most 9 digits";

  private static final Pattern LENGTH_PATTERN = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d|w)");
  private static final Pattern EPOCH = Pattern.compile("[0-9]{1,14}");

  /** Flux writes -1h without now. An unescaped plus sign in the address arrives as a space. */
  private static final Pattern NOW =
      Pattern.compile("now|(?:now(?<sign>[+ -])|-)(?<length>[0-9]{1,9}(?:ms|s|m|h|d|w))");

  private static final Pattern DAY = Pattern.compile("(today|yesterday)(?:([+-])([0-9]{1,5})d)?");
  private static final Pattern OFFSET = Pattern.compile("[0-9]{2}:[0-9]{2}");
  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

  /** Eleven digits of seconds end in the year 5138; twelve digits of milliseconds begin in 1973. */
  private static final int LONGEST_SECONDS = 11;

  private Times() {}

  /** The years 0 to 9999, which a text can express. */
  private static final long FIRST = -62_167_219_200_000L;

  private static final long LAST = 253_402_300_799_999L;

  /**
   * Returns epoch milliseconds, or empty if the text is not a time of the years 0 to 9999.
   *
   * @param zone the zone of a time that names none
   */
  public static Optional<Long> time(String text, Instant now, ZoneId zone) {
    try {
      return any(text, now, zone).filter(millis -> millis >= FIRST && millis <= LAST);
    } catch (DateTimeException | ArithmeticException e) {
      return Optional.empty();
    }
  }

  private static Optional<Long> any(String text, Instant now, ZoneId zone) {
    Matcher relative = NOW.matcher(text);
    if (relative.matches()) {
      String length = relative.group("length");
      if (length == null) {
        return Optional.of(now.toEpochMilli());
      }
      String sign = relative.group("sign");
      boolean isLater = sign != null && !sign.equals("-");
      return length(length)
          .map(distance -> isLater ? now.plus(distance) : now.minus(distance))
          .map(Instant::toEpochMilli);
    }
    Matcher day = DAY.matcher(text);
    if (day.matches()) {
      return Optional.of(midnight(LocalDate.ofInstant(now, zone).plusDays(days(day)), zone));
    }
    if (EPOCH.matcher(text).matches()) {
      long number = Long.parseLong(text);
      return Optional.of(text.length() <= LONGEST_SECONDS ? number * 1000 : number);
    }
    if (DATE.matcher(text).matches()) {
      return Optional.of(midnight(LocalDate.parse(text), zone));
    }
    if (text.length() < 16 || (text.charAt(10) != 'T' && text.charAt(10) != ' ')) {
      return Optional.empty();
    }
    // An unescaped plus sign in the address arrives as a space.
    String iso = text.substring(0, 10) + 'T' + text.substring(11).replace(' ', '+');
    boolean zoned = iso.endsWith("Z") || iso.indexOf('+', 16) >= 0 || iso.indexOf('-', 16) >= 0;
    Instant instant =
        zoned
            ? OffsetDateTime.parse(iso).toInstant()
            : LocalDateTime.parse(iso).atZone(zone).toInstant();
    return Optional.of(instant.toEpochMilli());
  }

  private static long midnight(LocalDate day, ZoneId zone) {
    return day.atStartOfDay(zone).toInstant().toEpochMilli();
  }

  /** Returns calendar days, so that clock changes do not matter. */
  private static int days(Matcher day) {
    int from = day.group(1).equals("today") ? 0 : -1;
    return day.group(3) == null ? from : from + Integer.parseInt(day.group(2) + day.group(3));
  }

  /** Returns a zone, or empty if the text is not one. */
  public static Optional<ZoneId> zone(String text) {
    try {
      // An unescaped plus sign in the address arrives as a space, which is stripped.
      return Optional.of(ZoneId.of(OFFSET.matcher(text).matches() ? "+" + text : text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** Returns whether both times are in the years 0 to 9999, which a text can express. */
  static boolean isText(long startMillis, long endMillis) {
    return startMillis >= FIRST && endMillis <= LAST;
  }

  /**
   * Returns a length in the largest unit that expresses it as a whole number, as the page writes
   * it: {@code 36 h}.
   */
  static String text(Duration length) {
    long millis = length.toMillis();
    if (millis % 86_400_000 == 0) {
      return millis / 86_400_000 + " days";
    }
    if (millis % 3_600_000 == 0) {
      return millis / 3_600_000 + " h";
    }
    if (millis % 60_000 == 0) {
      return millis / 60_000 + " min";
    }
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
  }

  /** Returns a length greater than zero, or empty if the text is not one. */
  public static Optional<Duration> length(String text) {
    Matcher matcher = LENGTH_PATTERN.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(matcher.group(1));
    if (count == 0) {
      return Optional.empty();
    }
    return Optional.of(
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(count);
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          case "d" -> Duration.ofDays(count);
          default -> Duration.ofDays(count * 7);
        });
  }

  /**
   * Returns {@code 2025-08-21T10:00:00.123Z}: milliseconds always, microseconds if there are any.
   */
  public static String iso(long epochMicros) {
    return IsoText.slow(epochMicros);
  }
}
