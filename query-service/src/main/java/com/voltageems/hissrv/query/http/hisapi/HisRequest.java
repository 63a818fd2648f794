package com.voltageems.hissrv.query.http.hisapi;

import com.voltageems.hissrv.query.config.QueryConfig.Limits;
import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.ask.Times;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one hisApi call; other parameters are ignored, because the web application
 * sends some. Pure.
 */
record HisRequest(Map<String, List<String>> texts, Instant now, ZoneId zone, Limits limits) {
  static final Duration LONGEST = Duration.ofDays(365);
  private static final Duration DEFAULT_RANGE = Duration.ofDays(1);

  /** From the start (inclusive) to the end (exclusive), in epoch milliseconds. */
  record Range(long start, long end) {}

  String redisKey() {
    return required("redis_key", RedisKey.EXPECTED);
  }

  String pointId() {
    return required("point_id", "the point's id");
  }

  /** Returns where the values of the key are stored. */
  RedisKey mapped() {
    String key = redisKey();
    return RedisKey.parse(key)
        .orElseThrow(() -> new BadRequestException("redis_key", key, RedisKey.EXPECTED));
  }

  /**
   * @param windows extends the range to whole windows; null if there are none
   */
  Range range(@Nullable Windows windows) {
    String endText = text("end_time");
    String startText = text("start_time");
    long end = endText == null ? now.toEpochMilli() + 1 : time("end_time", endText);
    long start = startText == null ? end - DEFAULT_RANGE.toMillis() : time("start_time", startText);
    if (end <= start) {
      throw new BadRequestException(
          "end_time", endText == null ? "now" : endText, "a time after start_time");
    }
    if (end - start > LONGEST.toMillis() + 1) {
      throw new BadRequestException(
          "start_time", String.valueOf(startText), "a range of at most 365 days");
    }
    if (windows == null) {
      return new Range(start, end);
    }
    Range whole = new Range(windows.floor(start), windows.ceil(end));
    if ((whole.end() - whole.start()) / windows.shortestMillis() > limits.maxRows()) {
      throw new BadRequestException(
          "interval",
          String.valueOf(text("interval")),
          "at most " + limits.maxRows() + " windows in the range");
    }
    return whole;
  }

  private long time(String name, String text) {
    return Times.time(text, now, zone)
        .orElseThrow(() -> new BadRequestException(name, text, Times.TIME));
  }

  private @Nullable String text(String name) {
    List<String> values = texts.getOrDefault(name, List.of());
    if (values.size() > 1) {
      throw new BadRequestException(name, String.join(", ", values), "one value, not several");
    }
    return values.isEmpty() || values.get(0).isBlank() ? null : values.get(0).strip();
  }

  private String required(String name, String expected) {
    String text = text(name);
    if (text == null) {
      throw new BadRequestException(name, "", expected);
    }
    return text;
  }

  int number(String name, int otherwise, int least, int most) {
    String text = text(name);
    if (text == null) {
      return otherwise;
    }
    if (text.matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw new BadRequestException(name, text, "a number from " + least + " to " + most);
  }

  String choice(String name, String otherwise, List<String> choices) {
    String text = text(name);
    if (text == null) {
      return otherwise;
    }
    if (!choices.contains(text)) {
      throw new BadRequestException(name, text, "one of " + String.join(", ", choices));
    }
    return text;
  }
}
