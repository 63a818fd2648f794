package com.voltageems.hissrv.query.sync;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a request ended.
 *
 * @param waitingFor what is not through at the deadline; empty when all is in the database
 * @param readableUntil what was in Redis by then is in the database; null when that is not known
 */
public record SyncAnswer(List<String> waitingFor, @Nullable Instant readableUntil, Duration took) {
  public SyncAnswer {
    waitingFor = List.copyOf(waitingFor);
  }

  public boolean isDone() {
    return waitingFor.isEmpty();
  }

  /** As {@code POST /sync} gives it. */
  public Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("state", isDone() ? "done" : "waiting");
    json.put("waiting_for", waitingFor);
    json.put("readable_until", readableUntil == null ? null : readableUntil.toString());
    json.put("took_ms", took.toMillis());
    return json;
  }
}
