package com.voltageems.hissrv.influx.batch;

import java.lang.reflect.Method;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * The part of a record that is kept, to report the record if it is refused. A converted value takes
 * about ten times as many bytes as its serialized form, and once the record's lines exist, the sink
 * no longer needs it. A record made by a worker holds the serialized bytes, and the worker's
 * reporter sends these, not the value; so the value of such a record is dropped. Any other record
 * is kept as it is.
 */
final class KeptRecord {
  /** Compared by name, because a plugin does not see the worker's classes. */
  private static final String OF_WORKER = "org.apache.kafka.connect.runtime.InternalSinkRecord";

  private static final Question CONTEXT = new Question("context");
  private static final Question ORIGINAL = new Question("original");

  private KeptRecord() {}

  static SinkRecord of(SinkRecord record) {
    if (!isOfWorker(record)) {
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

  private static boolean isOfWorker(SinkRecord record) {
    return record.getClass().getName().equals(OF_WORKER);
  }

  /**
   * Returns the bytes of key and value in Kafka; for a record that does not hold them, the length
   * of a value that is a text or bytes, else 0.
   */
  static long bytes(SinkRecord record) {
    Object original =
        isOfWorker(record)
            ? CONTEXT.ask(record).flatMap(ORIGINAL::ask).orElse(record)
            : record.value();
    if (original instanceof ConsumerRecord<?, ?> bytes) {
      return Math.max(0, bytes.serializedKeySize())
          + (long) Math.max(0, bytes.serializedValueSize());
    }
    if (original instanceof byte[] bytes) {
      return bytes.length;
    }
    return original instanceof String text ? text.length() : 0;
  }

  /** A method without arguments, of classes that this class cannot refer to. */
  private static final class Question extends ClassValue<Optional<Method>> {
    private final String name;

    Question(String name) {
      this.name = name;
    }

    @Override
    protected Optional<Method> computeValue(Class<?> type) {
      try {
        return Optional.of(type.getMethod(name));
      } catch (NoSuchMethodException e) {
        // Another version of the worker.
        return Optional.empty();
      }
    }

    Optional<Object> ask(Object of) {
      try {
        Optional<Method> method = get(of.getClass());
        return method.isEmpty() ? Optional.empty() : Optional.ofNullable(method.get().invoke(of));
      } catch (ReflectiveOperationException e) {
        return Optional.empty();
      }
    }
  }
}
