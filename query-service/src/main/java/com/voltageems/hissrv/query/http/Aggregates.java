package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.Window;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Joins the answers of several functions over the same windows into one. Pure. */
final class Aggregates {
  private Aggregates() {}

  /**
   * {@code {"measurement",...,"series":[{"tags","field","columns":["time","mean",...],"rows"}]}}:
   * one entry per series and field.
   *
   * @param queries alike but for the function, and at least one
   * @param answers one per query, in that order
   */
  static byte[] json(List<HistoryQuery> queries, List<HistoryAnswer> answers, boolean epochTimes) {
    HistoryQuery first = queries.get(0);
    Selection selection = first.selection();
    boolean whole = queries.stream().map(Aggregates::window).anyMatch(Parameters::isWhole);
    Map<Map<String, String>, Map<Field, Map<Long, @Nullable Object[]>>> joined =
        join(queries, answers);
    return Answers.json(
        json -> {
          json.writeStartObject();
          json.writeStringField("measurement", selection.measurement().name());
          Answers.writeRange(json, selection, epochTimes);
          if (!whole) {
            json.writeNumberField("interval_ms", window(first).lengthMillis());
          }
          json.writeBooleanField("truncated", answers.stream().anyMatch(HistoryAnswer::truncated));
          Answers.writeLeftOut(json, first);
          json.writeArrayFieldStart("series");
          for (var series : joined.entrySet()) {
            for (var field : series.getValue().entrySet()) {
              json.writeStartObject();
              Answers.writeTags(json, series.getKey());
              json.writeStringField("field", field.getKey().name());
              json.writeArrayFieldStart("columns");
              json.writeString("time");
              for (HistoryQuery query : queries) {
                json.writeString(window(query).aggregation().text());
              }
              json.writeEndArray();
              json.writeArrayFieldStart("rows");
              for (Map.Entry<Long, @Nullable Object[]> row : field.getValue().entrySet()) {
                json.writeStartArray();
                long time = whole ? selection.startMillis() * 1000 : row.getKey();
                Answers.writeTime(json, time, epochTimes);
                for (Object value : row.getValue()) {
                  Answers.writeValue(json, value);
                }
                json.writeEndArray();
              }
              json.writeEndArray();
              json.writeEndObject();
            }
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /** By series, field and time: one value per query. */
  private static Map<Map<String, String>, Map<Field, Map<Long, @Nullable Object[]>>> join(
      List<HistoryQuery> queries, List<HistoryAnswer> answers) {
    Map<Map<String, String>, Map<Field, Map<Long, @Nullable Object[]>>> joined =
        new LinkedHashMap<>();
    for (int i = 0; i < answers.size(); i++) {
      List<Field> fields = queries.get(i).fields();
      for (Series series : answers.get(i).series()) {
        Map<Field, Map<Long, @Nullable Object[]>> byField =
            joined.computeIfAbsent(series.tags(), key -> new LinkedHashMap<>());
        for (Point point : series.points()) {
          for (int j = 0; j < fields.size(); j++) {
            Object value = point.values().get(j);
            if (value != null) {
              byField.computeIfAbsent(fields.get(j), key -> new TreeMap<>())
                      .computeIfAbsent(
                          point.epochMicros(), key -> new @Nullable Object[queries.size()])[i] =
                  value;
            }
          }
        }
      }
    }
    return joined;
  }

  private static Window window(HistoryQuery query) {
    Window window = query.window();
    if (window == null) {
      throw new IllegalArgumentException("no window in " + query);
    }
    return window;
  }
}
