package com.voltageems.hissrv.redis.source.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTextTest {
  @ParameterizedTest
  @CsvSource({
    "25.123456, 25.123456",
    "1.000000, 1",
    "1e-7, 1e-7",
    "-3, -3",
    "+3, 3",
    "0.1, 0.1",
    "999999999999999, 999999999999999",
    "12345678901234567890, 12345678901234567890",
    ".5, 0.5"
  })
  void number_isANumber(String text, double number) {
    ValueText value = ValueText.parse(Bytes.of(text));
    assertThat(value.kind()).isEqualTo(ValueText.Kind.NUMBER);
    assertThat(value.number()).isEqualTo(number);
    assertThat(value.epochMillis()).isEqualTo(ValueText.NO_TIME);
  }

  @Test
  void decimal_isReadAsJavaReadsIt() {
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      String text =
          String.format(Locale.ROOT, "%." + random.nextInt(9) + "f", random.nextGaussian() * 1e5);
      assertThat(ValueText.parse(Bytes.of(text)).number()).isEqualTo(Double.parseDouble(text));
    }
  }

  // Field case S15: afterwards, nobody could tell that a meter's count was a different number.
  @ParameterizedTest
  @CsvSource({
    "9007199254740993, true",
    "-9007199254740993, true",
    "+9007199254740993:1642592400000, true",
    "123456789012345678901234567890, true",
    "9007199254740992, false",
    "9007199254740994, false",
    "0000000000000000000001, false",
    "9007199254740993.0, false",
    "1e300, false",
    "999999999999999, false"
  })
  void wholeNumberThatNoDoubleHas_keepsItsText(String text, boolean rounded) {
    ValueText value = ValueText.parse(Bytes.of(text));
    assertThat(value.kind()).isEqualTo(ValueText.Kind.NUMBER);
    assertThat(value.text() != null).isEqualTo(rounded);
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "nan", "inf", "-inf", "Infinity", "-Infinity", "+inf", "1e999"})
  void nonFinite_isTold(String text) {
    assertThat(ValueText.parse(Bytes.of(text)).kind()).isEqualTo(ValueText.Kind.NON_FINITE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " 1", "1 ", "auto", "1d", "0x10", "12:30", "1.2.3", "2024-01-01", "-"})
  void noNumber_isText(String text) {
    ValueText value = ValueText.parse(Bytes.of(text));
    assertThat(value.kind()).isEqualTo(ValueText.Kind.TEXT);
    assertThat(value.text()).isEqualTo(text);
  }

  @Test
  void valueWithTime_isTakenApart() {
    assertThat(ValueText.parse("25.1:1642592400000"))
        .isEqualTo(new ValueText(ValueText.Kind.NUMBER, 25.1, null, 1642592400000L, null));
    assertThat(ValueText.parse("1200.5:1642592400").epochMillis()).isEqualTo(1642592400000L);
    ValueText control = ValueText.parse("auto:1642592400000:system");
    assertThat(control.text()).isEqualTo("auto");
    assertThat(control.epochMillis()).isEqualTo(1642592400000L);
    assertThat(control.source()).isEqualTo("system");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"p1\":\"comsrv:4294967295:m:10001\"}",
        "{\"p1\":\"a:1642592400000:b\"}",
        "['a:1642592400000:b']",
        "see note:1642592400000",
        "auto:1642592400:system",
        "auto:16425924000000",
        "comsrv:4294967295:m",
        "12:30:1642592400",
        ":1642592400000"
      })
  void textWithDigitsBetweenColons_hasNoTime(String text) {
    assertThat(ValueText.parse(text))
        .isEqualTo(new ValueText(ValueText.Kind.TEXT, Double.NaN, text, ValueText.NO_TIME, null));
  }

  @Test
  void time_secondsAndMillis() {
    assertThat(ValueText.time(Bytes.of("1642592400"))).isEqualTo(1642592400000L);
    assertThat(ValueText.time(Bytes.of("1642592400.5"))).isEqualTo(1642592400500L);
    assertThat(ValueText.time(Bytes.of("1642592400123"))).isEqualTo(1642592400123L);
    assertThat(ValueText.time(Bytes.of("soon"))).isEqualTo(ValueText.NO_TIME);
    assertThat(ValueText.time(Bytes.of("-5"))).isEqualTo(ValueText.NO_TIME);
    assertThat(ValueText.time(Bytes.of("1e300"))).isEqualTo(ValueText.NO_TIME);
  }
}
