package com.voltageems.hissrv.quickstart.site;

import com.voltageems.hissrv.quickstart.HistorySystem;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The query service as a user runs it, in a JVM of its own. */
public final class QueryService {
  private static final Duration LIMIT = Duration.ofMinutes(4);

  private QueryService() {}

  /**
   * Settings for the shipped connectors and QuestDB, with everything looked at each second.
   *
   * @param kafka the brokers' addresses, separated by commas
   * @param connect the workers' addresses, separated by commas
   * @param stuckAfter how long something may stand still before it is told
   */
  public static String settings(
      int port, QuestDb database, String kafka, String connect, Duration stuckAfter) {
    return """
    http.port: %d
    store.type: questdb
    store.questdb.url: %s
    kafka.bootstrap.servers: %s
    connect.url: %s
    connect.source: %s
    connect.sink: %s
    connect.commit.interval: 1s
    stuck.after.ms: %d
    health.interval: 1s
    """
        .formatted(
            port,
            database.jdbcUrl(),
            kafka,
            connect,
            HistorySystem.SOURCE,
            HistorySystem.SINK,
            stuckAfter.toMillis());
  }

  /**
   * Starts it, and waits until it listens.
   *
   * @param config its settings; its log lies beside them
   * @param port that of the settings
   */
  public static ServerProcess start(Installation installation, Path config, int port) {
    ServerProcess service =
        ServerProcess.startJvm(
            "query-service",
            installation.queryServiceJar().toString(),
            List.of("-Xms32m", "-Xmx256m", "-XX:+UseSerialGC"),
            Map.of(),
            "com.voltageems.hissrv.query.Main",
            List.of("--config", config.toString()),
            config.resolveSibling("query-service.log"));
    service.awaitReady(LIMIT, () -> Ports.isOpen(port));
    return service;
  }
}
