package com.voltageems.hissrv.query.health.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.health.Redaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Finds the tasks' reports in the forms that converters write. Pure. */
final class StatusText {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 256 * 1024;
  private static final int LONGEST_REASON = 300;

  /** The year 5138: a greater number is not a time in milliseconds. */
  private static final long LAST_TIME = 99_999_999_999_999L;

  private StatusText() {}

  /**
   * Returns the object in a record's value: plain, as a JSON string, in a {@code payload}, or as
   * the text inside a binary format such as Avro.
   */
  static Optional<JsonNode> object(byte[] value) {
    if (value.length > LONGEST) {
      return Optional.empty();
    }
    String text = new String(value, StandardCharsets.UTF_8);
    Optional<JsonNode> found = unwrap(text);
    if (found.isPresent()) {
      return found;
    }
    int begin = text.indexOf('{');
    int end = text.lastIndexOf('}');
    return begin < 0 || end < begin ? Optional.empty() : unwrap(text.substring(begin, end + 1));
  }

  private static Optional<JsonNode> unwrap(String text) {
    String current = text;
    // At most three levels: a payload, whose text is a JSON string, whose text is the object.
    for (int depth = 0; depth < 3; depth++) {
      JsonNode node;
      try {
        node = JSON.readTree(current);
      } catch (JsonProcessingException e) {
        return Optional.empty();
      }
      if (node.isObject() && node.path("parts").isArray()) {
        return Optional.of(node);
      }
      JsonNode inner = node.isObject() ? node.path("payload") : node;
      if (inner.isObject() && inner.path("parts").isArray()) {
        return Optional.of(inner);
      }
      if (!inner.isTextual()) {
        return Optional.empty();
      }
      current = inner.asText();
    }
    return Optional.empty();
  }

  /** Returns whether the value is a plausible time in epoch milliseconds. */
  static boolean isTime(JsonNode node) {
    return node.isIntegralNumber()
        && node.canConvertToLong()
        && node.asLong() > 0
        && node.asLong() <= LAST_TIME;
  }

  /** Returns a reason in a form that may be shown: one line, bounded, without possible secrets. */
  static String reason(String text) {
    String line = Redaction.oneLine(text.strip());
    if (line.isEmpty()) {
      return "no reason told";
    }
    return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON) + "...";
  }

  /** Returns {@code 7 s}, {@code 12 min}, {@code 5 h}, {@code 3 days}. */
  static String length(Duration length) {
    long seconds = Math.max(0, length.toSeconds());
    if (seconds < 120) {
      return seconds + " s";
    }
    if (seconds < 7200) {
      return seconds / 60 + " min";
    }
    return seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " days";
  }
}
