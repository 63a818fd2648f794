package com.voltageems.hissrv.influx.lane;

import com.voltageems.hissrv.influx.point.Point;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One point for all that have the same names and types, while these are not screened yet: a backlog
 * has thousands of such lines, and none of them has to be mapped again for it. Guarded by the
 * monitor.
 */
final class NewForms {
  /** As many measurements are remembered. */
  private static final int MOST = 1_000;

  private final Map<String, Point> last = new HashMap<>();

  /** A point of the same form: an earlier one, where the measurement's last one was. */
  Point like(Point point) {
    Point before = last.get(point.measurement());
    if (before != null && isAlike(before, point)) {
      return before;
    }
    if (last.size() >= MOST) {
      last.clear();
    }
    last.put(point.measurement(), point);
    return point;
  }

  private static boolean isAlike(Point one, Point other) {
    List<Point.Tag> tags = one.tags();
    List<Point.Field> fields = one.fields();
    if (tags.size() != other.tags().size() || fields.size() != other.fields().size()) {
      return false;
    }
    for (int i = 0; i < tags.size(); i++) {
      if (!tags.get(i).name().equals(other.tags().get(i).name())) {
        return false;
      }
    }
    for (int i = 0; i < fields.size(); i++) {
      Point.Field field = other.fields().get(i);
      if (!fields.get(i).name().equals(field.name())
          || fields.get(i).value().kind() != field.value().kind()) {
        return false;
      }
    }
    return true;
  }
}
