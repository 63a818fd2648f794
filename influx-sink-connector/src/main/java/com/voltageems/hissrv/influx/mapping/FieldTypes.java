package com.voltageems.hissrv.influx.mapping;

import com.voltageems.hissrv.influx.point.Dialect;
import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.Glob;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * The types of fields: every number is a float, so that {@code 1} and {@code 1.5} never conflict,
 * unless the field's name is pinned to a type.
 */
public final class FieldTypes {
  /** Longer texts are not numbers; parsing would cost more the longer the text is. */
  private static final int LONGEST_NUMBER = Values.MOST_DIGITS;

  private final List<Pin> pins;
  private final Dialect dialect;

  /** Types for InfluxDB. */
  public FieldTypes(List<Pin> pins) {
    this(pins, Dialect.INFLUXDB);
  }

  /** Types for a database; the first pin whose pattern matches the field's name counts. */
  public FieldTypes(List<Pin> pins, Dialect dialect) {
    this.pins = List.copyOf(pins);
    this.dialect = dialect;
  }

  /** A rule that pins fields to a type. */
  public record Pin(Glob name, FieldValue.Kind kind) {
    /**
     * Parses {@code name:type}, where the type is {@code float}, {@code integer}, {@code boolean}
     * or {@code string}.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    public static Pin parse(String text) {
      int colon = text.lastIndexOf(':');
      if (colon <= 0) {
        throw new IllegalArgumentException(
            "'" + text + "' is not of the form name:type, for example status:integer");
      }
      String type = text.substring(colon + 1).trim();
      try {
        return new Pin(
            new Glob(text.substring(0, colon).trim()),
            FieldValue.Kind.valueOf(type.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "'" + type + "' in '" + text + "' is not float, integer, boolean or string", e);
      }
    }
  }

  /** A value for the database, or the reason why there is none. */
  sealed interface Typed {
    record Value(FieldValue value) implements Typed {}

    record Flaw(String reason) implements Typed {}
  }

  /** Returns whether a pin determines the field's type. */
  boolean isPinned(String field) {
    return pins.stream().anyMatch(pin -> pin.name().matches(field));
  }

  Typed typed(String field, Object raw) {
    if (Values.hasTooManyDigits(raw)) {
      return new Typed.Flaw("is " + describe(raw));
    }
    for (Pin pin : pins) {
      if (pin.name().matches(field)) {
        return pinned(pin.kind(), raw);
      }
    }
    if (raw instanceof Double) {
      return floating(raw); // by far the most common type
    }
    if (raw instanceof Boolean bool) {
      return new Typed.Value(new FieldValue.Bool(bool));
    }
    if (raw instanceof String text) {
      return new Typed.Value(new FieldValue.Text(text));
    }
    if (Values.isBytes(raw)) {
      return new Typed.Flaw("is bytes; pin it to string by field.types to have them as base64");
    }
    return isExact(raw)
        ? floating(raw)
        : new Typed.Flaw(
            "is a whole number that a float cannot hold exactly; pin it to integer or string by"
                + " field.types");
  }

  /** Returns whether a number has an exact double: beyond 2^53, not every whole number has one. */
  private static boolean isExact(Object raw) {
    if (raw instanceof Long number) {
      double rounded = number.doubleValue();
      return rounded < 0x1p63 && (long) rounded == number;
    }
    BigInteger number = whole(raw);
    return number == null
        || Double.isInfinite(number.doubleValue())
        || new BigDecimal(number.doubleValue()).toBigInteger().equals(number);
  }

  private static @Nullable BigInteger whole(Object raw) {
    if (raw instanceof BigInteger number) {
      return number;
    }
    // A decimal with a fraction is rounded like any float; one without a fraction has to be exact.
    return raw instanceof BigDecimal decimal
            && (long) decimal.precision() - decimal.scale() <= LONGEST_NUMBER
            && decimal.stripTrailingZeros().scale() <= 0
        ? decimal.toBigInteger()
        : null;
  }

  private Typed pinned(FieldValue.Kind kind, Object raw) {
    return switch (kind) {
      case FLOAT -> floating(parsed(raw));
      case INTEGER -> storable(integer(parsed(raw)));
      case BOOLEAN -> bool(raw);
      case STRING -> text(raw);
    };
  }

  /** Rejects a value that the database would take for something else. */
  Typed storable(Typed typed) {
    return dialect == Dialect.QUESTDB
            && typed instanceof Typed.Value value
            && value.value().equals(new FieldValue.Int64(Long.MIN_VALUE))
        ? new Typed.Flaw("is " + Long.MIN_VALUE + ", which QuestDB takes for null")
        : typed;
  }

