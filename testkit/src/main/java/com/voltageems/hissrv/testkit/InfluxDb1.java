package com.voltageems.hissrv.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A real InfluxDB 1.x ({@code influxd} on the PATH, or named by {@code HISSRV_INFLUXD1}). */
public final class InfluxDb1 extends LocalServer {
  private final Path dir;
  private final Path binary;
  private final int port;

  private final Map<String, String> environment;

  private InfluxDb1(Path dir, Path binary, int port, Map<String, String> environment) {
    super(Duration.ofMinutes(3));
    this.dir = dir;
    this.binary = binary;
    this.port = port;
    this.environment = Map.copyOf(environment);
  }

  /** Starts the database on a free port, without users; data in {@code dir}. */
  public static InfluxDb1 start(Path dir) {
    return start(dir, false, Map.of());
  }

  /**
   * Starts the database without users.
   *
   * @param environment settings such as {@code INFLUXDB_COORDINATOR_MAX_SELECT_SERIES}
   */
  public static InfluxDb1 start(Path dir, Map<String, String> environment) {
    return start(dir, false, environment);
  }

  /** Starts the database with login required; the first caller creates the first user. */
  public static InfluxDb1 startWithLogin(Path dir) {
    return start(dir, true, Map.of());
  }

  private static InfluxDb1 start(Path dir, boolean login, Map<String, String> environment) {
    Path binary =
        binary()
            .orElseThrow(
                () ->
                    new IllegalStateException("no influxd on the PATH: apt-get install influxdb"));
    int port = Ports.free();
    Path data = dir.toAbsolutePath();
    try {
      Files.createDirectories(dir);
      Files.writeString(
          dir.resolve("influxdb.conf"),
          """
          reporting-disabled = true
          bind-address = "127.0.0.1:%2$d"
          [meta]
            dir = "%1$s/meta"
          [data]
            dir = "%1$s/data"
            wal-dir = "%1$s/wal"
          [http]
            bind-address = "127.0.0.1:%3$d"
            log-enabled = false
            auth-enabled = %4$s
          [continuous_queries]
            log-enabled = false
          """
              .formatted(data, Ports.free(), port, login));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    InfluxDb1 database = new InfluxDb1(dir, binary, port, environment);
    database.restart();
    return database;
  }

  public static boolean isInstalled() {
    return binary().isPresent();
  }

  private static Optional<Path> binary() {
    String named = System.getenv("HISSRV_INFLUXD1");
    return named != null ? Optional.of(Path.of(named)) : RedisServer.onPath("influxd");
  }

  @Override
  ServerProcess launch() {
    return ServerProcess.startNative(
        "influxd",
        List.of(binary.toString(), "-config", dir.resolve("influxdb.conf").toString()),
        environment,
        dir.resolve("influxd.log"));
  }

  @Override
  boolean answers() {
    return Ports.isOpen(port);
  }

  /**
   * Creates a database.
   *
   * @param name must not contain quotes
   */
  public void create(String name) {
    try {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create(
                              url()
                                  + "/query?q="
                                  + URLEncoder.encode(
                                      "CREATE DATABASE \"" + name + "\"", StandardCharsets.UTF_8)))
                      .timeout(Duration.ofMinutes(1))
                      .POST(HttpRequest.BodyPublishers.noBody())
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200 || answer.body().contains("\"error\"")) {
        throw new IllegalStateException(
            "database " + name + ": " + answer.statusCode() + " " + answer.body());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("database " + name + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Returns the database's address, {@code http://127.0.0.1:port}. */
  public String url() {
    return "http://127.0.0.1:" + port;
  }
}
