package com.voltageems.hissrv.query.http.hisapi;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as the web application expects them. Pure. */
final class HisTimes {
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'+00:00'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'+00:00'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private HisTimes() {}

  /** Returns {@code 2025-08-21T10:00:00+00:00}, with milliseconds if there are any. */
  static String text(long epochMicros) {
    long millis = Math.floorDiv(epochMicros, 1000L);
    return (millis % 1000 == 0 ? SECONDS : MILLIS).format(Instant.ofEpochMilli(millis));
  }
}
