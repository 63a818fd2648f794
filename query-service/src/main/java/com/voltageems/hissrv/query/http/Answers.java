package com.voltageems.hissrv.query.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.Window;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Answers as bytes, JSON or CSV. Pure. */
final class Answers {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build();

  private Answers() {}

  /** Writes one JSON document. */
  interface Body {
    void to(JsonGenerator json) throws IOException;
  }

  static byte[] json(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      body.to(json);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /**
   * {@code {"measurement",...,"truncated","rows","series":[{"tags","columns","rows"}]}}: a row is
   * an array in the order of {@code columns}, whose first is the time. A field without any value in
   * a series is not among its columns.
   */
  static byte[] json(HistoryQuery query, HistoryAnswer answer, boolean epochTimes) {
    return json(
        json -> {
          Selection selection = query.selection();
          Window window = query.window();
          json.writeStartObject();
          json.writeStringField("measurement", selection.measurement().name());
          writeRange(json, selection, epochTimes);
          if (window != null) {
            json.writeNumberField("interval_ms", window.lengthMillis());
            json.writeStringField("function", window.aggregation().text());
          }
          json.writeStringField("order", query.newestFirst() ? "desc" : "asc");
          json.writeNumberField("limit", query.limit());
          json.writeBooleanField("truncated", answer.truncated());
          json.writeNumberField("rows", answer.rows());
          writeLeftOut(json, query);
          json.writeArrayFieldStart("series");
          for (Series series : answer.series()) {
            writeSeries(json, query.fields(), series, epochTimes);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /** The fields whose texts and flags a function over windows leaves out. */
  static List<String> leftOut(HistoryQuery query) {
    return query.window() == null
        ? List.of()
        : query.fields().stream()
            .filter(field -> field.kind() == Field.Kind.MIXED)
            .map(Field::name)
            .toList();
  }

  static void writeLeftOut(JsonGenerator json, HistoryQuery query) throws IOException {
    List<String> leftOut = leftOut(query);
    if (!leftOut.isEmpty()) {
      json.writeArrayFieldStart("left_out");
      for (String field : leftOut) {
        json.writeString(field);
      }
      json.writeEndArray();
    }
  }

  private static void percent(StringBuilder out, String text) {
    for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
      boolean plain =
          (one >= '0' && one <= '9') || (one >= 'A' && one <= 'Z') || (one >= 'a' && one <= 'z');
      if (plain || one == '_' || one == '-' || one == '.') {
        out.append((char) one);
      } else {
        out.append(String.format("%%%02X", one & 0xff));
      }
    }
  }

  /** Names for a header: percent-encoded, separated by commas. */
  static String header(List<String> names) {
    StringBuilder line = new StringBuilder();
    for (String name : names) {
      if (!line.isEmpty()) {
        line.append(',');
      }
      percent(line, name);
    }
    return line.toString();
  }

  static void writeRange(JsonGenerator json, Selection selection, boolean epochTimes)
      throws IOException {
    json.writeFieldName("start");
    writeTime(json, selection.startMillis() * 1000, epochTimes);
    json.writeFieldName("end");
    writeTime(json, selection.endMillis() * 1000, epochTimes);
  }

  private static void writeSeries(
      JsonGenerator json, List<Field> fields, Series series, boolean epochTimes)
      throws IOException {
    BitSet used = used(List.of(series), fields.size());
    json.writeStartObject();
    writeTags(json, series.tags());
    json.writeArrayFieldStart("columns");
    json.writeString("time");
    for (int i = used.nextSetBit(0); i >= 0; i = used.nextSetBit(i + 1)) {
      json.writeString(fields.get(i).name());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("rows");
    for (Point point : series.points()) {
      json.writeStartArray();
      writeTime(json, point.epochMicros(), epochTimes);
      for (int i = used.nextSetBit(0); i >= 0; i = used.nextSetBit(i + 1)) {
        writeValue(json, point.values().get(i));
      }
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Which fields have a value in any of the series. */
  private static BitSet used(List<Series> all, int fields) {
    BitSet used = new BitSet(fields);
    for (Series series : all) {
      for (Point point : series.points()) {
        for (int i = used.nextClearBit(0); i < fields; i = used.nextClearBit(i + 1)) {
          if (point.values().get(i) != null) {
            used.set(i);
          }
        }
      }
    }
    return used;
  }

  /**
   * RFC 4180, one row per point: {@code time}, the tags, the fields that have any value. A text is
   * quoted where it must be; no value is nothing at all.
   *
   * @param title what stands over a field's column
   */
  static byte[] csv(
      HistoryQuery query, HistoryAnswer answer, boolean epochTimes, UnaryOperator<String> title) {
    BitSet used = used(answer.series(), query.fields().size());
    StringBuilder text = new StringBuilder(4096);
    text.append("time");
    for (String tag : query.groupBy()) {
      appendCsv(text.append(','), tag);
    }
    for (int i = used.nextSetBit(0); i >= 0; i = used.nextSetBit(i + 1)) {
      appendCsv(text.append(','), title.apply(query.fields().get(i).name()));
    }
    text.append("\r\n");
    for (Series series : answer.series()) {
      for (Point point : series.points()) {
        if (epochTimes) {
          text.append(Math.floorDiv(point.epochMicros(), 1000L));
        } else {
          text.append(Times.iso(point.epochMicros()));
        }
        for (String tag : query.groupBy()) {
          appendCsv(text.append(','), series.tags().getOrDefault(tag, ""));
        }
        for (int i = used.nextSetBit(0); i >= 0; i = used.nextSetBit(i + 1)) {
          text.append(',');
          Object value = point.values().get(i);
          if (value instanceof Double number) {
            text.append(plain(number));
          } else if (value != null) {
            appendCsv(text, value.toString());
          }
        }
        text.append("\r\n");
      }
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** A number without an exponent where that is short, for readers that know no exponents. */
  private static String plain(double number) {
    String text = Double.toString(number);
    return text.indexOf('E') < 0 || Math.abs(number) > 1e18 || Math.abs(number) < 1e-9
        ? text
        : new BigDecimal(text).toPlainString();
  }

  private static void appendCsv(StringBuilder out, String text) {
    boolean quote = false;
    for (int i = 0; i < text.length() && !quote; i++) {
      char c = text.charAt(i);
      quote = c == ',' || c == '"' || c == '\r' || c == '\n';
    }
    if (quote) {
      out.append('"').append(text.replace("\"", "\"\"")).append('"');
    } else {
      out.append(text);
    }
  }

  /** {@code {"measurement",...,"series":[{"tags","fields":{"<name>":{"value","time"}}}]}}. */
  static byte[] json(Selection selection, LatestAnswer answer, boolean epochTimes) {
    return json(
        json -> {
          json.writeStartObject();
          json.writeStringField("measurement", selection.measurement().name());
          writeRange(json, selection, epochTimes);
          json.writeBooleanField("truncated", answer.truncated());
          json.writeArrayFieldStart("series");
          for (LatestSeries series : answer.series()) {
            json.writeStartObject();
            writeTags(json, series.tags());
            json.writeObjectFieldStart("fields");
            for (Map.Entry<String, LatestSeries.Value> field : series.fields().entrySet()) {
              json.writeObjectFieldStart(field.getKey());
              json.writeFieldName("value");
              writeValue(json, field.getValue().value());
              json.writeFieldName("time");
              writeTime(json, field.getValue().epochMicros(), epochTimes);
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
  static byte[] json(List<Measurement> measurements) {
    return json(
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
  static byte[] json(String measurement, List<Field> fields) {
    return json(
        json -> {
          json.writeStartObject();
          json.writeStringField("measurement", measurement);
          writeFields(json, fields);
          json.writeEndObject();
        });
  }

  /** {@code {"measurement","tags":{"<tag>":[values]}}}. */
  static byte[] json(String measurement, Map<String, List<String>> tagValues) {
    return json(
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

  static void writeTags(JsonGenerator json, Map<String, String> tags) throws IOException {
    json.writeObjectFieldStart("tags");
    for (Map.Entry<String, String> tag : tags.entrySet()) {
      json.writeStringField(tag.getKey(), tag.getValue());
    }
    json.writeEndObject();
  }

  static void writeTime(JsonGenerator json, long epochMicros, boolean epochTimes)
      throws IOException {
    if (epochTimes) {
      json.writeNumber(Math.floorDiv(epochMicros, 1000L));
    } else {
      json.writeString(Times.iso(epochMicros));
    }
  }

  static void writeValue(JsonGenerator json, @Nullable Object value) throws IOException {
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
