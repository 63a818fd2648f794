package com.voltageems.hissrv.query.http.ask;

import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** The time range that is asked for: {@code range}, {@code start}, {@code end}. Pure. */
record Ranges(Texts texts, Instant now, ZoneId zone, Duration longest) {
  /** From the start (inclusive) to the end (exclusive), in epoch milliseconds. */
  record Range(long start, long end) {}

  /**
   * Returns the range that the parameters name.
   *
   * @param windows extends the range to whole windows; null if there are none
   * @param otherwise the range up to now of a request that names none; null for all of time
   */
  Range range(@Nullable Windows windows, @Nullable Duration otherwise) {
    String range = texts.text("range");
    String startText = texts.text("start");
    String endText = texts.text("end");
    if (range != null && startText != null && endText != null) {
      throw new BadRequestException("range", range, "not to be given beside both start and end");
    }
    // The present millisecond belongs to the range, and the end is exclusive.
    long end = endText == null ? now.toEpochMilli() + 1 : time("end", endText);
    long start;
    if (range != null) {
      Duration length =
          Times.length(range)
              .orElseThrow(() -> new BadRequestException("range", range, Times.LENGTH));
      if (startText != null) {
        start = time("start", startText);
        end = start + length.toMillis();
      } else {
        start = end - length.toMillis();
      }
    } else if (startText != null) {
      start = time("start", startText);
    } else if (otherwise != null) {
      start = end - otherwise.toMillis();
    } else {
      return new Range(0, Math.max(1, end));
    }
    if (end <= start) {
      throw new BadRequestException(
          endText == null ? "start" : "end",
          endText == null ? String.valueOf(startText) : endText,
          "an end after the start");
    }
    if (end - start > longest.toMillis() + 1) {
      throw new BadRequestException(
          range == null ? "start" : "range",
          range == null ? String.valueOf(startText) : range,
          "a range of at most " + Times.text(longest) + " (query.max.range)");
    }
    if (!Times.isText(start, end)) {
      throw new BadRequestException(
          range == null ? "start" : "range",
          range == null ? String.valueOf(startText) : range,
          "a range within the years 0 to 9999");
    }
    if (windows == null) {
      return new Range(start, end);
    }
    // A window that the range only touches is answered as a whole, not clipped.
    Range whole = new Range(windows.floor(start), windows.ceil(end));
    if (!Times.isText(whole.start(), whole.end())) {
      throw new BadRequestException(
          "interval",
          String.valueOf(texts.text("interval")),
          "windows that lie within the years 0 to 9999 as a whole");
    }
    return whole;
  }

  private long time(String name, String text) {
    return Times.time(text, now, zone)
        .orElseThrow(() -> new BadRequestException(name, text, Times.TIME));
  }
}
