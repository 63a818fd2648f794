package com.voltageems.hissrv.influx.mapping;

import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/** The envelope around a record's value. */
public enum Envelope {
  NONE,

  /** Debezium's change events: {@code before}, {@code after}, {@code op}, {@code source}. */
  DEBEZIUM;

  /** The content of an envelope. */
  sealed interface Opened {
    record Value(@Nullable Object value) implements Opened {}

    /** A row was deleted, or the event is not about a row; nothing can be written for it. */
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
          "the value is not a change event of Debezium: it has no member 'op'; of rows that a"
              + " transform has unwrapped already mapping.envelope is none");
    }
    return switch (text) {
      case "c", "r", "u" -> {
        yield row(Values.member(record.value(), "after"));
      }
      case "d" -> new Opened.Deleted("the row was deleted");
      case "t" -> new Opened.Deleted("the table was truncated");
      case "m" -> new Opened.Deleted("it is a message, not a row");
      default -> new Opened.NoEnvelope("the change event has an unknown 'op'");
    };
  }

  private static Opened row(@Nullable Object after) {
    if (after == null) {
      return new Opened.NoEnvelope("the change event has no member 'after'");
    }
    return Values.isObject(after)
        ? new Opened.Value(after)
        : new Opened.NoEnvelope(
            "'after' of the change event is "
                + FieldTypes.describe(after)
                + ", not a row; MongoDB's connector writes a text there: put its transform"
                + " ExtractNewDocumentState in front, and leave mapping.envelope out");
  }
}
