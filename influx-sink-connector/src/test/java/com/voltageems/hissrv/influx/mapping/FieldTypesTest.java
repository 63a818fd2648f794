package com.voltageems.hissrv.influx.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.influx.point.Dialect;
import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Glob;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FieldTypesTest {
  private static final FieldTypes PINNED =
      new FieldTypes(
          List.of(
              FieldTypes.Pin.parse("*_count:integer"),
              FieldTypes.Pin.parse("running:boolean"),
              FieldTypes.Pin.parse("serial:string"),
              FieldTypes.Pin.parse("level:float")));

  private static FieldTypes.Typed value(FieldValue value) {
    return new FieldTypes.Typed.Value(value);
  }

  @Test
  void numbers_areFloatsByDefault() {
    assertThat(PINNED.typed("x", 1L)).isEqualTo(value(new FieldValue.Float64(1)));
    assertThat(PINNED.typed("x", (byte) 1)).isEqualTo(value(new FieldValue.Float64(1)));
    assertThat(PINNED.typed("x", 220.1f)).isEqualTo(value(new FieldValue.Float64(220.1)));
    assertThat(PINNED.typed("x", new BigDecimal("1.25")))
        .isEqualTo(value(new FieldValue.Float64(1.25)));
  }

  @Test
  void pinned_takesWhatMeansTheSame() {
    assertThat(PINNED.typed("a_count", 7.0)).isEqualTo(value(new FieldValue.Int64(7)));
    assertThat(PINNED.typed("a_count", "7")).isEqualTo(value(new FieldValue.Int64(7)));
    assertThat(PINNED.typed("a_count", Long.MAX_VALUE))
        .isEqualTo(value(new FieldValue.Int64(Long.MAX_VALUE)));
    assertThat(PINNED.typed("running", 1L)).isEqualTo(value(new FieldValue.Bool(true)));
    assertThat(PINNED.typed("running", "off")).isEqualTo(value(new FieldValue.Bool(false)));
    assertThat(PINNED.typed("serial", 12L)).isEqualTo(value(new FieldValue.Text("12")));
    assertThat(PINNED.typed("level", "12.5")).isEqualTo(value(new FieldValue.Float64(12.5)));
    assertThat(PINNED.typed("level", true)).isEqualTo(value(new FieldValue.Float64(1)));
  }

  @Test
  void pinned_refusesWhatDoesNot() {
    assertThat(PINNED.typed("a_count", 7.5)).isInstanceOf(FieldTypes.Typed.Flaw.class);
    assertThat(PINNED.typed("a_count", Double.NaN)).isInstanceOf(FieldTypes.Typed.Flaw.class);
    assertThat(PINNED.typed("a_count", "many")).isInstanceOf(FieldTypes.Typed.Flaw.class);
    assertThat(PINNED.typed("running", 2L)).isInstanceOf(FieldTypes.Typed.Flaw.class);
    assertThat(PINNED.typed("level", "high")).isInstanceOf(FieldTypes.Typed.Flaw.class);
    assertThat(PINNED.typed("serial", List.of())).isInstanceOf(FieldTypes.Typed.Flaw.class);
  }

  // field case S15
  @Test
  void wholeNumberThatAFloatCannotHold_isSaid() {
    assertThat(PINNED.typed("x", 1L << 53)).isEqualTo(value(new FieldValue.Float64(0x1p53)));
    assertThat(PINNED.typed("x", Long.MIN_VALUE)).isEqualTo(value(new FieldValue.Float64(-0x1p63)));
    for (Object number :
        List.of((1L << 53) + 1, Long.MAX_VALUE, BigInteger.TWO.pow(70).add(BigInteger.ONE))) {
      assertThat(PINNED.typed("x", number))
          .isEqualTo(
              new FieldTypes.Typed.Flaw(
                  "is a whole number that a float cannot hold exactly; pin it to integer or string"
                      + " by field.types"));
    }
    assertThat(PINNED.typed("a_count", (1L << 53) + 1))
        .isEqualTo(value(new FieldValue.Int64((1L << 53) + 1)));
    assertThat(PINNED.typed("serial", (1L << 53) + 1))
        .isEqualTo(value(new FieldValue.Text("9007199254740993")));
    assertThat(PINNED.typed("a_count", BigInteger.TWO.pow(64)))
        .isInstanceOf(FieldTypes.Typed.Flaw.class);
  }

  // field case S15
  @Test
  void leastLong_isNullOnQuestDb() {
    FieldTypes questDb =
        new FieldTypes(List.of(FieldTypes.Pin.parse("n:integer")), Dialect.QUESTDB);
    assertThat(questDb.typed("n", Long.MIN_VALUE))
        .isEqualTo(
            new FieldTypes.Typed.Flaw("is -9223372036854775808, which QuestDB takes for null"));
    assertThat(PINNED.typed("a_count", Long.MIN_VALUE))
        .isEqualTo(value(new FieldValue.Int64(Long.MIN_VALUE)));
  }

  // field case S8
  @Test
  @Timeout(20)
  void hugeNumbers_costNothing() {
    for (Object number :
        List.of(
            "1e100000000",
            "1e-100000000",
            "1".repeat(1_000_000),
            new BigDecimal("1e2000000000"),
            new BigDecimal("1e-2000000000"))) {
      assertThat(PINNED.typed("a_count", number)).isInstanceOf(FieldTypes.Typed.Flaw.class);
      assertThat(PINNED.typed("level", number)).isNotNull();
      assertThat(PINNED.typed("running", number)).isInstanceOf(FieldTypes.Typed.Flaw.class);
      assertThat(PINNED.typed("x", number)).isNotNull();
    }
  }

  @Test
  void pin_thatIsNone() {
    assertThatThrownBy(() -> FieldTypes.Pin.parse("a"))
        .hasMessage("'a' is not of the form name:type, for example status:integer");
    assertThatThrownBy(() -> FieldTypes.Pin.parse("a:number"))
        .hasMessage("'number' in 'a:number' is not float, integer, boolean or string");
  }

  @Test
  void glob() {
    assertThat(new Glob("hissrv.*").matches("hissrv.live")).isTrue();
    assertThat(new Glob("hissrv.*").matches("hissrvXlive")).isFalse();
    assertThat(new Glob("*_count").matches("_count")).isTrue();
    assertThat(new Glob("a*b*c").matches("a-b-b-c")).isTrue();
    assertThat(new Glob("a*b*c").matches("a-b-b")).isFalse();
    assertThat(new Glob("").matches("")).isTrue();
    assertThat(new Glob("*").matches("")).isTrue();
  }
}
