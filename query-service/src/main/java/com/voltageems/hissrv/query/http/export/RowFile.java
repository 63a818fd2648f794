package com.voltageems.hissrv.query.http.export;

import com.voltageems.hissrv.query.http.ask.Format;
import com.voltageems.hissrv.query.http.ask.TimeForm;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.Row;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Writes rows in one format. Not safe for use by several threads. */
public interface RowFile extends AutoCloseable {
  /**
   * What the rows have.
   *
   * @param tags names of the values of {@link Row#key()}
   * @param fields names of the row's values
   * @param shown which of the row's values have a column, where the format has columns
   * @param titles what stands over each of those
   * @param kinds of the row's values
   */
  record Columns(
      List<String> tags,
      List<String> fields,
      List<Integer> shown,
      List<String> titles,
      List<Field.Kind> kinds,
      TimeForm times) {
    public Columns {
      tags = List.copyOf(tags);
      fields = List.copyOf(fields);
      shown = List.copyOf(shown);
      titles = List.copyOf(titles);
      kinds = List.copyOf(kinds);
    }
  }

  /** Writes one; it need not be kept. */
  void row(Row row) throws IOException;

  /** Writes what is left to be written; the stream stays open. */
  void end() throws IOException;

  /** Gives back what it holds, in any case. */
  @Override
  default void close() {}

  /** Begins one. */
  static RowFile of(Format format, Columns columns, OutputStream out) throws IOException {
    return switch (format) {
      case CSV -> new CsvFile(columns, out);
      case NDJSON -> new NdjsonFile(columns, out);
      case ARROW -> new ArrowFile(columns, out);
      case JSON -> throw new IllegalArgumentException("JSON has a writer of its own");
    };
  }
}