  /**
   * Returns a number for a number, a text that contains one, or a boolean; else {@code raw} itself.
   */
  private static Object parsed(Object raw) {
    if (raw instanceof Boolean bool) {
      return bool ? 1L : 0L;
    }
    if (raw instanceof String text && text.length() <= LONGEST_NUMBER) {
      try {
        return new BigDecimal(text.trim());
      } catch (NumberFormatException e) {
        return raw;
      }
    }
    return raw;
  }

  private static Typed floating(Object raw) {
    Double number = null;
    if (raw instanceof Float single) {
      // From the float's shortest text, not its binary expansion: 220.1, not 220.10000610351562.
      number = Double.valueOf(single.toString());
    } else if (raw instanceof Number any) {
      number = any.doubleValue();
    } else if (raw instanceof Date date) {
      number = (double) Values.instant(date).toEpochMilli();
    }
    if (number == null) {
      return new Typed.Flaw("is " + describe(raw) + ", not a number");
    }
    return Double.isFinite(number)
        ? new Typed.Value(new FieldValue.Float64(number))
        : new Typed.Flaw("is " + number + ", which the database has no number for");
  }

  private static Typed integer(Object raw) {
    try {
      if (raw instanceof BigInteger number) {
        return new Typed.Value(new FieldValue.Int64(number.longValueExact()));
      }
      if (raw instanceof BigDecimal decimal) {
        return new Typed.Value(new FieldValue.Int64(decimal.longValueExact()));
      }
      if (raw instanceof Double || raw instanceof Float) {
        return new Typed.Value(
            new FieldValue.Int64(
                BigDecimal.valueOf(((Number) raw).doubleValue()).longValueExact()));
      }
    } catch (ArithmeticException | NumberFormatException e) {
      return new Typed.Flaw("is pinned to integer, and its value is not a whole number of 64 bits");
    }
    if (raw instanceof Number any) {
      return new Typed.Value(new FieldValue.Int64(any.longValue()));
    }
    if (raw instanceof Date date) {
      return new Typed.Value(new FieldValue.Int64(Values.instant(date).toEpochMilli()));
    }
    return new Typed.Flaw("is pinned to integer, and its value is " + describe(raw));
  }

  private static Typed bool(Object raw) {
    @Nullable Boolean answer = null;
    if (raw instanceof Boolean bool) {
      answer = bool;
    } else if (raw instanceof BigDecimal number) {
      // Not by its double value, which is 0 for very small numbers.
      answer =
          number.signum() == 0
              ? Boolean.FALSE
              : number.compareTo(BigDecimal.ONE) == 0 ? Boolean.TRUE : null;
    } else if (raw instanceof Number number) {
      double value = number.doubleValue();
      answer = value == 1 ? Boolean.TRUE : value == 0 ? Boolean.FALSE : null;
    } else if (raw instanceof String text) {
      answer =
          switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "true", "1", "on" -> true;
            case "false", "0", "off" -> false;
            default -> null;
          };
    }
    return answer == null
        ? new Typed.Flaw("is pinned to boolean, and its value is neither true nor false")
        : new Typed.Value(new FieldValue.Bool(answer));
  }

  private static Typed text(Object raw) {
    if (Values.isBytes(raw)) {
      return new Typed.Value(new FieldValue.Text(base64(raw)));
    }
    String text =
        raw instanceof Date || raw instanceof BigDecimal
            ? Values.text(raw)
            : raw instanceof String || raw instanceof Number || raw instanceof Boolean
                ? raw.toString()
                : null;
    return text == null
        ? new Typed.Flaw("is pinned to string, and its value is " + describe(raw))
        : new Typed.Value(new FieldValue.Text(text));
  }

  private static String base64(Object raw) {
    if (raw instanceof byte[] bytes) {
      return Base64.getEncoder().encodeToString(bytes);
    }
    ByteBuffer copy = ((ByteBuffer) raw).duplicate();
    byte[] bytes = new byte[copy.remaining()];
    copy.get(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** Returns what kind of value it is; never the value itself, which may be confidential. */
  static String describe(@Nullable Object raw) {
    if (raw == null) {
      return "null";
    }
    if (raw instanceof String) {
      return "a text";
    }
    if (raw instanceof Number) {
      return Values.hasTooManyDigits(raw)
          ? "a number of more than " + Values.MOST_DIGITS + " digits"
          : "a number";
    }
    if (raw instanceof Boolean) {
      return "a boolean";
    }
    if (raw instanceof List<?>) {
      return "an array";
    }
    if (raw instanceof Map<?, ?>) {
      return "a map";
    }
    if (raw instanceof Struct) {
      return "a struct";
    }
    return "of type " + raw.getClass().getSimpleName();
  }
}
