package com.voltageems.hissrv.query.health.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The report of a task of the source about itself (docs/status.md).
 *
 * @param timeMillis when it was made, by the worker's clock
 * @param intervalMillis the longest time until the next report
 * @param redisAheadMillis how far Redis's clock is ahead of the worker's; 0 if unknown
 * @param shared who else reads the same from Redis; empty if nobody does
 */
record SourceStatus(
    String connector,
    int task,
    long timeMillis,
    long intervalMillis,
    long redisAheadMillis,
    String shared,
    List<Part> parts) {
  private static final int MOST_PARTS = 200;
  private static final int LONGEST_NAME = 100;
  private static final long LONGEST_INTERVAL = 86_400_000L;
  private static final long LONGEST_WINDOW = 366 * LONGEST_INTERVAL;

  SourceStatus {
    parts = List.copyOf(parts);
  }

  /** Creates a report without the difference of Redis's clock, and without another reader. */
  SourceStatus(String connector, int task, long timeMillis, long intervalMillis, List<Part> parts) {
    this(connector, task, timeMillis, intervalMillis, 0, "", parts);
  }

  /**
   * One source of the task, or its aggregation.
   *
   * @param state {@code ok}, {@code stuck}, or another word of a later version
   * @param since if stuck: since when no attempt has succeeded, by the worker's clock
   * @param waiting how much waits in Redis, if known
   * @param newest time of the newest sample, if there was one
   * @param lost how many inputs were gone from Redis before they were read, since the task began
   * @param lostAt when the last of them was noticed, by the worker's clock
   * @param back how often it went back to an older state
   * @param steady whether something comes every few minutes as long as the devices report
   * @param windowMillis length of the windows that it reads; 0 if it reads none, or is older
   */
  record Part(
      String name,
      String type,
      String state,
      @Nullable Long since,
      String reason,
      @Nullable Long waiting,
      @Nullable Long newest,
      long lost,
      @Nullable Long lostAt,
      Back back,
      boolean steady,
      long windowMillis) {
    /**
     * Creates a part of an older plugin's report, which has neither {@code steady}, as a list may
     * be empty for long, nor {@code window_ms}.
     */
    Part(
        String name,
        String type,
        String state,
        @Nullable Long since,
        String reason,
        @Nullable Long waiting,
        @Nullable Long newest,
        long lost,
        @Nullable Long lostAt) {
      this(
          name,
          type,
          state,
          since,
          reason,
          waiting,
          newest,
          lost,
          lostAt,
          Back.NEVER,
          !type.equals("list"),
          0);
    }

    /** Returns whether this is the trigger that makes the windows, not a source. */
    boolean isAggregation() {
      return type.equals("aggregation");
    }

    boolean isStuck() {
      return state.equals("stuck");
    }
  }

  /**
   * How often a list, an index or a stream went back to an older state, since the task began.
   *
   * @param repeated how many elements came again at most, as far as known
   * @param at when that was last noticed, by the worker's clock
   */
  record Back(long count, long repeated, @Nullable Long at) {
    static final Back NEVER = new Back(0, 0, null);
  }

  /** Empty if the value is not such a report. */
  static Optional<SourceStatus> parse(byte[] value) {
    return StatusText.object(value).flatMap(SourceStatus::of);
  }

  private static Optional<SourceStatus> of(JsonNode node) {
    JsonNode interval = node.path("interval_ms");
    if (!node.path("connector").isTextual()
        || !node.path("task").canConvertToInt()
        || node.path("task").asInt() < 0
        || !StatusText.isTime(node.path("time"))
        || !interval.isIntegralNumber()
        || interval.asLong() <= 0
        || interval.asLong() > LONGEST_INTERVAL) {
      return Optional.empty();
    }
    List<Part> parts = new ArrayList<>();
    for (JsonNode part : node.path("parts")) {
      if (part.path("name").isTextual() && parts.size() < MOST_PARTS) {
        parts.add(part(part));
      }
    }
    return Optional.of(
        new SourceStatus(
            cut(node.path("connector").asText()),
            node.path("task").asInt(),
            node.path("time").asLong(),
            interval.asLong(),
            node.path("redis_ahead_ms").asLong(0),
            node.path("shared").isTextual() ? StatusText.reason(node.path("shared").asText()) : "",
            parts));
  }

  private static Part part(JsonNode part) {
    JsonNode waiting = part.path("waiting");
    JsonNode window = part.path("window_ms");
    return new Part(
        cut(part.path("name").asText()),
        cut(part.path("type").asText("")),
        cut(part.path("state").asText("")),
        StatusText.isTime(part.path("since")) ? part.path("since").asLong() : null,
        part.path("reason").isTextual() ? StatusText.reason(part.path("reason").asText()) : "",
        waiting.isIntegralNumber() && waiting.asLong() >= 0 ? waiting.asLong() : null,
        StatusText.isTime(part.path("newest")) ? part.path("newest").asLong() : null,
        count(part.path("lost")),
        StatusText.isTime(part.path("lost_at")) ? part.path("lost_at").asLong() : null,
        new Back(
            count(part.path("went_back")),
            count(part.path("repeated")),
            StatusText.isTime(part.path("went_back_at"))
                ? part.path("went_back_at").asLong()
                : null),
        part.path("steady").asBoolean(!part.path("type").asText("").equals("list")),
        window.isIntegralNumber() && window.asLong() > 0 && window.asLong() <= LONGEST_WINDOW
            ? window.asLong()
            : 0);
  }

  private static long count(JsonNode number) {
    return number.isIntegralNumber() ? Math.max(0, number.asLong()) : 0;
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_NAME ? text : text.substring(0, LONGEST_NAME);
  }
}
