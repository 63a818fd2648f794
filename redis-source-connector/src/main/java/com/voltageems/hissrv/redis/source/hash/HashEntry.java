package com.voltageems.hissrv.redis.source.hash;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.sample.ArchiveKey;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.ValueText;
import org.jspecify.annotations.Nullable;

/** A live hash: what is known of it, and what was last seen in it. */
final class HashEntry {
  static final byte[] TIMES_SUFFIX = Bytes.of(":ts");

  final byte[] key;
  final HashState state = new HashState();

  /** The number of the last discovery that found it. */
  int seenIn;

  /** Fields by HLEN or by the last reading; -1 for not known. */
  int size = -1;

  /** Bytes of the last reading; -1 before the first. */
  long bytes = -1;

  /** Numbers in the last record: the next one will have about as many. */
  int given;

  boolean hasTimes;
  boolean otherType;

  /** That it is of another type was counted: once is enough. */
  boolean rejected;

  KeyMapper.@Nullable Mapped mapped;

  /** Where the key is that of a window; else {@link ValueText#NO_TIME}. */
  final long windowMillis;

  HashEntry(byte[] key) {
    this.key = key;
    this.windowMillis = ArchiveKey.startMillis(key);
  }

  /** The key of the hash beside it that has the times of its fields. */
  byte[] timesKey() {
    return Bytes.concat(key, TIMES_SUFFIX);
  }
}
