package com.voltageems.hissrv.influx.mapping;

import java.util.List;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * Turns a record into points. Implementations are pure: the same record gives the same answer, so
 * that it may be asked again when a line was refused; they never throw.
 */
public interface RecordToPoint {
  Mapped map(SinkRecord record);

  /**
   * Some of the places where a record has something, for whoever has looked elsewhere; empty where
   * no places are looked for.
   */
  default List<String> places(SinkRecord record) {
    return List.of();
  }
}
