package com.voltageems.hissrv.influx.mapping;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Format of times: numbers in a unit, ISO 8601, or a pattern of {@link DateTimeFormatter}. Debezium
 * names the schemas of its times, and these say more than any setting: each column has its own.
 */
public final class TimeFormat {
  /** Longer texts are not times; parsing would cost more the longer the text is. */
  private static final int LONGEST = 128;

  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final BigInteger NANOS = BigInteger.valueOf(NANOS_PER_SECOND);

  /** The most digits before and after the decimal point: more than any time in nanoseconds has. */
  private static final int MOST_DIGITS = 40;

  /**
   * From September 2001 to December 2099: the times that clocks show, in seconds numbers of ten
   * digits.
   */
  private static final long FROM_SECONDS = 1_000_000_000;

  private static final long UNTIL_SECONDS = 4_100_000_000L;

  private static final BigDecimal MOST_RATHER = BigDecimal.valueOf(Long.MAX_VALUE);

  private static final List<Unit> COARSE =
      List.of(new Unit("s", 1_000_000_000), new Unit("ms", 1_000_000), new Unit("us", 1_000));

  private record Unit(String name, long nanos) {}

  /**
   * ISO 8601 as people and machines write it: a date alone, or with T or a blank and a time, with
   * or without a zone.
   */
  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendPattern("[ ]['T']")
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .appendPattern("[ ]")
          .optionalStart()
          .appendOffset("+HH:MM:ss", "Z")
          .optionalEnd()
          .appendPattern("[XX][X]['['VV']']")
          .optionalEnd()
          .toFormatter(Locale.ROOT);

  private static final String DEBEZIUM = "io.debezium.time.";

  private final @Nullable BigDecimal nanosPerUnit;
  private final DateTimeFormatter pattern;
  private final ZoneId zone;

  private TimeFormat(@Nullable BigDecimal nanosPerUnit, DateTimeFormatter pattern, ZoneId zone) {
    this.nanosPerUnit = nanosPerUnit;
    this.pattern = pattern;
    this.zone = zone;
  }

  /**
   * Parses a format from a setting.
   *
   * @param format {@code s}, {@code ms}, {@code us}, {@code ns}, {@code iso} or a pattern
   * @param zone the zone for texts that name none
   * @throws IllegalArgumentException with a message for the user
   */
  public static TimeFormat parse(String format, ZoneId zone) {
    BigDecimal nanosPerUnit =
        switch (format) {
          case "s" -> new BigDecimal("1000000000");
          case "ms" -> new BigDecimal("1000000");
          case "us" -> new BigDecimal("1000");
          case "ns" -> BigDecimal.ONE;
          default -> null;
        };
    DateTimeFormatter pattern =
        nanosPerUnit != null || format.equals("iso")
            ? ISO
            : DateTimeFormatter.ofPattern(format, Locale.ROOT);
    return new TimeFormat(nanosPerUnit, pattern, zone);
  }

  /**
   * Returns the time of a value whose schema has this name; empty if the name does not say how the
   * time is written, and the setting does. Debezium writes a column without a zone as if its
   * database were in UTC, so that the moment depends on the setting's zone.
   *
   * @param schema the name of the value's schema; null if it has none
   */
  Optional<Instant> ofSchema(@Nullable String schema, Object raw) {
    if (schema == null || !schema.startsWith(DEBEZIUM)) {
      return Optional.empty();
    }
    BigDecimal unit =
        switch (schema.substring(DEBEZIUM.length())) {
          case "Date" -> new BigDecimal("86400000000000");
          case "Timestamp" -> new BigDecimal("1000000");
          case "MicroTimestamp" -> new BigDecimal("1000");
          case "NanoTimestamp" -> BigDecimal.ONE;
          default -> null;
        };
    TimeFormat format = new TimeFormat(unit, ISO, ZoneOffset.UTC);
    if (unit != null && raw instanceof Number) {
      return Optional.ofNullable(format.instant(raw)).map(this::local);
    }
    return schema.endsWith(".ZonedTimestamp") || schema.endsWith(".IsoTimestamp")
        ? Optional.ofNullable(format.instant(raw))
        : Optional.empty();
  }

  private Instant local(Instant utc) {
    try {
      return utc.atOffset(ZoneOffset.UTC).toLocalDateTime().atZone(zone).toInstant();
    } catch (DateTimeException e) {
      return utc; // no calendar reaches that far, and no database
    }
  }

