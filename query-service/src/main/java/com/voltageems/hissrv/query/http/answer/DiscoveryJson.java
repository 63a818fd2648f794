package com.voltageems.hissrv.query.http.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Last values, and what there is, as JSON. Pure. */
public final class DiscoveryJson {
  private DiscoveryJson() {}

  /** {@code {"measurement",...,"series":[{"tags","fields":{"<name>":{"value","time"}}}]}}. */
  public static byte[] latest(Selection selection, LatestAnswer answer, boolean epochTimes) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("measurement", selection.measurement().name());
          Json.range(json, selection, epochTimes);
          json.writeBooleanField("truncated", answer.truncated());
          json.writeArrayFieldStart("series");
          for (LatestSeries series : answer.series()) {
            json.writeStartObject();
            Json.tags(json, series.tags());
            json.writeObjectFieldStart("fields");
            for (Map.Entry<String, LatestSeries.Value> field : series.fields().entrySet()) {
              json.writeObjectFieldStart(field.getKey());
              json.writeFieldName("value");
              Json.value(json, field.getValue().value());
              json.writeFieldName("time");
              Json.time(json, field.getValue().epochMicros(), epochTimes);
              json.writeEndObject();
            }
            json.writeEndObject();
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /** {@code {"measurements":[{"name","tags":[...],"fields":[{"name","type"}]}]}}. */
  public static byte[] measurements(List<Measurement> measurements) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("measurements");
          for (Measurement measurement : measurements) {
            json.writeStartObject();
            json.writeStringField("name", measurement.name());
            json.writeArrayFieldStart("tags");
            for (String tag : measurement.tags()) {
              json.writeString(tag);
            }
            json.writeEndArray();
            writeFields(json, measurement.fields());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /** {@code {"measurement","fields":[{"name","type"}]}}. */
  public static byte[] fields(String measurement, List<Field> fields) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("measurement", measurement);
          writeFields(json, fields);
          json.writeEndObject();
        });
  }

  /** {@code {"measurement","tags":{"<tag>":[values]}}}. */
  public static byte[] tags(String measurement, Map<String, List<String>> tagValues) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("measurement", measurement);
          json.writeObjectFieldStart("tags");
          for (Map.Entry<String, List<String>> tag : tagValues.entrySet()) {
            json.writeArrayFieldStart(tag.getKey());
            for (String value : tag.getValue()) {
              json.writeString(value);
            }
            json.writeEndArray();
          }
          json.writeEndObject();
          json.writeEndObject();
        });
  }

  private static void writeFields(JsonGenerator json, List<Field> fields) throws IOException {
    json.writeArrayFieldStart("fields");
    for (Field field : fields) {
      json.writeStartObject();
      json.writeStringField("name", field.name());
      Field.Kind kind = field.kind() == Field.Kind.INTEGER ? Field.Kind.NUMBER : field.kind();
      json.writeStringField("type", kind.name().toLowerCase(Locale.ROOT));
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
