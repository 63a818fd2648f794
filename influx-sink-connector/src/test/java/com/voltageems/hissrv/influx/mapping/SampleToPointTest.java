package com.voltageems.hissrv.influx.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import com.voltageems.hissrv.influx.point.Precision;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleToPointTest {
  private static final Schema TEXT_MAP =
      SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.STRING_SCHEMA).build();
  private static final Schema SAMPLE =
      SchemaBuilder.struct()
          .name("com.voltageems.hissrv.Sample")
          .version(1)
          .field("measurement", Schema.STRING_SCHEMA)
          .field("tags", TEXT_MAP)
          .field("fields", SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.FLOAT64_SCHEMA).build())
          .field(
              "texts",
              SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.STRING_SCHEMA).optional().build())
          .field("timestamp", Schema.INT64_SCHEMA)
          .build();

  private final SampleToPoint mapping =
      new SampleToPoint(new ReadRules(new FieldTypes(List.of()), false, "", Precision.NS));

  private static SinkRecord record(@Nullable Object value) {
    return new SinkRecord(
        "t", 0, null, null, null, value, 7, 1_700_000_000_000L, TimestampType.CREATE_TIME);
  }

  private static Struct struct() {
    return new Struct(SAMPLE)
        .put("measurement", "telemetry")
        .put("tags", Map.of("type", "T", "channel", "1001"))
        .put("fields", Map.of("2", 1.5, "1", 220.0))
        .put("timestamp", 1_753_790_700_123L);
  }

  private static Map<String, Object> map() {
    Map<String, Object> value = new HashMap<>();
    value.put("measurement", "telemetry");
    value.put("tags", Map.of("type", "T", "channel", 1001L));
    value.put("fields", Map.of("2", 1.5, "1", 220L));
    value.put("timestamp", 1_753_790_700_123L);
    return value;
  }

  private String line(Object value) {
    return line(mapping, value);
  }

  private static String line(SampleToPoint mapping, Object value) {
    Mapped.Points points = (Mapped.Points) mapping.map(record(value));
    assertThat(points.complaints()).isEmpty();
    return LineProtocolTest.encode(points.points().get(0));
  }

  private String reason(@Nullable Object value) {
    return ((Mapped.Rejected) mapping.map(record(value))).reason();
  }

  @Test
  void structAndMap_giveTheSameLine() {
    String line = "telemetry,channel=1001,type=T 1=220,2=1.5 1753790700123\n";
    assertThat(line(struct())).isEqualTo(line);
    assertThat(line(map())).isEqualTo(line);
  }

  // field case S4
  @Test
  void nullInAnOptionalMemberWithADefault_isNoValue() {
    Schema fields =
        SchemaBuilder.struct()
            .field("1", SchemaBuilder.float64().optional().defaultValue(0.0).build())
            .field("2", Schema.FLOAT64_SCHEMA)
            .build();
    Schema schema =
        SchemaBuilder.struct()
            .field("measurement", Schema.STRING_SCHEMA)
            .field("fields", fields)
            .field("timestamp", SchemaBuilder.int64().optional().defaultValue(0L).build())
            .build();
    assertThat(
            line(
                new Struct(schema)
                    .put("measurement", "telemetry")
                    .put("fields", new Struct(fields).put("1", null).put("2", 1.5))
                    .put("timestamp", null)))
        .isEqualTo("telemetry 2=1.5 1700000000000\n");
  }

  // field case S5
  @Test
  void nanoseconds_areKept_besideTheMilliseconds() {
    Map<String, Object> value = map();
    value.put("timestamp_ns", 1_753_790_700_123_456_789L);
    Mapped.Points exact = (Mapped.Points) mapping.map(record(value));
    assertThat(exact.points().get(0).epochNanos()).isEqualTo(1_753_790_700_123_456_789L);

    value.put("timestamp", 1_753_790_700_123.0);
    assertThat(((Mapped.Points) mapping.map(record(value))).points()).isEqualTo(exact.points());

    value.remove("timestamp");
    Mapped.Points alone = (Mapped.Points) mapping.map(record(value));
    assertThat(alone.points()).isEqualTo(exact.points());

    value.put("timestamp_ns", null);
    value.put("timestamp", 1_753_790_700_123L);
    Mapped.Points old = (Mapped.Points) mapping.map(record(value));
    assertThat(old.points().get(0).epochNanos()).isEqualTo(1_753_790_700_123_000_000L);
  }

  @Test
  void nanoseconds_thatAreNone_areRefused() {
    Map<String, Object> value = map();
    value.put("timestamp_ns", 1.75379070012345677E18);
    assertThat(reason(value)).isEqualTo("'timestamp_ns' is not a whole number of 64 bits");
    value.put("timestamp_ns", 1_753_790_700_124_000_000L);
    assertThat(reason(value)).isEqualTo("'timestamp_ns' and 'timestamp' are not the same time");
    for (Object other : new Object[] {1_753_790_700_123.0, "2025-07-29T12:05:00.124Z"}) {
      value.put("timestamp", other);
      assertThat(reason(value)).isEqualTo("'timestamp_ns' and 'timestamp' are not the same time");
    }
    value.put("timestamp", null);
    value.put("timestamp_ns", Long.MAX_VALUE);
    assertThat(reason(value)).contains("is outside of what the database can keep");
  }

  @Test
  void texts_areStringFields() {
    assertThat(line(struct().put("texts", Map.of("3", "on"))))
        .isEqualTo("telemetry,channel=1001,type=T 1=220,2=1.5,3=\"on\" 1753790700123\n");
  }

  @Test
  void texts_withSuffix() {
    assertThat(
            line(
                new SampleToPoint(
                    new ReadRules(new FieldTypes(List.of()), false, "_text", Precision.NS)),
                struct().put("texts", Map.of("1", "on"))))
        .isEqualTo("telemetry,channel=1001,type=T 1=220,1_text=\"on\",2=1.5 1753790700123\n");
  }

  @Test
  void schemalessFields_mayMix() {
    Map<String, Object> value = map();
    value.put("fields", Map.of("a", 1L, "b", true, "c", "text"));
    value.put("texts", null);
    assertThat(line(value))
        .isEqualTo("telemetry,channel=1001,type=T a=1,b=true,c=\"text\" 1753790700123\n");
  }

  @Test
  void withoutTags_andEmptyTag() {
    Map<String, Object> value = map();
    value.put("tags", Map.of("channel", ""));
    assertThat(line(value)).isEqualTo("telemetry 1=220,2=1.5 1753790700123\n");
    value.remove("tags");
    assertThat(line(value)).isEqualTo("telemetry 1=220,2=1.5 1753790700123\n");
  }

  @Test
  void withoutTimestamp_theRecordsTimeCounts() {
    Map<String, Object> value = map();
    value.remove("timestamp");
    assertThat(line(value)).endsWith(" 1700000000000\n");
  }

  @Test
  void flawedField_costsThatFieldOnly() {
    Map<String, Object> value = map();
    Map<String, Object> fields = new HashMap<>();
    fields.put("ok", 1L);
    fields.put("nan", Double.NaN);
    fields.put("array", List.of(1));
    fields.put("time", 1L);
    fields.put("none", null);
    value.put("fields", fields);
    Mapped.Points points = (Mapped.Points) mapping.map(record(value));
    assertThat(points.points().get(0).fields()).extracting(Point.Field::name).containsExactly("ok");
    assertThat(points.complaints())
        .containsExactlyInAnyOrder(
            "field 'nan' is NaN, which the database has no number for",
            "field 'array' is an array, not a number",
            "field 'time' has a name that the database reserves");
  }

  @Test
  void sameFieldAsNumberAndText_theNumberCounts() {
    Mapped.Points points =
        (Mapped.Points) mapping.map(record(struct().put("texts", Map.of("1", "on"))));
    assertThat(points.complaints()).containsExactly("field '1' appears twice");
    assertThat(points.points().get(0).fields().get(0).value())
        .isEqualTo(new FieldValue.Float64(220));
  }

  @Test
  void noSample_isRejectedWithAReason() {
    assertThat(reason(null)).isEqualTo("the value is null (a tombstone), not a sample");
    assertThat(reason("text")).isEqualTo("the value is a text, not a sample (a struct or a map)");
    assertThat(reason(Map.of())).isEqualTo("'measurement' is null, not a text");
    assertThat(reason(Map.of("measurement", "m"))).isEqualTo("there is no field");
    assertThat(reason(Map.of("measurement", "m", "fields", 1L)))
        .isEqualTo("'fields' is a number, not a map");
    assertThat(reason(Map.of("measurement", "#m", "fields", Map.of("a", 1L))))
        .contains("takes for a comment");
    assertThat(reason(Map.of("measurement", "", "fields", Map.of("a", 1L))))
        .isEqualTo("the measurement is empty");
    assertThat(
            reason(Map.of("measurement", "m", "fields", Map.of("a", 1L), "timestamp", "yesterday")))
        .isEqualTo("'timestamp' is a text, not epoch milliseconds");
    assertThat(
            reason(
                Map.of("measurement", "m", "fields", Map.of("a", 1L), "timestamp", Long.MAX_VALUE)))
        .contains("outside of what the database can keep");
    assertThat(
            reason(
                Map.of("measurement", "m", "fields", Map.of("a", 1L), "tags", Map.of("t", "a\nb"))))
        .isEqualTo(
            "the value of tag 't' contains a line break, which line protocol cannot express");
  }

  // field case S8
  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, 1e300})
  void timestampThatIsNoTime_isRefused(double timestamp) {
    Map<String, Object> value = map();
    value.put("timestamp", timestamp);
    assertThat(reason(value))
        .isEqualTo("'timestamp' is a number, but not a time in epoch milliseconds");
    value.put("timestamp", new BigDecimal("1e100000000"));
    assertThat(reason(value))
        .isEqualTo("'timestamp' is a number, but not a time in epoch milliseconds");
  }

  @Test
  void tombstone_mayBeIgnored() {
    assertThat(
            new SampleToPoint(new ReadRules(new FieldTypes(List.of()), true, "", Precision.NS))
                .map(record(null)))
        .isEqualTo(new Mapped.Ignored());
  }

  /** Elements of a Redis list have seconds, so this mistake is easily made. */
  @Test
  void secondsForMilliseconds_areSaid() {
    for (Object seconds : List.of(1_764_240_000L, 1_764_240_000.5)) {
      Map<String, Object> value = map();
      value.put("timestamp", seconds);
      assertThat(mapping.map(record(value)))
          .isInstanceOfSatisfying(
              Mapped.Rejected.class,
              rejected -> assertThat(rejected.reason()).contains("1970; it looks like seconds"));
    }
  }

  @Test
  void jsonWithItsSchema_thatNobodyUnwrapped_isSaid() {
    Map<String, Object> wrapped = new HashMap<>();
    wrapped.put("schema", null);
    wrapped.put("payload", map());
    assertThat(mapping.map(record(wrapped)))
        .isEqualTo(
            new Mapped.Rejected(
                "the value is JSON with its schema around it, {\"schema\":...,\"payload\":...};"
                    + " set value.converter.schemas.enable=true"));
  }
}
