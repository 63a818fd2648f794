package com.voltageems.hissrv.influx.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.influx.point.Precision;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times as Debezium writes them by default: numbers and texts with schemas that it names. */
class DebeziumTimesTest {
  private static Mapped map(Object value, String place, Envelope envelope, TimeFormat format) {
    return new AnyToPoint(
            new AnyToPoint.Rules(
                Template.parse("m"),
                List.of(),
                List.of(Named.parse("v")),
                Expression.parse(place),
                format,
                null,
                new AnyToPoint.Choices(AnyToPoint.EmptyPoints.REPORT, envelope, false, false)),
            new ReadRules(new FieldTypes(List.of()), false, "", Precision.NS))
        .map(new SinkRecord("t", 0, null, value, null, value, 0));
  }

  private static TimeFormat milliseconds(ZoneId zone) {
    return TimeFormat.parse("ms", zone);
  }

  private static long nanos(Mapped mapped) {
    assertThat(mapped).isInstanceOf(Mapped.Points.class);
    Mapped.Points points = (Mapped.Points) mapped;
    assertThat(points.complaints()).isEmpty();
    assertThat(points.points()).hasSize(1);
    return points.points().get(0).epochNanos();
  }

  private static Struct row(SchemaBuilder type, Object time) {
    Schema row =
        SchemaBuilder.struct()
            .field("t", type.optional().build())
            .field("v", Schema.FLOAT64_SCHEMA)
            .build();
    return new Struct(row).put("t", time).put("v", 1.5);
  }

  private static Struct row(String schema, String written) {
    if (written.contains(":")) {
      return row(SchemaBuilder.string().name(schema), written);
    }
    return schema.endsWith(".Date")
        ? row(SchemaBuilder.int32().name(schema), Integer.valueOf(written))
        : row(SchemaBuilder.int64().name(schema), Long.valueOf(written));
  }

  /** Days were read as milliseconds of January 1970, all of them. */
  @ParameterizedTest
  @CsvSource({
    "Timestamp, 1704067200123, 1704067200123000000",
    "MicroTimestamp, 1704067200123456, 1704067200123456000",
    "NanoTimestamp, 1704067200123456789, 1704067200123456789",
    "Date, 19723, 1704067200000000000",
    "ZonedTimestamp, 2024-01-01T08:00:00.123456+08:00, 1704067200123456000",
    "IsoTimestamp, 2024-01-01T00:00:00.123456Z, 1704067200123456000",
  })
  void schemaSaysHowTheTimeIsWritten(String name, String written, long nanos) {
    Struct row = row("io.debezium.time." + name, written);
    Schema envelope =
        SchemaBuilder.struct()
            .field("op", Schema.STRING_SCHEMA)
            .field("after", row.schema())
            .build();
    Struct event = new Struct(envelope).put("op", "c").put("after", row);
    TimeFormat format = milliseconds(ZoneOffset.UTC);

    assertThat(nanos(map(event, "t", Envelope.DEBEZIUM, format))).isEqualTo(nanos);
    assertThat(nanos(map(event, "envelope.after.t", Envelope.DEBEZIUM, format))).isEqualTo(nanos);
    // Rows that a transform has unwrapped.
    assertThat(nanos(map(row, "t", Envelope.NONE, format))).isEqualTo(nanos);
    assertThat(nanos(map(row, "key.t", Envelope.NONE, format))).isEqualTo(nanos);
    assertThat(nanos(map(Map.of("in", row, "v", 1.5), "in.t", Envelope.NONE, format)))
        .isEqualTo(nanos);
  }

  /** A column without a zone holds local time, which Debezium writes as if it were UTC. */
  @ParameterizedTest
  @CsvSource({
    "Timestamp, 1704067200000, 1704038400000000000",
    "MicroTimestamp, 1704067200000000, 1704038400000000000",
    "Date, 19723, 1704038400000000000",
    "ZonedTimestamp, 2024-01-01T00:00:00Z, 1704067200000000000",
  })
  void columnWithoutAZone_isInTheZoneOfTheSetting(String name, String written, long nanos) {
    assertThat(
            nanos(
                map(
                    row("io.debezium.time." + name, written),
                    "t",
                    Envelope.NONE,
                    milliseconds(ZoneId.of("Asia/Shanghai")))))
        .isEqualTo(nanos);
  }

  @Test
  void otherSchemas_areReadByTheSetting() {
    TimeFormat format = TimeFormat.parse("us", ZoneId.of("Asia/Shanghai"));
    for (String name : List.of("io.debezium.time.Unheard", "org.example.MicroTimestamp")) {
      assertThat(nanos(map(row(name, "1704067200123456"), "t", Envelope.NONE, format)))
          .isEqualTo(1704067200123456000L);
    }
  }

  @Test
  void valuesThatAreNoTimes_areSaid() {
    TimeFormat format = milliseconds(ZoneId.of("Asia/Shanghai"));
    assertThat(
            map(
                row("io.debezium.time.MicroTimestamp", String.valueOf(Long.MAX_VALUE)),
                "t",
                Envelope.NONE,
                format))
        .isInstanceOf(Mapped.Rejected.class);
    assertThat(map(row("io.debezium.time.ZonedTimestamp", "12:00"), "t", Envelope.NONE, format))
        .isEqualTo(new Mapped.Rejected("'t' is a text, not a time of mapping.timestamp.format"));
  }
}
