package com.voltageems.hissrv.influx.point;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parser of line protocol, which reads one line after the other as a database of the dialect reads
 * them. In InfluxDB's dialect, a backslash is an escape only before a separator. A line break
 * inside a text does not end the line.
 */
public final class LineParser {
  private static final String BLANK_OR_COMMA = ", ";
  private static final String SEPARATORS = ", =";

  private final String text;
  private final Dialect dialect;
  private int at;
  private int end = -1;
  private int number;
  private int begin;

  /** Creates a parser of lines that others have written for InfluxDB. */
  public LineParser(String text) {
    this(text, Dialect.INFLUXDB);
  }

  private LineParser(String text, Dialect dialect) {
    this.text = text;
    this.dialect = dialect;
  }

  /**
   * Returns the point of one line that {@link LineProtocol} has written: exactly the point that was
   * written.
   *
   * @param epochNanos the point's time, since the line may have it in a coarser precision
   */
  public static Point point(String line, Dialect dialect, long epochNanos) {
    LineParser parser = new LineParser(line, dialect);
    try {
      if (!parser.next()) {
        throw new LineException("it is empty");
      }
      Line read = parser.line();
      return new Point(read.measurement(), read.tags(), read.fields(), epochNanos);
    } catch (LineException e) {
      throw new IllegalStateException("a line of ours cannot be read back: " + e.getMessage(), e);
    }
  }

  /**
   * The content of a line.
   *
   * @param time null if the line has no time
   */
  public record Line(
      String measurement, List<Point.Tag> tags, List<Point.Field> fields, @Nullable Long time) {}

  /** Thrown if a line is not line protocol; the message says why, without the line's values. */
  public static final class LineException extends Exception {
    private static final long serialVersionUID = 1L;

    LineException(String message) {
      super(message);
    }
  }

  /** Moves to the next line that is neither empty nor a comment; returns false if there is none. */
  public boolean next() {
    while (end < text.length()) {
      number += end < 0 ? 1 : 1 + breaks(begin, end);
      at = end < 0 ? 0 : end + 1;
      begin = at;
      while (at < text.length() && isSpace(text.charAt(at))) {
        at++;
      }
      end = isComment() ? plainEnd(at) : lineEnd(at);
      if (at < end && !isComment()) {
        return true;
      }
    }
    return false;
  }

  private boolean isComment() {
    return at < text.length() && text.charAt(at) == '#';
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\r';
  }

  /**
   * Returns the number, counted from 1, of the line of text at which the current line begins: as an
   * editor counts, a line whose text field contains line breaks has several.
   */
  public int number() {
    return number;
  }

  private int breaks(int from, int to) {
    int count = 0;
    for (int i = text.indexOf('\n', from); i >= 0 && i < to; i = text.indexOf('\n', i + 1)) {
      count++;
    }
    return count;
  }

  private int plainEnd(int from) {
    int found = text.indexOf('\n', from);
    return found < 0 ? text.length() : found;
  }

