package com.voltageems.hissrv.influx.mapping;

import java.time.Instant;
import java.time.ZoneOffset;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * Mapping of the records that the Redis source writes: {@code measurement}, {@code tags}, {@code
 * fields}, {@code texts} and {@code timestamp} in epoch milliseconds, or {@code timestamp_ns}. They
 * are Structs of the schema {@code com.voltageems.hissrv.Sample} or have the same shape without a
 * schema; without a schema the map {@code fields} may mix numbers, booleans and texts. Without a
 * {@code timestamp}, the record's own time is used.
 */
public final class SampleToPoint implements RecordToPoint {
  private static final TimeFormat MILLIS = TimeFormat.parse("ms", ZoneOffset.UTC);
  private static final String NS = "timestamp_ns";
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final ReadRules rules;

  public SampleToPoint(ReadRules rules) {
    this.rules = rules;
  }

  @Override
  public Mapped map(SinkRecord record) {
    Object value = record.value();
    if (value == null) {
      return rules.ignoreNullValues()
          ? new Mapped.Ignored()
          : new Mapped.Rejected("the value is null (a tombstone), not a sample");
    }
    if (!Values.isObject(value)) {
      return new Mapped.Rejected(
          "the value is " + FieldTypes.describe(value) + ", not a sample (a struct or a map)");
    }
    String wrapped = Values.wrapped(value);
    if (wrapped != null) {
      return new Mapped.Rejected(wrapped);
    }
    PointBuilder point = rules.point();
    measurement(value, point);
    tags(value, point);
    Object fields = Values.member(value, "fields");
    Object texts = Values.member(value, "texts");
    point.check(objectOrNull("fields", fields));
    point.check(objectOrNull("texts", texts));
    Values.each(fields, (name, field) -> field(name, field, point));
    Values.each(texts, (name, text) -> field(name, text, point));
    time(record, value, point);
    return point.build();
  }

  private void field(String name, @Nullable Object value, PointBuilder point) {
    point.field(value instanceof String ? name + rules.textSuffix() : name, value);
  }

  private static void time(SinkRecord record, Object value, PointBuilder point) {
    Object timestamp = Values.member(value, "timestamp");
    Object nanos = Values.member(value, NS);
    if (nanos != null) {
      exactTime(nanos, timestamp, point);
    } else if (timestamp instanceof Long millis) {
      point.epochMillis(millis);
    } else if (timestamp instanceof Number) {
      Instant time = MILLIS.instant(timestamp);
      if (time == null) {
        point.check("'timestamp' is a number, but not a time in epoch milliseconds");
      } else if (MILLIS.rather(timestamp) != null) {
        point.check("'timestamp' would be a time of 1970; it looks like seconds");
      } else {
        point.time(time);
      }
    } else if (timestamp != null) {
      point.check("'timestamp' is " + FieldTypes.describe(timestamp) + ", not epoch milliseconds");
    } else if (record.timestamp() != null) {
      point.epochMillis(record.timestamp());
    }
  }

  /**
   * Sets the time from whole nanoseconds, which a double would not hold. They have to agree with
   * the milliseconds.
   */
  private static void exactTime(Object nanos, @Nullable Object timestamp, PointBuilder point) {
    if (!(nanos instanceof Long whole)) {
      point.check("'" + NS + "' is not a whole number of 64 bits");
    } else if (timestamp != null && !isAt(timestamp, Math.floorDiv(whole, NANOS_PER_MILLI))) {
      point.check("'" + NS + "' and 'timestamp' are not the same time");
    } else {
      point.epochNanos(whole);
    }
  }

  private static boolean isAt(Object timestamp, long millis) {
    if (timestamp instanceof Long whole) {
      return whole == millis;
    }
    Instant time = timestamp instanceof Number ? MILLIS.instant(timestamp) : null;
    return time != null && time.toEpochMilli() == millis;
  }

  private static void measurement(Object value, PointBuilder point) {
    Object name = Values.member(value, "measurement");
    if (name instanceof String text) {
      point.measurement(text);
    } else {
      point.check("'measurement' is " + FieldTypes.describe(name) + ", not a text");
    }
  }

  private static void tags(Object value, PointBuilder point) {
    Object tags = Values.member(value, "tags");
    point.check(objectOrNull("tags", tags));
    Values.each(tags, (name, tag) -> tag(name, tag, point));
  }

  private static void tag(String name, @Nullable Object value, PointBuilder point) {
    String text = Values.text(value);
    if (text != null) {
      point.tag(name, text);
    } else if (value != null) {
      point.check("tag '" + name + "' is " + FieldTypes.describe(value) + ", not a scalar");
    }
  }

  private static @Nullable String objectOrNull(String name, @Nullable Object value) {
    return value == null || Values.isObject(value)
        ? null
        : "'" + name + "' is " + FieldTypes.describe(value) + ", not a map";
  }
}
