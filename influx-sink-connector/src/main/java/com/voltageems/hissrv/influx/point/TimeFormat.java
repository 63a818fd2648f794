package com.voltageems.hissrv.influx.point;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.Date;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads times: numbers of a unit, ISO 8601, or a pattern of {@link DateTimeFormatter}. */
public final class TimeFormat {
  /** A longer text is no time; reading it would cost more the longer it is. */
  private static final int LONGEST = 128;

  /** More digits before the point than any time in nanoseconds has, and more behind it. */
  private static final int MOST_DIGITS = 40;

  /** As people and machines write it: a date, or T or a blank and a time, with or without zone. */
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

  private final @Nullable BigDecimal millisPerUnit;
  private final DateTimeFormatter pattern;
  private final ZoneId zone;

  private TimeFormat(@Nullable BigDecimal millisPerUnit, DateTimeFormatter pattern, ZoneId zone) {
    this.millisPerUnit = millisPerUnit;
    this.pattern = pattern;
    this.zone = zone;
  }

  /**
   * Reads it from a setting.
   *
   * @param format {@code s}, {@code ms}, {@code us}, {@code ns}, {@code iso} or a pattern
   * @param zone for texts that name none
   * @throws IllegalArgumentException with a message for the user
   */
  public static TimeFormat parse(String format, ZoneId zone) {
    BigDecimal millisPerUnit =
        switch (format) {
          case "s" -> new BigDecimal("1000");
          case "ms" -> BigDecimal.ONE;
          case "us" -> new BigDecimal("0.001");
          case "ns" -> new BigDecimal("0.000001");
          default -> null;
        };
    DateTimeFormatter pattern =
        millisPerUnit != null || format.equals("iso")
            ? ISO
            : DateTimeFormatter.ofPattern(format, Locale.ROOT);
    return new TimeFormat(millisPerUnit, pattern, zone);
  }

  /** Epoch milliseconds, rounded down; null when it is no time of this format. */
  @Nullable Long epochMillis(Object raw) {
    if (raw instanceof Date date) {
      return date.toInstant().toEpochMilli();
    }
    if (raw instanceof Long millis
        && millisPerUnit != null
        && millisPerUnit.compareTo(BigDecimal.ONE) == 0) {
      return millis;
    }
    if (raw instanceof String text && text.length() > LONGEST) {
      return null;
    }
    try {
      if (millisPerUnit != null) {
        BigDecimal number = number(raw);
        return number == null
            ? null
            : Long.valueOf(
                number.multiply(millisPerUnit).setScale(0, RoundingMode.FLOOR).longValueExact());
      }
      return raw instanceof String text ? instant(text.trim()).toEpochMilli() : null;
    } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
      return null; // the caller says so, with the place
    }
  }

  /**
   * Null when it is no number, or one so large or so fine that arithmetic with it takes minutes.
   */
  private static @Nullable BigDecimal number(Object raw) {
    BigDecimal number;
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

  private Instant instant(String text) {
    TemporalAccessor parsed =
        pattern.parseBest(
            text, OffsetDateTime::from, ZonedDateTime::from, LocalDateTime::from, LocalDate::from);
    if (parsed instanceof OffsetDateTime time) {
      return time.toInstant();
    }
    if (parsed instanceof ZonedDateTime time) {
      return time.toInstant();
    }
    return parsed instanceof LocalDateTime time
        ? time.atZone(zone).toInstant()
        : LocalDate.from(parsed).atStartOfDay(zone).toInstant();
  }
}
