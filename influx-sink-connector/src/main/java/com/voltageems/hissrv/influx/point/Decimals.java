package com.voltageems.hissrv.influx.point;

/** Parser of decimal numbers, with exactly the same results as Java's own. */
final class Decimals {
  private static final long MOST_EXACT = 1L << 53;
  private static final int MOST_DECIMALS = 22;

  /** 10^n; each of these powers is exact. */
  private static final double[] POWERS = new double[MOST_DECIMALS + 1];

  static {
    for (int i = 0; i <= MOST_DECIMALS; i++) {
      POWERS[i] = Double.parseDouble("1e" + i);
    }
  }

  private Decimals() {}

  /**
   * Returns the number in a part of a text; NaN if there is none, or it is not finite.
   *
   * <p>If the digits fit a double exactly, and so does the power of ten, one division gives the
   * same rounding as parsing the text. All other numbers are left to Java.
   */
  static double read(String text, int from, int to) {
    int i = from;
    boolean negative = text.charAt(i) == '-';
    if (negative || text.charAt(i) == '+') {
      i++;
    }
    long digits = 0;
    int decimals = -1;
    boolean any = false;
    for (; i < to; i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9' && digits < MOST_EXACT / 10 - 1) {
        digits = digits * 10 + (c - '0');
        decimals += decimals < 0 ? 0 : 1;
        any = true;
      } else if (c == '.' && decimals < 0) {
        decimals = 0;
      } else {
        return byJava(text, from, to);
      }
    }
    if (!any || decimals > MOST_DECIMALS) {
      return byJava(text, from, to);
    }
    double number = digits / POWERS[Math.max(0, decimals)];
    return negative ? -number : number;
  }

  private static double byJava(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if ("0123456789+-.eE".indexOf(text.charAt(i)) < 0) {
        return Double.NaN;
      }
    }
    try {
      double number = Double.parseDouble(text.substring(from, to));
      return Double.isFinite(number) ? number : Double.NaN;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
