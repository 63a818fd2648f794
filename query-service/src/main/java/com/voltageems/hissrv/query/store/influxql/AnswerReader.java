package com.voltageems.hissrv.query.store.influxql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.voltageems.hissrv.query.store.HistoryQuery;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msgpack.core.MessagePackException;
import org.msgpack.jackson.dataformat.MessagePackFactory;

/**
 * Streaming reader for InfluxDB's answers: one or more documents {@code {"results":[{
 * "statement_id","series":[{"name","tags","columns","values"}]}]}}, none of which is ever held in
 * memory as a whole. The format is MessagePack. It is JSON if a component between the service and
 * the database converts it, or for a failure of 2.x.
 */
final class AnswerReader {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build();

  /**
   * The requested format. It has numbers in binary, which the database writes in half the time of
   * text.
   */
  static final String PACKED = "application/x-msgpack";

  private static final JsonFactory PACK = new MessagePackFactory().setReuseResourceInParser(false);

  /** Description of a series, or of a part of one, that precedes its rows. */
  record Head(int statement, String name, Map<String, String> tags, List<String> columns) {
    String tag(String tag) {
      return tags.getOrDefault(tag, "");
    }

    /**
     * Returns the values of the tags in {@code groupBy}. A tag that the filters limit to one value
     * is not in the answer, so its value comes from the filter.
     */
    List<String> key(HistoryQuery query) {
      return query.groupBy().stream()
          .map(
              name -> {
                String only = query.selection().only(name);
                return only == null ? tag(name) : only;
              })
          .toList();
    }
  }

  /** Receives the rows of an answer. */
  interface Rows {
    /** Announces the series of the rows that follow. */
    default void head(Head head) {}

    /**
     * Handles a row. The values are Double, Long (a number without a fraction), String, Boolean or
     * null. The array is reused for the next row.
     *
     * @return false if no more rows are wanted
     */
    boolean row(Head head, @Nullable Object[] values);
  }

  private final JsonParser json;
  private final Rows rows;
  private @Nullable String error;

  /**
   * True after a {@code results} element, even one without rows. JSON without it is not an answer.
   */
  private boolean hasResults;

  private boolean stopped;
  private @Nullable Object[] row = new @Nullable Object[16];

  private AnswerReader(JsonParser json, Rows rows) {
    this.json = json;
    this.rows = rows;
  }

  /**
   * Reads the whole answer, or as much of it as is wanted.
   *
   * @param contentType as the database reports it
   * @return the error that the database reports, or null
   */
  static @Nullable String read(InputStream body, String contentType, Rows rows) throws IOException {
    boolean packed = contentType.startsWith(PACKED);
    try {
      return read(packed ? PACK : JSON, body, rows);
    } catch (MessagePackException e) {
      throw new IOException("the answer ends in the middle", e);
    }
  }

  private static @Nullable String read(JsonFactory factory, InputStream body, Rows rows)
      throws IOException {
    try (JsonParser json = factory.createParser(body)) {
      AnswerReader reader = new AnswerReader(json, rows);
      while (!reader.isOver() && reader.more()) {
        reader.document();
      }
      if (!reader.hasResults && reader.error == null) {
        throw new JsonParseException(json, "neither results nor an error");
      }
      return reader.error;
    }
  }

  /** Returns true if another document begins. */
  private boolean more() throws IOException {
    boolean more = another();
    if (!more && partial) {
      throw new EOFException("the answer ends where InfluxDB says that more follows");
    }
    return more;
  }

  private boolean another() throws IOException {
    try {
      return json.nextToken() != null;
    } catch (JsonEOFException e) {
      // MessagePack's parser reports the end between two documents with this exception.
      if (json.getParsingContext().inRoot()) {
        return false;
      }
      throw e;
    }
  }

  private boolean isOver() {
    return stopped || error != null;
  }

  private void document() throws IOException {
    while (!isOver() && json.nextToken() == JsonToken.FIELD_NAME) {
      switch (json.currentName()) {
        // An error for the whole request in 2.x has a code and a message.
        case "error", "message" -> error = json.nextTextValue();
        case "results" -> {
          hasResults = true;
          each(this::result);
        }
        default -> skip();
      }
    }
  }

  /** Reads one element of an array. */
  private interface Item {
    void read() throws IOException;
  }

  private void each(Item item) throws IOException {
    json.nextToken();
    while (!isOver() && json.nextToken() == JsonToken.START_OBJECT) {
      item.read();
    }
  }

  private int statement;

  /** True if more rows of the last statement follow. */
  private boolean partial;

  private void result() throws IOException {
    statement = 0;
    partial = false;
    while (!isOver() && json.nextToken() == JsonToken.FIELD_NAME) {
      switch (json.currentName()) {
        case "statement_id" -> statement = json.nextIntValue(0);
        case "error" -> error = json.nextTextValue();
        case "partial" -> partial = json.nextToken() == JsonToken.VALUE_TRUE;
        case "series" -> each(this::series);
        default -> skip();
      }
    }
  }

  private void series() throws IOException {
    String name = "";
    Map<String, String> tags = new LinkedHashMap<>();
    List<String> columns = new ArrayList<>();
    while (!isOver() && json.nextToken() == JsonToken.FIELD_NAME) {
      switch (json.currentName()) {
        case "name" -> name = String.valueOf(json.nextTextValue());
        case "tags" -> {
          json.nextToken();
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            String tag = json.currentName();
            String value = json.nextTextValue();
            tags.put(tag, value == null ? "" : value);
          }
        }
        case "columns" -> {
          json.nextToken();
          while (json.nextToken() == JsonToken.VALUE_STRING) {
            columns.add(json.getText());
          }
        }
        // The values come after the other attributes.
        case "values" -> values(new Head(statement, name, tags, columns));
        default -> skip();
      }
    }
  }

  private void values(Head head) throws IOException {
    rows.head(head);
    json.nextToken();
    while (json.nextToken() == JsonToken.START_ARRAY) {
      int columns = 0;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (columns == row.length) {
          row = Arrays.copyOf(row, columns * 2);
        }
        row[columns++] = value();
      }
      if (!rows.row(head, row)) {
        stopped = true;
        return;
      }
    }
  }

  private @Nullable Object value() throws IOException {
    return switch (json.currentToken()) {
      case VALUE_NUMBER_INT -> whole();
      case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
      case VALUE_STRING -> json.getText();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> {
        json.skipChildren();
        yield null;
      }
    };
  }

  private Object whole() throws IOException {
    return json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
        ? (Object) json.getDoubleValue()
        : (Object) json.getLongValue();
  }

  private void skip() throws IOException {
    json.nextToken();
    json.skipChildren();
  }
}
