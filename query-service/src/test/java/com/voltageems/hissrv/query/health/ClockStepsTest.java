package com.voltageems.hissrv.query.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ClockStepsTest {
  private final SettableClock clock = new SettableClock();
  private final ClockSteps steps = new ClockSteps(clock);

  @Test
  void timeThatPasses_isNoStep() {
    clock.pass(Duration.ofDays(3));
    assertThat(steps.next()).isZero();
    assertThat(steps.now()).isEqualTo(clock.instant());
  }

  @Test
  void aCorrectionWhileItRuns_isNoStep() {
    clock.set(Duration.ofSeconds(-9));
    assertThat(steps.next()).isZero();
  }

  @Test
  void clockThatIsSet_isToldOnce_byItsAmount() {
    clock.set(Duration.ofHours(1));
    clock.pass(Duration.ofSeconds(5));
    assertThat(steps.next()).isEqualTo(Duration.ofHours(1));
    assertThat(steps.next()).isZero();
    clock.set(Duration.ofHours(-2));
    assertThat(steps.next()).isEqualTo(Duration.ofHours(-2));
  }

  /** In the middle of a look: what that remembers is of before, and moves with the next one. */
  @Test
  void nowStaysUntilTheNextLook() {
    Instant before = clock.instant();
    assertThat(steps.next()).isZero();
    clock.set(Duration.ofHours(1));
    assertThat(steps.now()).isEqualTo(before);
    assertThat(steps.next()).isEqualTo(Duration.ofHours(1));
  }
}
