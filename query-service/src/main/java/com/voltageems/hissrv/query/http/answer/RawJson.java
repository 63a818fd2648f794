package com.voltageems.hissrv.query.http.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.voltageems.hissrv.query.store.raw.RawAnswer;
import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The database's answer to a statement in its own language, as JSON. Pure. */
public final class RawJson {
  private RawJson() {}

  /** Returns {@code {"truncated","tables":[{"name","tags","columns","rows"}]}}. */
  public static byte[] of(RawAnswer answer) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeBooleanField("truncated", answer.truncated());
          json.writeArrayFieldStart("tables");
          for (RawAnswer.Table table : answer.tables()) {
            table(json, table);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void table(JsonGenerator json, RawAnswer.Table table) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", table.name());
    Json.tags(json, new TreeMap<>(table.tags()));
    Json.texts(json, "columns", table.columns());
    json.writeArrayFieldStart("rows");
    for (List<@Nullable Object> row : table.rows()) {
      json.writeStartArray();
      for (Object value : row) {
        Json.value(json, value);
      }
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
