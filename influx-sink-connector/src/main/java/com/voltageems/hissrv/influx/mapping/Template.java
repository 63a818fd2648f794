package com.voltageems.hissrv.influx.mapping;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A text with places of the record in it: {@code meter_${topic}}, {@code ${header.kind}}, or {@code
 * ${site|north}} with a default.
 */
public final class Template {
  private final List<Part> parts;

  private Template(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * A part of the template: either a text or a place.
   *
   * @param otherwise the default for a place without a value; empty if there is no default
   */
  private record Part(String text, @Nullable Expression expression, String otherwise) {}

  /**
   * Parses a template from a setting.
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
      parts.add(new Part(text.substring(at, open), null, ""));
      String place = text.substring(open + 2, close);
      int bar = place.indexOf('|');
      parts.add(
          new Part(
              "",
              Expression.parse(bar < 0 ? place : place.substring(0, bar)),
              bar < 0 ? "" : place.substring(bar + 1)));
      at = close + 1;
    }
    parts.add(new Part(text.substring(at), null, ""));
    return new Template(parts);
  }

  /**
   * Returns the text for a record; null if one of its places has no default and is empty or not a
   * scalar.
   */
  @Nullable String of(Context context) {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      if (part.expression() == null) {
        text.append(part.text());
        continue;
      }
      String inserted = part.expression().text(context);
      boolean isThere = inserted != null && !inserted.isEmpty();
      if (!isThere && part.otherwise().isEmpty()) {
        return null;
      }
      text.append(isThere ? inserted : part.otherwise());
    }
    return text.toString();
  }

  /** Returns the places in the template. */
  List<Expression> places() {
    return parts.stream().map(Part::expression).flatMap(Stream::ofNullable).toList();
  }
}
