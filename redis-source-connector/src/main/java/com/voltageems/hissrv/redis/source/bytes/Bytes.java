package com.voltageems.hissrv.redis.source.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Pure functions on the raw bytes that Redis sends. */
public final class Bytes {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long PRIME = 0x9E3779B97F4A7C15L;

  private Bytes() {}

  public static byte[] of(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Converts bytes to text. Valid UTF-8 is decoded. Otherwise every byte becomes one character, and
   * every byte outside printable ASCII is written as <code>\xNN</code>, so that two different keys
   * never look the same.
   */
  public static String text(byte[] bytes) {
    if (isAscii(bytes)) {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      // Binary: the escaped form below represents the bytes without loss.
      StringBuilder text = new StringBuilder(bytes.length * 2);
      for (byte b : bytes) {
        if (b == '\\') {
          text.append("\\\\");
        } else if (b >= 0x20 && b < 0x7f) {
          text.append((char) b);
        } else {
          text.append("\\x");
          text.append(Character.forDigit((b >> 4) & 15, 16));
          text.append(Character.forDigit(b & 15, 16));
        }
      }
      return text.toString();
    }
  }

  public static boolean isUtf8(byte[] bytes) {
    if (isAscii(bytes)) {
      return true;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static boolean isAscii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns a 64-bit hash that is good enough to tell two values of one field apart. It is the same
   * in every version.
   */
  public static long hash(byte[] bytes) {
    return hash(bytes, 0, bytes.length);
  }

  public static long hash(byte[] bytes, int from, int to) {
    long h = (to - from) * PRIME;
    int i = from;
    for (; i + 8 <= to; i += 8) {
      h = mix(h ^ (long) LONGS.get(bytes, i));
    }
    long tail = 0;
    for (; i < to; i++) {
      tail = (tail << 8) | (bytes[i] & 0xff);
    }
    return mix(h ^ tail);
  }

  private static long mix(long z) {
    long x = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return (x ^ (x >>> 31)) + PRIME;
  }

  public static boolean endsWith(byte[] bytes, byte[] suffix) {
    int from = bytes.length - suffix.length;
    return from >= 0 && Arrays.equals(bytes, from, bytes.length, suffix, 0, suffix.length);
  }

  public static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
