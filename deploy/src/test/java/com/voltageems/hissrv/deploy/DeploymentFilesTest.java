package com.voltageems.hissrv.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written in several places says the same in all of them, and links lead somewhere. */
class DeploymentFilesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");

  /** Settings that say where something is, or how large the cluster is. */
  private static final Set<String> OF_THE_SITE =
      Set.of(
          "redis.uri",
          "influxdb.url",
          "influxdb.org",
          "influxdb.bucket",
          "tasks.max",
          "errors.deadletterqueue.topic.replication.factor");

  @ParameterizedTest
  @CsvSource({"hissrv-redis-source,redis-source", "hissrv-influx-sink,influx-sink"})
  void connectors_areTheShippedOnes(String name, String shipped) throws IOException {
    Map<String, String> expected =
        settings(
            new ObjectMapper()
                .readTree(ROOT.resolve("connect-configs/" + shipped + ".json").toFile())
                .path("config"));
    Map<String, String> compose =
        settings(
            new ObjectMapper().readTree(Path.of("compose/connectors/" + name + ".json").toFile()));

    assertThat(compose).isEqualTo(expected);
    assertThat(strimzi(name)).isEqualTo(expected);
  }

  @Test
  void composeServices_waitForServicesThatAreThere() throws IOException {
    JsonNode services =
        new YAMLMapper().readTree(Path.of("compose/compose.yaml").toFile()).path("services");

    services
        .properties()
        .forEach(
            service -> {
              JsonNode others = service.getValue().path("depends_on");
              others.fieldNames().forEachRemaining(name -> assertThat(services.has(name)).isTrue());
              others
                  .elements()
                  .forEachRemaining(name -> assertThat(knows(services, name)).isTrue());
            });
    assertThat(services.at("/submit/depends_on").size()).isPositive();
  }

  /** A list has names where a map has conditions. */
  private static boolean knows(JsonNode services, JsonNode name) {
    return !name.isTextual() || services.has(name.asText());
  }

  @Test
  void links_leadToAFileThatIsThere() throws IOException {
    for (String folder : List.of("docs/operate", "deploy")) {
      try (Stream<Path> pages = Files.walk(ROOT.resolve(folder), 1)) {
        List<Path> found = pages.filter(page -> page.toString().endsWith(".md")).toList();
        assertThat(found).isNotEmpty();
        for (Path page : found) {
          Matcher link = LINK.matcher(Files.readString(page));
          while (link.find()) {
            assertThat(page.resolveSibling(link.group(1)))
                .as("%s: %s", page, link.group())
                .exists();
          }
        }
      }
    }
  }

  private static Map<String, String> strimzi(String name) throws IOException {
    try (var resources =
        new YAMLMapper()
            .readerFor(JsonNode.class)
            .<JsonNode>readValues(
                new YAMLFactory()
                    .createParser(Path.of("kubernetes/base/connectors.yaml").toFile()))) {
      while (resources.hasNext()) {
        JsonNode resource = resources.next();
        if (resource.at("/metadata/name").asText().equals(name)) {
          Map<String, String> config = settings(resource.at("/spec/config"));
          config.put("connector.class", resource.at("/spec/class").asText());
          return config;
        }
      }
    }
    throw new AssertionError("no KafkaConnector " + name);
  }

  private static Map<String, String> settings(JsonNode config) {
    Map<String, String> settings = new TreeMap<>();
    config.properties().forEach(entry -> settings.put(entry.getKey(), entry.getValue().asText()));
    settings.keySet().removeAll(OF_THE_SITE);
    assertThat(settings).isNotEmpty();
    return settings;
  }
}
