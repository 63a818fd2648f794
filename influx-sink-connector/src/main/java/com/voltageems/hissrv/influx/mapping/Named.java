package com.voltageems.hissrv.influx.mapping;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tag or field: {@code name=place}, a place that lends its name, or {@code name=text with
 * ${place}}.
 *
 * @param expression null when there is a template
 * @param template null when there is a place
 */
public record Named(String name, @Nullable Expression expression, @Nullable Template template) {
  /**
   * Reads it from a setting.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  public static Named parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      Expression expression = Expression.parse(text);
      return new Named(expression.name(), expression, null);
    }
    String name = text.substring(0, equals).trim();
    if (name.isEmpty()) {
      throw new IllegalArgumentException("'" + text + "' has no name before '='");
    }
    String from = text.substring(equals + 1);
    return from.contains("${")
        ? new Named(name, null, Template.parse(from.trim()))
        : new Named(name, Expression.parse(from), null);
  }

  /** What is there, null when nothing is. */
  @Nullable Object of(Context context) {
    return expression != null ? expression.of(context) : text(context);
  }

  /** As {@link #of}, as a text; null when it is not a scalar. */
  @Nullable String text(Context context) {
    if (expression != null) {
      return expression.text(context);
    }
    return template == null ? null : template.of(context);
  }

  /** The places that it is made from. */
  List<Expression> places() {
    if (expression != null) {
      return List.of(expression);
    }
    return template == null ? List.of() : template.places();
  }
}
