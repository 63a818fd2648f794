package com.voltageems.hissrv.query.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.sample.MemoryStore;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Selection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class StoreHistoryTest {
  private static final Instant NOW = Instant.parse("2026-01-01T06:00:00Z");
  private static final Instant HOUR_AGO = NOW.minus(Duration.ofHours(1));

  /** How often the series of a day were asked for, and whether that takes too long. */
  private int days;

  private boolean slow;

  private final MemoryStore store =
      new MemoryStore(10_000) {
        @Override
        public synchronized List<Map<String, String>> series(
            Selection selection, int limit, Deadline deadline) {
          days++;
          if (slow) {
            throw deadline.exceeded(new TimeoutException());
          }
          return super.series(selection, limit, deadline);
        }
      };
  private final StoreHistory history =
      new StoreHistory(() -> store, Duration.ofSeconds(5), Clock.fixed(NOW, ZoneOffset.UTC));

  private void samples(String channel, Instant from, Instant to) {
    for (Instant at = from; at.isBefore(to); at = at.plusSeconds(10)) {
      store.write(
          "telemetry", Map.of("channel", channel), at.toEpochMilli() * 1000, Map.of("1", 220.5));
    }
  }

  @Test
  void completeness_isThatOfTheWorstSeries() {
    samples("1001", HOUR_AGO, NOW);
    samples("1002", HOUR_AGO, NOW.minus(Duration.ofMinutes(15)));

    assertThat(history.completeness("telemetry", Map.of("channel", "1001"), HOUR_AGO, NOW))
        .isEqualTo(1);
    assertThat(history.completeness("telemetry", Map.of(), HOUR_AGO, NOW)).isEqualTo(0.75);
  }

  @Test
  void completeness_ofADeviceThatHasFallenSilent_isNothing() {
    samples("1001", HOUR_AGO.minus(Duration.ofHours(1)), NOW);
    samples("1002", HOUR_AGO.minus(Duration.ofHours(1)), HOUR_AGO);
    assertThat(history.completeness("telemetry", Map.of(), HOUR_AGO, NOW)).isZero();

    // One last sample is not all that was to be expected.
    samples("1002", HOUR_AGO, HOUR_AGO.plusSeconds(10));
    assertThat(history.completeness("telemetry", Map.of(), HOUR_AGO, NOW)).isBetween(0.001, 0.01);
  }

  /** After an hour the alert ended, and told so, while the device was as silent as before. */
  @Test
  void completeness_ofADeviceThatHasBeenSilentForHours_isNothingForADay() {
    samples("1001", HOUR_AGO.minus(Duration.ofHours(1)), NOW);
    samples("1002", NOW.minus(Duration.ofHours(24)), NOW.minus(Duration.ofHours(23)));
    assertThat(history.completeness("telemetry", Map.of(), HOUR_AGO, NOW)).isZero();
    assertThat(history.completeness("telemetry", Map.of("channel", "1001"), HOUR_AGO, NOW))
        .isEqualTo(1);
  }

  /** At a large site that reads billions of rows, and each check of the alerts would be late. */
  @Test
  void completeness_asksForTheDayOnlyWhereASeriesIsMissing() {
    samples("1001", NOW.minus(Duration.ofHours(3)), NOW);
    samples("1002", NOW.minus(Duration.ofHours(3)), NOW);
    for (int i = 0; i < 3; i++) {
      assertThat(history.completeness("telemetry", Map.of(), HOUR_AGO, NOW)).isEqualTo(1);
    }
    assertThat(days).as("at first").isEqualTo(1);

    // Hours later, one of them is silent; nothing but the database says when it was there.
    Instant later = NOW.plus(Duration.ofHours(4));
    samples("1001", NOW, later);
    assertThat(history.completeness("telemetry", Map.of(), later.minusSeconds(3600), later))
        .isZero();
    assertThat(days).isEqualTo(2);
  }

  @Test
  void completeness_ofASiteTooLargeForADay_isThatOfTheHour() {
    samples("1001", NOW.minus(Duration.ofHours(3)), NOW);
    samples("1002", NOW.minus(Duration.ofHours(4)), NOW.minus(Duration.ofHours(3)));
    slow = true;
    assertThat(history.completeness("telemetry", Map.of(), HOUR_AGO, NOW)).isEqualTo(1);
    assertThat(history.completeness("telemetry", Map.of(), HOUR_AGO, NOW)).isEqualTo(1);
    assertThat(days).isEqualTo(1);

    // What this service has seen itself counts all the same.
    Instant later = NOW.plus(Duration.ofHours(4));
    samples("1003", NOW, later);
    assertThat(history.completeness("telemetry", Map.of(), later.minusSeconds(3600), later))
        .isZero();
  }

  @Test
  void completeness_ofADeviceThatWasTakenAwayADayAgo_doesNotCount() {
    samples("1001", HOUR_AGO.minus(Duration.ofHours(1)), NOW);
    samples("1002", NOW.minus(Duration.ofHours(26)), NOW.minus(Duration.ofHours(24)));
    assertThat(history.completeness("telemetry", Map.of(), HOUR_AGO, NOW)).isEqualTo(1);
  }

  @Test
  void completeness_ofWhatIsNotThere_isNothing() {
    samples("1001", HOUR_AGO, NOW);

    assertThat(history.completeness("telemetry", Map.of("channel", "9"), HOUR_AGO, NOW)).isZero();
    assertThat(history.completeness("other", Map.of(), HOUR_AGO, NOW)).isZero();
    assertThat(history.completeness("telemetry", Map.of("nosuch", "1"), HOUR_AGO, NOW)).isZero();
  }

  @Test
  void newest_isTheLastPointOfThese() {
    samples("1001", HOUR_AGO, NOW);

    assertThat(history.newest("telemetry", Map.of("channel", "1001"), HOUR_AGO))
        .hasValue(NOW.minusSeconds(10));
    assertThat(history.newest("telemetry", Map.of("channel", "9"), HOUR_AGO)).isEmpty();
  }
}
