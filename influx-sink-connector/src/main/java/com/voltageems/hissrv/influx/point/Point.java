package com.voltageems.hissrv.influx.point;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A point: a series (measurement and tags), a time, and at least one field. Points from {@code
 * PointBuilder} can be written as line protocol without loss.
 *
 * @param tags sorted by name, without empty values
 * @param fields sorted by name
 */
public record Point(String measurement, List<Tag> tags, List<Field> fields, long epochNanos) {
  public Point {
    tags = List.copyOf(tags);
    fields = List.copyOf(fields);
    if (fields.isEmpty()) {
      throw new IllegalArgumentException("a point needs a field");
    }
  }

  /** A tag. */
  public record Tag(String name, String value) {}

  /** A field. */
  public record Field(String name, FieldValue value) {}

  /** Returns this point with the fields that {@code wanted} accepts; null if it accepts none. */
  public @Nullable Point only(Predicate<Field> wanted) {
    List<Field> left = fields.stream().filter(wanted).toList();
    return left.isEmpty() ? null : new Point(measurement, tags, left, epochNanos);
  }
}
