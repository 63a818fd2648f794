package com.voltageems.hissrv.query.sync;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of a request.
 *
 * @param waitingFor what was not finished at the deadline; empty if everything is in the database
 * @param readableUntil the time up to which the content of Redis is in the database; null if
 *     unknown
 */
public record SyncAnswer(List<String> waitingFor, @Nullable Instant readableUntil, Duration took) {
  public SyncAnswer {
    waitingFor = List.copyOf(waitingFor);
  }

  public boolean isDone() {
    return waitingFor.isEmpty();
  }

  /** Returns the answer in the form of {@code POST /sync}. */
  public Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("state", isDone() ? "done" : "waiting");
    json.put("waiting_for", waitingFor);
    json.put("readable_until", readableUntil == null ? null : readableUntil.toString());
    json.put("took_ms", took.toMillis());
    return json;
  }
}
