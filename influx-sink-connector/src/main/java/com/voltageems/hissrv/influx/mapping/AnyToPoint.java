package com.voltageems.hissrv.influx.mapping;

import com.voltageems.hissrv.influx.point.Point;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Mapping of records of any shape, by rules. The rules say which places are the measurement, the
 * tags, the fields and the time, and which array, if any, has one point in each element.
 */
public final class AnyToPoint implements RecordToPoint {
  /**
   * The text that Debezium writes for a large value that has not changed and that its source
   * therefore left out.
   */
  private static final String UNAVAILABLE = "__debezium_unavailable_value";

  private final Rules rules;
  private final ReadRules reading;
  private final Set<String> notFields = new HashSet<>();
  private final List<String> absentTags;
  private final List<String> absentFields;

  /**
   * The places of the parts of a point.
   *
   * @param fields the fields; if empty, every scalar of the value, or of the element if there is an
   *     array, that is neither a tag nor the time
   * @param timestamp null for the record's own time
   * @param points null if each record is one point
   */
  public record Rules(
      Template measurement,
      List<Named> tags,
      List<Named> fields,
      @Nullable Expression timestamp,
      TimeFormat timeFormat,
      @Nullable PointArrays points,
      Choices choices) {
    public Rules {
      tags = List.copyOf(tags);
      fields = List.copyOf(fields);
    }
  }

  /**
   * Other choices of a site.
   *
   * @param emptyPoints what to do with a record whose array has no point in it
   * @param ignoreDeleted whether events of deleted rows are passed over instead of rejected
   * @param intoArrays whether scalars in arrays are fields too
   */
  public record Choices(
      EmptyPoints emptyPoints, Envelope envelope, boolean ignoreDeleted, boolean intoArrays) {}

  /** What to do with a record whose array is empty, null or absent. */
  public enum EmptyPoints {
    /** The record is passed over in all three cases: there was nothing to report. */
    IGNORE,
    /**
     * The record is passed over, but reported if the array is absent, since its place may be
     * misspelt.
     */
    REPORT_MISSING,
    /** The record is reported in all three cases. */
    REPORT
  }

  public AnyToPoint(Rules rules, ReadRules reading) {
    this.rules = rules;
    this.reading = reading;
    this.absentTags = absent("mapping.tags", rules.tags());
    this.absentFields = absent("mapping.fields", rules.fields());
    rules.tags().forEach(tag -> tag.places().forEach(this::excludeFromFields));
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
    String wrapped = Values.wrapped(record.value());
    if (wrapped != null && readsWhole()) {
      return new Mapped.Rejected(wrapped);
    }
    Envelope.Opened opened = rules.choices().envelope().open(record);
    if (opened instanceof Envelope.Opened.Deleted deleted) {
      return rules.choices().ignoreDeleted()
          ? new Mapped.Ignored()
          : new Mapped.Rejected(deleted.what() + ", and no point can be deleted");
    }
    if (opened instanceof Envelope.Opened.NoEnvelope none) {
      return new Mapped.Rejected(none.reason());
    }
    Context context = new Context(record, ((Envelope.Opened.Value) opened).value(), List.of());
    return rules.points() == null ? point(context) : points(context, rules.points());
  }

  @Override
  public List<String> places(SinkRecord record) {
    List<String> places = new ArrayList<>();
    if (rules.choices().envelope().open(record) instanceof Envelope.Opened.Value opened) {
      Context context = new Context(record, opened.value(), List.of());
      addPlaces("", context.value(), places);
      List<PointArrays.Element> elements = new ArrayList<>();
      if (rules.points() != null) {
        rules.points().expand(context, elements, new ArrayList<>());
      }
      elements.stream()
          .findFirst()
          .ifPresent(first -> addPlaces("", first.context().nearest(), places));
    }
    addPlaces("key.", record.key(), places);
    record.headers().forEach(header -> places.add("header." + header.key()));
    return places.stream().distinct().toList();
  }

  private static void addPlaces(String prefix, @Nullable Object object, List<String> places) {
    new Scalars(Set.of(), false, (name, value) -> places.add(prefix + name), complaint -> {})
        .of(object);
  }

  /**
   * Returns whether the rules read the value as a whole, and not only the places that they name.
   */
  private boolean readsWhole() {
    return rules.choices().envelope() != Envelope.NONE
        || (rules.fields().isEmpty() && rules.points() == null);
  }

  private Mapped points(Context context, PointArrays arrays) {
    List<PointArrays.Element> elements = new ArrayList<>();
    List<String> complaints = new ArrayList<>();
    Object array = arrays.expand(context, elements, complaints);
    if (elements.isEmpty() && complaints.isEmpty()) {
      return noPoints(context, arrays.first(), array);
    }
    Gathered gathered = new Gathered(reading.order());
    Set<String> absent = null;
    for (PointArrays.Element element : elements) {
      String where = element.where() + ": ";
      Mapped mapped = point(element.context());
      if (mapped instanceof Mapped.Points some) {
        String leftOut = gathered.add(some.points().get(0), element.where());
        if (leftOut != null) {
          complaints.add(where + leftOut);
        }
        some.complaints().forEach(complaint -> complaints.add(where + complaint));
        if (absent == null) {
          absent = new LinkedHashSet<>(some.absent());
        } else {
          absent.retainAll(some.absent()); // absent only if no element has it
        }
      } else if (mapped instanceof Mapped.Rejected rejected) {
        complaints.add(where + rejected.reason());
      }
    }
    List<Point> points = gathered.points();
    return points.isEmpty()
        ? new Mapped.Rejected(String.join("; ", complaints))
        : new Mapped.Points(points, complaints, absent == null ? List.of() : List.copyOf(absent));
  }

