package com.voltageems.hissrv.query.health.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Evidence of what a database has shown.
 *
 * @param marks some of its points, the newest first
 * @param seen when they were last there
 * @param told since when it is reported that they are gone; null if they are not
 */
record Shown(List<Mark> marks, Instant seen, @Nullable Instant told) {
  /**
   * For this long a loss is reported also after a restart; a restart after that time shows that the
   * operator accepts the loss.
   */
  static final Duration TAKEN_NOTE = Duration.ofMinutes(10);

  /** Older marks may have been deleted by a retention while no service was running. */
  static final Duration LONGEST = Duration.ofDays(4);

  /** Longer names are not remembered. */
  private static final int LONGEST_NAME = 1000;

  /** What does not fit in is not remembered; the newest marks come first. */
  private static final int LONGEST_TEXT = 100_000;

  /** A point that the database has shown. */
  record Mark(String measurement, long millis) {}

  Shown {
    marks = List.copyOf(marks);
  }

  /** Returns whether this is still evidence if the service starts now. */
  boolean counts(Instant now) {
    Instant since = told;
    return !marks.isEmpty()
        && Duration.between(seen, now).abs().compareTo(LONGEST) <= 0
        && (since == null || Duration.between(since, now).abs().compareTo(TAKEN_NOTE) < 0);
  }

  String text() {
    StringBuilder text = new StringBuilder();
    Instant since = told;
    text.append(seen.toEpochMilli()).append(' ').append(since == null ? "-" : since.toEpochMilli());
    for (Mark mark : marks) {
      if (mark.measurement().length() <= LONGEST_NAME && text.length() < LONGEST_TEXT) {
        text.append(' ').append(mark.millis()).append('@');
        text.append(URLEncoder.encode(mark.measurement(), UTF_8));
      }
    }
    return text.toString();
  }

  /**
   * Parses the result of {@link #text}; empty if the text is something else, for example of another
   * version.
   */
  static Optional<Shown> of(String text) {
    String[] parts = text.split(" ", -1);
    if (parts.length < 2) {
      return Optional.empty();
    }
    try {
      List<Mark> marks = new ArrayList<>();
      for (String part : List.of(parts).subList(2, parts.length)) {
        int at = part.indexOf('@');
        marks.add(
            new Mark(
                URLDecoder.decode(part.substring(at + 1), UTF_8),
                Long.parseLong(part.substring(0, Math.max(0, at)))));
      }
      return Optional.of(
          new Shown(marks, time(parts[0]), parts[1].equals("-") ? null : time(parts[1])));
    } catch (IllegalArgumentException | DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Instant time(String millis) {
    return Instant.ofEpochMilli(Long.parseLong(millis));
  }
}
