package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.testkit.FaultyProxy;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of all writes of a point, the last one wins: in one request, after retries, in parallel. */
@RequiresServer(RequiresServer.Server.INFLUXDB_1)
class LastWriteWinsIT {
  private static final long T = 1_790_000_000_000L;
  private static final int PARTITIONS = 4;
  private static final int POINTS = 50;
  private static final int WRITES = 40;

  @TempDir private Path dir;

  private static Map<String, String> settings(String url, String... more) {
    Map<String, String> settings =
        new TreeMap<>(
            Map.of(
                "influxdb.version", "1",
                "influxdb.url", url,
                "influxdb.database", "ems",
                "write.timeout.ms", "60000",
                "retry.backoff.ms", "5",
                "retry.backoff.max.ms", "20",
                "linger.ms", "5"));
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return settings;
  }

  private static SinkRecord record(
      int partition, long offset, int point, Map<String, Object> fields) {
    return TestRecords.record(
        TestRecords.TOPIC,
        partition,
        Map.of(
            "measurement",
            "last",
            "tags",
            Map.of("p", Integer.toString(partition)),
            "fields",
            fields,
            "timestamp",
            T + point),
        offset);
  }

  /** Returns the fields of each row, by partition and point. */
  private static Map<String, Map<String, Double>> rows(InfluxDb1 database) {
    Map<String, Map<String, Double>> rows = new HashMap<>();
    for (JsonNode series :
        HttpJson.influx1(database, "ems", "select * from last group by p")
            .path("results")
            .path(0)
            .path("series")) {
      for (JsonNode row : series.path("values")) {
        Map<String, Double> fields = new TreeMap<>();
        for (int i = 1; i < row.size(); i++) {
          if (row.path(i).isNumber()) {
            fields.put(series.path("columns").path(i).asText(), row.path(i).asDouble());
          }
        }
        rows.put(series.path("tags").path("p").asText() + "@" + (row.path(0).asLong() - T), fields);
      }
    }
    return rows;
  }

  /** Returns the database's own count of writes under way. */
  private static long writesUnderWay(InfluxDb1 database) {
    for (JsonNode part :
        HttpJson.send(HttpRequest.newBuilder(URI.create(database.url() + "/debug/vars")))) {
      if (part.path("name").asText().equals("httpd")) {
        return part.path("values").required("writeReqActive").asLong();
      }
    }
    throw new AssertionError("the database tells nothing of its requests");
  }

  @Test
  void inOneRequest_fieldsAreMerged_andTheLaterOneWins() {
    try (InfluxDb1 database = InfluxDb1.start(dir)) {
      HttpJson.influx1(database, "", "CREATE DATABASE ems");
      try (SinkHarness sink =
          new SinkHarness(settings(database.url(), "linger.ms", "3600000"), PARTITIONS)) {
        List<SinkRecord> records = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
          records.add(
              record(0, i, i % 3, i % 2 == 0 ? Map.of("a", i + 0.5) : Map.of("b", (double) i)));
        }
        sink.put(records);
        sink.pumpUntilCommitted(0, 500);
        assertThat(sink.metric("requests-written")).isEqualTo(1);
      }
      assertThat(rows(database))
          .isEqualTo(
              Map.of(
                  "0@0", Map.of("a", 498.5, "b", 495.0),
                  "0@1", Map.of("a", 496.5, "b", 499.0),
                  "0@2", Map.of("a", 494.5, "b", 497.0)));
    }
  }

  @Test
  void afterRetriesAndInParallel() {
    Random random = new Random(7);
    try (InfluxDb1 database = InfluxDb1.start(dir);
        FaultyProxy proxy = new FaultyProxy(URI.create(database.url()).getPort())) {
      HttpJson.influx1(database, "", "CREATE DATABASE ems");
      Map<String, Map<String, Double>> expected = new HashMap<>();
      try (SinkHarness sink =
          new SinkHarness(
              settings(
                  proxy.url(),
                  "write.workers",
                  Integer.toString(PARTITIONS),
                  "batch.size.min",
                  "10",
                  "batch.size.max",
                  "60"),
              PARTITIONS)) {
        long offset = 0;
        for (int write = 0; write < WRITES; write++) {
          List<SinkRecord> records = new ArrayList<>();
          for (int point = 0; point < POINTS; point++) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
              double value = write * 1000.0 + point;
              records.add(record(partition, offset, point, Map.of("v", value)));
              expected.put(partition + "@" + point, Map.of("v", value));
            }
            offset++;
          }
          sink.put(records);
          if (random.nextInt(3) == 0) {
            // Requests that were cut off may still be written; that must not happen after the next
            // ones.
            proxy.away(true);
            await().atMost(Duration.ofMinutes(1)).until(() -> writesUnderWay(database) == 0);
            proxy.away(false);
          }
          if (write == WRITES / 2) {
            // Waits until some request has failed, however slow the writers are.
            proxy.away(true);
            sink.pump(() -> sink.metric("retries") > 0);
            proxy.away(false);
          }
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
          sink.pumpUntilCommitted(partition, offset);
        }
        assertThat(sink.metric("retries")).isPositive();
        assertThat(sink.context.reports).isEmpty();
      }
      assertThat(rows(database)).isEqualTo(expected);
    }
  }
}
