package com.voltageems.hissrv.query.site.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Report;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ArrivedTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static PartState part(String name, State state, @Nullable Instant until) {
    String text = until == null ? null : until.toString();
    return new PartState(
        name,
        state,
        Report.of(state, "", Collections.singletonMap("arrived_until", text)),
        NOW,
        NOW);
  }

  @Test
  void theEarlierOfBothCounts() {
    Instant early = NOW.minusSeconds(500);
    Instant late = NOW.minusSeconds(5);
    assertThat(
            Arrived.until(
                List.of(part("source", State.UP, late), part("sink", State.DEGRADED, early))))
        .isEqualTo(early.toEpochMilli());
    assertThat(Arrived.until(List.of(part("source", State.UP, late), part("sink", State.UP, null))))
        .isEqualTo(late.toEpochMilli());
    assertThat(Arrived.until(List.of(part("source", State.UP, null), part("sink", State.UP, null))))
        .isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whoDoesNotAnswer_isWaitedFor_andWhoIsNotThereIsNot() {
    assertThat(
            Arrived.until(List.of(part("source", State.UP, null), part("sink", State.DOWN, null))))
        .isEqualTo(Long.MIN_VALUE);
    assertThat(Arrived.until(List.of(part("sink", State.UNKNOWN, null)))).isEqualTo(Long.MIN_VALUE);
    assertThat(
            Arrived.until(
                List.of(
                    part("source", State.OFF, null),
                    part("sink", State.OFF, null),
                    part("store", State.DOWN, null))))
        .isEqualTo(Long.MAX_VALUE);
    assertThat(Arrived.until(List.of())).isEqualTo(Long.MAX_VALUE);
  }
}
