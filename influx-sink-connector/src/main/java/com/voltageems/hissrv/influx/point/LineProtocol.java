package com.voltageems.hissrv.influx.point;

import org.jspecify.annotations.Nullable;

/**
 * Writer of points as InfluxDB line protocol, one line with a line feed for each point.
 *
 * <p>Numbers are written so that a reader gets exactly the same double: whole numbers and numbers
 * with up to six decimals as plain digits, all others as {@link Double#toString(double)} writes
 * them.
 */
public final class LineProtocol {
  private static final String HALF =
      " contains half of a surrogate pair, which UTF-8 cannot encode";
  private static final double EXACT = 9007199254740992.0; // 2^53

  private LineProtocol() {}

  /** Appends one line. */
  public static void append(Point point, LineForm form, LineBuffer out) {
    Dialect dialect = form.dialect();
    out.appendEscaped(point.measurement(), dialect.inMeasurement());
    for (Point.Tag tag : point.tags()) {
      out.append(',');
      out.appendEscaped(tag.name(), dialect.inName());
      out.append('=');
      out.appendEscaped(tag.value(), dialect.inName());
    }
    char separator = ' ';
    for (Point.Field field : point.fields()) {
      out.append(separator);
      separator = ',';
      out.appendEscaped(field.name(), dialect.inName());
      out.append('=');
      append(field.value(), dialect, out);
    }
    out.append(' ');
    out.append(form.precision().of(point.epochNanos()));
    out.append('\n');
  }

  private static void append(FieldValue value, Dialect dialect, LineBuffer out) {
    if (value instanceof FieldValue.Float64 number) {
      append(number.value(), out);
    } else if (value instanceof FieldValue.Int64 number) {
      out.append(number.value());
      out.append('i');
    } else if (value instanceof FieldValue.Bool bool) {
      out.appendAscii(bool.value() ? "true" : "false");
    } else if (value instanceof FieldValue.Text text) {
      out.append('"');
      out.appendEscaped(text.value(), dialect.inText());
      out.append('"');
    }
  }

  private static void append(double number, LineBuffer out) {
    // A quotient of two exact doubles is rounded as the decimal text would be, so if the two are
    // equal, the digits read back as the same number.
    double scaled = Math.rint(number * 1e6);
    if (Math.abs(scaled) < EXACT && scaled / 1e6 == number && !isNegativeZero(number)) {
      out.appendDecimal((long) scaled, 6);
    } else {
      out.appendAscii(Double.toString(number));
    }
  }

  private static boolean isNegativeZero(double number) {
    return number == 0 && Double.doubleToRawLongBits(number) != 0;
  }

  /** Returns why a text cannot be the value of a field; null if it can. */
  public static @Nullable String flawOfText(String text) {
    return !hasHalfCharacter(text) ? null : "is a text that" + HALF;
  }

  /**
   * Returns whether a text is not empty and contains only printable ASCII without a backslash, as
   * most names do.
   */
  public static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || c == '\\') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /** Returns whether the text contains half of a surrogate pair. */
  private static boolean hasHalfCharacter(String text) {
    int i = 0;
    while (i < text.length() && !Character.isSurrogate(text.charAt(i))) {
      i++;
    }
    while (i < text.length()) {
      int codePoint = text.codePointAt(i);
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        return true;
      }
      i += Character.charCount(codePoint);
    }
    return false;
  }

  /**
   * Returns why a measurement, a tag's name or value, or a field's name cannot be written in line
   * protocol; null if it can.
   *
   * @param what the kind of name, for the message
   */
  public static @Nullable String flaw(String what, String text) {
    return flaw(what, text, ", =");
  }

  /** As {@link #flaw}, for a measurement or a field's name: InfluxDB parses these differently. */
  public static @Nullable String flawOfName(String what, String text) {
    if (!text.isEmpty() && text.charAt(0) == '\t') {
      return what + " begins with a tab, which InfluxDB strips";
    }
    return flaw(what, text, ", =\"");
  }

  private static @Nullable String flaw(String what, String text, String escapable) {
    if (isPlain(text)) {
      return null;
    }
    if (text.isEmpty()) {
      return what + " is empty";
    }
    if (hasHalfCharacter(text)) {
      return what + HALF;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\r') {
        return what + " contains a line break, which line protocol cannot express";
      }
      if (c == 0) {
        return what + " contains a NUL, which no query can name";
      }
      if (c == '\\') {
        // In names and tags there is no way to escape a backslash itself.
        if (i + 1 == text.length()) {
          return what + " ends with a backslash, which line protocol cannot express";
        }
        if (escapable.indexOf(text.charAt(i + 1)) >= 0) {
          return what
              + " has a backslash before '"
              + text.charAt(i + 1)
              + "', which line protocol cannot express";
        }
      }
    }
    return null;
  }
}
