package com.voltageems.hissrv.influx.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.InfluxDb2;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.Server;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A database that a test kills while the sink writes field {@code v} of {@code killed} to it. */
abstract class KillTarget implements AutoCloseable {
  private final Server server;
  private final String url;
  private final Map<String, String> settings;

  private KillTarget(Server server, String url, Map<String, String> settings) {
    this.server = server;
    this.url = url;
    this.settings = settings;
  }

  Server server() {
    return server;
  }

  int port() {
    return URI.create(url).getPort();
  }

  /** Returns the sink's settings, except the address. */
  Map<String, String> settings() {
    return settings;
  }

  /**
   * Returns the last value of each point of a series, by epoch milliseconds.
   *
   * @throws IllegalStateException if the database does not answer now
   */
  abstract Map<Long, Long> values(int series, long fromMillis);

  /** Returns how long after the acknowledgement a query may not see a value yet. */
  Duration shownWithin() {
    return Duration.ZERO;
  }

  @Override
  public void close() {
    server.close();
  }

  static KillTarget influxDb1(Path dir) {
    InfluxDb1 database = InfluxDb1.start(dir);
    HttpJson.influx1(database, "", "CREATE DATABASE ems");
    return new KillTarget(
        database, database.url(), Map.of("influxdb.version", "1", "influxdb.database", "ems")) {
      @Override
      Map<Long, Long> values(int series, long fromMillis) {
        return influxQl(HttpJson.influx1(database, "ems", select(series, fromMillis)));
      }
    };
  }

  static KillTarget influxDb2(Path dir) {
    InfluxDb2 database = InfluxDb2.start(dir);
    return new KillTarget(
        database,
        database.url(),
        Map.of(
            "influxdb.org", InfluxDb2.ORG,
            "influxdb.bucket", InfluxDb2.BUCKET,
            "influxdb.token", InfluxDb2.TOKEN)) {
      @Override
      Map<Long, Long> values(int series, long fromMillis) {
        return influxQl(
            HttpJson.send(
                HttpRequest.newBuilder(
                        URI.create(database.url() + "/query?epoch=ms&db=" + InfluxDb2.BUCKET))
                    .header("Authorization", "Token " + InfluxDb2.TOKEN)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            "q=" + HttpJson.encode(select(series, fromMillis)),
                            StandardCharsets.UTF_8))));
      }
    };
  }

  static KillTarget questDb(Path dir) {
    QuestDb database = QuestDb.start(dir);
    return new KillTarget(
        database,
        database.url(),
        Map.of("influxdb.version", "questdb", "questdb.table.create", "true")) {
      @Override
      Map<Long, Long> values(int series, long fromMillis) {
        // A row that was written again exists twice; of the rows of one point, the last one counts.
        JsonNode answer =
            HttpJson.questDb(
                database,
                "select timestamp::long / 1000, last(v) from killed where p = '%d' and timestamp >= %d::timestamp"
                    .formatted(series, fromMillis * 1_000));
        if (!answer.has("dataset")) {
          throw new IllegalStateException("no answer: " + answer);
        }
        return rows(answer.path("dataset"));
      }

      @Override
      Duration shownWithin() {
        return Duration.ofSeconds(10); // QuestDB applies its log in the background
      }
    };
  }

  private static String select(int series, long fromMillis) {
    return "select v from killed where p='%d' and time >= %dms".formatted(series, fromMillis);
  }

  private static Map<Long, Long> influxQl(JsonNode answer) {
    JsonNode result = answer.path("results").path(0);
    if (result.isMissingNode() || result.has("error")) {
      throw new IllegalStateException("no answer: " + answer);
    }
    return rows(result.path("series").path(0).path("values"));
  }

  private static Map<Long, Long> rows(JsonNode rows) {
    Map<Long, Long> values = new HashMap<>();
    for (JsonNode row : rows) {
      values.put(row.path(0).asLong(), row.path(1).asLong());
    }
    return values;
  }
}
