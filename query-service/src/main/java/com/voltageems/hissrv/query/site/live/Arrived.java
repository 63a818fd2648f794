package com.voltageems.hissrv.query.site.live;

import com.voltageems.hissrv.query.health.PartState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Determines up to which time the database has everything that was sent, according to the service's
 * parts. Pure.
 */
final class Arrived {
  private static final List<String> WAY = List.of("source", "sink");

  private Arrived() {}

  /**
   * Returns the time in epoch milliseconds.
   *
   * @return {@link Long#MAX_VALUE} if nothing is known to be on its way, {@link Long#MIN_VALUE}
   *     while it is unknown whether anything is
   */
  static long until(List<PartState> parts) {
    long until = Long.MAX_VALUE;
    for (PartState part : parts) {
      if (WAY.contains(part.name()) && part.state() != PartState.State.OFF) {
        until = Math.min(until, until(part));
      }
    }
    return until;
  }

  /**
   * Returns from when on data is gone that the database has shown, in epoch milliseconds; {@link
   * Long#MAX_VALUE} if none is.
   */
  static long gone(List<PartState> parts) {
    return parts.stream()
        .filter(part -> part.name().equals("store"))
        .map(part -> part.report().detail().get("gone"))
        .filter(Map.class::isInstance)
        .mapToLong(
            gone -> Instant.parse(String.valueOf(((Map<?, ?>) gone).get("from"))).toEpochMilli())
        .findFirst()
        .orElse(Long.MAX_VALUE);
  }

  private static long until(PartState part) {
    Map<String, @Nullable Object> detail = part.report().detail();
    boolean seen = part.state() == PartState.State.UP || part.state() == PartState.State.DEGRADED;
    if (!seen) {
      return Long.MIN_VALUE;
    }
    // A source may report nothing on purpose: then nothing is known to be on its way.
    return detail.get("arrived_until") instanceof String text
        ? Instant.parse(text).toEpochMilli()
        : Long.MAX_VALUE;
  }
}
