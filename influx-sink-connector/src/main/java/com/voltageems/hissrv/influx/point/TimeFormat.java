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
import java.time.temporal.TemporalAccessor;
import java.util.Date;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads times: numbers of a unit, ISO 8601, or a pattern of {@link DateTimeFormatter}. */
public final class TimeFormat {
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
            ? DateTimeFormatter.ISO_DATE_TIME
            : DateTimeFormatter.ofPattern(format, Locale.ROOT);
    return new TimeFormat(millisPerUnit, pattern, zone);
  }

  /** Epoch milliseconds, rounded down; null when it is no time of this format. */
  @Nullable Long epochMillis(Object raw) {
    if (raw instanceof Date date) {
      return date.toInstant().toEpochMilli();
    }
    try {
      if (millisPerUnit != null) {
        if (!(raw instanceof Number || raw instanceof String)) {
          return null;
        }
        return new BigDecimal(raw.toString().trim())
            .multiply(millisPerUnit)
            .setScale(0, RoundingMode.FLOOR)
            .longValueExact();
      }
      return raw instanceof String text ? instant(text.trim()).toEpochMilli() : null;
    } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
      return null; // the caller says so, with the place
    }
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
