package com.voltageems.hissrv.benchmarks.query;

import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.QuestDb;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A database for the query benchmark: can be written, and queried directly by HTTP. */
interface QueryTarget extends AutoCloseable {
  /** Returns the ending of the figures' names. */
  String name();

  /** Returns the service's settings for this database, as lines of YAML. */
  String settings();

  HttpRequest write(String lines);

  /** Requests the points of a channel's field. */
  HttpRequest points(String table, String channel, Instant start, Instant end);

  /** Requests the field's means of five minutes. */
  HttpRequest means(String table, String channel, Instant start, Instant end);

  /** Requests all eight functions of those windows at once. */
  HttpRequest eight(String table, String channel, Instant start, Instant end);

  /** Requests the last value of each field of each channel. */
  HttpRequest latest(String table, Instant start, Instant end);

  /** Requests the number of points that have a first field. */
  HttpRequest count(String table);

  @Override
  void close();

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(60));
  }

  /** QuestDB, queried by its own {@code /exec}. */
  record Quest(QuestDb database) implements QueryTarget {
    @Override
    public String name() {
      return "questdb";
    }

    @Override
    public String settings() {
      return "store: {type: questdb, questdb: {url: \"" + database.jdbcUrl() + "\"}}\n";
    }

    @Override
    public HttpRequest write(String lines) {
      return request(database.url() + "/api/v2/write?org=o&bucket=b&precision=ms")
          .POST(HttpRequest.BodyPublishers.ofString(lines))
          .build();
    }

    private HttpRequest ask(String sql) {
      return request(database.url() + "/exec?query=" + encoded(sql)).build();
    }

    private static String range(Instant start, Instant end) {
      return "timestamp >= '" + start + "' and timestamp < '" + end + "'";
    }

    @Override
    public HttpRequest points(String table, String channel, Instant start, Instant end) {
      return ask(
          "select timestamp, f1 from %s where channel = '%s' and %s"
              .formatted(table, channel, range(start, end)));
    }

    @Override
    public HttpRequest means(String table, String channel, Instant start, Instant end) {
      return ask(
          "select timestamp, avg(f1) from %s where channel = '%s' and %s sample by 5m"
              .formatted(table, channel, range(start, end)));
    }

    @Override
    public HttpRequest eight(String table, String channel, Instant start, Instant end) {
      return ask(
          ("select timestamp, avg(f1), min(f1), max(f1), sum(f1), count(f1), first(f1), last(f1),"
                  + " stddev_samp(f1) from %s where channel = '%s' and %s sample by 5m")
              .formatted(table, channel, range(start, end)));
    }

    @Override
    public HttpRequest latest(String table, Instant start, Instant end) {
      return ask(
          "select * from %s where %s latest on timestamp partition by channel"
              .formatted(table, range(start, end)));
    }

    @Override
    public HttpRequest count(String table) {
      return ask("select count() from " + table);
    }

    @Override
    public void close() {
      database.close();
    }
  }

  /** InfluxDB, queried by InfluxQL at {@code /query}, which both versions answer. */
  record Influx(
      String name,
      String settings,
      String url,
      String writePath,
      String database,
      Optional<String> authorization,
      Runnable end)
      implements QueryTarget {
    static Influx version1(InfluxDb1 server) {
      return new Influx(
          "influxdb1",
          "store: {type: influxdb1, influxdb1: {url: \"" + server.url() + "\", database: bench}}\n",
          server.url(),
          "/write?precision=ms&db=bench",
          "bench",
          Optional.empty(),
          server::close);
    }

    private HttpRequest.Builder with(String path) {
      HttpRequest.Builder request = request(url + path);
      authorization.ifPresent(value -> request.header("Authorization", value));
      return request;
    }

    HttpRequest create() {
      return with("/query?q=" + encoded("CREATE DATABASE bench"))
          .POST(HttpRequest.BodyPublishers.noBody())
          .build();
    }

    @Override
    public HttpRequest write(String lines) {
      return with(writePath).POST(HttpRequest.BodyPublishers.ofString(lines)).build();
    }

    private HttpRequest ask(String influxQl) {
      return with("/query?epoch=ms&db=" + encoded(database) + "&q=" + encoded(influxQl)).build();
    }

    private static String range(Instant start, Instant end) {
      return "time >= '" + start + "' and time < '" + end + "'";
    }

    @Override
    public HttpRequest points(String table, String channel, Instant start, Instant end) {
      return ask(
          "select f1 from %s where channel = '%s' and %s"
              .formatted(table, channel, range(start, end)));
    }

    @Override
    public HttpRequest means(String table, String channel, Instant start, Instant end) {
      return ask(
          "select mean(f1) from %s where channel = '%s' and %s group by time(5m) fill(none)"
              .formatted(table, channel, range(start, end)));
    }

    @Override
    public HttpRequest eight(String table, String channel, Instant start, Instant end) {
      return ask(
          ("select mean(f1), min(f1), max(f1), sum(f1), count(f1), first(f1), last(f1), stddev(f1)"
                  + " from %s where channel = '%s' and %s group by time(5m) fill(none)")
              .formatted(table, channel, range(start, end)));
    }

    @Override
    public HttpRequest latest(String table, Instant start, Instant end) {
      return ask(
          "select last(*) from %s where %s group by channel".formatted(table, range(start, end)));
    }

    @Override
    public HttpRequest count(String table) {
      return ask("select count(f1) from " + table);
    }

    @Override
    public void close() {
      end.run();
    }
  }

  /** Starts a separate QuestDB. */
  static QueryTarget questDb(Path dir) {
    return new Quest(QuestDb.start(dir));
  }
}
