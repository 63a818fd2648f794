package com.voltageems.hissrv.influx.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import com.voltageems.hissrv.influx.point.Precision;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnyToPointTest {
  private static SinkRecord record(@Nullable Object key, @Nullable Object value) {
    SinkRecord record =
        new SinkRecord(
            "meters", 0, null, key, null, value, 7, 1_700_000_000_000L, TimestampType.CREATE_TIME);
    record.headers().addString("kind", "pv");
    return record;
  }

  private static AnyToPoint mapping(
      String measurement,
      List<String> tags,
      List<String> fields,
      @Nullable String timestamp,
      String format,
      @Nullable String points) {
    return mapping(
        measurement,
        tags,
        fields,
        timestamp,
        format,
        points,
        AnyToPoint.EmptyPoints.REPORT_MISSING);
  }

  private static AnyToPoint mapping(
      String measurement,
      List<String> tags,
      List<String> fields,
      @Nullable String timestamp,
      String format,
      @Nullable String points,
      AnyToPoint.EmptyPoints emptyPoints) {
    return new AnyToPoint(
        new AnyToPoint.Rules(
            Template.parse(measurement),
            tags.stream().map(Named::parse).toList(),
            fields.stream().map(Named::parse).toList(),
            timestamp == null ? null : Expression.parse(timestamp),
            TimeFormat.parse(format, ZoneOffset.UTC),
            points == null ? null : PointArrays.parse(points),
            new AnyToPoint.Choices(emptyPoints, Envelope.NONE, false, false)),
        new ReadRules(new FieldTypes(List.of()), false, "", Precision.NS));
  }

  private static List<String> lines(Mapped mapped) {
    Mapped.Points points = (Mapped.Points) mapped;
    assertThat(points.complaints()).isEmpty();
    return points.points().stream().map(point -> LineProtocolTest.encode(point).strip()).toList();
  }

  @Test
  void places_ofEveryKind() {
    AnyToPoint mapping =
        mapping(
            "${header.kind}_${topic}",
            List.of("site=key.site", "device.id", "value.topic"),
            List.of("u=data.voltage", "data.on"),
            "data.time",
            "s",
            null);
    assertThat(
            lines(
                mapping.map(
                    record(
                        Map.of("site", "north"),
                        Map.of(
                            "device", Map.of("id", 7.0),
                            "topic", "t",
                            "data", Map.of("voltage", 220.5, "on", true, "time", 1700000001.5))))))
        .containsExactly(
            "pv_meters,device.id=7,site=north,topic=t data.on=true,u=220.5 1700000001500");
  }

  @Test
  void withoutFieldRules_everyScalarThatIsNeitherTagNorTime() {
    AnyToPoint mapping = mapping("m", List.of("id"), List.of(), "at", "ms", null);
    assertThat(
            lines(
                mapping.map(
                    record(null, Map.of("id", "a", "at", 5L, "x", 1L, "nested", Map.of("y", 2L))))))
        .containsExactly("m,id=a nested.y=2,x=1 5");
  }

  @Test
  void struct_withLogicalTime() {
    Schema schema =
        SchemaBuilder.struct()
            .field("id", Schema.STRING_SCHEMA)
            .field("v", Schema.FLOAT32_SCHEMA)
            .field("at", Timestamp.SCHEMA)
            .build();
    Struct value =
        new Struct(schema)
            .put("id", "a")
            .put("v", 220.1f)
            .put("at", Date.from(Instant.ofEpochMilli(1_234)));
    assertThat(
            lines(
                mapping("${topic}", List.of("id"), List.of(), "at", "ms", null)
                    .map(record(null, value))))
        .containsExactly("meters,id=a v=220.1 1234");
  }

  // field case S4
  @Test
  void nullInAnOptionalMemberWithADefault_isNoValue() {
    Schema zero = SchemaBuilder.float64().optional().defaultValue(0.0).build();
    Schema north = SchemaBuilder.string().optional().defaultValue("north").build();
    Schema inner = SchemaBuilder.struct().field("v", zero).optional().build();
    Schema schema =
        SchemaBuilder.struct()
            .field("u", zero)
            .field("site", north)
            .field("at", SchemaBuilder.int64().optional().defaultValue(0L).build())
            .field("nested", inner)
            .field("x", Schema.FLOAT64_SCHEMA)
            .field("factor", SchemaBuilder.float64().defaultValue(1.0).build())
            .build();
    Struct value =
        new Struct(schema)
            .put("u", null)
            .put("site", null)
            .put("nested", new Struct(inner).put("v", null))
            .put("x", 1.5);
    assertThat(
            lines(
                mapping("m", List.of("site"), List.of(), null, "ms", null)
                    .map(record(null, value))))
        .containsExactly("m factor=1,x=1.5 1700000000000");
    assertThat(
            lines(
                mapping("m", List.of(), List.of("u", "x", "n=nested.v"), null, "ms", null)
                    .map(record(null, value))))
        .containsExactly("m x=1.5 1700000000000");
    assertThat(mapping("m", List.of(), List.of("x"), "at", "ms", null).map(record(null, value)))
        .isEqualTo(new Mapped.Rejected("'at' is null, not a time of mapping.timestamp.format"));
    assertThat(
            mapping("${site}", List.of(), List.of("x"), null, "ms", null).map(record(null, value)))
        .isInstanceOf(Mapped.Rejected.class);
  }

  @Test
  void scalarValue_isTheFieldValue() {
    assertThat(
            lines(mapping("${key}", List.of(), List.of(), null, "ms", null).map(record("m", 1.5))))
        .containsExactly("m value=1.5 1700000000000");
  }

  @Test
  void array_isManyPoints() {
    AnyToPoint mapping = mapping("m", List.of("id", "phase"), List.of(), "t", "ms", "samples");
    Map<String, Object> value =
        Map.of(
            "id",
            "a",
            "samples",
            List.of(
                Map.of("t", 1L, "phase", "L1", "v", 1L), Map.of("t", 2L, "phase", "L2", "v", 2L)));
    assertThat(lines(mapping.map(record(null, value))))
        .containsExactly("m,id=a,phase=L1 v=1 1", "m,id=a,phase=L2 v=2 2");
  }

  @Test
  void array_badElementCostsThatElement() {
    AnyToPoint mapping = mapping("m", List.of(), List.of("v"), "t", "ms", "samples");
    Map<String, Object> value =
        Map.of("samples", List.of(Map.of("t", 1L, "v", 1L), 7L, Map.of("t", "x", "v", 1L)));
    Mapped.Points points = (Mapped.Points) mapping.map(record(null, value));
    assertThat(points.points()).hasSize(1);
    assertThat(points.complaints())
        .containsExactly(
            "samples[1]: is a number, not a struct or map",
            "samples[2]: 't' is a text, not a time of mapping.timestamp.format");
  }

  @Test
  void rejections() {
    AnyToPoint mapping = mapping("${a}", List.of("b"), List.of(), null, "ms", null);
    assertThat(mapping.map(record(null, null)))
        .isEqualTo(new Mapped.Rejected("the value is null (a tombstone)"));
    assertThat(mapping.map(record(null, Map.of("x", 1L))))
        .isEqualTo(
            new Mapped.Rejected(
                "a place that the measurement's name is made from is empty or no scalar"));
    assertThat(mapping.map(record(null, Map.of("a", "m", "b", Map.of()))))
        .isEqualTo(new Mapped.Rejected("tag 'b' is a map, not a scalar"));
    assertThat(mapping.map(record(null, Map.of("a", "m", "b", "x"))))
        .isInstanceOf(Mapped.Points.class);
    assertThat(
            mapping("m", List.of(), List.of(), null, "ms", "p").map(record(null, Map.of("p", 1L))))
        .isEqualTo(new Mapped.Rejected("'p' is a number, not an array"));
  }

  // field case S10
  @Test
  void noPoint_isANormalPoll() {
    Map<String, Object> isNull = new HashMap<>();
    isNull.put("r", null);
    List<Map<String, Object>> values = List.of(Map.of("r", List.of()), isNull, Map.of("x", 1L));
    assertThat(values)
        .map(value -> empty(AnyToPoint.EmptyPoints.REPORT_MISSING, value))
        .containsExactly(
            new Mapped.Ignored(),
            new Mapped.Ignored(),
            new Mapped.Rejected("'r' is not there: the record has no point"));
    assertThat(values)
        .map(value -> empty(AnyToPoint.EmptyPoints.IGNORE, value))
        .containsOnly(new Mapped.Ignored());
    assertThat(values)
        .map(value -> empty(AnyToPoint.EmptyPoints.REPORT, value))
        .containsExactly(
            new Mapped.Rejected("'r' is empty: the record has no point"),
            new Mapped.Rejected("'r' is null: the record has no point"),
            new Mapped.Rejected("'r' is not there: the record has no point"));
  }

  private static Mapped empty(AnyToPoint.EmptyPoints emptyPoints, Object value) {
    return mapping("m", List.of(), List.of(), null, "ms", "r", emptyPoints)
        .map(record(null, value));
  }

  // field case S11
  @Test
  void pointsOfOneArrayWithOneTime_areSaid() {
    Mapped mapped =
        mapping("m", List.of("phase"), List.of(), null, "ms", "r")
            .map(
                record(
                    null,
                    Map.of(
                        "r",
                        List.of(
                            Map.of("v", 2L), Map.of("v", 3L), Map.of("v", 4L, "phase", "L1")))));
    Mapped.Points points = (Mapped.Points) mapped;
    assertThat(points.points().stream().map(point -> LineProtocolTest.encode(point).strip()))
        .containsExactly("m v=2 1700000000000", "m,phase=L1 v=4 1700000000000");
    assertThat(points.complaints())
        .containsExactly(
            "r[1]: field 'v' has series and time of that in r[0], of which the database "
                + "would keep one; give each a time of its own by mapping.timestamp, or a tag "
                + "that distinguishes them");
  }

  @Test
  void elementsOfOneSeriesAndTime_withFieldsOfTheirOwn_areOnePoint() {
    AnyToPoint mapping = mapping("m", List.of(), List.of(), "at", "ms", "r");
    Mapped mapped =
        mapping.map(
            record(
                null,
                Map.of(
                    "r",
                    List.of(
                        Map.of("at", 5L, "u", 1L),
                        Map.of("at", 6L, "u", 2L),
                        Map.of("at", 5L, "i", 3L, "a", 4L),
                        Map.of("at", 5L, "i", 5L, "b", 6L)))));
    Mapped.Points points = (Mapped.Points) mapped;
    assertThat(points.points().stream().map(point -> LineProtocolTest.encode(point).strip()))
        .containsExactly("m a=4,b=6,i=3,u=1 5", "m u=2 6");
    assertThat(points.complaints())
        .singleElement()
        .asString()
        .startsWith("r[3]: field 'i' has series and time of that in r[2], of which");
  }

  /** Field name and value are both members, as OPC servers and gateways send them. */
  @Test
  void nameOfAField_isAPlace() {
    AnyToPoint mapping =
        mapping(
            "m",
            List.of("${kind|site}=where"),
            List.of("${id}=v", "${id}_ok=q", "unit=u"),
            "t",
            "ms",
            "values");
    Map<String, Object> nameless = Map.of("v", 9L, "t", 5L);
    assertThat(
            lines(
                mapping.map(
                    record(
                        null,
                        Map.of(
                            "where",
                            "north",
                            "values",
                            List.of(
                                Map.of("id", "temp", "v", 42.5, "q", true, "t", 5L),
                                Map.of("id", 17L, "v", "auto", "t", 5L, "u", "bar")))))))
        .containsExactly("m,site=north 17=\"auto\",temp=42.5,temp_ok=true,unit=\"bar\" 5");
    assertThat(mapping.map(record(null, Map.of("values", List.of(nameless)))))
        .isEqualTo(
            new Mapped.Rejected(
                "values[0]: field '${id}' has no name: a place that its name is made from is empty"
                    + " or no scalar"));
  }

  @Test
  void allOfAnObject_byTheirOwnNames() {
    AnyToPoint mapping =
        mapping("m", List.of("node", "labels.*"), List.of("values.*", "n=count"), null, "ms", null);
    assertThat(
            lines(
                mapping.map(
                    record(
                        null,
                        Map.of(
                            "node", "n1",
                            "labels", Map.of("line", 3L, "hall", "B"),
                            "values",
                                Map.of("tag0", 1.5, "deep", Map.of("x", true), "no", List.of()),
                            "errors", Map.of("tag1", 2014L),
                            "count", 7L)))))
        .containsExactly("m,hall=B,line=3,node=n1 deep.x=true,n=7,tag0=1.5 1700000000000");
    assertThat(mapping.map(record(null, Map.of("values", 5L))))
        .isEqualTo(
            new Mapped.Rejected(
                "'values' is a number, not an object, all of which values.* means"));
    AnyToPoint tagged = mapping("m", List.of("labels.*"), List.of(), null, "ms", null);
    assertThat(lines(tagged.map(record(null, Map.of("labels", Map.of("a", "b"), "v", 1L)))))
        .containsExactly("m,a=b v=1 1700000000000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"${site|north}", "${id}", "=v", "x=values.*", "header.*", ".*", "*.*", "${a}.*"})
  void ruleThatMeansNothing_isRefused(String rule) {
    assertThatThrownBy(() -> Named.parse(rule))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + rule + "'");
  }

  // field case S14
  @Test
  void dateHeader_isAText() {
    SinkRecord record = record(null, Map.of("v", 1L));
    Date midnight = Date.from(Instant.parse("2024-01-01T00:00:00Z"));
    record.headers().addDate("day", midnight);
    record.headers().addTimestamp("at", midnight);
    assertThat(
            lines(
                mapping(
                        "m_${header.day}",
                        List.of("header.day", "at=header.at"),
                        List.of(),
                        null,
                        "ms",
                        null)
                    .map(record)))
        .containsExactly("m_2024-01-01,at=2024-01-01T00:00:00Z,day=2024-01-01 v=1 1700000000000");
  }

  // field case S20
  @Test
  void arraysAndBytes_areNoScalars() {
    Schema schema =
        SchemaBuilder.struct()
            .field("v", Schema.FLOAT64_SCHEMA)
            .field("list", SchemaBuilder.array(Schema.FLOAT64_SCHEMA).build())
            .field("bytes", Schema.BYTES_SCHEMA)
            .build();
    Struct value =
        new Struct(schema)
            .put("v", 1.5)
            .put("list", List.of(1.0))
            .put("bytes", ByteBuffer.wrap(new byte[1]));
    assertThat(lines(mapping("m", List.of(), List.of(), null, "ms", null).map(record(null, value))))
        .containsExactly("m v=1.5 1700000000000");
  }

  // field case S20
  @Test
  void nullOfAnElement_isNotMadeUpForByTheValue() {
    Map<String, Object> element = new HashMap<>();
    element.put("u", null);
    element.put("i", 2L);
    assertThat(
            lines(
                mapping("m", List.of("site"), List.of("u", "i"), null, "ms", "r")
                    .map(record(null, Map.of("u", 9L, "site", "n", "r", List.of(element))))))
        .containsExactly("m,site=n i=2 1700000000000");
  }

  // field case S20
  @Test
  void keysThatAreNumbers_areFoundByTheirText() {
    Map<Object, Object> numbers = new HashMap<>();
    numbers.put(7, 1.5);
    assertThat(
            lines(
                mapping("m", List.of(), List.of("f=a.7"), null, "ms", null)
                    .map(record(null, Map.of("a", numbers)))))
        .containsExactly("m f=1.5 1700000000000");
  }

  // field case S20
  @Test
  void dottedNameBesideANestedOne_isSaid() {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("a.b", 1L);
    value.put("a", Map.of("b", 2L));
    Mapped.Points points =
        (Mapped.Points)
            mapping("m", List.of(), List.of(), null, "ms", null).map(record(null, value));
    assertThat(points.complaints()).containsExactly("field 'a.b' appears twice");
    assertThat(points.points().get(0).fields().get(0).value()).isEqualTo(new FieldValue.Float64(1));
  }

  // field case S20
  @Test
  void timestampAsATag_isAText() {
    Schema schema =
        SchemaBuilder.struct()
            .field("at", Timestamp.SCHEMA)
            .field("v", Schema.FLOAT64_SCHEMA)
            .build();
    Struct value =
        new Struct(schema).put("at", Date.from(Instant.ofEpochMilli(1_234))).put("v", 1.5);
    assertThat(
            lines(
                mapping("m", List.of("at"), List.of(), null, "ms", null).map(record(null, value))))
        .containsExactly("m,at=1970-01-01T00:00:01.234Z v=1.5 1700000000000");
  }

  // field case S8
  @Test
  void deepNestingAndLongNames_areBounded() {
    Object deep = 1L;
    for (int i = 0; i < 100_000; i++) {
      deep = Map.of("a", deep);
    }
    Map<String, Object> many = new HashMap<>();
    for (int i = 0; i < 50_000; i++) {
      many.put("k" + i, 1L);
    }
    AnyToPoint mapping = mapping("m", List.of(), List.of(), null, "ms", null);
    for (Object value :
        List.of(
            Map.of("v", 1L, "x", deep),
            Map.of("v", 1L, "long".repeat(50_000), many),
            Map.of("v", 1L, "long".repeat(50_000), 1L))) {
      Mapped.Points points = (Mapped.Points) mapping.map(record(null, value));
      assertThat(points.points().get(0).fields())
          .extracting(Point.Field::name)
          .containsExactly("v");
      assertThat(points.complaints())
          .singleElement()
          .asString()
          .hasSizeLessThan(300)
          .matches("(?s).*(nested deeper than 64 levels|longer than 4096 characters).*");
    }
    assertThat(
            mapping("${a}", List.of(), List.of("v"), null, "ms", null)
                .map(record(null, Map.of("v", 1L, "a", "long".repeat(50_000)))))
        .isEqualTo(
            new Mapped.Rejected(
                "the names of series and field are together longer than 16384 characters"));
  }

  @Test
  void dottedMemberName_counts() {
    assertThat(Expression.at(Map.of("a.b", 1L), "a.b")).isEqualTo(1L);
    assertThat(Expression.at(Map.of("a", Map.of("b.c", 1L)), "a.b.c")).isEqualTo(1L);
    assertThat(Expression.at(Map.of("a", Map.of("b", Map.of("c", 1L))), "a.b.c")).isEqualTo(1L);
    assertThat(Expression.at(Map.of("a", 1L), "a.b")).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "ms, 1704067200123, 2024-01-01T00:00:00.123Z",
    "s, 1704067200, 2024-01-01T00:00:00Z",
    "s, 1704067200.5, 2024-01-01T00:00:00.5Z",
    // field case S5
    "s, 1704067200.123456789, 2024-01-01T00:00:00.123456789Z",
    "ms, 1704067200123.4567899, 2024-01-01T00:00:00.123456789Z",
    "us, 1704067200123456, 2024-01-01T00:00:00.123456Z",
    "ns, 1704067200123456789, 2024-01-01T00:00:00.123456789Z",
    "ns, -1, 1969-12-31T23:59:59.999999999Z",
    "iso, 2024-01-01T00:00:00.123456789Z, 2024-01-01T00:00:00.123456789Z",
    "iso, 2024-01-01T00:00:00Z, 2024-01-01T00:00:00Z",
    "iso, 2024-01-01T08:00:00+08:00, 2024-01-01T00:00:00Z",
    "iso, 2024-01-01T08:00:00, 2024-01-01T00:00:00Z",
    "yyyy-MM-dd HH:mm:ss, 2024-01-01 08:00:00, 2024-01-01T00:00:00Z",
    "yyyy-MM-dd, 2024-01-01, 2023-12-31T16:00:00Z",
    // field case S21
    "iso, 2024-01-01 00:00:00Z, 2024-01-01T00:00:00Z",
    "iso, 2024-01-01 00:00:00.5 Z, 2024-01-01T00:00:00.5Z",
    "iso, 2024-01-01t08:00:00+0800, 2024-01-01T00:00:00Z",
    "iso, 2024-01-01T08:00:00+08, 2024-01-01T00:00:00Z",
    "iso, 2024-01-01 08:00:00 +08:00, 2024-01-01T00:00:00Z",
    "iso, 2024-01-01T08:00:00+08:00[Asia/Shanghai], 2024-01-01T00:00:00Z",
    "iso, 2024-01-01T08:00, 2024-01-01T00:00:00Z",
    "iso, 2024-01-01, 2023-12-31T16:00:00Z",
    "s, 0e100000000, 1970-01-01T00:00:00Z",
  })
  void times(String format, String text, Instant time) {
    assertThat(TimeFormat.parse(format, ZoneId.of("Asia/Shanghai")).instant(text)).isEqualTo(time);
  }

  // field case S8
  @ParameterizedTest
  @ValueSource(
      strings = {"1e100000000", "1e-100000000", "-1e2147483647", "1e99999999999", "NaN", "0x1p3"})
  @Timeout(20)
  void numbersThatAreNoTime_areRefusedAtOnce(String text) {
    for (String format : List.of("s", "ms", "us", "ns", "iso")) {
      assertThat(TimeFormat.parse(format, ZoneOffset.UTC).instant(text)).isNull();
    }
    assertThat(TimeFormat.parse("s", ZoneOffset.UTC).instant("1".repeat(1_000_000))).isNull();
    assertThat(TimeFormat.parse("s", ZoneOffset.UTC).instant(new BigDecimal("1e100000000")))
        .isNull();
  }

  @Test
  void times_thatAreNone() {
    assertThat(TimeFormat.parse("ms", ZoneOffset.UTC).instant("now")).isNull();
    assertThat(TimeFormat.parse("s", ZoneOffset.UTC).instant("1e30")).isNull();
    assertThat(TimeFormat.parse("ms", ZoneOffset.UTC).instant(true)).isNull();
    assertThat(TimeFormat.parse("iso", ZoneOffset.UTC).instant(5L)).isNull();
    assertThatThrownBy(() -> TimeFormat.parse("qqqqqqq", ZoneOffset.UTC))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** In a single record, a misspelt place and an optional one look the same. */
  @Test
  void whatTheMappingNames_andTheRecordDoesNotHave_isTold() {
    AnyToPoint mapping =
        mapping(
            "m",
            List.of("dev", "site=typo", "labels.*", "zone=${typo|north}", "who=${nobody}"),
            List.of("v", "w=vv"),
            null,
            "ms",
            null);
    SinkRecord record = record(Map.of("id", 7), Map.of("dev", "a", "v", 1.5, "in", Map.of("x", 1)));
    assertThat(((Mapped.Points) mapping.map(record)).absent())
        .containsExactly(
            "mapping.tags: 'site=typo'",
            "mapping.tags: 'labels.*'",
            "mapping.tags: 'who=${nobody}'",
            "mapping.fields: 'w=vv'");
    assertThat(mapping.places(record))
        .containsExactlyInAnyOrder("dev", "v", "in.x", "key.id", "header.kind");
  }

  @Test
  void whatOneElementHas_isNotAbsent() {
    AnyToPoint mapping = mapping("m", List.of("a", "b", "c"), List.of("v"), null, "ms", "list");
    SinkRecord record =
        record(
            null,
            Map.of(
                "list", List.of(Map.of("a", "1", "v", 1.0), Map.of("a", "1", "b", "2", "v", 1.0))));
    assertThat(((Mapped.Points) mapping.map(record)).absent()).containsExactly("mapping.tags: 'c'");
    assertThat(mapping.places(record)).containsExactlyInAnyOrder("a", "v", "header.kind");
  }
}
