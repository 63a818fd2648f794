package com.voltageems.hissrv.redis.source.list;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.sample.NonFinite;
import com.voltageems.hissrv.redis.source.sample.PendingElement;
import com.voltageems.hissrv.redis.source.sample.Sample;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Field case S11 in the source: elements that the database would merge into one point are kept
 * apart.
 */
class UntimedElementsTest {
  private static final List<String> ELEMENTS =
      List.of(
          "{\"measurement\":\"m\",\"fields\":{\"a\":1}}",
          "{\"measurement\":\"m\",\"fields\":{\"b\":2}}",
          "{\"measurement\":\"m\",\"fields\":{\"a\":3}}",
          "{\"measurement\":\"m\",\"tags\":{\"c\":1},\"fields\":{\"a\":4}}",
          "{\"measurement\":\"m\",\"fields\":{\"b\":5,\"a\":\"x\"}}");

  private static Stream<Sample> samples() {
    return ELEMENTS.stream()
        .map(text -> PendingElement.parse(Bytes.of(text), 1000, NonFinite.DROP, 7000))
        .peek(element -> assertThat(element.timed()).isFalse())
        .map(element -> Objects.requireNonNull(element.sample()));
  }

  @Test
  void sameFieldOfASeriesAgain_isAMillisecondLater() {
    UntimedElements untimed = new UntimedElements();
    assertThat(samples().map(sample -> untimed.timed("1", sample).epochMillis()))
        .containsExactly(7000L, 7000L, 7001L, 7000L, 7002L);
    assertThat(samples().map(sample -> untimed.timed("2", sample).epochMillis()))
        .as("another claim begins anew")
        .containsExactly(7000L, 7000L, 7001L, 7000L, 7002L);
    untimed.begin();
    assertThat(samples().map(sample -> untimed.timed("2", sample).epochMillis()))
        .as("so does the same one, read again")
        .containsExactly(7000L, 7000L, 7001L, 7000L, 7002L);
  }

  @Test
  void elementWithItsTime_isTimed() {
    String text = "{\"measurement\":\"m\",\"timestamp\":1753790700,\"fields\":{\"a\":1}}";
    assertThat(PendingElement.parse(Bytes.of(text), 1000, NonFinite.DROP, 7000).timed()).isTrue();
  }
}