  private Mapped noPoints(Context context, Expression place, @Nullable Object array) {
    boolean isThere = place.isIn(context);
    boolean ignored =
        switch (rules.choices().emptyPoints()) {
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

  private Mapped point(Context context) {
    PointBuilder point = reading.point();
    String measurement = rules.measurement().of(context);
    if (measurement == null) {
      point.check("a place that the measurement's name is made from is empty or no scalar");
    } else {
      point.measurement(measurement);
    }
    for (int i = 0; i < rules.tags().size(); i++) {
      tag(rules.tags().get(i), absentTags.get(i), context, point);
    }
    fields(context, point);
    time(context, point);
    return point.build();
  }

  private void tag(Named tag, String absent, Context context, PointBuilder point) {
    Object raw = tag.of(context);
    if (raw == null) {
      point.absent(absent);
      return;
    }
    if (tag.all()) {
      all(tag, raw, point, (name, value) -> tag(name, value, Values.text(value), point));
      return;
    }
    String name = tag.name(context);
    if (name == null) {
      point.check(nameless("tag", tag));
    } else {
      tag(name, raw, tag.text(context), point);
    }
  }

  private static void tag(String name, Object raw, @Nullable String text, PointBuilder point) {
    if (UNAVAILABLE.equals(raw)) {
      point.check("tag '" + name + "' is not in the change event: Debezium had no value for it");
    } else if (text != null) {
      point.tag(name, text);
    } else {
      point.check("tag '" + name + "' is " + FieldTypes.describe(raw) + ", not a scalar");
    }
  }

  /** Returns for each tag or field the text that reports it as absent. */
  private static List<String> absent(String setting, List<Named> all) {
    return all.stream().map(one -> setting + ": '" + one.written() + "'").toList();
  }

  private static String nameless(String what, Named one) {
    return what
        + " '"
        + one.name()
        + "' has no name: a place that its name is made from is empty or no scalar";
  }

  /** Passes on every scalar of an object that a rule names by {@code place.*}. */
  private void all(
      Named object, Object value, PointBuilder point, BiConsumer<String, Object> found) {
    if (Values.isObject(value)) {
      new Scalars(Set.of(), rules.choices().intoArrays(), found, point::complain).of(value);
    } else {
      point.complain(
          "'"
              + object.name()
              + "' is "
              + FieldTypes.describe(value)
              + ", not an object, all of which "
              + object.name()
              + ".* means");
    }
  }

  private void field(Named field, String absent, Context context, PointBuilder point) {
    Object value = field.of(context);
    if (value == null) {
      point.absent(absent);
      return;
    }
    if (field.all()) {
      all(field, value, point, (name, each) -> scalar(name, each, point));
      return;
    }
    String name = field.name(context);
    if (name == null) {
      point.complain(nameless("field", field));
    } else {
      field(name, value, point);
    }
  }

  private void fields(Context context, PointBuilder point) {
    if (!rules.fields().isEmpty()) {
      for (int i = 0; i < rules.fields().size(); i++) {
        field(rules.fields().get(i), absentFields.get(i), context, point);
      }
      return;
    }
    Object source = context.nearest();
    if (Values.isObject(source)) {
      new Scalars(
              notFields,
              rules.choices().intoArrays(),
              (name, value) -> scalar(name, value, point),
              point::complain)
          .of(source);
    } else if (source instanceof List<?>) {
      point.check("the value is an array; mapping.points=value makes a point of each element");
    } else if (source != null) {
      field("value", source, point);
    }
  }

  /** Adds a field; bytes are left out unless a pin gives the field a type. */
  private void scalar(String name, Object value, PointBuilder point) {
    if (!Values.isBytes(value) || reading.types().isPinned(name)) {
      field(name, value, point);
    }
  }

  private void field(String name, Object value, PointBuilder point) {
    if (UNAVAILABLE.equals(value)) {
      return; // the value in the database stays right
    }
    point.field(value instanceof String ? name + reading.textSuffix() : name, value);
  }

  private void time(Context context, PointBuilder point) {
    if (rules.timestamp() == null) {
      if (context.record().timestamp() != null) {
        point.epochMillis(context.record().timestamp());
      }
      return;
    }
    Object raw = rules.timestamp().of(context);
    if (raw != null) {
      Optional<Instant> told =
          rules.timeFormat().ofSchema(rules.timestamp().schemaName(context), raw);
      if (told.isPresent()) {
        point.time(told.get());
        return;
      }
    }
    Instant time = raw == null ? null : rules.timeFormat().instant(raw);
    if (time == null) {
      point.check(
          "'"
              + rules.timestamp().name()
              + "' is "
              + FieldTypes.describe(raw)
              + ", not a time of mapping.timestamp.format");
      return;
    }
    String rather = raw == null ? null : rules.timeFormat().rather(raw);
    if (rather == null) {
      point.time(time);
    } else {
      point.check(
          "'"
              + rules.timestamp().name()
              + "' would be a time of 1970; it looks like mapping.timestamp.format="
              + rather);
    }
  }
}
