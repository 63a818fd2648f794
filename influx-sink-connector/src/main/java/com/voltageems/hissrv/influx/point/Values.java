package com.voltageems.hissrv.influx.point;

import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/** Looks into values that are a Struct (with a schema) or a Map (without), in the same way. */
final class Values {
  private Values() {}

  static boolean isObject(@Nullable Object value) {
    return value instanceof Struct || value instanceof Map;
  }

  /** A member of a Struct or Map; null when it is not there, or {@code object} is neither. */
  static @Nullable Object member(@Nullable Object object, String name) {
    if (object instanceof Struct struct) {
      Field field = struct.schema().field(name);
      return field == null ? null : value(struct, field);
    }
    return object instanceof Map<?, ?> map ? map.get(key(map, name)) : null;
  }

  /** Whether it has such a member, be it null. */
  static boolean has(@Nullable Object object, String name) {
    if (object instanceof Struct struct) {
      return struct.schema().field(name) != null;
    }
    return object instanceof Map<?, ?> map && map.containsKey(key(map, name));
  }

  /** The key that is called so: with a schema keys may be numbers. */
  private static Object key(Map<?, ?> map, String name) {
    for (Object key : map.keySet()) {
      if (key instanceof String) {
        break; // then they all are
      }
      if (name.equals(String.valueOf(key))) {
        return key;
      }
    }
    return name;
  }

  /** All members by name; empty when {@code object} is neither Struct nor Map. */
  static Map<String, @Nullable Object> members(@Nullable Object object) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    if (object instanceof Struct struct) {
      for (Field field : struct.schema().fields()) {
        members.put(field.name(), value(struct, field));
      }
    } else if (object instanceof Map<?, ?> map) {
      map.forEach((name, value) -> members.put(String.valueOf(name), value));
    }
    return members;
  }

  /**
   * A null in an optional field is no value: {@link Struct#get} would make the schema's default of
   * it. Where a value is required, null means that none was put, and the default stands for it.
   */
  private static @Nullable Object value(Struct struct, Field field) {
    return field.schema().isOptional() ? struct.getWithoutDefault(field.name()) : struct.get(field);
  }

  /**
   * The text of a scalar, as a tag has it, a date and time as ISO 8601; null when it is no scalar.
   */
  static @Nullable String text(@Nullable Object value) {
    if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      // JSON does not tell 7 from 7.0; as a tag both mean the same series.
      return number == Math.rint(number) && Math.abs(number) < 1e15
          ? Long.toString((long) number)
          : value.toString();
    }
    if (value instanceof Date date) {
      return date.toInstant().toString();
    }
    return value instanceof String || value instanceof Number || value instanceof Boolean
        ? value.toString()
        : null;
  }
}
