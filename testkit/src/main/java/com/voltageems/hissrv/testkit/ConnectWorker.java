package com.voltageems.hissrv.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A real distributed Connect worker in its own JVM, with only Kafka on its class path; plugins come
 * from installable archives, unpacked to a folder on {@code plugin.path}. Calls its REST API as a
 * user would.
 */
public final class ConnectWorker extends LocalServer {
  private final ConnectRest rest;
  private final Path dir;
  private final int port;
  private final Version version;
  private final List<String> jvmOptions;

  /** The Kafka version of the worker. */
  public enum Version {
    /** The broker's version. */
    CURRENT("connect.classpath"),
    /** The last version before 4.0; needs the artifact testkit-connect-3.9 on the class path. */
    V3_9("connect-3.9.classpath");

    private final String classPath;

    Version(String classPath) {
      this.classPath = classPath;
    }
  }

  private ConnectWorker(Path dir, int port, Version version, List<String> jvmOptions) {
    super(Duration.ofMinutes(3));
    this.rest = new ConnectRest("http://127.0.0.1:" + port);
    this.dir = dir;
    this.port = port;
    this.version = version;
    this.jvmOptions = jvmOptions;
  }

  /**
   * Starts a worker with the plugins in {@code archives} (zip files), and waits until it answers.
   *
   * @param workerConfig properties that are added to the worker's own and override them;
   *     exactly-once source support is on by default
   */
  public static ConnectWorker start(
      Path dir, String bootstrapServers, List<Path> archives, Map<String, String> workerConfig) {
    return start(dir, bootstrapServers, archives, workerConfig, Version.CURRENT, List.of());
  }

  /**
   * Does the same as {@link #start(Path, String, List, Map)}, for another version.
   *
   * @param jvmOptions options that are added to those of the worker's JVM and override them
   */
  public static ConnectWorker start(
      Path dir,
      String bootstrapServers,
      List<Path> archives,
      Map<String, String> workerConfig,
      Version version,
      List<String> jvmOptions) {
    ConnectWorker worker =
        prepare(dir, bootstrapServers, archives, workerConfig, version, jvmOptions);
    worker.awaitReady();
    return worker;
  }

  /**
   * Does the same as {@link #start(Path, String, List, Map)}, but returns before the worker
   * answers: see {@link #awaitReady()}.
   */
  public static ConnectWorker prepare(
      Path dir, String bootstrapServers, List<Path> archives, Map<String, String> workerConfig) {
    return prepare(dir, bootstrapServers, archives, workerConfig, Version.CURRENT, List.of());
  }

  /**
   * Does the same as {@link #prepare(Path, String, List, Map)}, for another version, and with more
   * options of the worker's JVM.
   */
  public static ConnectWorker prepare(
      Path dir,
      String bootstrapServers,
      List<Path> archives,
      Map<String, String> workerConfig,
      Version version,
      List<String> jvmOptions) {
    int port = Ports.free();
    Path plugins = dir.resolve("plugins");
    Map<String, String> config = new TreeMap<>();
    config.put("bootstrap.servers", bootstrapServers);
    config.put("group.id", "hissrv-connect");
    config.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
    config.put("value.converter", "org.apache.kafka.connect.json.JsonConverter");
    config.put("value.converter.schemas.enable", "false");
    for (String topic : List.of("offset", "config", "status")) {
      config.put(topic + ".storage.topic", "hissrv-connect-" + topic + "s");
      config.put(topic + ".storage.replication.factor", "1");
    }
    config.put("offset.storage.partitions", "1");
    config.put("status.storage.partitions", "1");
    config.put("offset.flush.interval.ms", "1000");
    config.put("exactly.once.source.support", "enabled");
    config.put("listeners", "http://127.0.0.1:" + port);
    config.put("plugin.path", plugins.toAbsolutePath().toString());
    config.put("plugin.discovery", "service_load");
    // Lets a configuration contain ${env:INFLUXDB_TOKEN}, as connect-configs/ does.
    config.put("config.providers", "env");
    config.put(
        "config.providers.env.class",
        "org.apache.kafka.common.config.provider.EnvVarConfigProvider");
    // The group notices a killed worker after this time; the default is a minute.
    config.put("session.timeout.ms", "10000");
    config.put("heartbeat.interval.ms", "2000");
    config.put("scheduled.rebalance.max.delay.ms", "0");
    config.putAll(workerConfig);
    try {
      unpack(archives, plugins);
      StringBuilder text = new StringBuilder();
      config.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
      Files.writeString(dir.resolve("worker.properties"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ConnectWorker worker = new ConnectWorker(dir, port, version, List.copyOf(jvmOptions));
    worker.relaunch();
    return worker;
  }

  @Override
  ServerProcess launch() {
    List<String> options = new ArrayList<>(List.of("-Xms64m", "-Xmx512m", "-XX:+UseSerialGC"));
    options.addAll(jvmOptions);
    return ServerProcess.startJvm(
        "connect",
        ServerProcess.classPath(version.classPath),
        options,
        // Not a secret: QuestDB as started here takes any token.
        Map.of("INFLUXDB_TOKEN", "quickstart"),
        "org.apache.kafka.connect.cli.ConnectDistributed",
        List.of(dir.resolve("worker.properties").toString()),
        dir.resolve("connect.log"));
  }

  /** Returns whether the REST API answers. */
  @Override
  boolean answers() {
    try {
      return Ports.isOpen(port) && send("GET", "/connectors", null).status() == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /** Returns the REST API's address, {@code http://127.0.0.1:port}. */
  public String url() {
    return rest.url();
  }

  /** Returns the client of its REST API. */
  public ConnectRest rest() {
    return rest;
  }

  /** See {@link ConnectRest#send}. */
  public ConnectRest.Answer send(String method, String path, @Nullable Object body) {
    return rest.send(method, path, body);
  }

  /** See {@link ConnectRest#submit}. */
  public void submit(String name, Map<String, String> config) {
    rest.submit(name, config);
  }

  /** See {@link ConnectRest#validate}. */
  public JsonNode validate(String connectorClass, Map<String, String> config) {
    return rest.validate(connectorClass, config);
  }

  /** See {@link ConnectRest#status}. */
  public JsonNode status(String name) {
    return rest.status(name);
  }

  /** See {@link ConnectRest#isRunning}. */
  public boolean isRunning(String name, int tasks) {
    return rest.isRunning(name, tasks);
  }

  public void delete(String name) {
    rest.delete(name);
  }

  /** Unpacks plugin archives (zip files) into a folder for {@code plugin.path}. */
  public static void unpack(List<Path> archives, Path plugins) throws IOException {
    Files.createDirectories(plugins);
    for (Path archive : archives) {
      unzip(archive, plugins);
    }
  }

  private static void unzip(Path archive, Path target) throws IOException {
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = target.resolve(entry.getName()).normalize();
        if (!file.startsWith(target)) {
          throw new IOException(archive + ": entry " + entry.getName() + " leaves the folder");
        }
        if (entry.isDirectory()) {
          Files.createDirectories(file);
        } else {
          Files.createDirectories(file.getParent());
          Files.copy(zip, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
