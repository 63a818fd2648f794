package com.voltageems.hissrv.query.site.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RestartPausesTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final RestartPauses pauses = new RestartPauses(new Random(1));

  /** Seconds from one start to the next, as long as it fails at once. */
  private List<Long> distances(long hours) {
    List<Long> distances = new ArrayList<>();
    long last = 0;
    for (long second = 0; second < hours * 3600; second++) {
      if (pauses.look(true, second * SECOND)) {
        distances.add(second - last);
        last = second;
      }
    }
    return distances;
  }

  @Test
  void whatFailsAgain_isStartedLaterAndLater() {
    List<Long> distances = distances(12);
    assertThat(distances.get(0)).isBetween(22L, 38L);
    assertThat(distances.get(1)).isBetween(45L, 75L);
    assertThat(distances.get(4)).isBetween(360L, 600L);
    assertThat(distances.subList(6, distances.size())).allMatch(one -> one >= 1350 && one <= 2250);
    assertThat(pauses.tries()).isEqualTo(distances.size());
  }

  @Test
  void whatRunsForAWhile_isStartedSoonTheNextTime() {
    int before = distances(2).size();
    long now = 7200 * SECOND;
    assertThat(pauses.look(false, now)).isFalse();
    assertThat(pauses.left(now)).isNull();
    // It ran for a moment only: the pause stays long.
    assertThat(pauses.look(true, now + SECOND)).isFalse();
    assertThat(pauses.look(true, now + 100 * SECOND)).isFalse();
    assertThat(pauses.tries()).isEqualTo(before);
    long well = now + 200 * SECOND;
    pauses.look(false, well);
    pauses.look(false, well + RestartPauses.WELL.toNanos());
    assertThat(pauses.tries()).isZero();
    long later = well + 2 * RestartPauses.WELL.toNanos();
    assertThat(pauses.look(true, later)).isFalse();
    assertThat(pauses.look(true, later + 40 * SECOND)).isTrue();
  }
}
