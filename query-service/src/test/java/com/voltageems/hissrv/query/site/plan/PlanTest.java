package com.voltageems.hissrv.query.site.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.ConnectorSpec;
import com.voltageems.hissrv.query.site.compile.Entry;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.sync.RedisTarget;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {
  private static Compiled site(Map<String, String> source) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    new TreeMap<>(source).forEach((name, value) -> entries.put(name, new Entry(value, null)));
    entries.put(ConnectorSpec.MARK, new Entry("hissrv.yml:s", null));
    return new Compiled(
        "s",
        List.of(new ConnectorSpec("source", "s-source", entries)),
        Map.of(),
        new Compiled.Target(List.of("http://c:8083"), "", "", "info"),
        new RedisTarget(
            RedisTarget.Mode.STANDALONE,
            List.of("r:6379"),
            Optional.empty(),
            "",
            "",
            "",
            "",
            "",
            "c"),
        List.of(),
        StoragePlan.NONE,
        List.of());
  }

  private static final Map<String, String> WANTED =
      Map.of(
          "connector.class", "a.B",
          "tasks.max", "2",
          "redis.uri", "redis://r:6379",
          "redis.password", "s3cret");

  private static Map<String, String> running(String... pairs) {
    Map<String, String> config = new TreeMap<>(site(WANTED).connectors().get(0).config());
    config.put("name", "s-source");
    for (int i = 0; i < pairs.length; i += 2) {
      config.put(pairs[i], pairs[i + 1]);
    }
    return config;
  }

  @Test
  void nothingRuns_isCreatedWithSecretsHidden() {
    Plan plan = Plan.of(site(WANTED), Map.of(), false);

    assertThat(plan.isEmpty()).isFalse();
    assertThat(plan.lines())
        .containsExactly(
            "+ s-source: create",
            "    + connector.class = a.B",
            "    + managed.by = hissrv.yml:s",
            "    + redis.password = (hidden)",
            "    + redis.uri = redis://r:6379",
            "    + tasks.max = 2");
  }

  @Test
  void sameRuns_isNoChange() {
    Plan plan = Plan.of(site(WANTED), Map.of("s-source", running()), false);

    assertThat(plan.isEmpty()).isTrue();
    assertThat(plan.lines()).containsExactly("  s-source: no change");
  }

  @Test
  void otherSettings_areShownBeforeAndAfter() {
    Map<String, String> before = running("tasks.max", "1", "redis.password", "0ld", "old", "x");

    assertThat(Plan.of(site(WANTED), Map.of("s-source", before), false).lines())
        .containsExactly(
            "~ s-source: change",
            "    - old = x",
            "    ~ redis.password = (hidden) -> (hidden)",
            "    ~ tasks.max = 1 -> 2");
  }

  @Test
  void ownConnectorNoLongerNamed_isRemoved_othersAreNot() {
    Map<String, Map<String, String>> running =
        Map.of(
            "s-source", running(),
            "s-old", Map.of(ConnectorSpec.MARK, "hissrv.yml:s"),
            "t-source", Map.of(ConnectorSpec.MARK, "hissrv.yml:t"),
            "debezium", Map.of());

    assertThat(Plan.of(site(WANTED), running, false).lines())
        .containsExactly("- s-old: remove; the file no longer names it", "  s-source: no change");
  }

  @Test
  void connectorOfSomebodyElse_isNotTouchedUnlessAdopted() {
    Map<String, String> foreign = running();
    foreign.remove(ConnectorSpec.MARK);

    assertThat(Plan.of(site(WANTED), Map.of("s-source", foreign), false).of(Change.Kind.FOREIGN))
        .hasSize(1);
    assertThat(Plan.of(site(WANTED), Map.of("s-source", foreign), true).lines())
        .containsExactly("~ s-source: change", "    + managed.by = hissrv.yml:s");
  }

  @Test
  void masking_hidesSecretsAndShowsWhereTheyAreLookedUp() {
    assertThat(Masking.shown("influxdb.token", "abc")).isEqualTo("(hidden)");
    assertThat(Masking.shown("influxdb.token", "${env:T}")).isEqualTo("${env:T}");
    assertThat(Masking.shown("influxdb.token", "x${env:T}")).isEqualTo("(hidden)");
    assertThat(Masking.shown("redis.uri", "redis://u:p@h:1")).isEqualTo("redis://(hidden)@h:1");
    assertThat(Masking.shown("kafka.properties.sasl.jaas.config", "x")).isEqualTo("(hidden)");
    assertThat(Masking.shown("topic.prefix", "hissrv.")).isEqualTo("hissrv.");
  }

  @Test
  void export_isWhatOtherToolsTake() throws Exception {
    Map<String, String> json = Export.json(site(WANTED));
    JsonNode connector = new ObjectMapper().readTree(json.get("s-source.json"));
    assertThat(connector.path("name").asText()).isEqualTo("s-source");
    assertThat(connector.path("config").path("tasks.max").asText()).isEqualTo("2");

    JsonNode resource =
        new YAMLMapper()
            .readTree(
                Export.strimzi(site(WANTED), "my-connect", "kafka.strimzi.io/v1")
                    .get("s-source.yaml"));
    assertThat(resource.path("kind").asText()).isEqualTo("KafkaConnector");
    assertThat(resource.path("metadata").path("labels").path("strimzi.io/cluster").asText())
        .isEqualTo("my-connect");
    assertThat(resource.path("spec").path("class").asText()).isEqualTo("a.B");
    assertThat(resource.path("spec").path("tasksMax").isInt()).isTrue();
    assertThat(resource.path("spec").path("config").has("tasks.max")).isFalse();
    assertThat(resource.path("spec").path("config").path("redis.uri").asText())
        .isEqualTo("redis://r:6379");
  }

  /** Readers of YAML 1.1 and 1.2 differ in which texts are something else without quotes. */
  @ParameterizedTest
  @ValueSource(strings = {"0X1F", "0o17", "1e3_", "<<", "=", "12:30", "no", "2026-01-01", "~", "x"})
  void exportForStrimzi_keepsEachTextAText(String value) {
    assertThat(
            Export.strimzi(site(Map.of("connector.class", "a.B", "v", value)), "c", "v1")
                .get("s-source.yaml"))
        .contains("    v: \"" + value + "\"\n")
        .contains("  tasksMax: 1\n");
  }
}
