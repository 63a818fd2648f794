package com.voltageems.hissrv.query.http.export;

import com.voltageems.hissrv.query.http.ask.Format;
import com.voltageems.hissrv.query.http.ask.TimeForm;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.Row;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Writes rows in one format. Not thread-safe. */
public interface RowFile extends AutoCloseable {
  /**
   * The columns of the rows.
   *
   * @param tags names of the values of {@link Row#key()}
   * @param fields names of the row's values
   * @param shown indexes of the row's values that get a column, in formats with columns
   * @param titles the titles of these columns
   * @param kinds the kinds of the row's values
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

  /** Writes one row; the file does not keep the row object. */
  void row(Row row) throws IOException;

  /** Writes the rest; the stream stays open. */
  void end() throws IOException;

  /** Releases resources, in any case. */
  @Override
  default void close() {}

  /** Begins a file in the given format. */
  static RowFile of(Format format, Columns columns, OutputStream out) throws IOException {
    return switch (format) {
      case CSV -> new CsvFile(columns, out);
      case NDJSON -> new NdjsonFile(columns, out);
      case ARROW -> new ArrowFile(columns, out);
      case JSON -> throw new IllegalArgumentException("JSON has a writer of its own");
    };
  }
}
