package com.voltageems.hissrv.query.http.export;

import com.fasterxml.jackson.core.JsonGenerator;
import com.voltageems.hissrv.query.http.answer.Json;
import com.voltageems.hissrv.query.http.answer.ShortNumber;
import com.voltageems.hissrv.query.http.ask.IsoText;
import com.voltageems.hissrv.query.store.Row;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes {@code {"time":...,"tags":{...},"values":{...}}} and a line feed per row; tags and fields
 * without a value are absent.
 */
final class NdjsonFile implements RowFile {
  private final JsonGenerator json;
  private final Columns columns;
  private final List<Integer> tagsByName;
  private final IsoText iso = new IsoText();
  private final ShortNumber number = new ShortNumber();

  NdjsonFile(Columns columns, OutputStream out) throws IOException {
    this.json = Json.open(out);
    this.columns = columns;
    this.tagsByName =
        IntStream.range(0, columns.tags().size())
            .boxed()
            .sorted(Comparator.comparing(columns.tags()::get))
            .toList();
  }

  @Override
  public void row(Row row) throws IOException {
    json.writeStartObject();
    json.writeFieldName("time");
    Json.time(json, row.epochMicros(), columns.times().isEpoch(), iso);
    json.writeObjectFieldStart("tags");
    for (int i : tagsByName) {
      if (!row.key().get(i).isEmpty()) {
        json.writeStringField(columns.tags().get(i), row.key().get(i));
      }
    }
    json.writeEndObject();
    json.writeObjectFieldStart("values");
    for (int i = 0; i < row.columns(); i++) {
      if (row.has(i)) {
        json.writeFieldName(columns.fields().get(i));
        Json.value(json, row, i, number);
      }
    }
    json.writeEndObject();
    json.writeEndObject();
    json.writeRaw('\n');
  }

  @Override
  public void end() throws IOException {
    json.flush();
  }
}
