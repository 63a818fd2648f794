package com.voltageems.hissrv.quickstart.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.quickstart.HistoryClient;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What a caller of the query service must see in the end. */
public final class Expect {
  private static final Duration LIMIT = Duration.ofMinutes(4);

  private Expect() {}

  /** Waits until exactly these points are read back: every one, its time and its value. */
  public static void points(
      HistoryClient history,
      String measurement,
      Map<String, String> tags,
      String field,
      Map<Long, Double> expected) {
    await()
        .atMost(LIMIT)
        .ignoreExceptionsInstanceOf(IllegalStateException.class)
        .untilAsserted(
            () ->
                assertThat(history.points(measurement, tags, field))
                    .as("%s %s %s", measurement, tags, field)
                    .isEqualTo(new TreeMap<>(expected)));
  }

  /** Waits until nobody complains. */
  public static void up(HistoryClient history) {
    health(history, "up", text -> {});
  }

  /**
   * Waits until {@code /health} has this status.
   *
   * @param further asserts what else its text must have
   */
  public static void health(HistoryClient history, String status, Consumer<String> further) {
    await(status)
        .atMost(LIMIT)
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              JsonNode health = history.get("/health");
              String text = health.toString();
              further.accept(text);
              assertThat(health.path("status").asText()).as(text).isEqualTo(status);
            });
  }

  /** Waits until {@code /health} tells this of a part, in these words. */
  public static void told(HistoryClient history, String part, String state, String... words) {
    await(part + " " + state)
        .atMost(LIMIT)
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              JsonNode told = history.get("/health").path("parts").path(part);
              assertThat(told.path("message").asText()).contains(words);
              assertThat(told.path("state").asText()).isEqualTo(state);
            });
  }
}
