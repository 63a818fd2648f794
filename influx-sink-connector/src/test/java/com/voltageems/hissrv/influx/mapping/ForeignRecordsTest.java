package com.voltageems.hissrv.influx.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.influx.point.Precision;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Records as producers and converters of other vendors make them. */
class ForeignRecordsTest {
  private static final AnyToPoint.Choices PLAIN =
      new AnyToPoint.Choices(AnyToPoint.EmptyPoints.REPORT_MISSING, Envelope.NONE, false, false);
  private static final AnyToPoint.Choices DEBEZIUM =
      new AnyToPoint.Choices(AnyToPoint.EmptyPoints.REPORT_MISSING, Envelope.DEBEZIUM, true, false);

  private static RecordToPoint mapping(
      String measurement,
      List<String> tags,
      List<String> fields,
      @Nullable String points,
      AnyToPoint.Choices choices,
      String... pins) {
    return new AnyToPoint(
        new AnyToPoint.Rules(
            Template.parse(measurement),
            tags.stream().map(Named::parse).toList(),
            fields.stream().map(Named::parse).toList(),
            Expression.parse("t"),
            TimeFormat.parse("ms", ZoneOffset.UTC),
            points == null ? null : PointArrays.parse(points),
            choices),
        new ReadRules(
            new FieldTypes(List.of(pins).stream().map(FieldTypes.Pin::parse).toList()),
            false,
            "",
            Precision.NS));
  }

  private static SinkRecord record(@Nullable Object value) {
    return new SinkRecord(
        "meters", 0, null, "key", null, value, 7, 1_700_000_000_000L, TimestampType.CREATE_TIME);
  }

  private static List<String> lines(Mapped mapped) {
    Mapped.Points points = (Mapped.Points) mapped;
    assertThat(points.complaints()).isEmpty();
    return points.points().stream().map(point -> LineProtocolTest.encode(point).strip()).toList();
  }

  // field case S13
  @Test
  void valueThatIsAnArray() {
    RecordToPoint mapping = mapping("m", List.of("id"), List.of(), "value", PLAIN);
    assertThat(
            lines(
                mapping.map(
                    record(
                        List.of(
                            Map.of("id", "a", "t", 1L, "v", 1L),
                            Map.of("id", "b", "t", 2L, "v", 2L))))))
        .containsExactly("m,id=a v=1 1", "m,id=b v=2 2");
    assertThat(mapping.map(record(List.of()))).isInstanceOf(Mapped.Ignored.class);
    assertThat(mapping("m", List.of(), List.of(), null, PLAIN).map(record(List.of(1L))))
        .isEqualTo(
            new Mapped.Rejected(
                "the value is an array; mapping.points=value makes a point of each element"));
    // A member named value takes precedence over the value itself.
    assertThat(lines(mapping.map(record(Map.of("value", List.of(Map.of("t", 3L, "v", 3L)))))))
        .containsExactly("m v=3 3");
  }

