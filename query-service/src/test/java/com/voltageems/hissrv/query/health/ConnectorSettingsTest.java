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
    telling("{\"status.topic\":\"st\",\"topic.prefix\":\"site.\"}");
    assertThat(settings.sourcePrefix()).isEqualTo("site.");
    telling("{\"status.topic\":\"st\",\"topic.prefix\":\"${env:P}\"}");
    assertThat(settings.sourcePrefix()).isEmpty();
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
