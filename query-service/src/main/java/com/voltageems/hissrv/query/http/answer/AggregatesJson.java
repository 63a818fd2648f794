package com.voltageems.hissrv.query.http.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.http.ask.Fn;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Series;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/** Several functions over the same windows as JSON. Pure. */
public final class AggregatesJson {
  private AggregatesJson() {}

  /**
   * {@code {"measurement",...,"series":[{"tags","field","columns":["time","mean",...],"rows"}]}}:
   * one entry per series and field that has any value.
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
            for (Field field : fields) {
              field(json, query, series, field, epochTimes);
            }
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void field(
      JsonGenerator json, Ask query, Series series, Field field, boolean epochTimes)
      throws IOException {
    int[] columns =
        IntStream.range(0, query.outputs().size())
            .filter(i -> query.outputs().get(i).field().equals(field))
            .toArray();
    List<Point> points =
        series.points().stream()
            .filter(point -> IntStream.of(columns).anyMatch(i -> point.values().get(i) != null))
            .toList();
    if (points.isEmpty()) {
      return;
    }
    json.writeStartObject();
    Json.tags(json, series.tags());
    json.writeStringField("field", field.name());
    json.writeArrayFieldStart("columns");
    json.writeString("time");
    for (int i : columns) {
      Fn function = query.outputs().get(i).function();
      json.writeString(function == null ? "" : function.text());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("rows");
    for (Point point : points) {
      json.writeStartArray();
      Json.time(json, point.epochMicros(), epochTimes);
      for (int i : columns) {
        Json.value(json, point.values().get(i));
      }
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
