package com.voltageems.hissrv.influx.sink;

import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/** Records as the worker delivers them. */
public final class TestRecords {
  public static final String TOPIC = "hissrv.live";

  private TestRecords() {}

  /** Returns a sample of channel 1001, without a schema. */
  public static Map<String, Object> sample(Map<String, Object> fields, long epochMillis) {
    return sample("telemetry", fields, epochMillis);
  }

  public static Map<String, Object> sample(
      String measurement, Map<String, Object> fields, long epochMillis) {
    return Map.of(
        "measurement", measurement,
        "tags", Map.of("channel", "1001"),
        "fields", fields,
        "timestamp", epochMillis);
  }

  public static SinkRecord record(@Nullable Object value, long offset) {
    return record(TOPIC, 0, value, offset);
  }

  public static SinkRecord record(
      String topic, int partition, @Nullable Object value, long offset) {
    return new SinkRecord(
        topic,
        partition,
        Schema.STRING_SCHEMA,
        "telemetry,channel=1001",
        null,
        value,
        offset,
        1_700_000_000_000L,
        TimestampType.CREATE_TIME);
  }
}
