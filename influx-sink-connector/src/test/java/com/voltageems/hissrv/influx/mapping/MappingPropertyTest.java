package com.voltageems.hissrv.influx.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.influx.point.LineReader;
import com.voltageems.hissrv.influx.point.Point;
import com.voltageems.hissrv.influx.point.Precision;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Any input gives points that can be written, or a reason; never an exception, and nothing is
 * dropped silently.
 */
class MappingPropertyTest {
  private static final int TRIES = 500;

  private static AnyToPoint mapping(@Nullable String points, @Nullable String timestamp) {
    return new AnyToPoint(
        new AnyToPoint.Rules(
            Template.parse("m"),
            List.of(Named.parse("tag")),
            List.of(),
            timestamp == null ? null : Expression.parse(timestamp),
            TimeFormat.parse("s", ZoneOffset.UTC),
            points == null ? null : PointArrays.parse(points),
            new AnyToPoint.Choices(AnyToPoint.EmptyPoints.REPORT, Envelope.NONE, false, false)),
        new ReadRules(
            new FieldTypes(List.of(FieldTypes.Pin.parse("n*:integer"))),
            false,
            "_text",
            Precision.NS));
  }

  private static SinkRecord record(@Nullable Object value) {
    return new SinkRecord(
        "t", 0, null, null, null, value, 7, 1_700_000_000_000L, TimestampType.CREATE_TIME);
  }

  @Provide
  Arbitrary<Object> json() {
    return json(3);
  }

  private static Arbitrary<Object> json(int depth) {
    if (depth == 0) {
      return scalar();
    }
    Arbitrary<Object> inner = json(depth - 1);
    Arbitrary<String> names =
        Arbitraries.oneOf(
            Arbitraries.of("at", "tag", "n", "n1", "a", "a.b", "b", "time", "r", ""),
            Arbitraries.strings().ofMaxLength(12));
    return Arbitraries.oneOf(
        scalar(),
        inner.list().ofMaxSize(3).map(list -> (Object) list),
        Arbitraries.maps(names, inner).ofMaxSize(4).map(map -> (Object) new HashMap<>(map)));
  }

  @Provide
  Arbitrary<List<Object>> elements() {
    return json(2).list().ofMinSize(1).ofMaxSize(6);
  }

  private static Arbitrary<Object> scalar() {
    return Arbitraries.oneOf(
            Arbitraries.longs().map(number -> (Object) number),
            Arbitraries.longs().between(0, 4).map(number -> (Object) number),
            Arbitraries.doubles().map(number -> (Object) number),
            Arbitraries.of(
                Double.NaN,
                Double.NEGATIVE_INFINITY,
                Long.MIN_VALUE,
                new BigDecimal("1e100000000"),
                new BigDecimal("1e-100000000"),
                BigInteger.TWO.pow(80),
                "1e100000000",
                "1".repeat(2_000),
                true),
            Arbitraries.bigDecimals().map(number -> (Object) number),
            Arbitraries.strings().ofMaxLength(20).map(text -> (Object) text))
        .injectNull(0.1);
  }

  // field case S8
  @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
  void anyValue_isPointsOrARejection(@ForAll("json") @Nullable Object value) {
    assertIsTold(mapping(null, null).map(record(value)));
    assertIsTold(mapping(null, "at").map(record(value)));
    assertIsTold(mapping("r", "at").map(record(value)));
    assertIsTold(
        new SampleToPoint(new ReadRules(new FieldTypes(List.of()), false, "", Precision.NS))
            .map(record(value)));
  }

  // field case S11
  @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
  void everyElement_isAPointOrHasAReason(@ForAll("elements") List<Object> elements) {
    Mapped mapped = mapping("r", null).map(record(Map.of("r", elements)));
    assertIsTold(mapped);
    List<String> reasons =
        mapped instanceof Mapped.Points points
            ? points.complaints()
            : List.of(((Mapped.Rejected) mapped).reason().split("; (?=r\\[)"));
    List<Point> written = mapped instanceof Mapped.Points points ? points.points() : List.of();
    assertThat(written).hasSizeLessThanOrEqualTo(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      String where = "r[" + i + "]";
      if (reasons.stream().noneMatch(reason -> reason.startsWith(where))) {
        assertIsIn(elements.get(i), written);
      }
    }
  }

  /** Elements with the same series and time become one point. */
  private static void assertIsIn(Object element, List<Point> written) {
    Mapped alone = mapping("r", null).map(record(Map.of("r", Collections.singletonList(element))));
    Point point = ((Mapped.Points) alone).points().get(0);
    assertThat(written)
        .anySatisfy(
            one -> {
              assertThat(one.tags()).isEqualTo(point.tags());
              assertThat(one.fields()).containsAll(point.fields());
            });
  }

  private static void assertIsTold(Mapped mapped) {
    if (mapped instanceof Mapped.Points points) {
      assertThat(points.points()).isNotEmpty();
      assertThat(points.complaints()).doesNotContain("");
      points.points().forEach(MappingPropertyTest::assertReadsBack);
    } else {
      assertThat(mapped).isInstanceOf(Mapped.Rejected.class);
      assertThat(((Mapped.Rejected) mapped).reason()).isNotBlank();
    }
  }

  /**
   * The line reads back as the point; the only exception is half a surrogate pair, which UTF-8
   * cannot encode.
   */
  private static void assertReadsBack(Point point) {
    String line = LineProtocolTest.encode(point);
    String text = point.toString();
    if (new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).equals(text)) {
      assertThat(LineReader.read(line)).isEqualTo(point);
    }
  }
}
