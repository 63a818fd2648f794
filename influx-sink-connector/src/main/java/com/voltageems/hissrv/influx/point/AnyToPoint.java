package com.voltageems.hissrv.influx.point;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of any shape by rules: which places are the measurement, the tags, the fields and
 * the time, and which array, if any, holds one point in each element.
 */
public final class AnyToPoint implements RecordToPoint {
  private final Rules rules;
  private final ReadRules reading;
  private final Set<String> notFields = new HashSet<>();

  /**
   * Where things are.
   *
   * @param fields empty for every scalar of the value (of the element, where there is an array)
   *     that is no tag and not the time
   * @param timestamp null for the record's own time
   * @param points null for one point a record
   * @param emptyPoints what to do with a record whose array has no point in it
   */
  public record Rules(
      Template measurement,
      List<Expression.Named> tags,
      List<Expression.Named> fields,
      @Nullable Expression timestamp,
      TimeFormat timeFormat,
      @Nullable Expression points,
      EmptyPoints emptyPoints) {
    public Rules {
      tags = List.copyOf(tags);
      fields = List.copyOf(fields);
    }
  }

  /** What to do with a record whose array is empty, null or not there. */
  public enum EmptyPoints {
    /** Nothing was to be told: passed over in each of the three cases. */
    IGNORE,
    /** Passed over, but reported when there is nothing at the place, which may be misspelt. */
    REPORT_MISSING,
    /** Reported in each of the three cases. */
    REPORT
  }

  public AnyToPoint(Rules rules, ReadRules reading) {
    this.rules = rules;
    this.reading = reading;
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
      return reading.ignoreNullValues()
          ? new Mapped.Ignored()
          : new Mapped.Rejected("the value is null (a tombstone)");
    }
    if (rules.points() == null) {
      return point(record, null);
    }
    return points(record, rules.points());
  }

  private Mapped points(SinkRecord record, Expression place) {
    Object array = place.of(record, null);
    if (array == null || (array instanceof List<?> none && none.isEmpty())) {
      return noPoints(record, place, array);
    }
    if (!(array instanceof List<?> elements)) {
      return new Mapped.Rejected(
          "'" + place.name() + "' is " + FieldTypes.describe(array) + ", not an array");
    }
    List<Point> points = new ArrayList<>();
    List<String> complaints = new ArrayList<>();
    Map<Place, Integer> seen = new HashMap<>();
    for (int i = 0; i < elements.size(); i++) {
      String where = place.name() + "[" + i + "]: ";
      Object element = elements.get(i);
      Mapped mapped =
          Values.isObject(element)
              ? point(record, element)
              : new Mapped.Rejected("is " + FieldTypes.describe(element) + ", no struct or map");
      if (mapped instanceof Mapped.Points some) {
        Point point = some.points().get(0);
        Integer first =
            seen.putIfAbsent(new Place(point.measurement(), point.tags(), point.epochNanos()), i);
        if (first == null) {
          points.add(point);
        } else {
          complaints.add(
              where
                  + "has series and time of "
                  + place.name()
                  + "["
                  + first
                  + "], of which the database would keep one; give each a time of its own by"
                  + " mapping.timestamp, or a tag that tells them apart");
        }
        some.complaints().forEach(complaint -> complaints.add(where + complaint));
      } else if (mapped instanceof Mapped.Rejected rejected) {
        complaints.add(where + rejected.reason());
      }
    }
    return points.isEmpty()
        ? new Mapped.Rejected(String.join("; ", complaints))
        : new Mapped.Points(points, complaints);
  }

  /** Where the database keeps a point: a later one at the same place replaces it. */
  private record Place(String measurement, List<Point.Tag> tags, long epochNanos) {}

  private Mapped noPoints(SinkRecord record, Expression place, @Nullable Object array) {
    boolean isThere = place.isIn(record);
    boolean ignored =
        switch (rules.emptyPoints()) {
          case IGNORE -> true;
          case REPORT_MISSING -> isThere;
          case REPORT -> false;
        };
    if (ignored) {
      return new Mapped.Ignored();
    }
    String what = array != null ? "empty" : isThere ? "null" : "not there";
    return new Mapped.Rejected("'" + place.name() + "' is " + what + ": the record has no point");
  }

  private Mapped point(SinkRecord record, @Nullable Object element) {
    PointBuilder point = new PointBuilder(reading.types(), reading.precision());
    String measurement = rules.measurement().of(record, element);
    if (measurement == null) {
      point.check("a place that the measurement's name is made from is empty or no scalar");
    } else {
      point.measurement(measurement);
    }
    for (Expression.Named tag : rules.tags()) {
      String text = tag.expression().text(record, element);
      Object raw = tag.expression().of(record, element);
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
      Object source = element == null ? record.value() : element;
      if (Values.isObject(source)) {
        new Scalars(notFields, (name, value) -> field(name, value, point), point::complain)
            .of(source);
      } else if (source != null) {
        field("value", source, point);
      }
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
    point.field(value instanceof String ? name + reading.textSuffix() : name, value);
  }

  private void time(SinkRecord record, @Nullable Object element, PointBuilder point) {
    if (rules.timestamp() == null) {
      if (record.timestamp() != null) {
        point.epochMillis(record.timestamp());
      }
      return;
    }
    Object raw = rules.timestamp().of(record, element);
    Instant time = raw == null ? null : rules.timeFormat().instant(raw);
    if (time == null) {
      point.check(
          "'"
              + rules.timestamp().name()
              + "' is "
              + FieldTypes.describe(raw)
              + ", not a time of mapping.timestamp.format");
    } else {
      point.time(time);
    }
  }
}
