package com.voltageems.hissrv.influx.point;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of any shape by rules: which places are the measurement, the tags, the fields and
 * the time, and which array, if any, holds one point in each element.
 */
public final class AnyToPoint implements RecordToPoint {
  private final Rules rules;
  private final FieldTypes types;
  private final boolean ignoreNullValues;
  private final String textSuffix;
  private final Set<String> notFields = new HashSet<>();

  /**
   * Where things are.
   *
   * @param fields empty for every scalar of the value (of the element, where there is an array)
   *     that is no tag and not the time
   * @param timestamp null for the record's own time
   * @param points null for one point a record
   */
  public record Rules(
      Template measurement,
      List<Expression.Named> tags,
      List<Expression.Named> fields,
      @Nullable Expression timestamp,
      TimeFormat timeFormat,
      @Nullable Expression points) {
    public Rules {
      tags = List.copyOf(tags);
      fields = List.copyOf(fields);
    }
  }

  public AnyToPoint(Rules rules, FieldTypes types, boolean ignoreNullValues, String textSuffix) {
    this.rules = rules;
    this.types = types;
    this.ignoreNullValues = ignoreNullValues;
    this.textSuffix = textSuffix;
    rules.tags().forEach(tag -> excludeFromFields(tag.expression()));
    if (rules.timestamp() != null) {
      excludeFromFields(rules.timestamp());
    }
  }

  private void excludeFromFields(Expression expression) {
    if (expression.root() == Expression.Root.VALUE) {
      notFields.add(expression.path());
    }
  }

  @Override
  public Mapped map(SinkRecord record) {
    if (record.value() == null) {
      return ignoreNullValues
          ? new Mapped.Ignored()
          : new Mapped.Rejected("the value is null (a tombstone)");
    }
    if (rules.points() == null) {
      return point(record, null);
    }
    Object array = rules.points().of(record, null);
    if (!(array instanceof List<?> elements)) {
      return new Mapped.Rejected(
          "'" + rules.points().name() + "' is " + FieldTypes.describe(array) + ", not an array");
    }
    List<Point> points = new ArrayList<>();
    List<String> complaints = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      String where = rules.points().name() + "[" + i + "]: ";
      Object element = elements.get(i);
      Mapped mapped =
          Values.isObject(element)
              ? point(record, element)
              : new Mapped.Rejected("is " + FieldTypes.describe(element) + ", no struct or map");
      if (mapped instanceof Mapped.Points some) {
        points.addAll(some.points());
        some.complaints().forEach(complaint -> complaints.add(where + complaint));
      } else if (mapped instanceof Mapped.Rejected rejected) {
        complaints.add(where + rejected.reason());
      }
    }
    if (points.isEmpty()) {
      return new Mapped.Rejected(
          complaints.isEmpty()
              ? "'" + rules.points().name() + "' is empty"
              : String.join("; ", complaints));
    }
    return new Mapped.Points(points, complaints);
  }

  private Mapped point(SinkRecord record, @Nullable Object element) {
    PointBuilder point = new PointBuilder(types);
    String measurement = rules.measurement().of(record, element);
    if (measurement == null) {
      point.check("a place that the measurement's name is made from is empty or no scalar");
    } else {
      point.measurement(measurement);
    }
    for (Expression.Named tag : rules.tags()) {
      Object raw = tag.expression().of(record, element);
      String text = Values.text(raw);
      if (text != null) {
        point.tag(tag.name(), text);
      } else if (raw != null) {
        point.check("tag '" + tag.name() + "' is " + FieldTypes.describe(raw) + ", no scalar");
      }
    }
    fields(record, element, point);
    time(record, element, point);
    return point.build();
  }

  private void fields(SinkRecord record, @Nullable Object element, PointBuilder point) {
    if (rules.fields().isEmpty()) {
      Map<String, Object> found = new TreeMap<>();
      Object source = element == null ? record.value() : element;
      if (Values.isObject(source)) {
        Expression.flatten("", source, found);
      } else if (source != null) {
        found.put("value", source);
      }
      found.keySet().removeAll(notFields);
      found.forEach((name, value) -> field(name, value, point));
    } else {
      for (Expression.Named field : rules.fields()) {
        Object value = field.expression().of(record, element);
        if (value != null) {
          field(field.name(), value, point);
        }
      }
    }
  }

  private void field(String name, Object value, PointBuilder point) {
    point.field(value instanceof String ? name + textSuffix : name, value);
  }

  private void time(SinkRecord record, @Nullable Object element, PointBuilder point) {
    if (rules.timestamp() == null) {
      if (record.timestamp() != null) {
        point.epochMillis(record.timestamp());
      }
      return;
    }
    Object raw = rules.timestamp().of(record, element);
    Long time = raw == null ? null : rules.timeFormat().epochMillis(raw);
    if (time == null) {
      point.check(
          "'"
              + rules.timestamp().name()
              + "' is "
              + FieldTypes.describe(raw)
              + ", not a time of mapping.timestamp.format");
    } else {
      point.epochMillis(time);
    }
  }
}
