package com.voltageems.hissrv.query.http.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.voltageems.hissrv.query.completeness.SeriesReport;
import com.voltageems.hissrv.query.completeness.Silence;
import com.voltageems.hissrv.query.completeness.WindowReport;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.Digits;
import com.voltageems.hissrv.query.store.window.Windows;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Completeness of the history as JSON. Pure. */
public final class CompletenessJson {
  private CompletenessJson() {}

  /**
   * Returns {@code
   * {"measurement",...,"resolution","closed_until","series":[{"tags","step_ms","samples","expected",
   * "complete","first","last","silences":[{"start","end","seconds"}],"columns":["time","samples",
   * "expected"],"rows"}]}}.
   *
   * @param from names the parts of the range that were counted in copies
   */
  public static byte[] of(
      Selection selection,
      Windows windows,
      HistoryAnswer from,
      OptionalLong closedUntilMillis,
      List<SeriesReport> reports,
      boolean epochTimes) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("measurement", selection.measurement().name());
          Json.range(json, selection, epochTimes);
          Json.windows(json, windows);
          Json.resolution(json, from, epochTimes);
          json.writeFieldName("closed_until");
          if (closedUntilMillis.isEmpty()) {
            json.writeNull();
          } else {
            Json.time(json, closedUntilMillis.getAsLong() * 1000, epochTimes);
          }
          json.writeArrayFieldStart("series");
          for (SeriesReport report : reports) {
            series(json, report, epochTimes);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void series(JsonGenerator json, SeriesReport report, boolean epochTimes)
      throws IOException {
    json.writeStartObject();
    Json.tags(json, new TreeMap<>(report.tags()));
    json.writeFieldName("step_ms");
    Json.value(json, report.stepMicros() == 0 ? null : (Object) (report.stepMicros() / 1000.0));
    json.writeNumberField("samples", report.samples());
    json.writeNumberField("expected", report.expected());
    json.writeFieldName("complete");
    Json.value(
        json,
        report.expected() == 0
            ? null
            : (Object)
                Digits.computed(Math.min(1.0, (double) report.samples() / report.expected())));
    json.writeFieldName("first");
    Json.time(json, report.firstMicros(), epochTimes);
    json.writeFieldName("last");
    Json.time(json, report.lastMicros(), epochTimes);
    json.writeArrayFieldStart("silences");
    for (Silence silence : report.silences()) {
      json.writeStartObject();
      json.writeFieldName("start");
      Json.time(json, silence.fromMicros(), epochTimes);
      json.writeFieldName("end");
      Json.time(json, silence.toMicros(), epochTimes);
      json.writeNumberField("seconds", silence.micros() / 1e6);
      json.writeEndObject();
    }
    json.writeEndArray();
    Json.texts(json, "columns", List.of("time", "samples", "expected"));
    json.writeArrayFieldStart("rows");
    for (WindowReport window : report.windows()) {
      json.writeStartArray();
      Json.time(json, window.startMillis() * 1000, epochTimes);
      Json.value(json, number(window.samples()));
      Json.value(json, number(window.expected()));
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static @Nullable Long number(long count) {
    return count == WindowReport.UNKNOWN ? null : (Long) count;
  }
}
