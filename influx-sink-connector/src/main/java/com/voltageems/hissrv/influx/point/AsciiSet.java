package com.voltageems.hissrv.influx.point;

/**
 * A set of ASCII characters, with one bit for each of the 128.
 *
 * @param low bits of the first 64 characters
 * @param high bits of the other 64
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

  /** Returns whether the set contains a character; no character beyond ASCII is in it. */
  boolean has(char c) {
    return c < 128 && ((c < 64 ? low : high) >>> (c & 63) & 1) != 0;
  }
}
