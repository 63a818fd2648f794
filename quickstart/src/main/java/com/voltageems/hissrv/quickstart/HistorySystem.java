package com.voltageems.hissrv.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.Server;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The whole of hissrv on loopback ports: Redis, a broker, a Connect worker with the two plugin
 * archives, a database (QuestDB unless another one is given) and the query service. Each runs in
 * its own process, so that a caller can kill it or read its CPU time. Closing the system ends them
 * all.
 */
public final class HistorySystem implements AutoCloseable {
  /** Names of the submitted connectors, as in {@code connect-configs/}. */
  public static final String SOURCE = "hissrv-redis-source";

  public static final String SINK = "hissrv-influx-sink";
  public static final String DEAD_LETTERS = "hissrv-dead-letters";

  private final Installation installation;
  private final Path dir;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final RedisServer redis;
  private final KafkaBroker kafka;
  private final HistoryDatabase database;
  private final ConnectWorker worker;
  private final ServerProcess queryService;
  private final int httpPort;
  private final boolean persistent;

  /**
   * Starts every part; does not submit the connectors yet.
   *
   * @param dir folder for everything that the parts write
   * @param httpPort port of the query service
   * @param persistent whether the data must outlive the processes: Redis keeps an append-only file,
   *     and at the end each part gets time to write its data to disk
   * @param progress receives one line for each part as soon as it answers
   * @throws IllegalStateException naming the part that did not start, with the end of its log
   */
  public HistorySystem(
      Installation installation,
      Path dir,
      int httpPort,
      boolean persistent,
      Consumer<String> progress) {
    this(installation, dir, httpPort, persistent, HistoryDatabase::questDb, "", progress);
  }

