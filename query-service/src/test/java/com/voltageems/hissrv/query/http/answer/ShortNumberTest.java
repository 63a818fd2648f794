package com.voltageems.hissrv.query.http.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShortNumberTest {
  private final ShortNumber number = new ShortNumber();

  private String text(double value) {
    assertThat(number.write(value)).as("%s", value).isTrue();
    return new String(number.chars(), number.start(), number.length());
  }

  @Test
  void shortNumbers_areWrittenAsJavaWritesThem() {
    for (double value :
        new double[] {
          0,
          -0.0,
          1,
          -1,
          10,
          0.001,
          0.5,
          220.123456,
          -999.999999999,
          9_999_999.999999,
          100,
          0.1 + 0.5,
          1e6
        }) {
      assertThat(text(value)).isEqualTo(Double.toString(value));
    }
  }

  @Test
  void longOnes_areLeftToOthers() {
    for (double value :
        new double[] {
          0.1 + 0.2, Math.PI, 1e7, 1e-4, 1e300, Double.MIN_VALUE, Double.NaN, 1.0 / 0
        }) {
      assertThat(number.write(value)).as("%s", value).isFalse();
    }
  }

  /** The neighbours of short numbers, too, which must not be taken for them. */
  @Test
  void whateverIsWritten_readsBackAsItWas_andIsTheShortest() {
    Random random = new Random(44);
    int written = 0;
    for (int i = 0; i < 500_000; i++) {
      double value =
          new BigDecimal(random.nextInt()).movePointLeft(random.nextInt(12)).doubleValue();
      for (double one : new double[] {value, Math.nextUp(value), Math.nextDown(value)}) {
        if (number.write(one)) {
          written++;
          String text = new String(number.chars(), number.start(), number.length());
          assertThat(Double.parseDouble(text)).isEqualTo(one);
          // Before 19, Java's own text is not always the shortest, but never shorter than it.
          assertThat(text.length()).isLessThanOrEqualTo(Double.toString(one).length());
        }
      }
    }
    assertThat(written).isGreaterThan(200_000);
  }
}
