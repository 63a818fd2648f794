package com.voltageems.hissrv.influx.mapping;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * A place in a record: {@code topic}, {@code key}, {@code key.a.b}, {@code header.name}, {@code
 * value.a.b}, {@code envelope.a.b}, or just {@code a.b}, which is a place in the value. A dot goes
 * one level down, and so does {@code [2]} in an array; where a member's own name has dots in it,
 * the longest name that is there counts.
 */
public record Expression(Root root, String path) {
  /** The value itself, unless it has a member of this name. */
  private static final String WHOLE = "value";

  private static final Pattern INDEX = Pattern.compile("\\[(-?[0-9]{1,6})]");

  /** Where to begin. */
  enum Root {
    TOPIC,
    KEY,
    HEADER,
    ENVELOPE,
    VALUE
  }

  /**
   * Reads it from a setting.
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

  /** What is there, null when nothing is. */
  @Nullable Object of(Context context) {
    SinkRecord record = context.record();
    return switch (root) {
      case TOPIC -> record.topic();
      case KEY -> path.isEmpty() ? record.key() : at(record.key(), path);
      case HEADER -> {
        Header header = record.headers().lastWithName(path);
        yield header == null ? null : header.value();
      }
      case ENVELOPE -> at(record.value(), path);
      case VALUE -> ofValue(context);
    };
  }

  private @Nullable Object ofValue(Context context) {
    for (Object element : context.inner()) {
      // A null of the element's own is not made up for by a value outside.
      if (has(element, path)) {
        return at(element, path);
      }
    }
    Object value = context.value();
    return path.equals(WHOLE) && !has(value, path) ? value : at(value, path);
  }

  /** As {@link #of}, as a text; null when it is not a scalar. */
  @Nullable String text(Context context) {
    if (root == Root.HEADER) {
      Header header = context.record().headers().lastWithName(path);
      if (header != null
          && header.value() instanceof java.util.Date date
          && header.schema() != null
          && Date.LOGICAL_NAME.equals(header.schema().name())) {
        // The stock converter makes a date of the text 2024-01-01.
        return date.toInstant().atOffset(ZoneOffset.UTC).toLocalDate().toString();
      }
    }
    return Values.text(of(context));
  }

  /** Whether there is anything, be it null. */
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

  /** A place inside a struct or map; null when it is not there. */
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

  /** The last name of the path, what a tag or field of it is called by default. */
  String name() {
    return switch (root) {
      case TOPIC -> "topic";
      case KEY -> path.isEmpty() ? "key" : path;
      case HEADER, ENVELOPE, VALUE -> path;
    };
  }
}
