package com.voltageems.hissrv.quickstart;

import com.voltageems.hissrv.testkit.ConnectRest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Redis, Kafka, a worker with both plugin archives and a database, running, as a scenario sees
 * them; the connectors and the service come by hissrv.yml. Addresses differ by who asks: in
 * containers the parts know each other by names that the test does not.
 */
public interface WholeSite extends AutoCloseable {
  /** The beginning of hissrv.yml: addresses of all parts, as they know each other. */
  String addresses();

  /** Redis as the worker knows it. */
  String redisOfWorker();

  /** Redis as the test reaches it. */
  String redis();

  ConnectRest connect();

  /** A sink as somebody else would submit it here. */
  Map<String, String> theirSink();

  /** How a command ended, and all that it printed. */
  record Ended(int code, String out) {}

  /**
   * Runs the jar's command for a site.
   *
   * @param file the site's file, given as the last argument
   * @param args for example {@code apply}
   */
  Ended run(Path file, String... args) throws IOException, InterruptedException;

  /** Where the test reaches the service, once it is started. */
  String service();

  /** Starts the service by the file; once. */
  void startService(Path file) throws IOException;

  /** What the service answers to a POST from its own machine. */
  String post(String path) throws IOException, InterruptedException;

  @Override
  void close();
}
