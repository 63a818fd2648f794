package com.voltageems.hissrv.query.http.answer;

/**
 * Numbers as texts, the shortest that read back as the same number, in the form of {@link
 * Double#toString}. What devices send has a few decimals: its text is found by a multiplication and
 * a division, in a part of the time that it takes for any number. Keeps the text written last: not
 * for several threads.
 */
public final class ShortNumber {
  /** Below, and from the other one on, there is an exponent. */
  private static final double SMALL = 1e-3;

  private static final double LARGE = 1e7;

  /** Up to here nine decimals are twelve digits. */
  private static final double SOME = 1e3;

  private static final int LENGTH = 20;

  private final char[] text = new char[LENGTH];

  /** Where the last text is; it ends with the array. */
  private int start = LENGTH;

  /** The characters of the last text, from {@link #start} on. */
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
   * @return false for one that is not so short, and so is not written
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
    // Fewer than 15 digits: no other text so short, or shorter, is the same number.
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
