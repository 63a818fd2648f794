package com.voltageems.hissrv.influx.lane;

import com.voltageems.hissrv.influx.batch.Destination;
import java.util.HashMap;
import java.util.Map;

/** The start of the last accepted request at each destination. Guarded by the monitor. */
final class Accepted {
  private final Map<Destination, Long> starts = new HashMap<>();

  void add(Destination destination, long startNanos) {
    starts.merge(destination, startNanos, (one, other) -> one - other > 0 ? one : other);
  }

  /** Returns whether the destination has accepted a request that began after this moment. */
  boolean since(Destination destination, long nanos) {
    Long start = starts.get(destination);
    return start != null && start - nanos > 0;
  }

  boolean isAny() {
    return !starts.isEmpty();
  }
}
