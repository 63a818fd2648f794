package com.voltageems.hissrv.query.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClockGapTest {
  private static final String DATE = "Tue, 25 Nov 2025 22:05:00 GMT";

  /** Only what is certain counts: an answer may be late, and its time is cut to seconds. */
  @ParameterizedTest
  @CsvSource({
    "22:05:00.000, 22:05:00.100, PT0S",
    "22:05:00.999, 22:05:01.200, PT0S",
    "22:04:00.000, 22:05:30.000, PT0S",
    "22:03:59.000, 22:04:00.000, PT60S",
    "22:06:01.000, 22:06:02.000, PT-60S",
    "22:03:00.000, 22:04:59.500, PT0.5S",
    // Ours was set back between the two.
    "22:04:30.000, 22:03:30.000, PT30S",
  })
  void gap_isTheLeastThatMustBe(String sent, String received, Duration gap) {
    assertThat(ClockGap.of(DATE, at(sent), at(received))).isEqualTo(gap);
  }

  private static Instant at(String time) {
    return Instant.parse("2025-11-25T" + time + "Z");
  }

  @Test
  void whatIsNoTime_saysNothing() {
    assertThat(ClockGap.of("yesterday", Instant.EPOCH, Instant.EPOCH)).isZero();
    assertThat(ClockGap.of("", Instant.EPOCH, Instant.EPOCH)).isZero();
  }

  @Test
  void words_nameThoseThatMatter() {
    assertThat(
            ClockGap.words(
                Map.of(
                    "a:1", Duration.ofSeconds(61),
                    "b:1", Duration.ofSeconds(9),
                    "c:1", Duration.ofSeconds(-10))))
        .startsWith(
            "the clock of a:1 is 61 s ahead of this machine's; the clock of c:1 is 10 s behind this"
                + " machine's; ages");
    assertThat(ClockGap.words(Map.of("a:1", Duration.ZERO))).isEmpty();
  }
}
