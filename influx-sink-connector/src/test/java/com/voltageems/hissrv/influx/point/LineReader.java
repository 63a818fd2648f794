package com.voltageems.hissrv.influx.point;

import java.util.ArrayList;
import java.util.List;

/**
 * Parser of one line that follows InfluxDB's rules: while it looks for a separator, a backslash
 * also consumes the next character, but the backslash is removed only before a character that it
 * escapes. Written independently of the encoder. Times are read as milliseconds.
 */
public final class LineReader {
  private final String line;
  private int at;

  private LineReader(String line) {
    this.line = line;
  }

  /** Reads a line that ends with a line feed. */
  public static Point read(String line) {
    return new LineReader(line).point();
  }

  private Point point() {
    String measurement = unescape(until(", "), ", ");
    List<Point.Tag> tags = new ArrayList<>();
    while (line.charAt(at) == ',') {
      at++;
      String name = unescape(until("="), ", =");
      at++;
      tags.add(new Point.Tag(name, unescape(until(", "), ", =")));
    }
    List<Point.Field> fields = new ArrayList<>();
    do {
      at++;
      String name = unescape(until("="), ", =");
      at++;
      fields.add(new Point.Field(name, value()));
    } while (line.charAt(at) == ',');
    at++;
    String time = line.substring(at);
    if (!time.endsWith("\n")) {
      throw new AssertionError("no line feed at the end of: " + line);
    }
    return new Point(measurement, tags, fields, Long.parseLong(time.strip()) * 1_000_000);
  }

  private FieldValue value() {
    if (line.charAt(at) == '"') {
      StringBuilder text = new StringBuilder();
      for (at++; line.charAt(at) != '"'; at++) {
        if (line.charAt(at) == '\\' && "\"\\".indexOf(line.charAt(at + 1)) >= 0) {
          at++;
        }
        text.append(line.charAt(at));
      }
      at++;
      return new FieldValue.Text(text.toString());
    }
    String text = until(", ");
    if (text.equals("true") || text.equals("false")) {
      return new FieldValue.Bool(Boolean.parseBoolean(text));
    }
    return text.endsWith("i")
        ? new FieldValue.Int64(Long.parseLong(text.substring(0, text.length() - 1)))
        : new FieldValue.Float64(Double.parseDouble(text));
  }

  private String until(String separators) {
    int start = at;
    while (separators.indexOf(line.charAt(at)) < 0) {
      at += line.charAt(at) == '\\' ? 2 : 1;
    }
    return line.substring(start, at);
  }

  private static String unescape(String text, String escaped) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      boolean escape =
          text.charAt(i) == '\\'
              && i + 1 < text.length()
              && escaped.indexOf(text.charAt(i + 1)) >= 0;
      if (escape) {
        i++;
      }
      plain.append(text.charAt(i));
    }
    return plain.toString();
  }
}
