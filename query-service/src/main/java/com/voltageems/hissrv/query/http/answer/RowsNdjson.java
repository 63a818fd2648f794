package com.voltageems.hissrv.query.http.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.http.ask.IsoText;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.Series;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Rows as JSON, a line each. */
public final class RowsNdjson {
  private RowsNdjson() {}

  /**
   * {@code {"time":...,"tags":{...},"values":{...}}} and a line feed per row; a field without a
   * value is not among the values.
   */
  public static void write(Ask query, HistoryAnswer answer, boolean epochTimes, OutputStream out)
      throws IOException {
    List<String> names = query.outputs().stream().map(output -> output.field().name()).toList();
    IsoText iso = new IsoText();
    ShortNumber number = new ShortNumber();
    try (JsonGenerator json = Json.open(out)) {
      for (Series series : answer.series()) {
        series.<IOException>each(
            names.size(),
            row -> {
              json.writeStartObject();
              json.writeFieldName("time");
              Json.time(json, row.epochMicros(), epochTimes, iso);
              Json.tags(json, series.tags());
              json.writeObjectFieldStart("values");
              for (int i = 0; i < names.size(); i++) {
                if (row.has(i)) {
                  json.writeFieldName(names.get(i));
                  Json.value(json, row, i, number);
                }
              }
              json.writeEndObject();
              json.writeEndObject();
              json.writeRaw('\n');
            });
      }
    }
  }
}
