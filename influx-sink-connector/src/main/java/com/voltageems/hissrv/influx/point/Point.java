package com.voltageems.hissrv.influx.point;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One point: a series (measurement and tags), a time, and at least one field. What {@code
 * PointBuilder} builds can be written as line protocol without loss.
 *
 * @param tags sorted by name, no empty values
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

  /** One tag. */
  public record Tag(String name, String value) {}

  /** One field. */
  public record Field(String name, FieldValue value) {}

  /** This point with the fields that {@code wanted} accepts, or null when it accepts none. */
  public @Nullable Point only(Predicate<Field> wanted) {
    List<Field> left = fields.stream().filter(wanted).toList();
    return left.isEmpty() ? null : new Point(measurement, tags, left, epochNanos);
  }
}
