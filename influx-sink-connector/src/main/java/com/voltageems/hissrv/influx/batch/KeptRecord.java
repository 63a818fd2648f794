package com.voltageems.hissrv.influx.batch;

import java.lang.reflect.Method;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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

  /** The bytes that key and value have in Kafka; of a value without lines or bytes nobody knows. */
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

  /** A method without arguments of classes that are not known here. */
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
        // A worker of another time.
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
