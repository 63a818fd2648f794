package com.voltageems.hissrv.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each hissrv.yml that is shipped can be used, and means the connectors that connect-configs and
 * the resources for Strimzi have; by the jar's own command.
 */
class SiteFilesIT {
  private static final Installation INSTALLATION = Installation.find();
  private static final Path DEPLOY = INSTALLATION.root().resolve("deploy");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> CONNECTORS =
      List.of("hissrv-redis-source", "hissrv-influx-sink");

  private static final Map<String, String> POSIX = Map.of("LC_ALL", "POSIX", "BUCKET", "现场");

  /** Written out by the file's defaults, and the connectors' own defaults. */
  private static final Map<String, String> DEFAULTS =
      Map.of("redis.mode", "standalone", "snapshot.interval.ms", "600000", "write.workers", "1");

  /** Settings that say where something is, whose it is, or how large the cluster is. */
  private static final Set<String> OF_THE_SITE =
      Set.of(
          "redis.uri",
          "influxdb.url",
          "influxdb.org",
          "influxdb.bucket",
          "managed.by",
          "tasks.max",
          "errors.deadletterqueue.topic.replication.factor");

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(
      strings = {"compose/site/hissrv.yml", "systemd/hissrv.yml", "kubernetes/base/hissrv.yml"})
  void file_meansTheShippedConnectors(String file) throws Exception {
    run("validate", DEPLOY.resolve(file).toString());
    run("export", "--format", "json", "-o", dir.toString(), DEPLOY.resolve(file).toString());

    for (String name : CONNECTORS) {
      JsonNode exported = JSON.readTree(dir.resolve(name + ".json").toFile());
      assertThat(settings(exported.path("config")))
          .isEqualTo(
              settings(
                  JSON.valueToTree(
                      INSTALLATION.connectorConfig(name.substring("hissrv-".length()) + ".json"))));
    }
  }

  @Test
  void resourcesForStrimzi_areWhatTheFileMeans() throws Exception {
    Path own = DEPLOY.resolve("kubernetes/base");
    run(
        "export",
        "--format",
        "strimzi",
        "-o",
        dir.toString(),
        own.resolve("hissrv.yml").toString());

    for (String name : CONNECTORS) {
      assertThat(strimzi(own.resolve("connectors.yaml"), name))
          .isEqualTo(strimzi(dir.resolve(name + ".yaml"), name));
    }
  }

  /** As under cron: the pattern became ??:*, and a variable's value six replacement characters. */
  @Test
  void lettersBeyondAscii_areKeptOrRefused_withoutALocale() throws Exception {
    Path site = dir.resolve("hissrv.yml");
    Files.writeString(site, "redis: {data_patterns: [\"现场:*\"]}\ninfluxdb: {token: \"${T:x}\"}\n");
    Path out = dir.resolve("out.txt");
    for (String command : List.of("export", "plan --offline")) {
      List<String> args = new ArrayList<>(List.of(command.split(" ")));
      args.add(site.toString());
      Process process = start(ProcessBuilder.Redirect.to(out.toFile()), args, POSIX);
      assertThat(process.waitFor()).isZero();
      assertThat(out).content().contains("现场:*");
    }

    Files.writeString(site, "influxdb: {bucket: \"${BUCKET}\", token: \"${T:x}\"}\n");
    Process process =
        start(
            ProcessBuilder.Redirect.to(out.toFile()), List.of("validate", site.toString()), POSIX);
    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(out)
        .content()
        .contains("influxdb.bucket: the environment's BUCKET has letters that Java cannot read");
  }

  /** Half an export, or half a table of settings, ended with 0. */
  @ParameterizedTest
  @ValueSource(strings = {"export", "validate", "--settings"})
  void outputToAFullDisk_isAFailure(String command) throws Exception {
    List<String> args = new ArrayList<>(List.of(command));
    if (!command.startsWith("--")) {
      args.add(DEPLOY.resolve("kubernetes/base/hissrv.yml").toString());
    }
    Process process = start(ProcessBuilder.Redirect.to(new File("/dev/full")), args);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
  }

  private void run(String... args) throws IOException, InterruptedException {
    Path out = dir.resolve("out.txt");
    Process process = start(ProcessBuilder.Redirect.to(out.toFile()), List.of(args));
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(out)).isZero();
  }

  private static Process start(ProcessBuilder.Redirect out, List<String> args) throws IOException {
    return start(out, args, Map.of());
  }

  private static Process start(
      ProcessBuilder.Redirect out, List<String> args, Map<String, String> environment)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ServerProcess.ofTests());
    command.addAll(List.of("-jar", INSTALLATION.queryServiceJar().toString()));
    command.addAll(args);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out);
    // As .env.example, hissrv.env.example and the secret have them.
    builder
        .environment()
        .putAll(
            Map.of(
                "REDIS_URI", "redis://redis:6379",
                "INFLUXDB_URL", "http://influxdb:8086",
                "INFLUXDB_TOKEN", "change-me"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Map<String, String> strimzi(Path file, String name) throws IOException {
    try (var resources =
        new YAMLMapper()
            .readerFor(JsonNode.class)
            .<JsonNode>readValues(new YAMLFactory().createParser(file.toFile()))) {
      while (resources.hasNext()) {
        JsonNode resource = resources.next();
        if (resource.at("/metadata/name").asText().equals(name)) {
          Map<String, String> config = settings(resource.at("/spec/config"));
          config.put("connector.class", resource.at("/spec/class").asText());
          config.put("apiVersion", resource.path("apiVersion").asText());
          return config;
        }
      }
    }
    throw new AssertionError("no KafkaConnector " + name + " in " + file);
  }

  /** Without what differs from site to site; the order of sources means nothing. */
  private static Map<String, String> settings(JsonNode config) {
    Map<String, String> settings = new TreeMap<>();
    config.properties().forEach(entry -> settings.put(entry.getKey(), entry.getValue().asText()));
    settings.keySet().removeAll(OF_THE_SITE);
    DEFAULTS.forEach(settings::remove);
    settings.computeIfPresent(
        "sources", (key, list) -> String.join(",", new TreeSet<>(List.of(list.split(",")))));
    assertThat(settings).isNotEmpty();
    return settings;
  }
}
