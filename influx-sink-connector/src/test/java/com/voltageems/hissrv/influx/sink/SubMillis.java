package com.voltageems.hissrv.influx.sink;

import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.sink.SinkRecord;

/** Field case S5: three points of one series within a millisecond. */
final class SubMillis {
  /** Nanoseconds after the millisecond. */
  static final List<Integer> OFFSETS = List.of(100_001, 500_000, 900_123);

  private SubMillis() {}

  /** Returns three records with the values 1, 2 and 3. */
  static SinkRecord[] records(String measurement, long epochMillis) {
    return new SinkRecord[] {
      record(measurement, epochMillis, 0),
      record(measurement, epochMillis, 1),
      record(measurement, epochMillis, 2)
    };
  }

  private static SinkRecord record(String measurement, long epochMillis, int index) {
    return TestRecords.record(
        Map.of(
            "measurement",
            measurement,
            "fields",
            Map.of("v", index + 1.0),
            "timestamp",
            epochMillis,
            "timestamp_ns",
            epochMillis * 1_000_000 + OFFSETS.get(index)),
        index);
  }
}