  @Test
  void arraysInElementsOfArrays() {
    Map<String, Object> value =
        Map.of(
            "site",
            "north",
            "devices",
            List.of(
                Map.of(
                    "id",
                    1L,
                    "readings",
                    List.of(Map.of("t", 1L, "v", 1L), Map.of("t", 2L, "v", 2L))),
                Map.of("id", 2L, "readings", List.of()),
                Map.of("id", 3L),
                Map.of("id", 4L, "readings", List.of(Map.of("t", 1L, "v", 4L, "id", 40L)))));
    RecordToPoint mapping =
        mapping("m", List.of("site", "id"), List.of("v"), "devices[].readings[]", PLAIN);
    assertThat(lines(mapping.map(record(value))))
        .containsExactly(
            "m,id=1,site=north v=1 1", "m,id=1,site=north v=2 2", "m,id=40,site=north v=4 1");
    Mapped.Points partly =
        (Mapped.Points)
            mapping.map(
                record(
                    Map.of(
                        "devices",
                        List.of(
                            Map.of("readings", 5L),
                            7L,
                            Map.of("readings", List.of(Map.of("t", 1L, "v", 1L), "x"))))));
    assertThat(partly.points()).hasSize(1);
    assertThat(partly.complaints())
        .containsExactly(
            "'devices[0].readings' is a number, not an array",
            "devices[1]: is a number, not a struct or map",
            "devices[2].readings[1]: is a text, not a struct or map");
    assertThatThrownBy(() -> PointArrays.parse("a[][].b"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void elementsByNumber_andScalarsInArrays() {
    Map<String, Object> value = new HashMap<>();
    value.put("t", 1L);
    value.put("phases", List.of(1.5, 2.5, List.of(Map.of("deep", 3.5))));
    assertThat(
            lines(
                mapping(
                        "m",
                        List.of("last=phases[-1][0].deep"),
                        List.of("u=phases[0]", "phases[1]"),
                        null,
                        PLAIN)
                    .map(record(value))))
        .containsExactly("m,last=3.5 phases.1=2.5,u=1.5 1");
    AnyToPoint.Choices flatten =
        new AnyToPoint.Choices(AnyToPoint.EmptyPoints.REPORT, Envelope.NONE, false, true);
    assertThat(lines(mapping("m", List.of(), List.of(), null, flatten).map(record(value))))
        .containsExactly("m phases.0=1.5,phases.1=2.5,phases.2.0.deep=3.5 1");
  }

  @Test
  void templates_withDefaults() {
    RecordToPoint mapping =
        mapping(
            "meter_${kind|unknown}",
            List.of("site=${site|north}", "device=d-${id}", "none=${absent}"),
            List.of("v"),
            null,
            PLAIN);
    assertThat(lines(mapping.map(record(Map.of("t", 1L, "id", 7L, "v", 1.5)))))
        .containsExactly("meter_unknown,device=d-7,site=north v=1.5 1");
    assertThat(
            lines(
                mapping.map(
                    record(Map.of("t", 1L, "id", 7L, "v", 1.5, "kind", "pv", "site", "s")))))
        .containsExactly("meter_pv,device=d-7,site=s v=1.5 1");
  }

  private static Map<String, Object> event(
      String op, @Nullable Object before, @Nullable Object after) {
    Map<String, Object> event = new HashMap<>();
    event.put("op", op);
    event.put("before", before);
    event.put("after", after);
    event.put("source", Map.of("table", "meter"));
    event.put("ts_ms", 9L);
    return event;
  }

  @Test
  void changeEventsOfDebezium() {
    RecordToPoint mapping =
        mapping("${envelope.source.table}", List.of("id"), List.of(), null, DEBEZIUM);
    Map<String, Object> row = Map.of("id", 5L, "v", 2.5, "t", 1L);
    for (String op : List.of("c", "r", "u")) {
      assertThat(lines(mapping.map(record(event(op, null, row)))))
          .containsExactly("meter,id=5 v=2.5 1");
    }
    assertThat(mapping.map(record(event("d", row, null)))).isInstanceOf(Mapped.Ignored.class);
    AnyToPoint.Choices reporting =
        new AnyToPoint.Choices(AnyToPoint.EmptyPoints.REPORT, Envelope.DEBEZIUM, false, false);
    assertThat(
            mapping("m", List.of(), List.of(), null, reporting).map(record(event("d", row, null))))
        .isEqualTo(new Mapped.Rejected("the row was deleted, and no point can be deleted"));
    assertThat(mapping.map(record(Map.of("v", 1.0))))
        .isEqualTo(
            new Mapped.Rejected(
                "the value is not a change event of Debezium: it has no member 'op'; of rows that a"
                    + " transform has unwrapped already mapping.envelope is none"));
    assertThat(mapping.map(record(event("u", row, null)))).isInstanceOf(Mapped.Rejected.class);
  }

  @Test
  void changeEvent_asAStruct_withItsOwnTimesAndDecimals() {
    Schema row =
        SchemaBuilder.struct()
            .optional()
            .field("id", Schema.INT64_SCHEMA)
            .field("energy", Decimal.schema(3))
            .field("note", Schema.OPTIONAL_STRING_SCHEMA)
            .field("t", Timestamp.SCHEMA)
            .build();
    Schema envelope =
        SchemaBuilder.struct()
            .field("before", row)
            .field("after", row)
            .field("op", Schema.STRING_SCHEMA)
            .build();
    Struct after =
        new Struct(row)
            .put("id", 5L)
            .put("energy", new BigDecimal("1234.567"))
            .put("t", Date.from(Instant.ofEpochMilli(1_234)));
    assertThat(
            lines(
                mapping("m", List.of("id"), List.of(), null, DEBEZIUM)
                    .map(record(new Struct(envelope).put("op", "u").put("after", after)))))
        .containsExactly("m,id=5 energy=1234.567 1234");
  }

  /** MongoDB's connector writes the document as a text, which would otherwise become a field. */
  @Test
  void changeEventWhoseRowIsAText_isSaid() {
    assertThat(
            mapping("m", List.of(), List.of(), null, DEBEZIUM)
                .map(record(Map.of("op", "c", "after", "{\"v\":1}"))))
        .isInstanceOfSatisfying(
            Mapped.Rejected.class,
            rejected ->
                assertThat(rejected.reason())
                    .startsWith("'after' of the change event is a text, not a row")
                    .contains("ExtractNewDocumentState"));
  }

  /** A large value that an update did not touch is not in the source's log. */
  @Test
  void valueThatDebeziumDoesNotHave_isLeftAsItIs() {
    Map<String, Object> row = Map.of("t", 1L, "v", 2.5, "note", "__debezium_unavailable_value");
    assertThat(
            lines(
                mapping("m", List.of(), List.of(), null, DEBEZIUM)
                    .map(record(event("u", null, row)))))
        .containsExactly("m v=2.5 1");
    assertThat(lines(mapping("m", List.of(), List.of("v", "note"), null, PLAIN).map(record(row))))
        .containsExactly("m v=2.5 1");
    assertThat(mapping("m", List.of("note"), List.of(), null, PLAIN).map(record(row)))
        .isEqualTo(
            new Mapped.Rejected(
                "tag 'note' is not in the change event: Debezium had no value for it"));
  }

  /** PostgreSQL's NUMERIC without a fixed scale. */
  @Test
  void decimalWithItsScale_isANumber() {
    Schema decimal =
        SchemaBuilder.struct()
            .name("io.debezium.data.VariableScaleDecimal")
            .optional()
            .field("scale", Schema.INT32_SCHEMA)
            .field("value", Schema.BYTES_SCHEMA)
            .build();
    Schema row =
        SchemaBuilder.struct()
            .field("t", Schema.INT64_SCHEMA)
            .field("price", decimal)
            .field("cost", decimal)
            .field("none", decimal)
            .build();
    Struct value =
        new Struct(row)
            .put("t", 1L)
            .put(
                "price",
                new Struct(decimal)
                    .put("scale", 2)
                    .put("value", new byte[] {(byte) 0xfe, (byte) 0xd4}))
            .put(
                "cost",
                new Struct(decimal).put("scale", 0).put("value", ByteBuffer.wrap(new byte[] {7})));
    assertThat(lines(mapping("m", List.of("cost"), List.of(), null, PLAIN).map(record(value))))
        .containsExactly("m,cost=7 price=-3 1");
  }

  private static Object decimal(int scale, byte... value) {
    Schema schema =
        SchemaBuilder.struct()
            .name("io.debezium.data.VariableScaleDecimal")
            .field("scale", Schema.INT32_SCHEMA)
            .field("value", Schema.BYTES_SCHEMA)
            .build();
    Schema row = SchemaBuilder.struct().field("v", schema).field("t", Schema.INT64_SCHEMA).build();
    return new Struct(row)
        .put("t", 1L)
        .put("v", new Struct(schema).put("scale", scale).put("value", value));
  }

  /** Such a record ended the task, at each start again. */
  @Test
  void decimalOfAnAbsurdScale_costsOnlyItsField() {
    RecordToPoint mapping = mapping("m", List.of(), List.of(), null, PLAIN);
    for (int scale : new int[] {Integer.MIN_VALUE, Integer.MIN_VALUE + 1, -400}) {
      assertThat(mapping.map(record(decimal(scale, (byte) 7))))
          .isEqualTo(
              new Mapped.Rejected("field 'v' is Infinity, which the database has no number for"));
    }
    assertThat(lines(mapping.map(record(decimal(Integer.MAX_VALUE, (byte) 7)))))
        .containsExactly("m v=0 1");
  }

  /** A number of two million digits held up the task for 20 s. */
  @Test
  void numberOfThousandsOfDigits_isSaid_whateverItIsFor() {
    byte[] digits = new byte[900_000];
    Arrays.fill(digits, (byte) 0x55);
    Object value = decimal(2, digits);
    String said = " is a number of more than 1000 digits";
    for (String pin : List.of("x:float", "v:float", "v:integer", "v:boolean", "v:string")) {
      assertThat(mapping("m", List.of(), List.of(), null, PLAIN, pin).map(record(value)))
          .isEqualTo(new Mapped.Rejected("field 'v'" + said));
    }
    assertThat(mapping("m", List.of("v"), List.of("t"), null, PLAIN).map(record(value)))
        .isEqualTo(new Mapped.Rejected("tag 'v'" + said + ", not a scalar"));
    assertThat(
            mapping("m", List.of(), List.of("x=t"), null, PLAIN)
                .map(record(Map.of("t", new BigInteger(digits)))))
        .isEqualTo(new Mapped.Rejected("'t'" + said + ", not a time of mapping.timestamp.format"));
  }

  /** They were 1.2E+6 and 1E-7. */
  @Test
  void decimalAsAText_hasNoExponent() {
    for (String text : List.of("-1200000", "0", "0.0000001", "12.50")) {
      BigDecimal number = new BigDecimal(text);
      if (text.startsWith("-")) {
        number = number.setScale(-5);
      }
      Map<String, Object> value = Map.of("t", 1L, "v", number);
      assertThat(lines(mapping("m", List.of("v"), List.of("t"), null, PLAIN).map(record(value))))
          .containsExactly("m,v=" + text + " t=1 1");
      assertThat(
              lines(
                  mapping("m", List.of(), List.of("v"), null, PLAIN, "v:string")
                      .map(record(value))))
          .containsExactly("m v=\"" + text + "\" 1");
    }
  }

  /** A transform may make the types of JDBC; they ended the task. */
  @Test
  @SuppressWarnings("JavaUtilDate")
  void datesOfSql_areTimes() {
    long noon = 1_704_110_400_000L;
    for (Date date :
        List.of(
            new Date(noon),
            new java.sql.Date(noon),
            new java.sql.Time(noon),
            new java.sql.Timestamp(noon))) {
      Map<String, Object> value = Map.of("t", date, "v", date);
      assertThat(lines(mapping("m", List.of("v"), List.of("x=v"), null, PLAIN).map(record(value))))
          .containsExactly("m,v=2024-01-01T12:00:00Z x=1.7041104E12 1704110400000");
      assertThat(
              lines(
                  mapping("m", List.of(), List.of("v"), null, PLAIN, "v:integer")
                      .map(record(value))))
          .containsExactly("m v=1704110400000i 1704110400000");
    }
  }

  /** It was refused, and as the key of a map written in the machine's zone. */
  @Test
  void dateAsAText_isIso() {
    Date date = Date.from(Instant.ofEpochMilli(1_704_110_400_000L));
    Map<String, Object> value = Map.of("t", 1L, "v", date);
    assertThat(
            lines(
                mapping("m", List.of(), List.of("v"), null, PLAIN, "v:string").map(record(value))))
        .containsExactly("m v=\"2024-01-01T12:00:00Z\" 1");
    assertThat(
            lines(
                mapping("m", List.of(), List.of("days.*"), null, PLAIN)
                    .map(record(Map.of("t", 1L, "days", Map.of(date, 1.5))))))
        .containsExactly("m 2024-01-01T12:00:00Z=1.5 1");
    assertThat(
            lines(
                mapping("m", List.of(), List.of("x=days.2024-01-01T12:00:00Z"), null, PLAIN)
                    .map(record(Map.of("t", 1L, "days", Map.of(date, 1.5))))))
        .containsExactly("m x=1.5 1");
  }

  /** The most common mistake with the JSON converter; the schema would be taken for data. */
  @Test
  void jsonWithItsSchema_thatNobodyUnwrapped_isSaid() {
    Map<String, Object> value =
        Map.of(
            "schema",
            Map.of("type", "struct", "optional", false, "fields", List.of()),
            "payload",
            Map.of("t", 1L, "v", 1.0));
    for (AnyToPoint.Choices choices : List.of(PLAIN, DEBEZIUM)) {
      assertThat(mapping("m", List.of(), List.of(), null, choices).map(record(value)))
          .isEqualTo(
              new Mapped.Rejected(
                  "the value is JSON with its schema around it, {\"schema\":...,\"payload\":...};"
                      + " set value.converter.schemas.enable=true"));
    }
    // If a mapping names places inside the payload, its author knows that the wrapper is there.
    assertThat(
            lines(
                mapping("m", List.of(), List.of(), "payload.all", PLAIN)
                    .map(
                        record(
                            Map.of(
                                "schema",
                                Map.of("type", "struct"),
                                "payload",
                                Map.of("all", List.of(Map.of("t", 1L, "v", 1L))))))))
        .containsExactly("m v=1 1");
  }

  @Test
  void tagOfOneNameTwice_isSaid() {
    assertThat(
            mapping("m", List.of("labels.*", "site=at"), List.of(), null, PLAIN)
                .map(record(Map.of("t", 1L, "v", 1L, "at", "a", "labels", Map.of("site", "b")))))
        .isEqualTo(new Mapped.Rejected("tag 'site' appears twice"));
  }

  /** A number in a coarser unit would be a time of 1970, where nobody would ever find the point. */
  @Test
  void secondsThatAreTakenForMilliseconds_areSaid() {
    RecordToPoint mapping = mapping("m", List.of(), List.of(), null, PLAIN);
    for (Object seconds : List.of(1_764_240_000L, 1.76424e9, "1764240000")) {
      assertThat(mapping.map(record(Map.of("v", 1L, "t", seconds))))
          .isEqualTo(
              new Mapped.Rejected(
                  "'t' would be a time of 1970; it looks like mapping.timestamp.format=s"));
    }
    assertThat(lines(mapping.map(record(Map.of("v", 1L, "t", 999_999_999L)))))
        .containsExactly("m v=1 999999999");
    assertThat(
            lines(
                mapping.map(
                    record(Map.of("v", 1L, "t", Date.from(Instant.ofEpochMilli(1_764_240_000L)))))))
        .containsExactly("m v=1 1764240000");
  }

  /** As in field case S15: a decimal without a fraction has to be exact in every digit. */
  @Test
  void wholeDecimalThatNoFloatHolds_isSaid() {
    Map<String, Object> value =
        Map.of("t", 1L, "a", new BigDecimal("9007199254740993"), "b", new BigDecimal("0.1"));
    Mapped.Points points =
        (Mapped.Points) mapping("m", List.of(), List.of(), null, PLAIN).map(record(value));
    assertThat(points.complaints())
        .singleElement()
        .asString()
        .startsWith("field 'a' is a whole number that a float cannot hold exactly");
    assertThat(
            lines(mapping("m", List.of(), List.of(), null, PLAIN, "a:integer").map(record(value))))
        .containsExactly("m a=9007199254740993i,b=0.1 1");
  }

  @Test
  void bytes_areBase64WherePinned_elseSaid() {
    Map<String, Object> value =
        Map.of(
            "t",
            1L,
            "v",
            1.0,
            "raw",
            new byte[] {1, 2, 3},
            "more",
            ByteBuffer.wrap(new byte[] {4}));
    assertThat(lines(mapping("m", List.of(), List.of(), null, PLAIN).map(record(value))))
        .containsExactly("m v=1 1");
    assertThat(
            lines(
                mapping("m", List.of(), List.of(), null, PLAIN, "raw:string", "more:string")
                    .map(record(value))))
        .containsExactly("m more=\"BA==\",raw=\"AQID\",v=1 1");
    Mapped.Points named =
        (Mapped.Points)
            mapping("m", List.of(), List.of("v", "raw"), null, PLAIN).map(record(value));
    assertThat(named.complaints())
        .containsExactly(
            "field 'raw' is bytes; pin it to string by field.types to have them as base64");
  }

  /**
   * The shape that the converters of Protobuf and Avro produce: unions, and maps whose keys are not
   * texts.
   */
  @Test
  void structsInMapsAndArrays_toAnyDepth() {
    Schema reading =
        SchemaBuilder.struct()
            .field("u", Schema.OPTIONAL_FLOAT64_SCHEMA)
            .field("i", Schema.OPTIONAL_FLOAT64_SCHEMA)
            .build();
    Schema schema =
        SchemaBuilder.struct()
            .field("t", Schema.INT64_SCHEMA)
            .field("id", Schema.STRING_SCHEMA)
            .field("phases", SchemaBuilder.map(Schema.INT32_SCHEMA, reading).build())
            .field(
                "kind_0",
                SchemaBuilder.struct()
                    .optional()
                    .field("pv", Schema.OPTIONAL_STRING_SCHEMA)
                    .build())
            .build();
    Struct value =
        new Struct(schema)
            .put("t", 1L)
            .put("id", "a")
            .put(
                "phases",
                Map.of(
                    1, new Struct(reading).put("u", 230.5), 2, new Struct(reading).put("i", 3.0)));
    assertThat(
            lines(
                mapping("m", List.of("id", "kind_0.pv"), List.of(), null, PLAIN)
                    .map(record(value))))
        .containsExactly("m,id=a phases.1.u=230.5,phases.2.i=3 1");
  }

  /**
   * A Protobuf message as its converters produce it: enums as texts, uint32 and uint64 as INT64,
   * fields with presence as optional members, a oneof as a struct of them, bytes as a ByteBuffer.
   */
  @Test
  void messageOfProtobuf() {
    Schema device =
        SchemaBuilder.struct()
            .name("Device")
            .optional()
            .field("id", Schema.OPTIONAL_INT64_SCHEMA)
            .field("state", SchemaBuilder.string().optional().parameter("enum", "State").build())
            .build();
    Schema phase =
        SchemaBuilder.struct()
            .name("Phase")
            .optional()
            .field("u", Schema.OPTIONAL_FLOAT32_SCHEMA)
            .build();
    Schema kind =
        SchemaBuilder.struct()
            .name("kind_0")
            .optional()
            .field("pv_power", Schema.OPTIONAL_FLOAT64_SCHEMA)
            .field("soc", SchemaBuilder.float64().optional().defaultValue(0.0).build())
            .build();
    Schema message =
        SchemaBuilder.struct()
            .name("Reading")
            .field("t", Timestamp.builder().optional().build())
            .field("device", device)
            .field("phases", SchemaBuilder.array(phase).optional().build())
            .field(
                "limits",
                SchemaBuilder.map(Schema.OPTIONAL_STRING_SCHEMA, Schema.OPTIONAL_FLOAT64_SCHEMA)
                    .optional()
                    .build())
            .field("energy", Schema.OPTIONAL_INT64_SCHEMA)
            .field("raw", Schema.OPTIONAL_BYTES_SCHEMA)
            .field("note", Schema.OPTIONAL_STRING_SCHEMA)
            .field("kind_0", kind)
            .build();
    Struct value =
        new Struct(message)
            .put("t", Date.from(Instant.ofEpochMilli(5)))
            .put("device", new Struct(device).put("id", 4_294_967_295L).put("state", "RUNNING"))
            .put(
                "phases",
                List.of(new Struct(phase).put("u", 230.1f), new Struct(phase).put("u", 229.9f)))
            .put("limits", Map.of("high", 250.0))
            .put("energy", Long.MAX_VALUE)
            .put("raw", ByteBuffer.wrap(new byte[] {1, 2, 3}))
            .put("kind_0", new Struct(kind).put("pv_power", 1.5));
    String[] pins = {"energy:integer", "raw:string"};
    List<String> tags = List.of("id=device.id", "state=device.state");
    assertThat(lines(mapping("m", tags, List.of(), null, PLAIN, pins).map(record(value))))
        .as("every scalar")
        .containsExactly(
            "m,id=4294967295,state=RUNNING energy=9223372036854775807i,kind_0.pv_power=1.5,"
                + "limits.high=250,raw=\"AQID\" 5");
    assertThat(
            lines(
                mapping(
                        "${device.state|none}",
                        List.of("site=${note|north}"),
                        List.of("u=phases[-1].u", "pv=kind_0.pv_power", "soc=kind_0.soc"),
                        null,
                        PLAIN)
                    .map(record(value))))
        .as("places; the member of the oneof that is not set is no value, whatever its default")
        .containsExactly("RUNNING,site=north pv=1.5,u=229.9 5");
    Mapped.Points unpinned =
        (Mapped.Points)
            mapping("m", tags, List.of("energy", "pv=kind_0.pv_power"), null, PLAIN)
                .map(record(value));
    assertThat(unpinned.complaints()).singleElement().asString().startsWith("field 'energy' is");
  }

  @Test
  void narrowLayout_isOneLineAPoint() {
    RecordToPoint narrow =
        new NarrowRecords(
            new SampleToPoint(new ReadRules(new FieldTypes(List.of()), false, "", Precision.MS)));
    Map<String, Object> sample = new HashMap<>();
    sample.put("measurement", "telemetry");
    sample.put("tags", Map.of("channel", "1001", "type", "m", "zone", "z"));
    sample.put("fields", Map.of("10001", 25.1, "10002", true, "10003", "on"));
    sample.put("timestamp", 5L);
    assertThat(lines(narrow.map(record(sample))))
        .containsExactly(
            "measurement,channel=1001,point=10001,type=m,zone=z value=25.1 5",
            "measurement,channel=1001,point=10002,type=m,zone=z flag=true 5",
            "measurement,channel=1001,point=10003,type=m,zone=z text=\"on\" 5");
    Map<String, String> measurements =
        Map.of("s", "signal", "C", "control", "a", "adjustment", "T", "telemetry");
    measurements.forEach(
        (type, measurement) -> {
          sample.put("tags", Map.of("channel", "1001", "type", type));
          sample.put("fields", Map.of("1", 1.0));
          assertThat(lines(narrow.map(record(sample))))
              .containsExactly(measurement + ",channel=1001,point=1,type=" + type + " value=1 5");
        });
    sample.put("tags", Map.of("point", "7"));
    assertThat(narrow.map(record(sample))).isInstanceOf(Mapped.Rejected.class);
    assertThat(narrow.map(record(null))).isInstanceOf(Mapped.Rejected.class);
  }
}
