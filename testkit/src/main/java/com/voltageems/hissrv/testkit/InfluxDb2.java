package com.voltageems.hissrv.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A real InfluxDB 2.x for one test, which may kill it; runs the program that {@code
 * HISSRV_INFLUXD2} names. Organisation {@link #ORG}, bucket {@link #BUCKET}, token {@link #TOKEN}.
 */
public final class InfluxDb2 extends LocalServer {
  public static final String ORG = "voltage";
  public static final String BUCKET = "ems";

  /** Not a secret: the database listens on loopback, and its data are thrown away. */
  public static final String TOKEN = "test-token";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final Path dir;
  private final Path binary;
  private final int port;

  private InfluxDb2(Path dir, Path binary, int port) {
    super(Duration.ofMinutes(3));
    this.dir = dir;
    this.binary = binary;
    this.port = port;
  }

  /** Returns whether the environment names a program. */
  public static boolean isInstalled() {
    return binary().isPresent();
  }

  private static Optional<Path> binary() {
    return Optional.ofNullable(System.getenv("HISSRV_INFLUXD2")).map(Path::of);
  }

  /** Starts the database on a free port and sets it up; data in {@code dir}. */
  public static InfluxDb2 start(Path dir) {
    Path binary =
        binary()
            .orElseThrow(() -> new IllegalStateException("HISSRV_INFLUXD2 names no InfluxDB 2"));
    InfluxDb2 database = new InfluxDb2(dir, binary, Ports.free());
    database.restart();
    database.send(
        "POST",
        "/api/v2/setup",
        Map.of(
            "username",
            "admin",
            "password",
            "test-password",
            "org",
            ORG,
            "bucket",
            BUCKET,
            "retentionPeriodSeconds",
            0,
            "token",
            TOKEN));
    return database;
  }

  @Override
  ServerProcess launch() {
    Path data = dir.toAbsolutePath();
    return ServerProcess.startNative(
        "influxd2",
        List.of(
            binary.toString(),
            "--http-bind-address=127.0.0.1:" + port,
            "--bolt-path=" + data.resolve("influxd.bolt"),
            "--sqlite-path=" + data.resolve("influxd.sqlite"),
            "--engine-path=" + data.resolve("engine"),
            "--reporting-disabled"),
        Map.of("INFLUXD_CONFIG_PATH", data.resolve("none").toString()),
        dir.resolve("influxd2.log"));
  }

  @Override
  boolean answers() {
    try {
      return Ports.isOpen(port)
          && send("GET", "/health", null).path("status").asText().equals("pass");
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /** Returns the database's address, {@code http://127.0.0.1:port}. */
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  private JsonNode send(String method, String path, @Nullable Object body) {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(url() + path))
                  .timeout(Duration.ofMinutes(1))
                  .method(
                      method,
                      body == null
                          ? HttpRequest.BodyPublishers.noBody()
                          : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() >= 300) {
        throw new IllegalStateException(path + ": " + answer.statusCode() + " " + answer.body());
      }
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
