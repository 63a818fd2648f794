package com.voltageems.hissrv.influx.mapping;

import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.LineProtocol;
import com.voltageems.hissrv.influx.point.Point;
import com.voltageems.hissrv.influx.point.Precision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builder of one point, which checks the rules of line protocol. A flaw of a single field costs
 * only that field; a flaw of the series or the time costs the point.
 */
final class PointBuilder {
  /**
   * The greatest length of a series and a field's name together, in characters; InfluxDB takes
   * 65,535 bytes.
   */
  private static final int LONGEST_KEY = 16_384;

  /** The largest time that fits the databases' nanoseconds. */
  private static final long MAX_EPOCH_MILLIS = Long.MAX_VALUE / 1_000_000;

  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long NANOS = 1_000_000_000;
  private static final long MAX_EPOCH_NANOS = MAX_EPOCH_MILLIS * NANOS_PER_MILLI;

  private final FieldTypes types;
  private final Precision precision;
  private final NameOrder order;
  private final List<Point.Tag> tags = new ArrayList<>();
  private final List<Point.Field> fields = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();
  private List<String> absent = List.of();
  private String measurement = "";
  private @Nullable Long epochNanos;
  private @Nullable String flaw;

  PointBuilder(FieldTypes types, Precision precision, NameOrder order) {
    this.types = types;
    this.precision = precision;
    this.order = order;
  }

  PointBuilder measurement(String name) {
    measurement = name;
    check(LineProtocol.flawOfName("the measurement", name));
    if (name.startsWith("#")) {
      check("the measurement begins with '#', which line protocol takes for a comment");
    }
    return this;
  }

  /** Adds a tag. An empty value means that there is no tag, as in the databases themselves. */
  PointBuilder tag(String name, String value) {
    if (value.isEmpty()) {
      return this;
    }
    check(LineProtocol.flaw("a tag's name", name));
    if (!LineProtocol.isPlain(value)) {
      check(LineProtocol.flaw("the value of tag '" + name + "'", value));
    }
    if (name.equals("time")) {
      check("a tag is named 'time', which the database reserves");
    }
    tags.add(new Point.Tag(name, value));
    return this;
  }

  /** Adds a field; null means that there is no field. */
  PointBuilder field(String name, @Nullable Object raw) {
    if (raw != null && isFit(name)) {
      add(name, types.typed(name, raw));
    }
    return this;
  }

  /** Adds a field whose value already has its type. */
  PointBuilder typed(String name, FieldValue value) {
    if (isFit(name)) {
      add(name, types.storable(new FieldTypes.Typed.Value(value)));
    }
    return this;
  }

  private boolean isFit(String name) {
    String nameFlaw = LineProtocol.flawOfName("a field's name", name);
    if (nameFlaw != null) {
      complaints.add(nameFlaw);
    } else if (name.equals("time")) {
      complaints.add("field 'time' has a name that the database reserves");
    } else {
      return true;
    }
    return false;
  }

  private void add(String name, FieldTypes.Typed typed) {
    if (typed instanceof FieldTypes.Typed.Value value) {
      String textFlaw =
          value.value() instanceof FieldValue.Text text
              ? LineProtocol.flawOfText(text.value())
              : null;
      if (textFlaw == null) {
        fields.add(new Point.Field(name, value.value()));
      } else {
        complaints.add("field '" + name + "' " + textFlaw);
      }
    } else if (typed instanceof FieldTypes.Typed.Flaw reason) {
      complaints.add("field '" + name + "' " + reason.reason());
    }
  }

  PointBuilder epochMillis(long time) {
    if (TimeFormat.rather(time, NANOS_PER_MILLI) != null) {
      return check(
          "the time "
              + time
              + " ms is in 1970; it looks like seconds, or like a clock that was never set");
    }
    if (time > MAX_EPOCH_MILLIS || time < -MAX_EPOCH_MILLIS) {
      return check("the time " + time + " ms is outside of what the database can keep");
    }
    return epochNanos(time * NANOS_PER_MILLI);
  }

  PointBuilder epochNanos(long time) {
    if (time > MAX_EPOCH_NANOS || time < -MAX_EPOCH_NANOS) {
      return check("the time " + time + " ns is outside of what the database can keep");
    }
    epochNanos = precision.floor(time);
    return this;
  }

  PointBuilder time(Instant time) {
    try {
      return epochNanos(
          Math.addExact(Math.multiplyExact(time.getEpochSecond(), NANOS), time.getNano()));
    } catch (ArithmeticException e) {
      return check("the time " + time + " is outside of what the database can keep");
    }
  }

  /** Notes something that is left out of the point. */
  void complain(String complaint) {
    complaints.add(complaint);
  }

  /** Notes a tag or field that the record does not have. */
  void absent(String what) {
    if (absent.isEmpty()) {
      absent = new ArrayList<>();
    }
    absent.add(what);
  }

  /**
   * Notes a flaw that makes the whole point impossible; null is none, and the first flaw counts.
   */
  PointBuilder check(@Nullable String reason) {
    if (flaw == null) {
      flaw = reason;
    }
    return this;
  }

  Mapped build() {
    if (flaw != null) {
      return new Mapped.Rejected(flaw);
    }
    if (epochNanos == null) {
      return new Mapped.Rejected("there is no timestamp, neither in the value nor in the record");
    }
    dropTooLong();
    if (fields.isEmpty()) {
      return new Mapped.Rejected(
          complaints.isEmpty() ? "there is no field" : String.join("; ", complaints));
    }
    order.sortTags(tags);
    String twice = repeatedTag();
    if (twice != null) {
      return new Mapped.Rejected("tag '" + twice + "' appears twice");
    }
    order.sortFields(fields);
    dropRepeated();
    return new Mapped.Points(
        List.of(new Point(measurement, tags, fields, epochNanos)), complaints, absent);
  }

  private void dropTooLong() {
    int series = measurement.length();
    for (Point.Tag tag : tags) {
      series += tag.name().length() + tag.value().length();
    }
    int longest = 0;
    for (Point.Field field : fields) {
      longest = Math.max(longest, field.name().length());
    }
    if (series + longest > LONGEST_KEY) {
      dropTooLong(LONGEST_KEY - series);
    }
  }

  private void dropTooLong(int longestName) {
    fields.removeIf(
        field -> {
          boolean tooLong = field.name().length() > longestName;
          if (tooLong) {
            complaints.add(
                "the names of series and field are together longer than "
                    + LONGEST_KEY
                    + " characters");
          }
          return tooLong;
        });
  }

  /**
   * Returns the name of a tag that appears twice; null if there is none. InfluxDB refuses such a
   * line; QuestDB answers 204 and keeps the first value.
   */
  private @Nullable String repeatedTag() {
    for (int i = 1; i < tags.size(); i++) {
      if (tags.get(i).name().equals(tags.get(i - 1).name())) {
        return tags.get(i).name();
      }
    }
    return null;
  }

  /**
   * Keeps the first of several fields with the same name: a line must not have two values for one
   * field.
   */
  private void dropRepeated() {
    for (int i = fields.size() - 1; i > 0; i--) {
      String name = fields.get(i).name();
      if (name.equals(fields.get(i - 1).name())) {
        fields.remove(i);
        complaints.add("field '" + name + "' appears twice");
      }
    }
  }
}
