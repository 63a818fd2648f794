package com.voltageems.hissrv.redis.source.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PartStateTest {
  private final PartState state = new PartState();

  @Test
  void standstill_isLoggedAtOnce_thenOnceAMinute_andItsEnd() {
    assertThat(state.failed("away", 0)).isTrue();
    assertThat(state.failed("away", 30_000)).isFalse();
    assertThat(state.failed("away", 60_000)).isTrue();
    assertThat(state.passed()).isTrue();
    assertThat(state.passed()).isFalse();
    assertThat(state.failures()).isEqualTo(3);
  }

  @Test
  void standstillsThatComeAndGo_areLoggedAFewTimesAMinute_andTheOthersCounted() {
    int logged = 0;
    for (int second = 0; second < 10; second++) {
      boolean told = state.failed("cut off", second * 1000L);
      assertThat(state.stuck()).isNotNull();
      assertThat(state.passed()).isEqualTo(told);
      assertThat(state.stuck()).isNull();
      logged += told ? 1 : 0;
    }
    assertThat(logged).isEqualTo(3);
    assertThat(state.unsaid()).isEmpty();
    assertThat(state.failed("cut off", 61_000)).isTrue();
    assertThat(state.unsaid()).isEqualTo(" (7 more since the last one logged)");
  }

  @Test
  void standstillThatLasts_isLoggedWithinAMinute_howeverManyShortOnesWereBefore() {
    for (int second = 0; second < 5; second++) {
      state.failed("cut off", second * 1000L);
      state.passed();
    }
    assertThat(state.failed("cut off", 5_000)).isFalse();
    assertThat(state.failed("cut off", 59_000)).isFalse();
    assertThat(state.failed("cut off", 61_000)).isTrue();
    assertThat(state.unsaid()).isEqualTo(" (2 more since the last one logged)");
    assertThat(state.passed()).isTrue();
  }

  @Test
  void standstillForAnotherReason_isLogged_butNotWithoutEnd() {
    int logged = 0;
    for (int second = 0; second < 10; second++) {
      state.failed("cut off", second * 1000L);
      state.passed();
    }
    assertThat(state.failed("no answer", 10_000)).isTrue();
    assertThat(state.passed()).isTrue();
    for (int second = 11; second < 50; second++) {
      logged += state.failed("reason " + second, second * 1000L) ? 1 : 0;
      state.passed();
    }
    assertThat(logged).isEqualTo(6);
  }

  @Test
  void standstillThatIsLoggedElsewhere_isNotLoggedHere() {
    state.failedWithOthers("away", 0);
    assertThat(state.stuck()).isEqualTo(new PartState.Stuck(0, "away"));
    assertThat(state.passed()).isFalse();
    state.failedWithOthers("away", 1_000);
    assertThat(state.holdsUp("a reason of its own", 2_000)).isTrue();
    assertThat(state.passed()).isTrue();
  }
}
