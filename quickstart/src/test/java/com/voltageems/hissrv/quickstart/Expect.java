package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

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
}
