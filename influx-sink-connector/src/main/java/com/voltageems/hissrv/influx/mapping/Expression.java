package com.voltageems.hissrv.influx.mapping;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * A place in a record: {@code topic}, {@code key}, {@code key.a.b}, {@code header.name}, {@code
 * value.a.b}, {@code envelope.a.b}, or just {@code a.b}, which is a place in the value. A dot goes
 * one level down, and so does {@code [2]} in an array. If a member's own name contains dots, the
 * longest name that exists is used.
 */
public record Expression(Root root, String path) {
  /** Means the value itself, unless the value has a member of this name. */
  private static final String WHOLE = "value";

  private static final Pattern INDEX = Pattern.compile("\\[(-?[0-9]{1,6})]");

  /** Where the path begins. */
  enum Root {
    TOPIC,
    KEY,
    HEADER,
    ENVELOPE,
    VALUE
  }

  /**
   * Parses a place from a setting.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  public static Expression parse(String text) {
    String trimmed = text.trim();
    if (trimmed.isEmpty() || trimmed.startsWith(".") || trimmed.endsWith(".")) {
      throw new IllegalArgumentException("'" + text + "' is not a place in a record");
    }
    if (trimmed.equals("topic")) {
      return new Expression(Root.TOPIC, "");
    }
    if (trimmed.equals("key")) {
      return new Expression(Root.KEY, "");
    }
    trimmed = INDEX.matcher(trimmed).replaceAll(".$1");
    for (Root root : List.of(Root.KEY, Root.HEADER, Root.ENVELOPE, Root.VALUE)) {
      String prefix = root.name().toLowerCase(Locale.ROOT) + ".";
      if (trimmed.startsWith(prefix)) {
        return new Expression(root, trimmed.substring(prefix.length()));
      }
    }
    return new Expression(Root.VALUE, trimmed);
  }

  /** Returns the object at this place; null if there is none. */
  @Nullable Object of(Context context) {
    SinkRecord record = context.record();
    return switch (root) {
      case TOPIC -> record.topic();
      case HEADER -> {
        Header header = record.headers().lastWithName(path);
        yield header == null ? null : header.value();
      }
      case KEY -> path.isEmpty() ? record.key() : at(record.key(), path);
      case ENVELOPE -> at(record.value(), path);
      case VALUE -> {
        Object holder = holder(context);
        yield path.equals(WHOLE) && holder == context.value() && !has(holder, path)
            ? holder
            : at(holder, path);
      }
    };
  }

  /** Returns the element, or the value, in which a place in the value is looked up. */
  private @Nullable Object holder(Context context) {
    for (Object element : context.inner()) {
      // If the element itself has a null here, a value outside does not replace it.
      if (has(element, path)) {
        return element;
      }
    }
    return context.value();
  }

  /**
   * Returns the name that the Struct around this place gives the place's schema; null if it gives
   * none, or if there is no Struct.
   */
  @Nullable String schemaName(Context context) {
    return switch (root) {
      case TOPIC, HEADER -> null;
      case KEY -> schemaName(context.record().key(), path);
      case ENVELOPE -> schemaName(context.record().value(), path);
      case VALUE -> schemaName(holder(context), path);
    };
  }

  private static @Nullable String schemaName(@Nullable Object object, String path) {
    if (object instanceof Struct struct && struct.schema().field(path) != null) {
      return struct.schema().field(path).schema().name();
    }
    for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
      Object inner = Values.member(object, path.substring(0, dot));
      if (inner != null) {
        return schemaName(inner, path.substring(dot + 1));
      }
    }
    return null;
  }

  /** Returns the value at this place as a text; null if it is absent or not a scalar. */
  @Nullable String text(Context context) {
    if (root == Root.HEADER) {
      Header header = context.record().headers().lastWithName(path);
      if (header != null
          && header.value() instanceof java.util.Date date
          && header.schema() != null
          && Date.LOGICAL_NAME.equals(header.schema().name())) {
        // Connect's own header converter turns the text 2024-01-01 into a date.
        return date.toInstant().atOffset(ZoneOffset.UTC).toLocalDate().toString();
      }
    }
    return Values.text(of(context));
  }

  /** Returns whether there is anything at this place, even a null. */
  boolean isIn(Context context) {
    SinkRecord record = context.record();
    return switch (root) {
      case TOPIC -> true;
      case KEY -> path.isEmpty() || has(record.key(), path);
      case HEADER -> record.headers().lastWithName(path) != null;
      case ENVELOPE -> has(record.value(), path);
      case VALUE -> path.equals(WHOLE) || has(context.value(), path);
    };
  }

  private static boolean has(@Nullable Object object, String path) {
    if (Values.has(object, path)) {
      return true;
    }
    for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
      Object inner = Values.member(object, path.substring(0, dot));
      if (inner != null) {
        return has(inner, path.substring(dot + 1));
      }
    }
    return false;
  }

  /** Returns the object at a place inside a struct, map or array; null if it is absent. */
  static @Nullable Object at(@Nullable Object object, String path) {
    if (!Values.hasMembers(object)) {
      return null;
    }
    Object whole = Values.member(object, path);
    if (whole != null) {
      return whole;
    }
    for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
      Object inner = Values.member(object, path.substring(0, dot));
      if (inner != null) {
        return at(inner, path.substring(dot + 1));
      }
    }
    return null;
  }

  /** Returns the default name of a tag or field read from this place: its path. */
  String name() {
    return switch (root) {
      case TOPIC -> "topic";
      case KEY -> path.isEmpty() ? "key" : path;
      case HEADER, ENVELOPE, VALUE -> path;
    };
  }
}
