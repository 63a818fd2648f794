package com.voltageems.hissrv.influx.point;

/**
 * Some of the 128 characters of ASCII, a bit for each.
 *
 * @param low of the first 64
 * @param high of the others
 */
record AsciiSet(long low, long high) {
  static AsciiSet of(String characters) {
    long low = 0;
    long high = 0;
    for (int i = 0; i < characters.length(); i++) {
      char c = characters.charAt(i);
      if (c >= 128) {
        throw new IllegalArgumentException("'" + c + "' is not ASCII");
      }
      if (c < 64) {
        low |= 1L << c;
      } else {
        high |= 1L << (c - 64);
      }
    }
    return new AsciiSet(low, high);
  }

  /** Whether a character is in it; none beyond ASCII is. */
  boolean has(char c) {
    return c < 128 && ((c < 64 ? low : high) >>> (c & 63) & 1) != 0;
  }
}
