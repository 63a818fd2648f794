package com.voltageems.hissrv.redis.source.stream;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Redis reports about a stream ({@code XINFO STREAM}).
 *
 * @param maxDeletedId largest id that was deleted, not trimmed; null before Redis 7.0
 * @param added number of entries ever added; {@link #NOT_TOLD} before Redis 7.0
 * @param length number of entries in the stream
 */
record StreamInfo(
    StreamPosition lastGeneratedId,
    @Nullable StreamPosition maxDeletedId,
    long added,
    long length) {
  static final long NOT_TOLD = -1;

  /** Reads names and values, alternating. Returns null if they do not contain the last id. */
  static @Nullable StreamInfo of(List<?> pairs) {
    Map<String, Object> told = new HashMap<>();
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      Object value = pairs.get(i + 1);
      if (pairs.get(i) instanceof byte[] name && value != null) {
        told.put(Bytes.text(name), value);
      }
    }
    StreamPosition last = id(told.get("last-generated-id"));
    long length = number(told.get("length"));
    return last == null
        ? null
        : new StreamInfo(
            last,
            id(told.get("max-deleted-entry-id")),
            length == NOT_TOLD ? NOT_TOLD : number(told.get("entries-added")),
            length);
  }

  private static @Nullable StreamPosition id(@Nullable Object value) {
    return value instanceof byte[] text ? new StreamPosition(Bytes.text(text)) : null;
  }

  private static long number(@Nullable Object value) {
    return value instanceof Long number ? number : NOT_TOLD;
  }

  /** Returns how many entries were trimmed or deleted. */
  long removed() {
    return added - length;
  }
}
