package com.voltageems.hissrv.query.http.answer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.voltageems.hissrv.query.http.ask.Intervals;
import com.voltageems.hissrv.query.http.ask.IsoText;
import com.voltageems.hissrv.query.http.ask.Times;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.CalendarWindows;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.query.store.window.Windows;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes parts of answers as JSON. Pure. */
public final class Json {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build();

  /** Writes no separator between documents: the writer of a document ends it with a line feed. */
  private static final JsonFactory LINES =
      new JsonFactoryBuilder()
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          // The server should see the end of a short answer before its head is sent.
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .rootValueSeparator("")
          .build();

  private Json() {}

  /** Writes one JSON document. */
  interface Body {
    void to(JsonGenerator json) throws IOException;
  }

  static byte[] bytes(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      body.to(json);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Opens a generator for one document, or for one document per line; closing it leaves the stream
   * open.
   */
  public static JsonGenerator open(OutputStream out) throws IOException {
    return LINES.createGenerator(out);
  }

  static void range(JsonGenerator json, Selection selection, boolean epochTimes)
      throws IOException {
    json.writeFieldName("start");
    time(json, selection.startMillis() * 1000, epochTimes);
    json.writeFieldName("end");
    time(json, selection.endMillis() * 1000, epochTimes);
  }

  /** Writes how the range is divided; nothing if the whole range is one window. */
  static void windows(JsonGenerator json, @Nullable Windows windows) throws IOException {
    if (windows instanceof FixedWindows fixed) {
      json.writeNumberField("interval_ms", fixed.lengthMillis());
    } else if (windows instanceof CalendarWindows calendar) {
      json.writeStringField("interval", Intervals.text(calendar));
      json.writeStringField("timezone", calendar.zone().getId());
    }
  }

  /** Writes which resolutions the answer comes from, unless it comes from the samples alone. */
  static void resolution(JsonGenerator json, HistoryAnswer answer, boolean epochTimes)
      throws IOException {
    Optional<String> resolution = Resolution.of(answer);
    if (resolution.isPresent()) {
      json.writeStringField("resolution", resolution.get());
      json.writeArrayFieldStart("parts");
      for (HistoryAnswer.Part part : answer.parts()) {
        json.writeStartObject();
        json.writeStringField("resolution", part.resolution());
        json.writeFieldName("start");
        time(json, part.startMillis() * 1000, epochTimes);
        json.writeFieldName("end");
        time(json, part.endMillis() * 1000, epochTimes);
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    Long expired = answer.expiredBefore();
    if (expired != null) {
      json.writeFieldName("expired_before");
      time(json, expired * 1000, epochTimes);
    }
    if (answer.keptInterval() != null) {
      json.writeStringField("kept_interval", answer.keptInterval());
    }
  }

  static void texts(JsonGenerator json, String name, List<String> texts) throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  static void tags(JsonGenerator json, Map<String, String> tags) throws IOException {
    json.writeObjectFieldStart("tags");
    for (Map.Entry<String, String> tag : tags.entrySet()) {
      json.writeStringField(tag.getKey(), tag.getValue());
    }
    json.writeEndObject();
  }

  static void time(JsonGenerator json, long epochMicros, boolean epochTimes) throws IOException {
    if (epochTimes) {
      json.writeNumber(Math.floorDiv(epochMicros, 1000L));
    } else {
      json.writeString(Times.iso(epochMicros));
    }
  }

  /** Writes a time like the other method, faster for many times in succession. */
  public static void time(JsonGenerator json, long epochMicros, boolean epochTimes, IsoText iso)
      throws IOException {
    int length = epochTimes ? -1 : iso.write(epochMicros);
    if (length < 0) {
      time(json, epochMicros, epochTimes);
    } else {
      json.writeString(iso.chars(), 0, length);
    }
  }

  /** Writes a value, fast for many values in succession. */
  public static void value(JsonGenerator json, Row row, int column, ShortNumber text)
      throws IOException {
    double number = row.number(column);
    if (Double.isNaN(number)) {
      value(json, row.other(column));
    } else if (text.write(number)) {
      json.writeNumber(text.chars(), text.start(), text.length());
    } else {
      json.writeNumber(number);
    }
  }

  static void value(JsonGenerator json, @Nullable Object value) throws IOException {
    if (value == null) {
      json.writeNull();
    } else if (value instanceof Double number) {
      json.writeNumber(number);
    } else if (value instanceof Long number) {
      json.writeNumber(number);
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else {
      json.writeString(value.toString());
    }
  }
}