  /**
   * Returns the index at which a line ends. A line break inside a text, between quotes after a
   * {@code =}, does not end the line.
   */
  private int lineEnd(int from) {
    boolean inFields = false;
    boolean inValue = false;
    boolean quoted = false;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = inValue && !quoted;
      } else if (!quoted) {
        if (c == '\n') {
          return i;
        }
        inFields |= c == ' ';
        inValue = inFields && (c == '=' || (inValue && c != ','));
      }
    }
    return text.length();
  }

  /**
   * Parses the current line.
   *
   * @throws LineException if it is not line protocol; the lines after it can be read nevertheless
   */
  public Line line() throws LineException {
    int lineEnd = end;
    while (end > at && isSpace(text.charAt(end - 1))) {
      end--;
    }
    try {
      return read();
    } finally {
      end = lineEnd;
    }
  }

  private Line read() throws LineException {
    String measurement = name(BLANK_OR_COMMA, dialect.inMeasurement());
    List<Point.Tag> tags = new ArrayList<>();
    while (is(',')) {
      at++;
      String tag = name(SEPARATORS, dialect.inName());
      expect('=', "tag '" + tag + "' has no value");
      tags.add(new Point.Tag(tag, name(SEPARATORS, dialect.inName())));
    }
    expect(' ', "there is no field");
    blanks();
    List<Point.Field> fields = new ArrayList<>();
    while (true) {
      String field = name(SEPARATORS, dialect.inName());
      expect('=', "field '" + field + "' has no value");
      fields.add(new Point.Field(field, value(field)));
      if (!is(',')) {
        break;
      }
      at++;
    }
    if (at < end && !is(' ')) {
      throw new LineException("what follows the text of the last field is not a blank and a time");
    }
    blanks();
    return new Line(measurement, tags, fields, at == end ? null : Long.valueOf(time()));
  }

  private boolean is(char c) {
    return at < end && text.charAt(at) == c;
  }

  private void expect(char c, String otherwise) throws LineException {
    if (!is(c)) {
      throw new LineException(otherwise);
    }
    at++;
  }

  private void blanks() {
    while (is(' ')) {
      at++;
    }
  }

  private long time() throws LineException {
    try {
      return Long.parseLong(text, at, end, 10);
    } catch (NumberFormatException e) {
      throw new LineException("what follows the fields is not a time in nanoseconds");
    }
  }

  /** Reads a name up to the next separator that is not escaped. */
  private String name(String separators, AsciiSet escaped) {
    int start = at;
    boolean escapes = false;
    while (at < end && separators.indexOf(text.charAt(at)) < 0) {
      boolean escape = text.charAt(at) == '\\';
      escapes |= escape;
      at = Math.min(end, at + (escape ? 2 : 1));
    }
    String name = text.substring(start, at);
    return escapes ? unescaped(name, escaped) : name;
  }

  private static String unescaped(String name, AsciiSet escaped) {
    StringBuilder plain = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean escape = c == '\\' && i + 1 < name.length() && escaped.has(name.charAt(i + 1));
      plain.append(escape ? name.charAt(++i) : c);
    }
    return plain.toString();
  }

  private FieldValue value(String field) throws LineException {
    if (is('"')) {
      return text(field);
    }
    int start = at;
    while (at < end && text.charAt(at) != ',' && text.charAt(at) != ' ') {
      at++;
    }
    FieldValue value = start == at ? null : scalar(start);
    if (value == null) {
      throw new LineException(
          "the value of field '"
              + field
              + "' is neither a finite number, nor true, false or a text");
    }
    return value;
  }

  private FieldValue text(String field) throws LineException {
    StringBuilder plain = new StringBuilder();
    for (at++; at < end && text.charAt(at) != '"'; at++) {
      boolean escape =
          text.charAt(at) == '\\' && at + 1 < end && dialect.inText().has(text.charAt(at + 1));
      if (escape) {
        at++;
      }
      plain.append(text.charAt(at));
    }
    expect('"', "the text of field '" + field + "' has no end");
    return new FieldValue.Text(plain.toString());
  }

  private @Nullable FieldValue scalar(int start) {
    char last = text.charAt(at - 1);
    if (last == 'i') {
      try {
        return new FieldValue.Int64(Long.parseLong(text, start, at - 1, 10));
      } catch (NumberFormatException e) {
        return null;
      }
    }
    if ((last >= '0' && last <= '9') || last == '.') {
      double number = Decimals.read(text, start, at);
      return Double.isNaN(number) ? null : new FieldValue.Float64(number);
    }
    return switch (text.substring(start, at)) {
      case "t", "T", "true", "True", "TRUE" -> new FieldValue.Bool(true);
      case "f", "F", "false", "False", "FALSE" -> new FieldValue.Bool(false);
      default -> null;
    };
  }
}
