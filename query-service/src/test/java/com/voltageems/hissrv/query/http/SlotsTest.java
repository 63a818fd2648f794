package com.voltageems.hissrv.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.config.QueryConfig.Limits;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlotsTest {
  private final Slots slots =
      new Slots(new Limits(Duration.ofSeconds(5), 1, 10, 10, 10, Duration.ofDays(1)));

  @Test
  void call_hasASlotWhileItRuns() {
    assertThat(slots.<Integer>bounded(deadline -> slots.running())).isEqualTo(1);
    assertThat(slots.running()).isZero();
    assertThatThrownBy(
            () ->
                slots.bounded(
                    deadline -> {
                      throw new IllegalStateException("broken");
                    }))
        .hasMessage("broken");
    assertThat(slots.running()).isZero();
  }

  @Test
  void moreThanPermitted_areRefused() {
    Runnable end = slots.in(Slots.Slot::keep);
    assertThatThrownBy(() -> slots.bounded(deadline -> 1))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("query.concurrency");
    end.run();
    end.run();
    assertThat(slots.running()).as("freed once").isZero();
    assertThat(slots.<Integer>bounded(deadline -> 1)).isEqualTo(1);
  }

  /** The first attempt freed the slot of the second one, which then ran beyond the limit. */
  @Test
  void answerBegunAgain_keepsItsSlot() {
    List<Runnable> ends = new ArrayList<>();
    slots.in(
        slot -> {
          ends.add(slot.keep());
          ends.get(0).run();
          ends.add(slot.keep());
          return 1;
        });
    assertThat(slots.running()).isEqualTo(1);
    ends.get(0).run();
    assertThat(slots.running()).isEqualTo(1);
    ends.get(1).run();
    assertThat(slots.running()).isZero();
  }
}
