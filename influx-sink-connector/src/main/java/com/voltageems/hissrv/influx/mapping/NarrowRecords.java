package com.voltageems.hissrv.influx.mapping;

import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * The narrow layout: each field is a line of its own, with the field's name in the tag {@code
 * point}. The value is in the field {@code value}, a boolean in {@code flag} and a text in {@code
 * text}. If the tag {@code type} is one of m, s, c and a, it determines the measurement: {@code
 * measurement,channel=1001,type=m,point=10001 value=25.1}.
 */
public final class NarrowRecords implements RecordToPoint {
  private static final String POINT = "point";
  private static final String TYPE = "type";
  private static final Map<String, String> MEASUREMENTS =
      Map.of("m", "measurement", "s", "signal", "c", "control", "a", "adjustment");

  private final RecordToPoint wide;

  public NarrowRecords(RecordToPoint wide) {
    this.wide = wide;
  }

  @Override
  public Mapped map(SinkRecord record) {
    Mapped mapped = wide.map(record);
    return mapped instanceof Mapped.Points points ? narrow(points) : mapped;
  }

  @Override
  public List<String> places(SinkRecord record) {
    return wide.places(record);
  }

  private static Mapped narrow(Mapped.Points points) {
    List<Point> narrow = new ArrayList<>();
    List<String> complaints = new ArrayList<>(points.complaints());
    for (Point point : points.points()) {
      if (point.tags().stream().anyMatch(tag -> tag.name().equals(POINT))) {
        complaints.add("the tag 'point' is there already, so that no field's name can go there");
        continue;
      }
      point.fields().forEach(field -> narrow.add(narrow(point, field)));
    }
    return narrow.isEmpty()
        ? new Mapped.Rejected(String.join("; ", complaints))
        : new Mapped.Points(narrow, complaints, points.absent());
  }

  private static Point narrow(Point point, Point.Field field) {
    List<Point.Tag> tags = new ArrayList<>(point.tags());
    int at = 0;
    while (at < tags.size() && tags.get(at).name().compareTo(POINT) < 0) {
      at++;
    }
    tags.add(at, new Point.Tag(POINT, field.name()));
    return new Point(
        measurement(point),
        tags,
        List.of(new Point.Field(name(field.value()), field.value())),
        point.epochNanos());
  }

  private static String measurement(Point point) {
    for (Point.Tag tag : point.tags()) {
      if (tag.name().equals(TYPE)) {
        return MEASUREMENTS.getOrDefault(tag.value().toLowerCase(Locale.ROOT), point.measurement());
      }
    }
    return point.measurement();
  }

  /** A column has one type, so each kind of value has a column of its own. */
  private static String name(FieldValue value) {
    return switch (value.kind()) {
      case FLOAT, INTEGER -> "value";
      case BOOLEAN -> "flag";
      case STRING -> "text";
    };
  }
}
