package com.voltageems.hissrv.query.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionTest {
  @Test
  void parse_theSeedsOwn() {
    Condition condition = Condition.parse("failed_count > 100");

    assertThat(condition.figure()).isEqualTo(Figure.FAILED_COUNT);
    assertThat(condition.holds(100)).isFalse();
    assertThat(condition.holds(101)).isTrue();
    assertThat(condition.within()).isNull();
  }

  @Test
  void parse_growthWithinATime() {
    Condition condition = Condition.parse(" failed_count in 1h >= 5 ");

    assertThat(condition.within()).isEqualTo(Duration.ofHours(1));
    assertThat(condition.holds(5)).isTrue();
    assertThat(condition.text()).isEqualTo("failed_count in 1h >= 5");
  }

  @Test
  void parse_silenceOfASeries() {
    Condition condition = Condition.parse("silence(telemetry, channel=1001, type=m) > 10m");

    assertThat(condition.argument()).isEqualTo("telemetry");
    assertThat(condition.tags()).isEqualTo(Map.of("channel", "1001", "type", "m"));
    assertThat(condition.bound()).isEqualTo(600);
    assertThat(condition.shown(90)).isEqualTo("1m30s");
  }

  @Test
  void parse_completenessOverATime() {
    Condition condition = Condition.parse("completeness(telemetry, channel=1001) in 6h < 0.9");

    assertThat(condition.within()).isEqualTo(Duration.ofHours(6));
    assertThat(condition.figure().canGrow()).isFalse();
    assertThat(condition.holds(0.899)).isTrue();
    assertThat(condition.holds(0.9)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "failed_count ~ not a condition such as failed_count > 100",
        "failures > 1 ~ unknown figure failures; there are failed_count, queue_size, sync_age",
        "failed_count > many ~ many is not a number",
        "sync_age > 10 ~ 10 is not a duration such as 30s",
        "sync_age in 1h > 10m ~ in 1h: growth is watched of",
        "failed_count in 2d > 1 ~ in 2d: growth is watched of failed_count",
        "failed_count(x) > 1 ~ failed_count takes nothing in brackets",
        "completeness > 1 ~ completeness needs (measurement, tag=value)",
        "completeness(m) in 2d < 0.5 ~ in 2d: growth is watched of",
        "waiting > 1 ~ waiting needs (source)",
        "waiting(a, b) > 1 ~ waiting takes one name: (source)",
        "stuck(database) > 1m ~ there is no part database; there are store, kafka, connect, source",
        "silence(telemetry, channel) > 1m ~ channel is not tag=value",
        "failed_count = 1 ~ not a condition such as",
      })
  void parse_whatIsNone_saysWhatWouldBeRight(String text, String message) {
    assertThatThrownBy(() -> Condition.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }
}
