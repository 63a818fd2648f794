package com.voltageems.hissrv.query.http.answer;

/**
 * Writes numbers as the shortest texts that read back as the same number, in the form of {@link
 * Double#toString}. Values of devices have few decimals: a multiplication and a division find their
 * text much faster than the general algorithm. Keeps the last text: not thread-safe.
 */
public final class ShortNumber {
  /** Below this size, and from {@link #LARGE} on, a number has an exponent. */
  private static final double SMALL = 1e-3;

  private static final double LARGE = 1e7;

  /** Below this size a number with nine decimals has at most twelve digits. */
  private static final double SOME = 1e3;

  private static final int LENGTH = 20;

  private final char[] text = new char[LENGTH];

  /** Index of the last text's first character; the text ends with the array. */
  private int start = LENGTH;

  /** Returns an array that holds the last text from {@link #start} on. */
  public char[] chars() {
    return text;
  }

  public int start() {
    return start;
  }

  public int length() {
    return LENGTH - start;
  }

  /**
   * Writes a number.
   *
   * @return false if the number is not so short; then it is not written
   */
  public boolean write(double value) {
    double size = Math.abs(value);
    if (size == 0) {
      write(1 / value < 0, 0, 1_000_000, 6);
      return true;
    }
    if (!(size >= SMALL && size < LARGE)) {
      return false;
    }
    // With fewer than 15 digits, no other text of this length or shorter is the same number.
    long millionths = Math.round(size * 1e6);
    if (millionths / 1e6 == size) {
      write(value < 0, millionths, 1_000_000, 6);
      return true;
    }
    if (size < SOME) {
      long billionths = Math.round(size * 1e9);
      if (billionths / 1e9 == size) {
        write(value < 0, billionths, 1_000_000_000, 9);
        return true;
      }
    }
    return false;
  }

  private void write(boolean negative, long scaled, int scale, int decimals) {
    int whole = (int) (scaled / scale);
    int fraction = (int) (scaled % scale);
    int digits = decimals;
    while (digits > 1 && fraction % 10 == 0) {
      fraction /= 10;
      digits--;
    }
    int at = LENGTH;
    for (; digits > 0; digits--) {
      text[--at] = (char) ('0' + fraction % 10);
      fraction /= 10;
    }
    text[--at] = '.';
    do {
      text[--at] = (char) ('0' + whole % 10);
      whole /= 10;
    } while (whole > 0);
    if (negative) {
      text[--at] = '-';
    }
    start = at;
  }
}
