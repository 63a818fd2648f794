package com.voltageems.hissrv.influx.mapping;

import java.util.List;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * Mapping of a record to points. Implementations are pure and never throw: the same record always
 * gives the same answer, so a record may be mapped again after a line was refused.
 */
public interface RecordToPoint {
  Mapped map(SinkRecord record);

  /**
   * Returns some of the places where the record has a value, to help a user who named another
   * place; empty if this mapping does not look up places.
   */
  default List<String> places(SinkRecord record) {
    return List.of();
  }
}
