package com.voltageems.hissrv.influx.lane;

import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Point;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One point for all that have the same names and types, while these are not screened yet: a backlog
 * has thousands of such lines, and none of them has to be read back for it. It has no values:
 * waiting lines hold it beside the bytes that are counted. Guarded by the monitor.
 */
final class NewForms {
  /** As many bytes of names are remembered, about: hundreds of forms of a hundred fields. */
  private static final int MOST = 4_000_000;

  /** What a name takes beside its characters. */
  private static final int NAME = 64;

  private static final FieldValue FLOAT = new FieldValue.Float64(0);
  private static final FieldValue INTEGER = new FieldValue.Int64(0);
  private static final FieldValue BOOLEAN = new FieldValue.Bool(false);
  private static final FieldValue STRING = new FieldValue.Text("");

  /** No tag is without a value. */
  private static final String TAG = "x";

  private final Map<Point, Point> forms = new HashMap<>();
  private int size;

  /** The point that stands for all of this one's form. */
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
