package com.voltageems.hissrv.redis.source.link;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Time of Redis's clock. */
public final class RedisTime {
  private RedisTime() {}

  /** Returns epoch milliseconds from the reply to TIME, which is seconds and microseconds. */
  public static long millis(@Nullable Object reply) {
    List<?> parts = (List<?>) Objects.requireNonNull(reply);
    return Long.parseLong(Bytes.text((byte[]) parts.get(0))) * 1000
        + Long.parseLong(Bytes.text((byte[]) parts.get(1))) / 1000;
  }
}
