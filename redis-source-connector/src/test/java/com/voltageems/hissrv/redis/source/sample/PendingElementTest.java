package com.voltageems.hissrv.redis.source.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PendingElementTest {
  private static PendingElement parse(String json) {
    return PendingElement.parse(Bytes.of(json), 10_000, NonFinite.DROP, 42);
  }

  @Test
  void example_becomesASample() {
    Sample sample =
        parse(
                "{\"measurement\":\"custom_metrics\",\"timestamp\":1753790700,\"tags\":"
                    + "{\"source\":\"lua_script\",\"type\":\"aggregated\",\"n\":7},\"fields\":"
                    + "{\"test_value\":123.456,\"on\":true,\"off\":false,\"name\":\"x\",\"no\":null}}")
            .sample();
    Objects.requireNonNull(sample);
    assertThat(sample.series().key())
        .isEqualTo("custom_metrics,n=7,source=lua_script,type=aggregated");
    assertThat(sample.epochMillis()).isEqualTo(1753790700000L);
    assertThat(sample.fields())
        .containsOnlyKeys("test_value", "on", "off")
        .containsEntry("test_value", 123.456)
        .containsEntry("on", 1.0)
        .containsEntry("off", 0.0);
    assertThat(sample.texts()).hasSize(1).containsEntry("name", "x");
  }

  @Test
  void withoutTime_isTheTimeOfReading() {
    Sample sample = parse("{\"measurement\":\"m\",\"fields\":{\"a\":1}}").sample();
    Objects.requireNonNull(sample);
    assertThat(sample.epochMillis()).isEqualTo(42);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "no json | NOT_JSON",
        "{} {} | NOT_JSON",
        "[1] | NOT_AN_OBJECT",
        "{\"fields\":{\"a\":1}} | NO_MEASUREMENT",
        "{\"measurement\":\"\",\"fields\":{\"a\":1}} | NO_MEASUREMENT",
        "{\"measurement\":\"m\"} | FIELDS_NOT_AN_OBJECT",
        "{\"measurement\":\"m\",\"fields\":[]} | FIELDS_NOT_AN_OBJECT",
        "{\"measurement\":\"m\",\"fields\":{}} | NO_FIELD",
        "{\"measurement\":\"m\",\"fields\":{\"a\":null}} | NO_FIELD",
        "{\"measurement\":\"m\",\"fields\":{\"a\":{}}} | FIELD_NOT_A_SCALAR",
        "{\"measurement\":\"m\",\"tags\":3,\"fields\":{\"a\":1}} | TAGS_NOT_AN_OBJECT",
        "{\"measurement\":\"m\",\"tags\":{\"a\":[]},\"fields\":{\"a\":1}} | TAG_NOT_A_SCALAR",
        "{\"measurement\":\"m\",\"timestamp\":\"x\",\"fields\":{\"a\":1}} | BAD_TIMESTAMP",
        "{\"measurement\":\"m\",\"timestamp\":{},\"fields\":{\"a\":1}} | BAD_TIMESTAMP"
      })
  void noSample_hasAFault(String json, ElementFault fault) {
    assertThat(parse(json)).isEqualTo(new PendingElement(null, fault, 0, 0, false));
  }

  @Test
  void nonFiniteField_isDroppedAndCounted_orKeptAsText() {
    String json = "{\"measurement\":\"m\",\"fields\":{\"a\":1,\"b\":1e999,\"c\":-1e999}}";
    PendingElement dropped = parse(json);
    assertThat(Objects.requireNonNull(dropped.sample()).fields()).containsOnlyKeys("a");
    assertThat(dropped.nonFinite()).isEqualTo(2);
    assertThat(dropped.rounded()).isZero();
    PendingElement kept = PendingElement.parse(Bytes.of(json), 10_000, NonFinite.TEXT, 42);
    assertThat(Objects.requireNonNull(kept.sample()).texts())
        .containsEntry("b", "Infinity")
        .containsEntry("c", "-Infinity");
    assertThat(kept.nonFinite()).isZero();
  }

  @Test
  void hugeDeepOrBinary_isRejected() {
    assertThat(parse("x".repeat(10_001)).fault()).isEqualTo(ElementFault.TOO_LONG);
    assertThat(parse("[".repeat(9_000)).fault()).isEqualTo(ElementFault.NOT_JSON);
    assertThat(PendingElement.parse(new byte[] {(byte) 0xff, 1}, 100, NonFinite.DROP, 0).fault())
        .isEqualTo(ElementFault.NOT_JSON);
  }

  @Test
  void rejectedEntry_keepsTheElement() {
    assertThat(
            new String(
                PendingElement.rejectedEntry(Bytes.of("a\"b"), ElementFault.NOT_JSON),
                StandardCharsets.UTF_8))
        .isEqualTo("{\"reason\":\"not JSON\",\"element\":\"a\\\"b\"}");
    assertThat(
            new String(
                PendingElement.rejectedEntry(new byte[] {(byte) 0xff}, ElementFault.NOT_JSON),
                StandardCharsets.UTF_8))
        .isEqualTo("{\"reason\":\"not JSON\",\"element_base64\":\"/w==\"}");
  }

  // Field case S15: afterwards, nobody could tell that a meter's count was a different number.
  @Test
  void wholeNumberThatNoDoubleHas_isTold() {
    PendingElement element =
        parse(
            "{\"measurement\":\"m\",\"fields\":{\"a\":9007199254740993,\"b\":9007199254740992,"
                + "\"c\":-9007199254740993,\"d\":123456789012345678901234567890,\"e\":1e300}}");
    assertThat(element.rounded()).isEqualTo(3);
  }
}
