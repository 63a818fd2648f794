package com.voltageems.hissrv.query.http.ask;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How times stand in an answer: ISO texts in UTC, epoch milliseconds, or as the clocks of a zone
 * show them.
 *
 * @param isEpoch whether as epoch milliseconds
 * @param wall the zone whose clocks count; null for texts in UTC
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

  /** {@code 2025-08-21 18:00:00}, which spreadsheets read as a time; fractions where there are. */
  public static String onTheWall(long epochMicros, ZoneId zone) {
    long micros = Math.floorMod(epochMicros, 1_000_000L);
    return (micros == 0 ? SECONDS : FINER)
        .format(
            Instant.ofEpochSecond(Math.floorDiv(epochMicros, 1_000_000L), micros * 1000)
                .atZone(zone));
  }
}