  /**
   * Does the same as {@link #HistorySystem(Installation, Path, int, boolean, Consumer)}.
   *
   * @param start of the database, given the folder of all parts
   * @param more sections of hissrv.yml besides the addresses, the service and the catalogue
   */
  public HistorySystem(
      Installation installation,
      Path dir,
      int httpPort,
      boolean persistent,
      Function<Path, HistoryDatabase> start,
      String more,
      Consumer<String> progress) {
    this.installation = installation;
    this.dir = dir;
    this.httpPort = httpPort;
    this.persistent = persistent;
    List<Path> plugins = List.of(installation.sourceArchive(), installation.sinkArchive());
    try {
      redis =
          part(
              RedisServer.start(
                  dir.resolve("redis"),
                  persistent
                      ? new String[] {"--appendonly", "yes", "--appendfsync", "always"}
                      : new String[0]));
      progress.accept("Redis           " + redis.uri());
      database = start.apply(dir);
      part(database.server());
      kafka = part(KafkaBroker.start(dir.resolve("kafka")));
      progress.accept("Kafka           " + kafka.bootstrapServers());
      worker =
          part(
              ConnectWorker.prepare(
                  dir.resolve("connect"),
                  kafka.bootstrapServers(),
                  plugins,
                  // The sink notices a new topic within this time.
                  Map.of("consumer.metadata.max.age.ms", "5000")));
      database.server().awaitReady();
      progress.accept("%-16s%s".formatted(database.name(), database.url()));
      queryService = part(startQueryService(more));
      worker.awaitReady();
      progress.accept("Kafka Connect   " + worker.url());
      queryService.awaitReady(Duration.ofMinutes(3), () -> Ports.isOpen(httpPort));
      progress.accept("query-service   " + url());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private <T extends AutoCloseable> T part(T part) {
    parts.push(part);
    return part;
  }

  private static void kill(AutoCloseable part) {
    if (part instanceof Server server) {
      server.kill();
    } else if (part instanceof ServerProcess process) {
      process.kill();
    }
  }

  private ServerProcess startQueryService(String more) {
    Path config = dir.resolve("hissrv.yml");
    try {
      Files.writeString(
          config,
          """
          redis:
            url: %s
          %skafka:
            bootstrap_servers: %s
            dead_letter_topic: %s
          connect:
            url: %s
            source: %s
            sink: %s
          api:
            host: 127.0.0.1
            port: %d
          advanced:
            service:
              # As the worker's offset.flush.interval.ms.
              connect.commit.interval: 1s
          """
                  .formatted(
                      redis.uri(),
                      database.site(),
                      kafka.bootstrapServers(),
                      DEAD_LETTERS,
                      worker.url(),
                      SOURCE,
                      SINK,
                      httpPort)
              + installation.catalogue()
              + more);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ServerProcess.startJvm(
        "query-service",
        installation.queryServiceJar().toString(),
        List.of(
            "-Xms32m",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "--add-opens=java.base/java.nio=ALL-UNNAMED"),
        Map.of(),
        "com.voltageems.hissrv.query.Main",
        List.of("--config", config.toString()),
        dir.resolve("query-service.log"));
  }

  /**
   * Submits {@code connect-configs/*.json} with the addresses of these servers.
   *
   * @param windows names of windows, shortest first, such as {@code 5s,15s}
   */
  public void submitConnectors(List<String> windows, Map<String, String> sourceOverrides) {
    worker.submit(SINK, sinkConfig());
    Map<String, String> source = sourceConfig(windows);
    source.putAll(sourceOverrides);
    worker.submit(SOURCE, source);
  }

  /** Returns the sink's configuration with this database's address. */
  public Map<String, String> sinkConfig() {
    Map<String, String> config = installation.connectorConfig(database.sinkFile());
    config.putAll(database.sink());
    return config;
  }

  /**
   * Returns the source's configuration with this Redis's address and one archive for each window.
   */
  public Map<String, String> sourceConfig(List<String> windows) {
    Map<String, String> config = installation.connectorConfig("redis-source.json");
    config.put("redis.uri", redis.uri());
    config.put("poll.interval.ms", "500");
    config.keySet().removeIf(key -> key.startsWith("sources.archive"));
    List<String> sources = new ArrayList<>(List.of("live", "pending"));
    for (String window : windows) {
      String alias = "archive" + window;
      sources.add(alias);
      config.put("sources." + alias + ".type", "archive");
      config.put("sources." + alias + ".window", window);
    }
    config.put("sources", String.join(",", sources));
    config.put("aggregation.windows", String.join(",", windows));
    return config;
  }

  /**
   * Returns the first part that does not run, with the reason: a process that ended, or a connector
   * or task in state FAILED. Empty if everything runs.
   */
  public Optional<String> fault() {
    for (Map.Entry<String, ServerProcess> entry : processes().entrySet()) {
      if (!entry.getValue().isAlive()) {
        return Optional.of(
            entry.getKey() + " ended; the last lines of its log:\n" + entry.getValue().tail());
      }
    }
    for (String connector : List.of(SOURCE, SINK)) {
      JsonNode status;
      try {
        status = worker.status(connector);
      } catch (UncheckedIOException e) {
        return Optional.of("Kafka Connect does not answer: " + e.getMessage());
      }
      for (JsonNode state : status.findParents("state")) {
        if ("FAILED".equals(state.path("state").asText())) {
          return Optional.of(
              connector
                  + " failed: "
                  + state.path("trace").asText().lines().findFirst().orElse(""));
        }
      }
    }
    return Optional.empty();
  }

  /** Returns the state of each connector and the number of rows that have arrived, for messages. */
  String whereItStands() {
    return "source %s, sink %s, rows in telemetry %d; logs in %s"
        .formatted(
            worker.status(SOURCE).path("tasks"),
            worker.status(SINK).path("tasks"),
            questDb().rows("telemetry"),
            dir);
  }

  /** Returns every part's process by name. */
  public Map<String, ServerProcess> processes() {
    Map<String, ServerProcess> processes = new LinkedHashMap<>();
    processes.put("redis", redis.process());
    processes.put("kafka", kafka.process());
    processes.put("connect", worker.process());
    processes.put(database.server().process().name(), database.server().process());
    processes.put("query-service", queryService);
    return processes;
  }

  public RedisServer redis() {
    return redis;
  }

  public KafkaBroker kafka() {
    return kafka;
  }

  public Server database() {
    return database.server();
  }

  /**
   * The database.
   *
   * @throws IllegalStateException where it is another one
   */
  public QuestDb questDb() {
    if (database.server() instanceof QuestDb questDb) {
      return questDb;
    }
    throw new IllegalStateException("the database is " + database.name());
  }

  public ConnectWorker worker() {
    return worker;
  }

  /** Returns the query service's address, {@code http://127.0.0.1:port}. */
  public String url() {
    return "http://127.0.0.1:" + httpPort;
  }

  /**
   * Ends all parts at once by killing them; if the system is persistent, asks them to end first and
   * kills them after some seconds.
   */
  @Override
  public void close() {
    if (!persistent) {
      parts.forEach(HistorySystem::kill);
    }
    List<Thread> closers = new ArrayList<>();
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      Thread closer = new Thread(() -> Closer.closeQuietly(part), "close-" + parts.size());
      closer.start();
      closers.add(closer);
    }
    for (Thread closer : closers) {
      try {
        closer.join(8000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
