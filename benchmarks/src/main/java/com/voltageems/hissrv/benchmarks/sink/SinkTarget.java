package com.voltageems.hissrv.benchmarks.sink;

import com.voltageems.hissrv.benchmarks.Figures;
import com.voltageems.hissrv.quickstart.Closer;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.InfluxDb2;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A database that the sink and bare HTTP requests write lines to. */
abstract class SinkTarget {
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  final String name;
  final Server server;

  private SinkTarget(String name, Server server) {
    this.name = name;
    this.server = server;
  }

  /**
   * Starts all available databases: InfluxDB 1 if it is installed, InfluxDB 2 if HISSRV_INFLUXD2
   * names it.
   */
  static List<SinkTarget> start(Predicate<String> wanted, Path dir, Closer closer) {
    List<SinkTarget> targets = new ArrayList<>();
    if (wanted.test("questdb")) {
      targets.add(questDb(closer.add(QuestDb.start(dir.resolve("questdb")))));
    }
    if (wanted.test("influxdb1") && InfluxDb1.isInstalled()) {
      targets.add(influxDb1(closer.add(InfluxDb1.start(dir.resolve("influxdb1")))));
    }
    if (wanted.test("influxdb2") && InfluxDb2.isInstalled()) {
      targets.add(influxDb2(closer.add(InfluxDb2.start(dir.resolve("influxdb2")))));
    }
    return targets;
  }

  /** Returns the sink's settings for this database. */
  abstract Map<String, String> settings();

  /** Returns a request that writes bare lines, with times in milliseconds. */
  abstract HttpRequest.Builder write();

  /** Empties the database, so that earlier rounds do not slow the next one. */
  abstract void empty(String measurement) throws InterruptedException;

  /** Waits until the database has processed what it has acknowledged. */
  void settle(String measurement, long lines) throws InterruptedException {}

  void post(byte[] lines) {
    send(
        write()
            .timeout(Duration.ofSeconds(60))
            .POST(HttpRequest.BodyPublishers.ofByteArray(lines)));
  }

  private static String send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> answer =
          HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() >= 300) {
        throw new IllegalStateException(answer.request().uri() + " answers " + answer.body());
      }
      return answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static SinkTarget questDb(QuestDb database) {
    return new SinkTarget("questdb", database) {
      @Override
      Map<String, String> settings() {
        return Map.of("influxdb.version", "questdb", "influxdb.url", database.url());
      }

      @Override
      HttpRequest.Builder write() {
        return HttpRequest.newBuilder(URI.create(database.url() + "/api/v2/write?precision=ms"));
      }

      @Override
      void empty(String measurement) throws InterruptedException {
        if (database.rows(measurement) == 0) {
          return;
        }
        // Truncates instead of dropping: a connection that knows the table would write to the
        // dropped one.
        String sql = "truncate table '" + measurement + "'";
        send(HttpRequest.newBuilder(URI.create(database.url() + "/exec?query=" + encode(sql))));
        Figures.await("an empty table", () -> database.rows(measurement) == 0);
      }

      @Override
      void settle(String measurement, long lines) throws InterruptedException {
        Figures.await(lines + " rows", () -> database.rows(measurement) >= lines);
      }
    };
  }

  private static SinkTarget influxDb1(InfluxDb1 database) {
    return new SinkTarget("influxdb1", database) {
      @Override
      Map<String, String> settings() {
        return Map.of(
            "influxdb.version", "1",
            "influxdb.url", database.url(),
            "influxdb.database", "bench");
      }

      @Override
      HttpRequest.Builder write() {
        return HttpRequest.newBuilder(URI.create(database.url() + "/write?db=bench&precision=ms"));
      }

      @Override
      void empty(String measurement) {
        for (String command : List.of("DROP DATABASE bench", "CREATE DATABASE bench")) {
          send(
              HttpRequest.newBuilder(URI.create(database.url() + "/query?q=" + encode(command)))
                  .POST(HttpRequest.BodyPublishers.noBody()));
        }
      }
    };
  }

  private static SinkTarget influxDb2(InfluxDb2 database) {
    return new SinkTarget("influxdb2", database) {
      @Override
      Map<String, String> settings() {
        return Map.of(
            "influxdb.url", database.url(),
            "influxdb.org", InfluxDb2.ORG,
            "influxdb.bucket", InfluxDb2.BUCKET,
            "influxdb.token", InfluxDb2.TOKEN);
      }

      private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(database.url() + path))
            .header("Authorization", "Token " + InfluxDb2.TOKEN);
      }

      @Override
      HttpRequest.Builder write() {
        return request(
            "/api/v2/write?precision=ms&org=" + InfluxDb2.ORG + "&bucket=" + InfluxDb2.BUCKET);
      }

      @Override
      void empty(String measurement) {
        send(
            request("/api/v2/delete?org=" + InfluxDb2.ORG + "&bucket=" + InfluxDb2.BUCKET)
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"start\":\"2000-01-01T00:00:00Z\",\"stop\":\"2100-01-01T00:00:00Z\"}")));
      }
    };
  }
}
