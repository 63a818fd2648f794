package com.voltageems.hissrv.query.store.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DigitsTest {
  @Test
  void computed_hasTwelveSignificantDigits() {
    assertThat(Digits.computed(0.1 + 0.2)).isEqualTo(0.3);
    assertThat(Digits.computed(220.00000000000003)).isEqualTo(220.0);
    assertThat(Digits.computed(-1.0 / 3)).isEqualTo(-0.333333333333);
    assertThat(Digits.computed(0)).isZero();
    assertThat(Digits.computed(Double.NaN)).isNaN();
    assertThat(Digits.computed(Double.NEGATIVE_INFINITY)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(Digits.computed(Double.MIN_VALUE)).isEqualTo(Double.MIN_VALUE);
    assertThat(Digits.computed(1.234567890123456e300)).isEqualTo(1.23456789012e300);
  }

  @Test
  void computed_isWhatDecimalArithmeticSays() {
    MathContext twelve = new MathContext(12, RoundingMode.HALF_EVEN);
    Random random = new Random(3);
    for (int i = 0; i < 200_000; i++) {
      double value =
          i % 3 == 0
              ? (random.nextInt(2_000_000) - 1_000_000) / 8.0 / (1 + random.nextInt(999))
              : (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(40) - 20);
      assertThat(Digits.computed(value))
          .as("%s", value)
          .isEqualTo(new BigDecimal(value).round(twelve).doubleValue());
    }
  }
}
