package com.voltageems.hissrv.redis.source.hash;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.sample.ArchiveKey;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.ValueText;
import org.jspecify.annotations.Nullable;

/** Live hash: what is known about it, and what was last seen in it. */
final class HashEntry {
  static final byte[] TIMES_SUFFIX = Bytes.of(":ts");

  final byte[] key;
  final HashState state = new HashState();

  /** Number of the last discovery that found it. */
  int seenIn;

  /** Number of fields by HLEN or by the last reading; -1 if unknown. */
  int size = -1;

  /** Bytes of the last reading; -1 before the first. */
  long bytes = -1;

  /** Number of values in the last record: the next one will have about as many. */
  int given;

  boolean hasTimes;
  boolean otherType;

  /** Whether its wrong type was already counted: once is enough. */
  boolean rejected;

  /** Whether the companion's wrong type was already counted. */
  boolean timesRejected;

  KeyMapper.@Nullable Mapped mapped;

  /** Start of the window if the key is the key of a window; otherwise {@link ValueText#NO_TIME}. */
  final long windowMillis;

  HashEntry(byte[] key) {
    this.key = key;
    this.windowMillis = ArchiveKey.startMillis(key);
  }

  /** Returns the key of the companion hash, which has the times of the fields. */
  byte[] timesKey() {
    return Bytes.concat(key, TIMES_SUFFIX);
  }
}
