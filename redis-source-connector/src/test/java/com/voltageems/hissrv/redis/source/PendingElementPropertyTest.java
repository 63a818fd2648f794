package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.sample.ElementFault;
import com.voltageems.hissrv.redis.source.sample.NonFinite;
import com.voltageems.hissrv.redis.source.sample.PendingElement;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Any element is a sample with everything that was sent, or is rejected with a reason; there is no
 * third outcome.
 */
class PendingElementPropertyTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static PendingElement parse(byte[] element) {
    PendingElement parsed = PendingElement.parse(element, 65_536, NonFinite.DROP, 42);
    assertThat(parsed.sample() == null).isEqualTo(parsed.fault() != null);
    if (parsed.sample() != null) {
      assertThat(parsed.sample().isEmpty()).isFalse();
      assertThat(parsed.sample().fields().values()).allMatch(Double::isFinite);
    }
    return parsed;
  }

  @Property(tries = 2000)
  void anyBytes_areASampleOrRejected(@ForAll byte[] element) {
    parse(element);
  }

  /** A valid element with one part of it replaced by anything. */
  @Property(tries = 2000)
  void aDamagedElement_isASampleOrRejected(
      @ForAll String anything, @ForAll int where, @ForAll boolean quoted) {
    String sound =
        "{\"measurement\":\"m\",\"timestamp\":1753790700,\"tags\":{\"a\":\"b\"},\"fields\":{\"x\":1.5}}";
    int at = Math.floorMod(where, sound.length());
    String put = quoted ? '"' + anything + '"' : anything;
    parse(Bytes.of(sound.substring(0, at) + put + sound.substring(at)));
  }

  /** A field's value as written in JSON: everything that a producer's library may write. */
  @Provide
  Arbitrary<String> numberTexts() {
    Arbitrary<String> digits = Arbitraries.strings().numeric().ofMinLength(1).ofMaxLength(1200);
    Arbitrary<String> exponents =
        Combinators.combine(Arbitraries.doubles(), Arbitraries.integers())
            .as((mantissa, exponent) -> (long) (double) mantissa % 1000 + "e" + exponent);
    return Arbitraries.oneOf(
        Arbitraries.doubles().map(String::valueOf),
        Arbitraries.longs().map(String::valueOf),
        digits,
        exponents,
        Arbitraries.of(
            "1e400", "-1e400", "1e100000000", "0x10", "NaN", "Infinity", "1e-400", "01"));
  }

  @Property(tries = 2000)
  void anyNumber_isThatNumber_orCounted_orRejected(@ForAll("numberTexts") String number) {
    PendingElement parsed =
        parse(Bytes.of("{\"measurement\":\"m\",\"fields\":{\"x\":" + number + ",\"y\":1}}"));
    if (parsed.sample() == null) {
      assertThat(parsed.fault()).isEqualTo(ElementFault.NOT_JSON);
    } else if (parsed.nonFinite() == 1) {
      assertThat(parsed.sample().fields()).containsOnlyKeys("y");
      assertThat(Double.parseDouble(number)).isInfinite();
    } else {
      assertThat(parsed.sample().fields()).containsEntry("x", Double.parseDouble(number));
    }
  }

  @Property(tries = 100)
  void anyNamesAndTexts_arriveAsTheyWere(
      @ForAll Map<String, String> fields, @ForAll Map<String, String> tags) throws Exception {
    Map<String, Object> element = new LinkedHashMap<>();
    element.put("measurement", "m");
    element.put("tags", tags);
    element.put("fields", fields);
    byte[] json = JSON.writeValueAsBytes(element);
    PendingElement parsed = PendingElement.parse(json, 1 << 24, NonFinite.DROP, 42);
    if (fields.isEmpty()) {
      assertThat(parsed.fault()).isEqualTo(ElementFault.NO_FIELD);
    } else if (parsed.sample() != null) {
      Map<?, ?> sent = (Map<?, ?>) JSON.readValue(json, Map.class).get("fields");
      assertThat(parsed.sample().texts()).isEqualTo(sent);
      assertThat(parsed.sample().fields()).isEmpty();
    } else {
      assertThat(parsed.fault()).isNotNull();
    }
  }
}
