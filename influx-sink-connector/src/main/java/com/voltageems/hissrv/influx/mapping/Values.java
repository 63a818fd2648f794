package com.voltageems.hissrv.influx.mapping;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/** Looks into values that are a Struct (with a schema) or a Map (without), in the same way. */
final class Values {
  /** Of a column of PostgreSQL or Oracle that leaves the scale to each number. */
  private static final String DEBEZIUM_DECIMAL = "io.debezium.data.VariableScaleDecimal";

  private static final Pattern INDEX = Pattern.compile("-?[0-9]{1,6}");

  private Values() {}

  /** Whether places can lead into it. */
  static boolean hasMembers(@Nullable Object value) {
    return isObject(value) || value instanceof List<?>;
  }

  static boolean isBytes(@Nullable Object value) {
    return value instanceof byte[] || value instanceof ByteBuffer;
  }

  static boolean isObject(@Nullable Object value) {
    return value instanceof Struct || value instanceof Map;
  }

  /** A member of a Struct, Map or List; null when it is not there, or {@code object} is neither. */
  static @Nullable Object member(@Nullable Object object, String name) {
    if (object instanceof Struct struct) {
      Field field = struct.schema().field(name);
      return field == null ? null : value(struct, field);
    }
    if (object instanceof List<?> list) {
      int index = index(list, name);
      return index < 0 ? null : list.get(index);
    }
    return object instanceof Map<?, ?> map ? map.get(key(map, name)) : null;
  }

  /** Of an element: 0, 1 and so on, or -1 for the last one; -1 when there is none. */
  private static int index(List<?> list, String name) {
    if (!INDEX.matcher(name).matches()) {
      return -1;
    }
    int number = Integer.parseInt(name);
    int index = number < 0 ? list.size() + number : number;
    return index < list.size() ? Math.max(-1, index) : -1;
  }

  /** Whether it has such a member, be it null. */
  static boolean has(@Nullable Object object, String name) {
    if (object instanceof Struct struct) {
      return struct.schema().field(name) != null;
    }
    if (object instanceof List<?> list) {
      return index(list, name) >= 0;
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

  /** Told of a member. */
  interface MemberAction {
    void accept(String name, @Nullable Object value);
  }

  /** Goes through all members; there are none where {@code object} cannot have any. */
  static void each(@Nullable Object object, MemberAction action) {
    if (object instanceof Struct struct) {
      for (Field field : struct.schema().fields()) {
        action.accept(field.name(), value(struct, field));
      }
    } else if (object instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> member : map.entrySet()) {
        action.accept(String.valueOf(member.getKey()), member.getValue());
      }
    } else if (object instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        action.accept(Integer.toString(i), list.get(i));
      }
    }
  }

  /**
   * A null in an optional field is no value: {@link Struct#get} would make the schema's default of
   * it. Where a value is required, null means that none was put, and the default stands for it.
   */
  private static @Nullable Object value(Struct struct, Field field) {
    Object value =
        field.schema().isOptional() ? struct.getWithoutDefault(field.name()) : struct.get(field);
    return value instanceof Struct inner && DEBEZIUM_DECIMAL.equals(inner.schema().name())
        ? decimal(inner)
        : value;
  }

  /** A number with a scale of its own; as the struct that it comes in it cannot be a field. */
  private static @Nullable Object decimal(Struct struct) {
    Object scale = member(struct, "scale");
    Object unscaled = member(struct, "value");
    byte[] bytes = null;
    if (unscaled instanceof byte[] array) {
      bytes = array;
    } else if (unscaled instanceof ByteBuffer buffer) {
      bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
    }
    return scale instanceof Integer digits && bytes != null && bytes.length > 0
        ? new BigDecimal(new BigInteger(bytes), digits)
        : struct;
  }

  /**
   * What is wrong with a value that a converter has not unwrapped; null for any other. Its schema
   * would be taken for data.
   */
  static @Nullable String wrapped(@Nullable Object value) {
    return value instanceof Map<?, ?> map
            && map.size() == 2
            && map.containsKey("payload")
            && map.containsKey("schema")
            && (map.get("schema") == null
                || (map.get("schema") instanceof Map<?, ?> schema
                    && schema.get("type") instanceof String))
        ? "the value is JSON with its schema around it, {\"schema\":...,\"payload\":...}; set"
            + " value.converter.schemas.enable=true"
        : null;
  }

  /**
   * The text of a scalar, as a tag has it, a date and time as ISO 8601; null when it is not a
   * scalar.
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
