package com.voltageems.hissrv.influx.mapping;

import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/** What is around the value that counts. */
public enum Envelope {
  NONE,

  /** Debezium's change events: {@code before}, {@code after}, {@code op}, {@code source}. */
  DEBEZIUM;

  /** What was in it. */
  sealed interface Opened {
    record Value(@Nullable Object value) implements Opened {}

    /** A row is gone; nothing can be written for it. */
    record Deleted(String what) implements Opened {}

    record NoEnvelope(String reason) implements Opened {}
  }

  Opened open(SinkRecord record) {
    if (this == NONE) {
      return new Opened.Value(record.value());
    }
    Object op = Values.member(record.value(), "op");
    if (!(op instanceof String text)) {
      return new Opened.NoEnvelope(
          "the value is not a change event of Debezium: it has no member 'op'");
    }
    return switch (text) {
      case "c", "r", "u" -> {
        Object after = Values.member(record.value(), "after");
        yield after == null
            ? new Opened.NoEnvelope("the change event has no member 'after'")
            : new Opened.Value(after);
      }
      case "d" -> new Opened.Deleted("the row was deleted");
      case "t" -> new Opened.Deleted("the table was truncated");
      case "m" -> new Opened.Deleted("it is a message, not a row");
      default -> new Opened.NoEnvelope("the change event has an unknown 'op'");
    };
  }
}
