package com.voltageems.hissrv.influx.mapping;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/** Uniform access to values that are a Struct (with a schema) or a Map (without). */
final class Values {
  /** The type of a PostgreSQL or Oracle column that leaves the scale to each number. */
  private static final String DEBEZIUM_DECIMAL = "io.debezium.data.VariableScaleDecimal";

  private static final Pattern INDEX = Pattern.compile("-?[0-9]{1,6}");

  /** No number of a site has more digits. */
  static final int MOST_DIGITS = 1_000;

  /** As many bits as 1,000 decimal digits take. */
  private static final int MOST_BITS = 3_322;

  private Values() {}

  /** Returns whether places can lead into the value. */
  static boolean hasMembers(@Nullable Object value) {
    return isObject(value) || value instanceof List<?>;
  }

  static boolean isBytes(@Nullable Object value) {
    return value instanceof byte[] || value instanceof ByteBuffer;
  }

  static boolean isObject(@Nullable Object value) {
    return value instanceof Struct || value instanceof Map;
  }

  /**
   * Returns a member of a Struct, Map or List; null if there is no such member, or {@code object}
   * is none of these.
   */
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

  /**
   * Returns the index of the element called 0, 1 and so on, or -1 for the last one, -2 for the one
   * before; returns -1 if there is no such element.
   */
  private static int index(List<?> list, String name) {
    if (!INDEX.matcher(name).matches()) {
      return -1;
    }
    int number = Integer.parseInt(name);
    int index = number < 0 ? list.size() + number : number;
    return index < list.size() ? Math.max(-1, index) : -1;
  }

  /** Returns whether there is such a member, even if it is null. */
  static boolean has(@Nullable Object object, String name) {
    if (object instanceof Struct struct) {
      return struct.schema().field(name) != null;
    }
    if (object instanceof List<?> list) {
      return index(list, name) >= 0;
    }
    return object instanceof Map<?, ?> map && map.containsKey(key(map, name));
  }

  /** Returns the map's key with this name: with a schema, keys may be numbers. */
  private static Object key(Map<?, ?> map, String name) {
    for (Object key : map.keySet()) {
      if (key instanceof String) {
        break; // then all keys are texts
      }
      if (name.equals(keyText(key))) {
        return key;
      }
    }
    return name;
  }

  /** Returns the name of a map's member. */
  private static String keyText(@Nullable Object key) {
    // As a date is written by itself, its zone is the machine's.
    String text = key instanceof Date || key instanceof BigDecimal ? text(key) : null;
    return text == null ? String.valueOf(key) : text;
  }

  /** Action on a member. */
  interface MemberAction {
    void accept(String name, @Nullable Object value);
  }

  /** Runs the action on all members; on none if {@code object} cannot have members. */
  static void each(@Nullable Object object, MemberAction action) {
    if (object instanceof Struct struct) {
      for (Field field : struct.schema().fields()) {
        action.accept(field.name(), value(struct, field));
      }
    } else if (object instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> member : map.entrySet()) {
        action.accept(keyText(member.getKey()), member.getValue());
      }
    } else if (object instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        action.accept(Integer.toString(i), list.get(i));
      }
    }
  }

  /**
   * Returns a field's value. Null in an optional field means that there is no value, where {@link
   * Struct#get} would return the schema's default. Null in a required field means that none was
   * put, and the default applies.
   */
  private static @Nullable Object value(Struct struct, Field field) {
    Object value =
        field.schema().isOptional() ? struct.getWithoutDefault(field.name()) : struct.get(field);
    return value instanceof Struct inner && DEBEZIUM_DECIMAL.equals(inner.schema().name())
        ? decimal(inner)
        : value;
  }

  /**
   * Returns a decimal number with a scale of its own: the struct that Debezium writes for it cannot
   * be a field.
   */
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
   * Returns the error message for a value that the converter has left in its schema-and-payload
   * wrapper, because the schema would be taken for data; null for any other value.
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
   * Returns the text of a scalar as used for a tag, with dates and times as ISO 8601; null if the
   * value is not a scalar.
   */
  static @Nullable String text(@Nullable Object value) {
    if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      // JSON does not distinguish 7 from 7.0; in a tag, both mean the same series.
      return number == Math.rint(number) && Math.abs(number) < 1e15
          ? Long.toString((long) number)
          : value.toString();
    }
    if (value instanceof Date date) {
      return instant(date).toString();
    }
    if (hasTooManyDigits(value)) {
      return null;
    }
    if (value instanceof BigDecimal decimal) {
      return plain(decimal);
    }
    return value instanceof String || value instanceof Number || value instanceof Boolean
        ? value.toString()
        : null;
  }

  /** Returns the digits without an exponent, where these are not too many: 1200000, not 1.2E+6. */
  private static String plain(BigDecimal number) {
    boolean isShort = Math.abs((long) number.scale()) <= MOST_DIGITS;
    return isShort ? number.toPlainString() : number.toString();
  }

  /** Returns the moment, also of SQL's date and time, which refuse to convert themselves. */
  @SuppressWarnings("JavaUtilDate") // SQL's dates give their moment in this way only
  static Instant instant(Date date) {
    try {
      return date.toInstant();
    } catch (UnsupportedOperationException e) {
      return Instant.ofEpochMilli(date.getTime());
    }
  }

  /** Returns whether arithmetic with the number would take seconds. */
  static boolean hasTooManyDigits(@Nullable Object value) {
    BigInteger digits =
        value instanceof BigDecimal decimal
            ? decimal.unscaledValue()
            : value instanceof BigInteger whole ? whole : BigInteger.ZERO;
    return digits.bitLength() > MOST_BITS;
  }
}
