package com.voltageems.hissrv.query.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the connectors' settings say of the topics, by scripted answers of Connect. */
class ConnectorSettingsTest {
  private static final String SOURCE = "/connectors/s+1/config".replace("+", "%20");
  private static final String SINK = "/connectors/k/config";
  private static final String PLUGIN = "/connector-plugins/x.Source/config";

  private final Map<String, String> answers = new HashMap<>();
  private final ConnectorSettings settings = new ConnectorSettings();

  private void read() throws InterruptedException {
    settings.read(
        path -> {
          String answer = answers.get(path);
          if ("away".equals(answer)) {
            throw new IOException(answer);
          }
          return answer == null ? null : new ObjectMapper().readTree(answer);
        },
        "s 1",
        "k");
  }

  private Telling telling(String config) throws InterruptedException {
    answers.put(SOURCE, config);
    read();
    return settings.telling();
  }

  /** Of all sinks that write where the site's does; the others are named, with the reason. */
  @Test
  void deadLetterTopics_areThoseOfAllSinksOfThatDatabase() throws Exception {
    assertThat(settings.deadLetters()).isEqualTo(DeadLetterTopics.UNKNOWN);
    String sink = "com.voltageems.hissrv.influx.sink.InfluxSinkConnector";
    answers.put(
        "/connectors?expand=info",
        "{"
            + String.join(
                ",",
                one("k", sink, "http://db:8086", "dead"),
                one("other", "InfluxSink", "http://db:8086/", "dead.other"),
                one("bare", "InfluxSinkConnector", "http://db:8086", ""),
                one("hidden", sink, "http://db:8086", "${env:DEAD}"),
                one("elsewhere", sink, "http://db2:8086", "dead.two"),
                one("s 1", "x.Source", "http://db:8086", "none"))
            + "}");
    settings.readSinks(path -> new ObjectMapper().readTree(answers.get(path)), "k");
    DeadLetterTopics found = settings.deadLetters();
    assertThat(found.topics()).isEqualTo(Map.of("k", "dead", "other", "dead.other"));
    assertThat(found.uncounted())
        .isEqualTo(
            Map.of(
                "bare", "it has no dead-letter topic (errors.deadletterqueue.topic.name)",
                "hidden",
                    "its worker alone knows its errors.deadletterqueue.topic.name, a reference",
                "elsewhere", "it writes elsewhere: its influxdb.url is not that of k"));

    // A site without a sink of its own; a Connect that is away, and one that knows no "expand".
    settings.readSinks(path -> new ObjectMapper().readTree(answers.get(path)), "");
    assertThat(settings.deadLetters().topics()).containsKeys("elsewhere", "k");
    DeadLetterTopics before = settings.deadLetters();
    settings.readSinks(
        path -> {
          throw new IOException("away");
        },
        "k");
    settings.readSinks(path -> new ObjectMapper().readTree("[\"k\"]"), "k");
    assertThat(settings.deadLetters()).isEqualTo(before);
  }

  private static String one(String name, String type, String url, String dead) {
    return """
        "%s":{"info":{"name":"%s","config":{"connector.class":"%s","influxdb.url":"%s",
        "influxdb.bucket":"ems","errors.deadletterqueue.topic.name":"%s"}}}"""
        .formatted(name, name, type, url, dead);
  }

  @Test
  void source_tellsByItsSettingOrByItsPluginsDefault() throws Exception {
    assertThat(telling("{\"status.topic\":\"st\"}")).isEqualTo(Telling.on("st"));
    assertThat(telling("{\"status.topic\":\"\"}")).isEqualTo(Telling.OFF);
    assertThat(telling("{\"status.topic\":\"${env:T}\"}")).isEqualTo(Telling.UNKNOWN);

    answers.put(PLUGIN, "[{\"name\":\"a\"}]");
    assertThat(telling("{\"connector.class\":\"x.Source\"}")).isEqualTo(Telling.OLDER);
    answers.put(PLUGIN, "[{\"name\":\"status.topic\",\"default_value\":\"hissrv-status\"}]");
    assertThat(telling("{\"connector.class\":\"x.Source\"}"))
        .isEqualTo(Telling.on("hissrv-status"));

    // Connect is away: what was known stays, until the connector is gone.
    answers.put(SOURCE, "away");
    read();
    assertThat(settings.telling()).isEqualTo(Telling.on("hissrv-status"));
    settings.read(path -> null, null, null);
    assertThat(settings.telling()).isEqualTo(Telling.ABSENT);
    assertThat(settings.sinkTopics()).isEqualTo(SinkTopics.ABSENT);
    read();
    assertThat(settings.telling()).isEqualTo(Telling.UNKNOWN);
    assertThat(settings.sinkTopics()).isEqualTo(SinkTopics.UNKNOWN);
  }

  @Test
  void source_namesWhatItsTopicsBeginWith() throws Exception {
    assertThat(settings.sourcePrefix()).isEmpty();
    telling("{\"status.topic\":\"st\"}");
    assertThat(settings.sourcePrefix()).isEqualTo("hissrv.");
    assertThat(settings.sourceTopics()).isEmpty();
    telling("{\"status.topic\":\"st\",\"topic.prefix\":\"site.\",\"sources\":\"live, pending\"}");
    assertThat(settings.sourcePrefix()).isEqualTo("site.");
    assertThat(settings.sourceTopics()).containsExactlyInAnyOrder("site.live", "site.pending");
    telling("{\"status.topic\":\"st\",\"topic.prefix\":\"${env:P}\",\"sources\":\"live\"}");
    assertThat(settings.sourcePrefix()).isEmpty();
    assertThat(settings.sourceTopics()).isEmpty();
  }

  @Test
  void sink_namesItsTopics() throws Exception {
    answers.put(SINK, "{\"topics\":\"a, b,\"}");
    read();
    assertThat(settings.sinkTopics()).isEqualTo(new SinkTopics(true, List.of("a", "b"), ""));
    answers.put(SINK, "{\"topics.regex\":\"a.*\"}");
    read();
    assertThat(settings.sinkTopics()).isEqualTo(new SinkTopics(true, List.of(), "a.*"));
    String refresh = ",\"consumer.override.metadata.max.age.ms\":";
    answers.put(SINK, "{\"topics\":\"a\"" + refresh + "\"30000\"}");
    read();
    assertThat(settings.sinkTopics().refresh()).isEqualTo(Duration.ofSeconds(30));
    answers.put(SINK, "{\"topics\":\"a\"" + refresh + "\"${env:AGE}\"}");
    read();
    assertThat(settings.sinkTopics().refresh()).isEqualTo(Duration.ofMinutes(5));
    answers.put(SINK, "{\"topics\":\"${file:x:y}\"}");
    read();
    assertThat(settings.sinkTopics()).isEqualTo(SinkTopics.UNKNOWN);
  }
}
