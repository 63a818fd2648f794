package com.voltageems.hissrv.influx.batch;

import org.apache.kafka.connect.sink.SinkRecord;

/**
 * What is kept of a record, to report it if it is refused. A converted value takes about ten times
 * the bytes that it was made of, and nothing but its lines is needed any more. A worker's own
 * records hold those bytes, and its reporter sends them, not the value: of these the value is let
 * go. Any other record is kept as it is.
 */
final class KeptRecord {
  /** By its name: a plugin does not see the worker's classes. */
  private static final String OF_WORKER = "org.apache.kafka.connect.runtime.InternalSinkRecord";

  private KeptRecord() {}

  static SinkRecord of(SinkRecord record) {
    if (!record.getClass().getName().equals(OF_WORKER)) {
      return record;
    }
    return record.newRecord(
        record.topic(),
        record.kafkaPartition(),
        record.keySchema(),
        record.key(),
        null,
        null,
        record.timestamp(),
        record.headers());
  }
}
