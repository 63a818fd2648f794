package com.voltageems.hissrv.influx.lane;

import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One point for all points with the same names and types, while these are not screened yet. A
 * backlog has thousands of such lines, and the shared point saves parsing each of them again. It
 * has no values, since waiting lines keep it in memory in addition to the bytes that are counted.
 * Guarded by the monitor.
 */
final class NewForms {
  /**
   * About how many bytes of names are remembered: enough for hundreds of forms of a hundred fields.
   */
  private static final int MOST = 4_000_000;

  /** The bytes that a name takes in addition to its characters. */
  private static final int NAME = 64;

  private static final FieldValue FLOAT = new FieldValue.Float64(0);
  private static final FieldValue INTEGER = new FieldValue.Int64(0);
  private static final FieldValue BOOLEAN = new FieldValue.Bool(false);
  private static final FieldValue STRING = new FieldValue.Text("");

  /** Placeholder, since a tag must have a value. */
  private static final String TAG = "x";

  private final Map<Point, Point> forms = new HashMap<>();
  private int size;

  /** Returns the point that represents all points of this one's form. */
  Point like(Point point) {
    Point form = form(point);
    Point before = forms.get(form);
    if (before != null) {
      return before;
    }
    int more = size(form);
    if (size + more > MOST) {
      forms.clear();
      size = 0;
    }
    forms.put(form, form);
    size += more;
    return form;
  }

  private static Point form(Point point) {
    List<Point.Tag> tags =
        point.tags().stream().map(tag -> new Point.Tag(tag.name(), TAG)).toList();
    List<Point.Field> fields =
        point.fields().stream()
            .map(field -> new Point.Field(field.name(), any(field.value().kind())))
            .toList();
    return new Point(point.measurement(), tags, fields, 0);
  }

  private static FieldValue any(FieldValue.Kind kind) {
    return switch (kind) {
      case FLOAT -> FLOAT;
      case INTEGER -> INTEGER;
      case BOOLEAN -> BOOLEAN;
      case STRING -> STRING;
    };
  }

  private static int size(Point form) {
    int size = NAME + form.measurement().length();
    for (Point.Tag tag : form.tags()) {
      size += NAME + tag.name().length();
    }
    for (Point.Field field : form.fields()) {
      size += NAME + field.name().length();
    }
    return size;
  }
}
