package com.voltageems.hissrv.influx.point;

import java.util.Arrays;

/** A growing array of bytes. Not thread-safe. */
public final class LineBuffer {
  private byte[] bytes;
  private int length;

  public LineBuffer(int capacity) {
    this.bytes = new byte[capacity];
  }

  public int length() {
    return length;
  }

  /** Returns the backing array: valid up to {@link #length()}, and only until the next addition. */
  public byte[] array() {
    return bytes;
  }

  /** Appends a part of another buffer. */
  public void append(LineBuffer other, int from, int to) {
    ensure(to - from);
    System.arraycopy(other.bytes, from, bytes, length, to - from);
    length += to - from;
  }

  void append(char ascii) {
    ensure(1);
    bytes[length++] = (byte) ascii;
  }

  void appendAscii(String text) {
    int count = text.length();
    ensure(count);
    for (int i = 0; i < count; i++) {
      bytes[length++] = (byte) text.charAt(i);
    }
  }

  /** Appends decimal digits, with a minus sign for negative numbers. */
  void append(long number) {
    if (number == Long.MIN_VALUE) {
      appendAscii("-9223372036854775808");
      return;
    }
    ensure(20);
    long rest = number;
    if (rest < 0) {
      bytes[length++] = '-';
      rest = -rest;
    }
    int start = length;
    do {
      bytes[length++] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    reverse(start, length - 1);
  }

  /** Appends {@code scaled / 10^decimals} without trailing zeros. */
  void appendDecimal(long scaled, int decimals) {
    long digits = scaled;
    int left = decimals;
    while (left > 0 && digits % 10 == 0) {
      digits /= 10;
      left--;
    }
    if (left == 0) {
      append(digits);
      return;
    }
    ensure(24);
    if (digits < 0) {
      bytes[length++] = '-';
      digits = -digits;
    }
    int start = length;
    for (int i = 0; i < left; i++) {
      bytes[length++] = (byte) ('0' + digits % 10);
      digits /= 10;
    }
    bytes[length++] = '.';
    do {
      bytes[length++] = (byte) ('0' + digits % 10);
      digits /= 10;
    } while (digits > 0);
    reverse(start, length - 1);
  }

  /**
   * Appends a text as UTF-8, with a backslash before some characters.
   *
   * @param escaped the ASCII characters that need a backslash
   */
  void appendEscaped(String text, AsciiSet escaped) {
    int count = text.length();
    ensure(4 * count);
    for (int i = 0; i < count; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        if (escaped.has(c)) {
          bytes[length++] = '\\';
        }
        bytes[length++] = (byte) c;
      } else if (c < 0x800) {
        bytes[length++] = (byte) (0xC0 | (c >> 6));
        bytes[length++] = (byte) (0x80 | (c & 0x3F));
      } else if (Character.isHighSurrogate(c)
          && i + 1 < count
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        int codePoint = Character.toCodePoint(c, text.charAt(++i));
        bytes[length++] = (byte) (0xF0 | (codePoint >> 18));
        bytes[length++] = (byte) (0x80 | ((codePoint >> 12) & 0x3F));
        bytes[length++] = (byte) (0x80 | ((codePoint >> 6) & 0x3F));
        bytes[length++] = (byte) (0x80 | (codePoint & 0x3F));
      } else if (Character.isSurrogate(c)) {
        // A lone surrogate has no UTF-8 form; String.getBytes writes a question mark too.
        bytes[length++] = '?';
      } else {
        bytes[length++] = (byte) (0xE0 | (c >> 12));
        bytes[length++] = (byte) (0x80 | ((c >> 6) & 0x3F));
        bytes[length++] = (byte) (0x80 | (c & 0x3F));
      }
    }
  }

  private void reverse(int first, int last) {
    for (int i = first, j = last; i < j; i++, j--) {
      byte swapped = bytes[i];
      bytes[i] = bytes[j];
      bytes[j] = swapped;
    }
  }

  private void ensure(int more) {
    int needed = Math.addExact(length, more);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length + (bytes.length >> 1)));
    }
  }
}
