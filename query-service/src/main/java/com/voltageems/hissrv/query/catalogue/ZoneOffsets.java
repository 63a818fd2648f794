package com.voltageems.hissrv.query.catalogue;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;

/** How far a zone's local time is ahead of UTC, and since when, for clients without zone rules. */
public final class ZoneOffsets {
  /** A chart may show some of the future. */
  private static final Duration AHEAD = Duration.ofDays(3 * 366);

  private ZoneOffsets() {}

  /**
   * Returns the offsets from 1970 on.
   *
   * @return pairs of epoch seconds and the seconds that local time is ahead from then on, in the
   *     order of time
   */
  public static List<List<Long>> of(ZoneId zone, Instant now) {
    ZoneRules rules = zone.getRules();
    List<List<Long>> offsets = new ArrayList<>();
    offsets.add(List.of(0L, (long) rules.getOffset(Instant.EPOCH).getTotalSeconds()));
    Instant until = now.plus(AHEAD);
    ZoneOffsetTransition next = rules.nextTransition(Instant.EPOCH);
    while (next != null && next.getInstant().isBefore(until)) {
      offsets.add(List.of(next.toEpochSecond(), (long) next.getOffsetAfter().getTotalSeconds()));
      next = rules.nextTransition(next.getInstant());
    }
    return offsets;
  }
}
