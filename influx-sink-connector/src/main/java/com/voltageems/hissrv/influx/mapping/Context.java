package com.voltageems.hissrv.influx.mapping;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Where places are looked for.
 *
 * @param value the record's value, without its envelope
 * @param inner the array elements that the point is made from, the innermost first; looked into
 *     before the value
 */
record Context(SinkRecord record, @Nullable Object value, List<Object> inner) {
  Context {
    inner = List.copyOf(inner);
  }

  Context(SinkRecord record) {
    this(record, record.value(), List.of());
  }

  /** Inside an element of an array. */
  Context in(Object element) {
    List<Object> all = new ArrayList<>();
    all.add(element);
    all.addAll(inner);
    return new Context(record, value, all);
  }

  /** What the point is made from. */
  @Nullable Object nearest() {
    return inner.isEmpty() ? value : inner.get(0);
  }
}
