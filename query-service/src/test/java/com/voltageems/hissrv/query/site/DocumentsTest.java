package com.voltageems.hissrv.query.site;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.voltageems.hissrv.query.site.key.JsonSchema;
import com.voltageems.hissrv.query.site.key.KeyTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The schema and the table are those of the declared keys; {@code -Dhissrv.update.docs=true} writes
 * them.
 */
class DocumentsTest {
  private static final Path SCHEMA = Path.of("../docs/hissrv.schema.json");
  private static final Path PAGE = Path.of("../docs/hissrv-yml.md");
  private static final String BEGIN = "<!-- keys: generated, see DocumentsTest -->\n";
  private static final String END = "<!-- end of keys -->\n";
  private static final YAMLMapper YAML = new YAMLMapper();

  private static Set<ValidationMessage> problems(String yaml) throws IOException {
    JsonNode tree = YAML.readTree(yaml);
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(Files.readString(SCHEMA))
        .validate(tree);
  }

  @Test
  void schema_isThatOfTheKeys() throws IOException {
    if (Boolean.getBoolean("hissrv.update.docs")) {
      Files.writeString(SCHEMA, JsonSchema.text());
    }
    assertThat(SCHEMA).hasContent(JsonSchema.text());
  }

  @Test
  void page_hasTheTableOfTheKeys() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END);
    assertThat(begin).isGreaterThan(BEGIN.length());
    String table = "\n" + KeyTable.text();
    if (Boolean.getBoolean("hissrv.update.docs")) {
      page = page.substring(0, begin) + table + page.substring(end);
      Files.writeString(PAGE, page);
      end = page.indexOf(END);
    }
    assertThat(page.substring(begin, end)).isEqualTo(table);
  }

  @Test
  void schema_takesTheSeedsFragments() throws IOException {
    try (var files = Files.list(SeedFragmentsTest.SEEDS)) {
      for (Path file : files.sorted().toList()) {
        assertThat(problems(Files.readString(file))).as(file.toString()).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "influxdb: {tokn: x}",
        "api: {port: 80820}",
        "service: {polling_interval: 5}",
        "redis: {mode: single}",
        "redis: [a]",
        "mappings: [{measurement: m}]",
        "aggregation: {enabled: maybe}",
        "alerts: {}",
      })
  void schema_refusesWhatTheCheckRefuses(String yaml) throws Exception {
    assertThat(problems(yaml)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api: {port: \"${PORT:8082}\"}",
        "influxdb: {version: 1}",
        "influxdb: {version: \"1\"}",
        "connect: {url: \"http://a:8083\"}",
        "connect: {url: [\"http://a:8083\", \"http://b:8083\"]}",
        "advanced: {sink: {linger.ms: 5}}",
        "aggregation: {enabled: \"${AGGREGATE:true}\"}",
        "redis:",
      })
  void schema_takesWhatTheCheckTakes(String yaml) throws Exception {
    assertThat(problems(yaml)).isEmpty();
  }
}
