package com.voltageems.hissrv.testkit.apicurio;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Avro records with every feature of Avro that matters: logical types, unions, maps, arrays, enums,
 * bytes.
 */
final class AvroRecords {
  /** 2023-11-14T22:13:20Z. */
  static final long AT = 1_700_000_000_000L;

  /** A number that a double cannot hold exactly: 2^53 + 1. */
  static final long COUNTER = 9_007_199_254_740_993L;

  private static final Schema METER =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Meter","namespace":"site","fields":[
                {"name":"meter","type":{"type":"record","name":"Device","fields":[
                  {"name":"id","type":"int"},
                  {"name":"kind","type":{"type":"enum","name":"Kind","symbols":["pv","bess"]}}]}},
                {"name":"site","type":["null","string"],"default":null},
                {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
                {"name":"at_us","type":{"type":"long","logicalType":"timestamp-micros"}},
                {"name":"counter","type":"long"},
                {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}},
                {"name":"day","type":{"type":"int","logicalType":"date"}},
                {"name":"time","type":{"type":"int","logicalType":"time-millis"}},
                {"name":"power","type":["null","double"],"default":null},
                {"name":"state","type":["string","boolean"]},
                {"name":"phases","type":{"type":"array","items":{"type":"record","name":"Phase","fields":[
                  {"name":"u","type":"double"},{"name":"i","type":"float"}]}}},
                {"name":"limits","type":{"type":"map","values":"double"}},
                {"name":"raw","type":"bytes"}]}
              """);

  private static final Schema CHANGE =
      new Schema.Parser()
          .parse(
              """
              {"type":"record","name":"Envelope","namespace":"site.cdc","fields":[
                {"name":"before","type":["null",{"type":"record","name":"Row","fields":[
                  {"name":"id","type":"int"},
                  {"name":"setpoint","type":["null","double"],"default":null},
                  {"name":"changed","type":{"type":"long","connect.version":1,
                    "connect.name":"io.debezium.time.MicroTimestamp"}}]}],"default":null},
                {"name":"after","type":["null","Row"],"default":null},
                {"name":"source","type":{"type":"record","name":"Source","fields":[
                  {"name":"table","type":"string"}]}},
                {"name":"op","type":"string"},
                {"name":"ts_ms","type":["null","long"],"default":null}]}
              """);

  private AvroRecords() {}

  /** Returns one record with every field set, and one with every nullable union at null. */
  static List<GenericRecord> meters() {
    GenericRecord full = meter(0);
    full.put("site", "north");
    full.put("power", 4.25);
    full.put("state", "running");
    GenericRecord bare = meter(1);
    bare.put("state", true);
    return List.of(full, bare);
  }

  private static GenericRecord meter(int number) {
    GenericRecord device = new GenericData.Record(METER.getField("meter").schema());
    device.put("id", 7);
    device.put(
        "kind", new GenericData.EnumSymbol(device.getSchema().getField("kind").schema(), "pv"));
    Schema phase = METER.getField("phases").schema().getElementType();
    GenericRecord first = new GenericData.Record(phase);
    first.put("u", 230.1);
    first.put("i", 1.5f);
    GenericRecord second = new GenericData.Record(phase);
    second.put("u", 231.2);
    second.put("i", 2.5f);
    GenericRecord meter = new GenericData.Record(METER);
    meter.put("meter", device);
    meter.put("at", AT + 1000L * number);
    meter.put("at_us", (AT + 1000L * number) * 1000 + 123);
    meter.put("counter", COUNTER);
    meter.put("price", ByteBuffer.wrap(new BigDecimal("12345.60").unscaledValue().toByteArray()));
    meter.put("day", 19_675); // 2023-11-14
    meter.put("time", 80_000_000); // 22:13:20
    meter.put("phases", Arrays.asList(first, second));
    meter.put("limits", Map.of("high", 250.0, "low", 210.0));
    meter.put("raw", ByteBuffer.wrap("AB".getBytes(StandardCharsets.US_ASCII)));
    return meter;
  }

  /**
   * Returns the change events created, changed and deleted, and the tombstone that follows a
   * deletion.
   */
  static List<@Nullable GenericRecord> changes() {
    GenericRecord created = row(20.5, 0);
    GenericRecord changed = row(21.0, 1);
    return Arrays.asList(
        change("c", null, created),
        change("u", created, changed),
        change("d", changed, null),
        null);
  }

  private static GenericRecord row(double setpoint, int second) {
    GenericRecord row =
        new GenericData.Record(CHANGE.getField("before").schema().getTypes().get(1));
    row.put("id", 3);
    row.put("setpoint", setpoint);
    row.put("changed", AT * 1000 + 1_000_000L * second + 7);
    return row;
  }

  private static GenericRecord change(
      String op, @Nullable GenericRecord before, @Nullable GenericRecord after) {
    GenericRecord source = new GenericData.Record(CHANGE.getField("source").schema());
    source.put("table", "setpoints");
    GenericRecord change = new GenericData.Record(CHANGE);
    change.put("before", before);
    change.put("after", after);
    change.put("source", source);
    change.put("op", op);
    change.put("ts_ms", AT);
    return change;
  }
}
