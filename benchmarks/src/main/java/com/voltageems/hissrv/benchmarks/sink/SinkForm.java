package com.voltageems.hissrv.benchmarks.sink;

import com.voltageems.hissrv.benchmarks.Lines;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The form of the data: lines of a number of fields, as JSON records in a topic and as bare
 * requests.
 *
 * @param fields number of fields in a line
 * @param channels number of series
 * @param linesARequest number of lines in a request of the bare loop
 * @param linesARecord number of lines in a record of the topic whose lines are ready to post
 */
record SinkForm(
    String name, int lines, int fields, int channels, int linesARequest, int linesARecord) {

  static SinkForm narrow(int lines) {
    return new SinkForm("narrow", lines, 1, 1000, 5000, 100);
  }

  static SinkForm wide(int lines) {
    return new SinkForm("wide", lines, 50, 100, 1000, 10);
  }

  /** Returns the topic with records as the Redis source writes them. */
  String jsonTopic() {
    return "bench-" + name;
  }

  /** Returns the topic with records of line protocol. */
  String lineTopic() {
    return "bench-lines-" + name;
  }

  List<byte[]> requests() {
    List<byte[]> requests = new ArrayList<>();
    for (int from = 0; from < lines; from += linesARequest) {
      int count = Math.min(linesARequest, lines - from);
      requests.add(
          Lines.text(name, from, count, channels, fields).getBytes(StandardCharsets.UTF_8));
    }
    return requests;
  }

  String json(int line) {
    StringBuilder values = new StringBuilder();
    for (int field = 1; field <= fields; field++) {
      values.append(field == 1 ? "" : ",");
      values.append("\"f").append(field).append("\":").append(Lines.value(line, field));
    }
    return "{\"measurement\":\"%s\",\"tags\":{\"channel\":\"%d\"},\"fields\":{%s},\"timestamp\":%d}"
        .formatted(name, line % channels, values, Lines.millis(line, channels));
  }

  /** Returns the record of the lines from this one on, with times in nanoseconds. */
  String lines(int from) {
    int count = Math.min(linesARecord, lines - from);
    return Lines.text(name, from, count, channels, fields).replace("\n", "000000\n");
  }

  /** Returns the settings of a connector that reads the JSON topic. */
  Map<String, String> json() {
    return Map.of(
        "topics", jsonTopic(),
        "value.converter", "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable", "false");
  }

  /** Returns the settings of a connector that reads the topic of lines. */
  Map<String, String> ready() {
    return Map.of(
        "topics", lineTopic(),
        "record.format", "line",
        "value.converter", "org.apache.kafka.connect.storage.StringConverter");
  }
}
