package com.voltageems.hissrv.query.http.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.http.ask.Fn;
import com.voltageems.hissrv.query.http.ask.IsoText;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.Series;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/** Several functions over the same windows, as JSON. Pure. */
public final class AggregatesJson {
  private AggregatesJson() {}

  /**
   * Returns {@code
   * {"measurement",...,"series":[{"tags","field","columns":["time","mean",...],"rows"}]}}, with one
   * entry for each series and field that has any value.
   */
  public static byte[] of(Ask query, HistoryAnswer answer, boolean epochTimes) {
    List<Field> fields = query.outputs().stream().map(Ask.Output::field).distinct().toList();
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("measurement", query.selection().measurement().name());
          Json.range(json, query.selection(), epochTimes);
          Json.windows(json, query.windows());
          json.writeBooleanField("truncated", answer.truncated());
          Json.resolution(json, answer, epochTimes);
          List<String> leftOut = LeftOut.of(query);
          if (!leftOut.isEmpty()) {
            Json.texts(json, "left_out", leftOut);
          }
          json.writeArrayFieldStart("series");
          for (Series series : answer.series()) {
            BitSet used = Series.used(List.of(series), query.outputs().size());
            for (Field field : fields) {
              int[] columns = columns(query, field);
              if (IntStream.of(columns).anyMatch(used::get)) {
                field(json, query, series, columns, epochTimes);
              }
            }
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static int[] columns(Ask query, Field field) {
    return IntStream.range(0, query.outputs().size())
        .filter(i -> query.outputs().get(i).field().equals(field))
        .toArray();
  }

  private static void field(
      JsonGenerator json, Ask query, Series series, int[] columns, boolean epochTimes)
      throws IOException {
    json.writeStartObject();
    Json.tags(json, series.tags());
    json.writeStringField("field", query.outputs().get(columns[0]).field().name());
    json.writeArrayFieldStart("columns");
    json.writeString("time");
    for (int i : columns) {
      Fn function = query.outputs().get(i).function();
      json.writeString(function == null ? "" : function.text());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("rows");
    IsoText iso = new IsoText();
    ShortNumber number = new ShortNumber();
    series.<IOException>each(
        query.outputs().size(),
        row -> {
          if (!hasAny(row, columns)) {
            return;
          }
          json.writeStartArray();
          Json.time(json, row.epochMicros(), epochTimes, iso);
          for (int i : columns) {
            Json.value(json, row, i, number);
          }
          json.writeEndArray();
        });
    json.writeEndArray();
    json.writeEndObject();
  }

  private static boolean hasAny(Row row, int[] columns) {
    for (int i : columns) {
      if (row.has(i)) {
        return true;
      }
    }
    return false;
  }
}
