package com.voltageems.hissrv.influx.mapping;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * The record parts in which places are looked up.
 *
 * @param value the record's value, without its envelope
 * @param inner the array elements that the point is made from, the innermost first; searched before
 *     the value
 */
record Context(SinkRecord record, @Nullable Object value, List<Object> inner) {
  Context {
    inner = List.copyOf(inner);
  }

  Context(SinkRecord record) {
    this(record, record.value(), List.of());
  }

  /** Returns the context inside an element of an array. */
  Context in(Object element) {
    List<Object> all = new ArrayList<>();
    all.add(element);
    all.addAll(inner);
    return new Context(record, value, all);
  }

  /** Returns the object that the point is made from. */
  @Nullable Object nearest() {
    return inner.isEmpty() ? value : inner.get(0);
  }
}
