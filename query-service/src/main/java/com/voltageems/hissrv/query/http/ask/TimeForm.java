package com.voltageems.hissrv.query.http.ask;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The form of times in an answer: ISO texts in UTC, epoch milliseconds, or local time of a zone.
 *
 * @param isEpoch whether times are epoch milliseconds
 * @param wall the zone of local times; null for texts in UTC
 */
public record TimeForm(boolean isEpoch, @Nullable ZoneId wall) {
  public static final TimeForm ISO = new TimeForm(false, null);
  public static final TimeForm EPOCH = new TimeForm(true, null);

  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter FINER =
      new DateTimeFormatterBuilder()
          .append(SECONDS)
          .appendFraction(ChronoField.NANO_OF_SECOND, 3, 6, true)
          .toFormatter(Locale.ROOT);

  /**
   * Returns {@code 2025-08-21 18:00:00}, which spreadsheets read as a time, with a fraction if
   * there is one.
   */
  public static String onTheWall(long epochMicros, ZoneId zone) {
    long micros = Math.floorMod(epochMicros, 1_000_000L);
    return (micros == 0 ? SECONDS : FINER)
        .format(
            Instant.ofEpochSecond(Math.floorDiv(epochMicros, 1_000_000L), micros * 1000)
                .atZone(zone));
  }
}
