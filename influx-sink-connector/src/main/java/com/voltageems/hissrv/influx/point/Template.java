package com.voltageems.hissrv.influx.point;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/** A text with places of the record in it: {@code meter_${topic}}, {@code ${header.kind}}. */
public final class Template {
  private final List<Part> parts;

  private Template(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /** Either a text or a place. */
  private record Part(String text, @Nullable Expression expression) {}

  /**
   * Reads it from a setting.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  public static Template parse(String text) {
    List<Part> parts = new ArrayList<>();
    int at = 0;
    for (int open = text.indexOf("${"); open >= 0; open = text.indexOf("${", at)) {
      int close = text.indexOf('}', open);
      if (close < 0) {
        throw new IllegalArgumentException("'" + text + "' has ${ without }");
      }
      parts.add(new Part(text.substring(at, open), null));
      parts.add(new Part("", Expression.parse(text.substring(open + 2, close))));
      at = close + 1;
    }
    parts.add(new Part(text.substring(at), null));
    return new Template(parts);
  }

  /** The text for a record; null when one of its places is empty or no scalar. */
  @Nullable String of(SinkRecord record, @Nullable Object element) {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      if (part.expression() == null) {
        text.append(part.text());
        continue;
      }
      String inserted = part.expression().text(record, element);
      if (inserted == null || inserted.isEmpty()) {
        return null;
      }
      text.append(inserted);
    }
    return text.toString();
  }
}
