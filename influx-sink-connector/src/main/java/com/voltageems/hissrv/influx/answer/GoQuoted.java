package com.voltageems.hissrv.influx.answer;

import org.jspecify.annotations.Nullable;

/** Reader of texts that Go's {@code %q} has quoted. */
final class GoQuoted {
  private GoQuoted() {}

  /**
   * Returns the original text; null if {@code inside} is not in this form.
   *
   * @param inside the text between the quotes
   */
  static @Nullable String unquote(String inside) {
    if (inside.indexOf('\\') < 0) {
      return inside;
    }
    StringBuilder text = new StringBuilder(inside.length());
    // \x escapes represent bytes that are not UTF-8; our lines contain none.
    int i = 0;
    while (i < inside.length()) {
      char c = inside.charAt(i++);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      if (i == inside.length()) {
        return null;
      }
      char escaped = inside.charAt(i++);
      int digits = hexDigits(escaped);
      if (digits == 0) {
        int plain = "abfnrtv\\\"".indexOf(escaped);
        if (plain < 0) {
          return null;
        }
        text.append("\u0007\b\f\n\r\t\u000b\\\"".charAt(plain));
      } else {
        int code = code(inside, i, digits);
        if (!Character.isValidCodePoint(code)) {
          return null;
        }
        text.appendCodePoint(code);
        i += digits;
      }
    }
    return text.toString();
  }

  /**
   * Returns the index of the quote that ends the text beginning at {@code from}; -1 if there is
   * none.
   */
  static int end(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) == '"') {
        return i;
      }
      if (text.charAt(i) == '\\') {
        i++; // an escaped character ends nothing
      }
    }
    return -1;
  }

  private static int hexDigits(char escape) {
    return switch (escape) {
      case 'x' -> 2;
      case 'u' -> 4;
      case 'U' -> 8;
      default -> 0;
    };
  }

  private static int code(String text, int from, int digits) {
    if (from + digits > text.length()) {
      return -1;
    }
    try {
      return Integer.parseUnsignedInt(text, from, from + digits, 16);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
