package com.voltageems.hissrv.redis.source.sample;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Parsed value as it is in Redis: {@code 25.1}, {@code 25.1:1642592400000}, {@code
 * auto:1642592400000:system}, {@code NaN}, or any other text.
 *
 * @param kind kind of the value
 * @param number the number if the value is one (also NaN and infinities), otherwise NaN
 * @param text text of the value if it is not a finite number, or if it is a whole number that no
 *     double represents exactly (some beyond 2^53); {@code number} is then the nearest double
 * @param epochMillis the time that came with the value, or {@link #NO_TIME}
 * @param source who wrote a control: the third part of {@code value:millis:source}
 */
public record ValueText(
    Kind kind, double number, @Nullable String text, long epochMillis, @Nullable String source) {
  public static final long NO_TIME = Long.MIN_VALUE;

  /** Numbers below this are epoch seconds, others milliseconds: 1e11 s is the year 5138. */
  private static final long FIRST_MILLIS = 100_000_000_000L;

  /** 9999-12-31: a larger number is not a time but a count or a mistake. */
  public static final long MAX_MILLIS = 253_402_300_799_999L;

  /** After a text only milliseconds are a time: other numbers between colons are ids. */
  private static final int MILLIS_DIGITS = 13;

  private static final int MAX_NUMBER_LENGTH = 64;

  /** 2^53, which has 16 digits: up to it a double represents every whole number. */
  private static final double FIRST_ROUNDED = 0x1p53;

  private static final int MIN_ROUNDED = 16;
  private static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
  };

  public enum Kind {
    NUMBER,
    NON_FINITE,
    TEXT
  }

  /** Parses a value. Never throws: a value that is not a number is a text. */
  public static ValueText parse(byte[] bytes) {
    double fast = fastNumber(bytes);
    if (!Double.isNaN(fast)) {
      return new ValueText(Kind.NUMBER, fast, null, NO_TIME, null);
    }
    return parse(Bytes.text(bytes));
  }

  /** Does the same as {@link #parse(byte[])}. */
  public static ValueText parse(String text) {
    ValueText whole = plain(text, NO_TIME, null);
    if (whole.kind != Kind.TEXT) {
      return whole;
    }
    int colon = text.indexOf(':');
    while (colon > 0) {
      int end = colon + 1;
      while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
        end++;
      }
      int digits = end - colon - 1;
      if (digits >= 9 && digits <= 14 && (end == text.length() || text.charAt(end) == ':')) {
        long time = epochMillis(Long.parseLong(text.substring(colon + 1, end)));
        String source = end == text.length() ? null : text.substring(end + 1);
        ValueText value = plain(text.substring(0, colon), time, source);
        if (value.kind != Kind.TEXT || (digits == MILLIS_DIGITS && isWord(text, colon))) {
          return value;
        }
        if (digits == MILLIS_DIGITS) {
          // Any longer head contains this one, so it is not a word either.
          return whole;
        }
      }
      colon = text.indexOf(':', colon + 1);
    }
    return whole;
  }

  /**
   * Returns whether the text up to {@code end} can be the value of a control: no JSON, no prose.
   */
  private static boolean isWord(String text, int end) {
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (Character.isWhitespace(c) || "\"'{}[]()".indexOf(c) >= 0) {
        return false;
      }
    }
    return true;
  }

  private static ValueText plain(String text, long epochMillis, @Nullable String source) {
    double number = number(text);
    if (Double.isNaN(number) && !isNaN(text)) {
      return new ValueText(Kind.TEXT, Double.NaN, text, epochMillis, source);
    }
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return new ValueText(Kind.NON_FINITE, number, text, epochMillis, source);
    }
    String exact = isRounded(text, number) ? text : null;
    return new ValueText(Kind.NUMBER, number, exact, epochMillis, source);
  }

  /** Returns whether the text is a whole number in digits that differs from this double. */
  private static boolean isRounded(String text, double number) {
    if (text.length() < MIN_ROUNDED || Math.abs(number) < FIRST_ROUNDED) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return new BigDecimal(text).compareTo(new BigDecimal(number)) != 0;
  }

  /**
   * Converts epoch seconds or milliseconds, which are told apart by their size, to milliseconds.
   */
  static long epochMillis(long secondsOrMillis) {
    return Math.abs(secondsOrMillis) < FIRST_MILLIS ? secondsOrMillis * 1000 : secondsOrMillis;
  }

  /** Parses an epoch time; returns milliseconds, or {@link #NO_TIME} if it is not a time. */
  public static long time(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > MAX_NUMBER_LENGTH) {
      return NO_TIME;
    }
    double number = number(new String(bytes, StandardCharsets.ISO_8859_1));
    if (Double.isNaN(number) || number <= 0 || number > MAX_MILLIS) {
      return NO_TIME;
    }
    return number < FIRST_MILLIS ? Math.round(number * 1000) : (long) number;
  }

  /**
   * Returns the number, which may be infinite; NaN for {@code NaN} and for anything that is not a
   * number.
   */
  static double number(String text) {
    int length = text.length();
    if (length == 0 || length > MAX_NUMBER_LENGTH) {
      return Double.NaN;
    }
    char first = text.charAt(0);
    int start = first == '-' || first == '+' ? 1 : 0;
    if (start == length) {
      return Double.NaN;
    }
    String rest = text.substring(start);
    if (rest.equalsIgnoreCase("inf") || rest.equalsIgnoreCase("infinity")) {
      return first == '-' ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    // Java would also accept "1d", "0x1p3" and surrounding blanks: those are texts here.
    for (int i = start; i < length; i++) {
      char c = text.charAt(i);
      boolean part =
          (c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E' || c == '-' || c == '+';
      if (!part) {
        return Double.NaN;
      }
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      // It has only a number's characters but is none, such as an address or a date: a text.
      return Double.NaN;
    }
  }

  private static boolean isNaN(String text) {
    return text.equalsIgnoreCase("nan")
        || text.equalsIgnoreCase("-nan")
        || text.equalsIgnoreCase("+nan");
  }

  /**
   * Parses a plain decimal of up to 15 digits; returns NaN for anything else. The result is exact:
   * digits and power of ten are both exact doubles, and IEEE division rounds once, as parseDouble
   * does.
   */
  private static double fastNumber(byte[] bytes) {
    int i = 0;
    boolean negative = bytes.length > 0 && bytes[0] == '-';
    if (negative) {
      i = 1;
    }
    if (i == bytes.length || bytes.length - i > 16) {
      return Double.NaN;
    }
    long digits = 0;
    int count = 0;
    int point = -1;
    for (; i < bytes.length; i++) {
      int c = bytes[i];
      if (c >= '0' && c <= '9') {
        digits = digits * 10 + (c - '0');
        count++;
      } else if (c == '.' && point < 0) {
        point = count;
      } else {
        return Double.NaN;
      }
    }
    if (count == 0 || count > 15) {
      return Double.NaN;
    }
    double number = point < 0 ? digits : digits / POWERS[count - point];
    return negative ? -number : number;
  }
}
