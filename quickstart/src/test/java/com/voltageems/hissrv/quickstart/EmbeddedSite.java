package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.testkit.ConnectRest;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** On processes of this machine, with QuestDB; runs wherever the build does. */
final class EmbeddedSite implements WholeSite {
  private static final Map<String, String> ENVIRONMENT = Map.of("INFLUXDB_TOKEN", "quickstart");

  private final Installation installation;
  private final Path dir;
  private final HistorySystem system;
  private final int port = Ports.free();
  private @Nullable ServerProcess service;

  EmbeddedSite(Installation installation, Path dir) {
    this.installation = installation;
    this.dir = dir;
    this.system =
        new HistorySystem(installation, dir.resolve("system"), Ports.free(), false, line -> {});
  }

  @Override
  public String addresses() {
    return """
    redis:
      url: %s
    questdb:
      url: %s
      jdbc_url: %s
    kafka:
      bootstrap_servers: %s
    api:
      port: %d
    connect:
      url: ["http://127.0.0.1:1", "%s"]
    """
        .formatted(
            system.redis().uri(),
            system.questDb().url(),
            system.questDb().jdbcUrl(),
            system.kafka().bootstrapServers(),
            port,
            system.worker().url());
  }

  @Override
  public String redisOfWorker() {
    return system.redis().uri();
  }

  @Override
  public String redis() {
    return system.redis().uri();
  }

  @Override
  public ConnectRest connect() {
    return system.worker().rest();
  }

  @Override
  public Map<String, String> theirSink() {
    return system.sinkConfig();
  }

  @Override
  public Ended run(Path file, String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ServerProcess.ofTests());
    command.addAll(List.of("-Xmx128m", "-jar", installation.queryServiceJar().toString()));
    command.addAll(List.of(args));
    command.add(file.toString());
    Path log = Files.createTempFile(dir, "run", ".log");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(ENVIRONMENT);
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("ended").isTrue();
    return new Ended(process.exitValue(), Files.readString(log));
  }

  @Override
  public String service() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public void startService(Path file) {
    service =
        ServerProcess.startJvm(
            "query-service",
            installation.queryServiceJar().toString(),
            List.of("-Xmx256m", "-XX:+UseSerialGC"),
            ENVIRONMENT,
            "com.voltageems.hissrv.query.Main",
            List.of("--config", file.toString()),
            dir.resolve("service.log"));
    service.awaitReady(Duration.ofMinutes(3), () -> Ports.isOpen(port));
  }

  @Override
  public String post(String path) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(service() + path))
                .timeout(Duration.ofSeconds(90))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Override
  public void close() {
    if (service != null) {
      service.close();
    }
    system.close();
  }
}
