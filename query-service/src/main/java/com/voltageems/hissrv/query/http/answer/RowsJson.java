package com.voltageems.hissrv.query.http.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.http.ask.Fn;
import com.voltageems.hissrv.query.http.ask.IsoText;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import java.io.IOException;
import java.io.OutputStream;
import java.util.BitSet;
import java.util.List;

/** Rows as JSON. Pure. */
public final class RowsJson {
  private RowsJson() {}

  /**
   * Writes {@code {"measurement",...,"truncated","rows","series":[{"tags","columns","rows"}]}}. A
   * row is an array in the order of {@code columns}; the first column is the time. A field without
   * any value in a series is not among its columns. The stream stays open.
   */
  public static void write(Ask query, HistoryAnswer answer, boolean epochTimes, OutputStream out)
      throws IOException {
    try (JsonGenerator json = Json.open(out)) {
      write(json, query, answer, epochTimes);
    }
  }

  private static void write(JsonGenerator json, Ask query, HistoryAnswer answer, boolean epochTimes)
      throws IOException {
    Selection selection = query.selection();
    json.writeStartObject();
    json.writeStringField("measurement", selection.measurement().name());
    Json.range(json, selection, epochTimes);
    Json.windows(json, query.windows());
    Fn function = query.outputs().get(0).function();
    if (function != null) {
      json.writeStringField("function", function.text());
    }
    json.writeStringField("order", query.newestFirst() ? "desc" : "asc");
    json.writeNumberField("limit", query.limit());
    json.writeBooleanField("truncated", answer.truncated());
    json.writeNumberField("rows", answer.rows());
    Json.resolution(json, answer, epochTimes);
    List<String> leftOut = LeftOut.of(query);
    if (!leftOut.isEmpty()) {
      Json.texts(json, "left_out", leftOut);
    }
    json.writeArrayFieldStart("series");
    for (Series series : answer.series()) {
      series(json, query.outputs(), series, epochTimes);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void series(
      JsonGenerator json, List<Ask.Output> columns, Series series, boolean epochTimes)
      throws IOException {
    BitSet used = Series.used(List.of(series), columns.size());
    json.writeStartObject();
    Json.tags(json, series.tags());
    json.writeArrayFieldStart("columns");
    json.writeString("time");
    for (int i = used.nextSetBit(0); i >= 0; i = used.nextSetBit(i + 1)) {
      json.writeString(columns.get(i).field().name());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("rows");
    IsoText iso = new IsoText();
    ShortNumber number = new ShortNumber();
    series.<IOException>each(
        columns.size(),
        row -> {
          json.writeStartArray();
          Json.time(json, row.epochMicros(), epochTimes, iso);
          for (int i = used.nextSetBit(0); i >= 0; i = used.nextSetBit(i + 1)) {
            Json.value(json, row, i, number);
          }
          json.writeEndArray();
        });
    json.writeEndArray();
    json.writeEndObject();
  }
}