  /**
   * Parses a format and checks that it reads the times that it writes. With {@code hh}, which needs
   * AM or PM, or with {@code SS} for the seconds, it would read only the date, and so give all
   * times of a day the same moment.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  public static void check(String format) {
    TimeFormat parsed = parse(format, ZoneOffset.UTC);
    if (parsed.nanosPerUnit != null || format.equals("iso")) {
      return;
    }
    ZonedDateTime moment = ZonedDateTime.of(2024, 11, 23, 13, 45, 56, 0, ZoneOffset.UTC);
    String written = parsed.pattern.format(moment);
    boolean isDate =
        written.equals(parsed.pattern.format(moment.plusHours(1).plusMinutes(1).plusSeconds(1)));
    Instant read = parsed.instant(written);
    Instant expected =
        isDate ? moment.toLocalDate().atStartOfDay(ZoneOffset.UTC).toInstant() : moment.toInstant();
    // The format may lack minutes and seconds.
    if (read == null || Duration.between(read, expected).abs().toHours() >= 1) {
      throw new IllegalArgumentException(
          "'"
              + format
              + "' does not read the times that it writes, such as "
              + written
              + "; yyyy is the year, MM the month, dd the day, HH the hour from 0 to 23, mm the"
              + " minute, ss the second");
    }
  }

  /**
   * Guesses whether a number has a coarser unit than assumed: 1764240000 is a time of 2025 in
   * seconds, but a time of January 1970 in milliseconds, where nobody would ever find the point.
   *
   * @param number the number as it came
   * @param nanosPerUnit the unit that was assumed, in nanoseconds
   * @return the unit that the number seems to have, as a setting names it; null if the assumed unit
   *     may be right
   */
  static @Nullable String rather(long number, long nanosPerUnit) {
    if (number < FROM_SECONDS) {
      return null; // not of a coarser unit either
    }
    for (Unit unit : COARSE) {
      long perSecond = NANOS_PER_SECOND / unit.nanos();
      if (unit.nanos() > nanosPerUnit
          && number >= FROM_SECONDS * perSecond
          && number < UNTIL_SECONDS * perSecond) {
        return unit.name();
      }
    }
    return null;
  }

  /** As {@link #rather(long, long)}, for a value that {@link #instant} has read. */
  @Nullable String rather(Object raw) {
    BigDecimal number = nanosPerUnit == null || raw instanceof Date ? null : number(raw);
    return number == null || nanosPerUnit == null || number.compareTo(MOST_RATHER) > 0
        ? null
        : rather(number.longValue(), nanosPerUnit.longValueExact());
  }

  /**
   * Returns the time, rounded down to the nanosecond; null if the value is not a time of this
   * format.
   */
  @Nullable Instant instant(Object raw) {
    if (raw instanceof Date date) {
      return Values.instant(date);
    }
    if (raw instanceof String text && text.length() > LONGEST) {
      return null;
    }
    try {
      if (nanosPerUnit == null) {
        return raw instanceof String text ? parsed(text.trim()) : null;
      }
      BigDecimal number = number(raw);
      return number == null ? null : ofNanos(number.multiply(nanosPerUnit));
    } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
      return null; // the caller reports it, with the place
    }
  }

  private static Instant ofNanos(BigDecimal nanos) {
    BigInteger[] parts =
        nanos.setScale(0, RoundingMode.FLOOR).toBigInteger().divideAndRemainder(NANOS);
    return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact());
  }

  /**
   * Returns the number; null if it is none, or so large or so fine that arithmetic with it would
   * take minutes.
   */
  private static @Nullable BigDecimal number(Object raw) {
    BigDecimal number;
    if (Values.hasTooManyDigits(raw)) {
      return null;
    }
    if (raw instanceof BigDecimal decimal) {
      number = decimal;
    } else if (raw instanceof String || raw instanceof Number) {
      number = new BigDecimal(raw.toString().trim());
    } else {
      return null;
    }
    if (number.signum() == 0) {
      return BigDecimal.ZERO;
    }
    long before = (long) number.precision() - number.scale();
    return before <= MOST_DIGITS && number.scale() <= MOST_DIGITS ? number : null;
  }

  private Instant parsed(String text) {
    TemporalAccessor parts =
        pattern.parseBest(
            text, OffsetDateTime::from, ZonedDateTime::from, LocalDateTime::from, LocalDate::from);
    if (parts instanceof OffsetDateTime time) {
      return time.toInstant();
    }
    if (parts instanceof ZonedDateTime time) {
      return time.toInstant();
    }
    return parts instanceof LocalDateTime time
        ? time.atZone(zone).toInstant()
        : LocalDate.from(parts).atStartOfDay(zone).toInstant();
  }
}
