package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.tier.TierRow;
import com.voltageems.hissrv.query.store.tier.TierRows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Encodes rows of a coarser copy as line protocol, with times in milliseconds. Pure. */
final class LineText {
  private LineText() {}

  /** Returns the lines of these rows; rows without any value are left out. */
  static String of(TierRows rows, List<TierRow> some) {
    StringBuilder lines = new StringBuilder();
    for (TierRow row : some) {
      line(lines, rows, row);
    }
    return lines.toString();
  }

  private static void line(StringBuilder lines, TierRows rows, TierRow row) {
    int begin = lines.length();
    escape(lines, rows.measurement(), ", ");
    for (int i = 0; i < rows.tags().size(); i++) {
      if (!row.key().get(i).isEmpty()) {
        escape(lines.append(','), rows.tags().get(i), ",= ");
        escape(lines.append('='), row.key().get(i), ",= ");
      }
    }
    char glue = ' ';
    for (int i = 0; i < rows.fields().size(); i++) {
      Object value = row.values().get(i);
      if (value != null) {
        escape(lines.append(glue), rows.fields().get(i).name(), ",= ");
        value(lines.append('='), value);
        glue = ',';
      }
    }
    if (glue == ' ') {
      lines.setLength(begin);
    } else {
      lines.append(' ').append(row.epochMillis()).append('\n');
    }
  }

  private static void value(StringBuilder out, @Nullable Object value) {
    if (value instanceof Long number) {
      out.append(number).append('i');
    } else if (value instanceof Double || value instanceof Boolean) {
      out.append(value);
    } else {
      out.append('"');
      String.valueOf(value)
          .chars()
          .forEach(
              c -> {
                if (c == '"' || c == '\\') {
                  out.append('\\');
                }
                out.append((char) c);
              });
      out.append('"');
    }
  }

  /**
   * Appends the text with special characters escaped. Names come from the database itself, so they
   * contain no line break.
   */
  private static void escape(StringBuilder out, String text, String special) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (special.indexOf(c) >= 0) {
        out.append('\\');
      }
      out.append(c);
    }
  }
}
