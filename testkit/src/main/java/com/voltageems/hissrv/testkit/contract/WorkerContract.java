package com.voltageems.hissrv.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.testkit.ConnectRest;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests of the behaviour that both plugins share inside a real worker that allows no client
 * overrides.
 */
public abstract class WorkerContract {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path dir;
  private KafkaBroker broker;
  private ConnectWorker worker;

  /** Returns the name of the plugin's file in connect-configs. */
  protected abstract String shippedFile();

  /** Returns what to change in the file, so that the plugin finds its server. */
  protected abstract Map<String, String> addresses();

  /** Returns further files in connect-configs, each with what to change in it. */
  protected Map<String, Map<String, String>> furtherFiles() {
    return Map.of();
  }

  /** Returns the same as {@link ConnectorContract#secrets()}. */
  protected abstract Map<String, String> secrets();

  @BeforeEach
  void startWorker() {
    broker = KafkaBroker.start(dir.resolve("kafka"));
    worker =
        ConnectWorker.start(
            dir.resolve("connect"),
            broker.bootstrapServers(),
            List.of(archive()),
            Map.of("connector.client.config.override.policy", "None"));
  }

  @AfterEach
  void stopWorker() {
    worker.close();
    broker.close();
  }

  private Path archive() {
    Path target = Path.of("target");
    try (Stream<Path> files = Files.list(target)) {
      return files
          .filter(file -> file.getFileName().toString().matches("voltageems-.*\\.zip"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("no archive in " + target));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, String> shipped() throws IOException {
    return shipped(shippedFile(), addresses());
  }

  private static Map<String, String> shipped(String file, Map<String, String> addresses)
      throws IOException {
    Map<String, String> config = new HashMap<>();
    JSON.readTree(Path.of("..", "connect-configs", file).toFile())
        .path("config")
        .properties()
        .forEach(entry -> config.put(entry.getKey(), entry.getValue().asText()));
    config.putAll(addresses);
    return config;
  }

  private static String plugin(Map<String, String> config) {
    return Objects.requireNonNull(config.get("connector.class"));
  }

  @Test
  void strictWorker() throws IOException {
    shippedConfiguration_runsWithoutOverrides();
    everySettingThatTheWorkerKnows_passes();
    secret_isNeitherAnsweredNorLogged();
    converterThatLoses_isRefused();
    offsetsOfAStoppedConnector_areForgotten();
  }

  /**
   * Returns the converters that the plugin refuses, by setting; those settings belong to the
   * worker.
   */
  protected Map<String, String> refusedConverters() {
    return Map.of("value.converter", "org.apache.kafka.connect.storage.StringConverter");
  }

  private void converterThatLoses_isRefused() throws IOException {
    for (Map.Entry<String, String> converter : refusedConverters().entrySet()) {
      Map<String, String> config = shipped();
      config.put(converter.getKey(), converter.getValue());
      ConnectRest.Answer refused = worker.send("PUT", "/connectors/lossy/config", config);
      assertThat(refused.status()).as(refused.body().toString()).isEqualTo(400);
      assertThat(refused.body().toString())
          .contains(converter.getKey() + ": " + converter.getValue());
    }
  }

  // field case O7
  private void shippedConfiguration_runsWithoutOverrides() throws IOException {
    worker.submit("shipped", shipped());
    await().atMost(Duration.ofMinutes(3)).until(() -> worker.isRunning("shipped", 1));
    for (Map.Entry<String, Map<String, String>> file : furtherFiles().entrySet()) {
      String name = file.getKey().replace(".json", "");
      worker.submit(name, shipped(file.getKey(), file.getValue()));
      await().atMost(Duration.ofMinutes(3)).until(() -> worker.isRunning(name, 1));
      worker.delete(name);
    }
  }

  private void everySettingThatTheWorkerKnows_passes() throws IOException {
    Map<String, String> config = shipped();
    config.put("name", "all");
    JsonNode first = worker.validate(plugin(config), config);
    for (JsonNode each : first.path("configs")) {
      String name = each.path("definition").path("name").asText();
      config.putIfAbsent(name, each.path("definition").path("default_value").asText(""));
    }
    for (JsonNode each : worker.validate(plugin(config), config).path("configs")) {
      assertThat(each.path("value").path("errors").toString()).doesNotContain("unknown setting");
    }
  }

  // field case O5
  private void secret_isNeitherAnsweredNorLogged() throws IOException {
    for (Map.Entry<String, String> secret : secrets().entrySet()) {
      Map<String, String> config = shipped();
      config.put(secret.getKey(), secret.getValue());
      ConnectRest.Answer refused = worker.send("PUT", "/connectors/secret/config", config);
      assertThat(refused.status()).as(secret.getKey()).isEqualTo(400);
      assertThat(refused.body().toString()).contains(secret.getKey()).doesNotContain("S3CRET");
      config.put("name", "secret");
      assertThat(worker.validate(plugin(config), config).toString()).doesNotContain("S3CRET");
    }
    assertThat(Files.readString(dir.resolve("connect").resolve("connect.log")))
        .doesNotContain("S3CRET");
  }

  /**
   * Connect holds all offsets itself, so its answer must not say that there may be others
   * elsewhere.
   */
  private void offsetsOfAStoppedConnector_areForgotten() {
    String connector = "/connectors/shipped";
    assertThat(worker.send("PUT", connector + "/stop", null).status()).isEqualTo(204);
    await()
        .atMost(Duration.ofMinutes(3))
        .untilAsserted(
            () -> {
              ConnectRest.Answer forgotten = worker.send("DELETE", connector + "/offsets", null);
              assertThat(forgotten.status()).as(forgotten.body().toString()).isEqualTo(200);
              assertThat(forgotten.body().path("message").asText())
                  .isEqualTo("The offsets for this connector have been reset successfully");
            });
    assertThat(worker.send("PUT", connector + "/resume", null).status()).isEqualTo(202);
    await().atMost(Duration.ofMinutes(3)).until(() -> worker.isRunning("shipped", 1));
  }
}
