package com.voltageems.hissrv.quickstart;

import com.voltageems.hissrv.testkit.Ports;
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
