package com.voltageems.hissrv.influx.mapping;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A tag or field in a setting: {@code name=place}, a place alone, which also gives the name, or
 * {@code name=text with ${place}}. The name may contain places, too: {@code ${id}=v}. {@code
 * place.*} means all scalars of an object.
 *
 * @param written the text in the setting
 * @param name the part of it before the equals sign; for a place alone its name, and for all of an
 *     object the object's place
 * @param called the name's template; null if the name contains no place
 * @param expression the place; null if there is a template
 * @param template the template of the value; null if there is a place
 * @param all whether the place is an object of which every scalar is meant
 */
public record Named(
    String written,
    String name,
    @Nullable Template called,
    @Nullable Expression expression,
    @Nullable Template template,
    boolean all) {
  private static final String PLACE = "${";
  private static final String ALL = ".*";

  /**
   * Parses a tag or field from a setting.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  public static Named parse(String text) {
    int equals = equalsSign(text);
    if (equals < 0) {
      return text.trim().endsWith(ALL) ? all(text.trim()) : place(text);
    }
    String name = text.substring(0, equals).trim();
    if (name.isEmpty()) {
      throw new IllegalArgumentException("'" + text + "' has no name before '='");
    }
    Template called = name.contains(PLACE) ? Template.parse(name) : null;
    String from = text.substring(equals + 1).trim();
    if (from.endsWith(ALL) && !from.contains(PLACE)) {
      throw new IllegalArgumentException(
          "'" + text + "' gives one name to all of an object; write " + from + " without a name");
    }
    return from.contains(PLACE)
        ? new Named(text.trim(), name, called, null, Template.parse(from), false)
        : new Named(text.trim(), name, called, Expression.parse(from), null, false);
  }

  /** Returns the index of the first equals sign outside a place's braces; -1 if there is none. */
  private static int equalsSign(String text) {
    int at = text.indexOf('=');
    for (int open = text.indexOf(PLACE); open >= 0 && open < at; ) {
      int close = text.indexOf('}', open);
      if (close < 0) {
        return at;
      }
      at = at < close ? text.indexOf('=', close) : at;
      open = text.indexOf(PLACE, close);
    }
    return at;
  }

  private static Named place(String text) {
    if (text.contains(PLACE)) {
      throw new IllegalArgumentException(
          "'" + text + "' has no name; write name=" + text.trim() + ", or the place without ${ }");
    }
    Expression expression = Expression.parse(text);
    return new Named(text.trim(), expression.name(), null, expression, null, false);
  }

  private static Named all(String text) {
    String object = text.substring(0, text.length() - ALL.length());
    if (object.isEmpty()
        || object.equals("header")
        || object.equals("topic")
        || object.contains("*")
        || object.contains(PLACE)) {
      throw new IllegalArgumentException(
          "'" + text + "': .* stands behind one object of the value or the key");
    }
    return new Named(text, object, null, Expression.parse(object), null, true);
  }

  /** Returns the name in this record; null if a place in the name is empty or not a scalar. */
  @Nullable String name(Context context) {
    return called == null ? name : called.of(context);
  }

  /** Returns the value in this record; null if there is none. */
  @Nullable Object of(Context context) {
    return expression != null ? expression.of(context) : text(context);
  }

  /** Returns the value in this record as a text; null if it is absent or not a scalar. */
  @Nullable String text(Context context) {
    if (expression != null) {
      return expression.text(context);
    }
    return template == null ? null : template.of(context);
  }

  /** Returns the places that the value and the name are made from. */
  List<Expression> places() {
    return Stream.concat(
            Stream.ofNullable(expression),
            Stream.of(called, template)
                .filter(one -> one != null)
                .flatMap(one -> one.places().stream()))
        .toList();
  }
}
