package com.voltageems.hissrv.benchmarks.sink;

import com.influxdb.client.domain.WritePrecision;
import com.voltageems.hissrv.benchmarks.Figures;
import com.voltageems.hissrv.benchmarks.Lines;
import com.voltageems.hissrv.influx.point.Dialect;
import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.LineBuffer;
import com.voltageems.hissrv.influx.point.LineForm;
import com.voltageems.hissrv.influx.point.LineProtocol;
import com.voltageems.hissrv.influx.point.Point;
import com.voltageems.hissrv.influx.point.Precision;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures the encoding of a point of 50 fields, compared with the client library's own {@code
 * Point}.
 */
final class Encoding {
  private static final int FIELDS = 50;
  private static final int LINES = 20_000;
  private static final int ROUNDS = 5;

  /** Number of bytes encoded; keeps the compiler from removing the encoding. */
  private static long bytes;

  private Encoding() {}

  static void measure() {
    double[] ours = new double[ROUNDS];
    double[] theirs = new double[ROUNDS];
    ours();
    theirs();
    for (int round = 0; round < ROUNDS; round++) {
      theirs[round] = perSecond(Encoding::theirs);
      ours[round] = perSecond(Encoding::ours);
    }
    Figures.say("encoding: %d bytes, lines of %d fields, one thread", bytes, FIELDS);
    Figures.print("sink.encode_points_per_s", Figures.median(ours) * FIELDS, "points/s");
    Figures.print(
        "sink.encode_vs_client_point", Figures.median(ours) / Figures.median(theirs), "ratio");
  }

  private static double perSecond(Runnable encode) {
    long start = System.nanoTime();
    encode.run();
    return LINES / ((System.nanoTime() - start) / 1e9);
  }

  private static double value(int line, int field) {
    return Math.round((220 + field + Math.sin(line)) * 1e6) / 1e6;
  }

  private static void ours() {
    LineForm form = new LineForm(Dialect.INFLUXDB, Precision.NS);
    for (int line = 0; line < LINES; line++) {
      List<Point.Field> fields = new ArrayList<>(FIELDS);
      for (int field = 0; field < FIELDS; field++) {
        fields.add(new Point.Field("f" + field, new FieldValue.Float64(value(line, field))));
      }
      LineBuffer buffer = new LineBuffer(1024);
      LineProtocol.append(
          new Point(
              "telemetry",
              List.of(new Point.Tag("channel", "1001")),
              fields,
              Lines.START * 1_000_000 + line),
          form,
          buffer);
      bytes += buffer.length();
    }
  }

  private static void theirs() {
    for (int line = 0; line < LINES; line++) {
      com.influxdb.client.write.Point point =
          com.influxdb.client.write.Point.measurement("telemetry").addTag("channel", "1001");
      for (int field = 0; field < FIELDS; field++) {
        point.addField("f" + field, value(line, field));
      }
      point.time(Lines.START * 1_000_000 + line, WritePrecision.NS);
      bytes += point.toLineProtocol().getBytes(StandardCharsets.UTF_8).length;
    }
  }
}
