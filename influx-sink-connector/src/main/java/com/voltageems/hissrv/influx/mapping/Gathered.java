package com.voltageems.hissrv.influx.mapping;

import com.voltageems.hissrv.influx.point.Point;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The points of one array. Elements with the same series and time become one point, as they do in
 * the database, with the fields of each. If two of them have the same field, the first counts.
 */
final class Gathered {
  private final NameOrder order;
  private final Map<Place, Fields> places = new LinkedHashMap<>();

  Gathered(NameOrder order) {
    this.order = order;
  }

  /**
   * The key under which the database stores a point: a later value of a field with the same key
   * replaces the earlier one.
   */
  private record Place(String measurement, List<Point.Tag> tags, long epochNanos) {}

  /** A point as far as it is known. */
  private static final class Fields {
    private final Point first;
    private final String whereFirst;

    /** The element of each field; null while there is only the first element. */
    private @Nullable Map<String, String> whereByName;

    private final List<Point.Field> fields;

    Fields(Point first, String where) {
      this.first = first;
      this.whereFirst = where;
      this.fields = new ArrayList<>(first.fields());
    }

    @Nullable String add(Point point, String where) {
      if (whereByName == null) {
        whereByName = new LinkedHashMap<>();
        for (Point.Field field : first.fields()) {
          whereByName.put(field.name(), whereFirst);
        }
      }
      String clash = null;
      for (Point.Field field : point.fields()) {
        String earlier = whereByName.putIfAbsent(field.name(), where);
        if (earlier == null) {
          fields.add(field);
        } else if (clash == null) {
          clash =
              "field '"
                  + field.name()
                  + "' has series and time of that in "
                  + earlier
                  + ", of which the database would keep one; give each a time of its own "
                  + "by mapping.timestamp, or a tag that distinguishes them";
        }
      }
      return clash;
    }
  }

  /**
   * Adds the point of an element.
   *
   * @param where the element, as a user would name it
   * @return what is left out of the point, and why; null if nothing is
   */
  @Nullable String add(Point point, String where) {
    Place place = new Place(point.measurement(), point.tags(), point.epochNanos());
    Fields there = places.get(place);
    if (there != null) {
      return there.add(point, where);
    }
    places.put(place, new Fields(point, where));
    return null;
  }

  /** Returns the points, in the order of their first elements. */
  List<Point> points() {
    List<Point> points = new ArrayList<>(places.size());
    for (Fields place : places.values()) {
      if (place.fields.size() == place.first.fields().size()) {
        points.add(place.first);
      } else {
        order.sortFields(place.fields);
        points.add(
            new Point(
                place.first.measurement(),
                place.first.tags(),
                place.fields,
                place.first.epochNanos()));
      }
    }
    return points;
  }
}
