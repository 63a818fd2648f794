package com.voltageems.hissrv.influx.point;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

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

  @Test
  void pin_thatIsNone() {
    assertThatThrownBy(() -> FieldTypes.Pin.parse("a"))
        .hasMessage("'a' is not of the form name:type, for example status:integer");
    assertThatThrownBy(() -> FieldTypes.Pin.parse("a:number"))
        .hasMessage("'number' in 'a:number' is none of float, integer, boolean, string");
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
