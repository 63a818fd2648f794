package com.voltageems.hissrv.redis.source;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.run.PartState;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reports what keeps a task from making progress, by a small record on a separate topic: at the
 * start, at every interval, and when a part gets stuck or continues. {@code docs/status.md} is the
 * contract. For the task's thread.
 */
final class StatusRecords {
  /**
   * Shortest time between two records about changes: a state that comes and goes must not flood the
   * topic.
   */
  private static final long LEAST_MS = 1000;

  /** Type of a part that is told only while it is stuck. */
  static final String LEFT = "left";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String topic;
  private final String connector;
  private final int task;
  private final long intervalMs;
  private final Supplier<@Nullable Long> redisAhead;
  private final Supplier<String> shared;
  private final List<Part> parts;
  private @Nullable Long lastMillis;
  private List<Boolean> lastStuck = List.of();
  private SyncTracker.@Nullable State lastSync;

  /**
   * One source, or the aggregation.
   *
   * @param type type of the source, or {@code aggregation}
   * @param waiting how much waits in Redis; null if unknown; may throw
   * @param newestMillis time of the newest sample; 0 before the first
   * @param lost how many inputs disappeared before they were read
   * @param lostMillis when the last loss was noticed
   * @param back how often it went back to an older state
   * @param steady whether something comes every few minutes while the devices report
   * @param windowMillis length of the windows that it reads; 0 if it reads none
   */
  record Part(
      String name,
      String type,
      PartState state,
      Supplier<@Nullable Long> waiting,
      LongSupplier newestMillis,
      LongSupplier lost,
      LongSupplier lostMillis,
      Supplier<SourceMetrics.Back> back,
      BooleanSupplier steady,
      long windowMillis) {
    /** Creates a part that reads nothing: it only has a state. */
    Part(String name, String type, PartState state) {
      this(
          name,
          type,
          state,
          () -> null,
          () -> 0,
          () -> 0,
          () -> 0,
          () -> SourceMetrics.Back.NEVER,
          () -> false,
          0);
    }
  }

  /**
   * Creates the status of a task.
   *
   * @param topic empty for no records
   * @param redisAhead how many milliseconds Redis's clock is ahead of the worker's; null if unknown
   * @param shared who else reads the same; empty if nobody does
   */
  StatusRecords(
      String topic,
      String connector,
      int task,
      long intervalMs,
      Supplier<@Nullable Long> redisAhead,
      Supplier<String> shared,
      List<Part> parts) {
    this.topic = topic;
    this.connector = connector;
    this.task = task;
    this.intervalMs = intervalMs;
    this.redisAhead = redisAhead;
    this.shared = shared;
    this.parts = List.copyOf(parts);
  }

  /**
   * Returns the next record, or null if none is due.
   *
   * @param reachable whether Redis can be asked what waits
   * @param sync progress of the last sync request; null before the first
   */
  // Connect's interface is not annotated; it expects null for no partition and no offset.
  @SuppressWarnings("NullAway")
  @Nullable SourceRecord next(long nowMillis, boolean reachable, SyncTracker.@Nullable State sync) {
    if (topic.isEmpty()) {
      return null;
    }
    List<Boolean> stuck = parts.stream().map(part -> part.state().stuck() != null).toList();
    Long last = lastMillis;
    // Somebody waits for these two reports: that the request was heard, and that all is in Kafka.
    boolean asked = sync != null && (!isOf(sync, lastSync) || isNowThrough(sync, lastSync));
    if (last != null && !asked) {
      // By its absolute value: a clock that is set back must not stop the records.
      long since = Math.abs(nowMillis - last);
      if (since < (stuck.equals(lastStuck) ? intervalMs : Math.min(LEAST_MS, intervalMs))) {
        return null;
      }
    }
    lastMillis = nowMillis;
    lastStuck = stuck;
    lastSync = sync;
    return new SourceRecord(
        null,
        null,
        topic,
        null,
        Schema.STRING_SCHEMA,
        connector + "/" + task,
        Schema.STRING_SCHEMA,
        json(nowMillis, reachable, sync),
        nowMillis);
  }

  private static boolean isOf(SyncTracker.State sync, SyncTracker.@Nullable State other) {
    return other != null && other.id().equals(sync.id());
  }

  private static boolean isNowThrough(SyncTracker.State sync, SyncTracker.@Nullable State before) {
    return sync.waiting().isEmpty() && before != null && !before.waiting().isEmpty();
  }

  private String json(long nowMillis, boolean reachable, SyncTracker.@Nullable State sync) {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", 1);
    root.put("connector", connector);
    root.put("task", task);
    root.put("time", nowMillis);
    root.put("interval_ms", intervalMs);
    Long ahead = reachable ? redisAhead.get() : null;
    if (ahead != null) {
      root.put("redis_ahead_ms", ahead);
    }
    if (!shared.get().isEmpty()) {
      root.put("shared", shared.get());
    }
    if (sync != null) {
      ObjectNode asked = root.putObject("sync").put("id", sync.id());
      ArrayNode waiting = asked.putArray("waiting");
      sync.waiting().forEach(waiting::add);
    }
    ArrayNode list = root.putArray("parts");
    for (Part part : parts) {
      PartState.Stuck stuck = part.state().stuck();
      if (stuck == null && part.type().equals(LEFT)) {
        continue;
      }
      ObjectNode node = list.addObject();
      node.put("name", part.name());
      node.put("type", part.type());
      node.put("state", stuck == null ? "ok" : "stuck");
      if (stuck != null) {
        node.put("since", stuck.sinceMillis());
        node.put("reason", stuck.reason());
      }
      Long waiting = reachable ? waiting(part) : null;
      if (waiting != null) {
        node.put("waiting", waiting);
      }
      long newest = part.newestMillis().getAsLong();
      if (newest > 0) {
        node.put("newest", newest);
      }
      if (!part.steady().getAsBoolean()) {
        node.put("steady", false);
      }
      if (part.windowMillis() > 0) {
        node.put("window_ms", part.windowMillis());
      }
      long lost = part.lost().getAsLong();
      if (lost > 0) {
        node.put("lost", lost);
        node.put("lost_at", part.lostMillis().getAsLong());
      }
      SourceMetrics.Back back = part.back().get();
      if (back.count() > 0) {
        node.put("went_back", back.count());
        node.put("went_back_at", back.millis());
      }
      if (back.repeated() > 0) {
        node.put("repeated", back.repeated());
      }
    }
    return root.toString();
  }

  /** Ignores a failure: the status must not end the task that it describes. */
  private static @Nullable Long waiting(Part part) {
    try {
      return part.waiting().get();
    } catch (RuntimeException e) {
      return null;
    }
  }
}
