package com.voltageems.hissrv.redis.source.bytes;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Bytes as the key of a map. They are not copied, so nobody may change them. */
public final class ByteKey {
  public final byte[] bytes;
  private final int hash;

  public ByteKey(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ByteKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return Bytes.text(bytes);
  }
}
