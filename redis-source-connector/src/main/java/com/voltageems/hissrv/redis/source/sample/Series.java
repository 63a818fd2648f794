package com.voltageems.hissrv.redis.source.sample;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Identity of a time series.
 *
 * @param measurement not empty
 * @param tags sorted by name; read-only
 * @param key measurement and tags as one text, which is the record's key: {@code
 *     telemetry,channel=1001}. A backslash escapes comma, equals sign, space and backslash inside a
 *     name; a line break is {@code \n}
 */
public record Series(String measurement, Map<String, String> tags, String key) {

  static Series of(String measurement, Map<String, String> tags) {
    TreeMap<String, String> sorted = new TreeMap<>(tags);
    StringBuilder key = new StringBuilder();
    escape(measurement, key);
    for (Map.Entry<String, String> tag : sorted.entrySet()) {
      key.append(',');
      escape(tag.getKey(), key);
      key.append('=');
      escape(tag.getValue(), key);
    }
    return new Series(measurement, Collections.unmodifiableMap(sorted), key.toString());
  }

  private static void escape(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case ',', '=', ' ', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        default -> out.append(c);
      }
    }
  }
}
