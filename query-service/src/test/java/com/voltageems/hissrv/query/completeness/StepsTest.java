package com.voltageems.hissrv.query.completeness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StepsTest {
  private static final long SECOND = 1_000_000;

  private final SplittableRandom random = new SplittableRandom(5);
  private final Steps steps = new Steps();

  @Test
  void median_isExact_whereThereAreFewKinds() {
    assertThat(steps.usual()).isZero();
    for (long step : new long[] {5, 3, 1, 3, 9, 0}) {
      steps.add(step);
    }
    assertThat(steps.usual()).isEqualTo(3);
    for (int i = 0; i < 400; i++) {
      steps.add(10 + i);
    }
    assertThat(steps.usual()).isEqualTo(206);
  }

  /**
   * As where a device is asked by a clock that is not quite even: one of these a series and day.
   */
  @Test
  void stepsThatAreAllDifferent_takeLittleRoom_andTellTheirMedian() {
    for (int i = 0; i < 86_400; i++) {
      steps.add(SECOND + random.nextInt(40_001) - 20_000);
      assertThat(steps.kinds()).isLessThanOrEqualTo(Steps.MOST);
    }
    assertThat(steps.usual()).isCloseTo(SECOND, within(SECOND / 1000));
  }

  /** It was far from all that had come until then, and counted as the nearest of these. */
  @Test
  void stepThatComesLate_isTheUsualOne_whereItIsThatOfMost() {
    for (int i = 0; i < 6_000; i++) {
      steps.add(120 * SECOND + 1009L * i);
    }
    for (int i = 0; i < 10_000; i++) {
      steps.add(SECOND);
    }
    assertThat(steps.usual()).isEqualTo(SECOND);
  }

  /** Values that are written when they change. */
  @Test
  void stepsAtRandom_haveAboutTheirMedian() {
    long[] all = new long[20_000];
    for (int i = 0; i < all.length; i++) {
      all[i] = Math.round(-Math.log(1 - random.nextDouble()) * 10 * SECOND);
      steps.add(all[i]);
    }
    Arrays.sort(all);
    long median = all[all.length / 2];
    assertThat(steps.usual()).isCloseTo(median, within(median / 20));
  }
}
