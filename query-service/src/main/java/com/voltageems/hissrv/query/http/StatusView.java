package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.health.PartState;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the states of the parts into {@code /health} and {@code /status} as JSON-like maps. Pure.
 */
final class StatusView {
  private StatusView() {}

  /** Returns whether every configured part works. */
  static boolean isHealthy(List<PartState> parts) {
    return parts.stream().noneMatch(PartState::isTrouble);
  }

  /** Returns {@code {"status":"up|down"}}: for a load balancer, which sends no token. */
  static Map<String, @Nullable Object> bareHealth(List<PartState> parts) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("status", isHealthy(parts) ? "up" : "down");
    return body;
  }

  /** Returns {@code {"status":"up|down","version","parts":{"<name>":{...}}}}. */
  static Map<String, @Nullable Object> health(List<PartState> parts, String version, Instant now) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("status", isHealthy(parts) ? "up" : "down");
    body.put("version", version);
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    for (PartState part : parts) {
      shown.put(part.name(), part(part, now));
    }
    body.put("parts", shown);
    return body;
  }

  /**
   * Returns {@code
   * {"status":"healthy|unhealthy","timestamp","version","components":{"<name>":{"status",
   * "message"}}}}, as the original service does: there the database is called {@code influxdb} and
   * the part that reads Redis is called {@code redis}.
   */
  static Map<String, @Nullable Object> hisHealth(
      List<PartState> parts, String version, Instant now) {
    Map<String, @Nullable Object> components = new LinkedHashMap<>();
    for (PartState part : parts) {
      if (part.state() != PartState.State.OFF) {
        String name =
            switch (part.name()) {
              case "store" -> "influxdb";
              case "source" -> "redis";
              default -> part.name();
            };
        String status = part.isTrouble() ? "unhealthy" : "healthy";
        Map<String, String> component = new LinkedHashMap<>();
        component.put("status", status);
        component.put("message", part.report().message());
        components.put(name, component);
      }
    }
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("status", isHealthy(parts) ? "healthy" : "unhealthy");
    body.put("timestamp", now.toString());
    body.put("version", version);
    body.put("components", components);
    return body;
  }

  private static Map<String, @Nullable Object> part(PartState part, Instant now) {
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    shown.put("state", part.state().text());
    shown.put("message", part.report().message());
    if (part.state() != PartState.State.OFF) {
      Instant checked = part.checked();
      shown.put("since", part.since().toString());
      shown.put("age_ms", checked == null ? null : Duration.between(checked, now).toMillis());
    }
    return shown;
  }

  /**
   * Returns {@code {"status","processed","failed","queue_size","last_sync",...}}. {@code status} is
   * {@code running} if every configured part works, {@code starting} before the first check of a
   * part, {@code degraded} otherwise. An unknown figure is null, never a guess. {@code now}, in
   * epoch milliseconds, is for clients with a clock of their own.
   */
  static Map<String, @Nullable Object> status(List<PartState> parts, String version, Instant now) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    boolean starting = parts.stream().anyMatch(part -> part.state() == PartState.State.UNKNOWN);
    boolean down =
        parts.stream()
            .anyMatch(
                part ->
                    part.state() == PartState.State.DOWN
                        || part.state() == PartState.State.DEGRADED);
    body.put("status", down ? "degraded" : starting ? "starting" : "running");
    for (String figure : List.of("processed", "failed", "queue_size", "last_sync")) {
      body.put(figure, detail(parts, figure.equals("failed") ? "kafka" : "sink").get(figure));
    }
    body.put("version", version);
    body.put("now", now.toEpochMilli());
    for (PartState part : parts) {
      Map<String, @Nullable Object> shown = part(part, now);
      part.report().detail().forEach(shown::putIfAbsent);
      body.put(part.name(), shown);
    }
    return body;
  }

  private static Map<String, @Nullable Object> detail(List<PartState> parts, String name) {
    for (PartState part : parts) {
      if (part.name().equals(name) && part.state() != PartState.State.DOWN) {
        return part.report().detail();
      }
    }
    return Map.of();
  }
}
