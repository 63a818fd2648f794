package com.voltageems.hissrv.testkit;

import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A real QuestDB from its Maven artifact, in its own JVM: HTTP with {@code /api/v2/write} and
 * {@code /exec}, and the PostgreSQL wire protocol (user {@code admin}, password {@code quest};
 * {@code user} may only read).
 */
public final class QuestDb extends LocalServer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final Path dir;
  private final int httpPort;
  private final int pgPort;
  private final Map<String, String> more;

  private QuestDb(Path dir, int httpPort, int pgPort, Map<String, String> more) {
    super(Duration.ofMinutes(3));
    this.more = Map.copyOf(more);
    this.dir = dir;
    this.httpPort = httpPort;
    this.pgPort = pgPort;
  }

  /** Starts the database on free ports; data in {@code dir}. */
  public static QuestDb start(Path dir) {
    return start(dir, Map.of());
  }

  /**
   * Does the same as {@link #start(Path)}.
   *
   * @param more settings, as environment variables
   */
  public static QuestDb start(Path dir, Map<String, String> more) {
    QuestDb database = prepare(dir, more);
    database.awaitReady();
    return database;
  }

  /**
   * Does the same as {@link #start}, but returns before the database answers: see {@link
   * #awaitReady()}.
   */
  public static QuestDb prepare(Path dir) {
    return prepare(dir, Map.of());
  }

  private static QuestDb prepare(Path dir, Map<String, String> more) {
    QuestDb database = new QuestDb(dir, Ports.free(), Ports.free(), more);
    database.relaunch();
    return database;
  }

  @Override
  ServerProcess launch() {
    Map<String, String> settings =
        new HashMap<>(
            Map.of(
                "QDB_HTTP_BIND_TO", "127.0.0.1:" + httpPort,
                "QDB_PG_NET_BIND_TO", "127.0.0.1:" + pgPort,
                // User "user", password "quest".
                "QDB_PG_READONLY_USER_ENABLED", "true",
                "QDB_LINE_TCP_ENABLED", "false",
                "QDB_HTTP_MIN_ENABLED", "false",
                // QuestDB's own table is called "telemetry", like our main measurement.
                "QDB_TELEMETRY_DISABLE_COMPLETELY", "true",
                "QDB_SHARED_WORKER_COUNT", "2"));
    settings.putAll(more);
    return ServerProcess.startJvm(
        "questdb",
        ServerProcess.classPath("questdb.classpath"),
        List.of("-Xms64m", "-Xmx512m", "-XX:+UseSerialGC"),
        settings,
        "io.questdb.ServerMain",
        List.of("-d", dir.toAbsolutePath().toString()),
        dir.resolve("questdb.log"));
  }

  /** Returns whether the ports for writing and for reading both answer. */
  @Override
  boolean answers() {
    return Ports.isOpen(httpPort) && Ports.isOpen(pgPort);
  }

  /** Returns the HTTP address, {@code http://127.0.0.1:port}. */
  public String url() {
    return "http://127.0.0.1:" + httpPort;
  }

  public int pgPort() {
    return pgPort;
  }

  public String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:" + pgPort + "/qdb?sslmode=disable";
  }

  /**
   * Returns the number of rows in a table that SQL sees now; 0 if the table does not exist.
   *
   * @param table a name without quotes in it
   */
  public long rows(String table) {
    return count("select count() from '" + table + "'");
  }

  /**
   * Returns the number of rows that differ in time or in the tag: a repeated write counts once.
   *
   * @param table a name without quotes in it
   * @param tag a column without quotes in it
   */
  public long distinctRows(String table, String tag) {
    return count(
        "select count() from (select distinct timestamp, " + tag + " from '" + table + "')");
  }

  private long count(String sql) {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(
                      URI.create(
                          url() + "/exec?query=" + URLEncoder.encode(sql, StandardCharsets.UTF_8)))
                  .timeout(Duration.ofMinutes(1))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? JSON.readTree(answer.body()).path("dataset").path(0).path(0).asLong()
          : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(sql + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
