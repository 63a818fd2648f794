package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;

/**
 * The README says what the code does. {@code -Dhissrv.update.docs=true} writes the table instead of
 * comparing it.
 */
class ReadmeTest {
  private static final Path README = Path.of("README.md");
  private static final String BEGIN = "<!-- settings: generated from the ConfigDef -->\n";
  private static final String END = "<!-- end of settings -->\n";

  @Test
  void settings_areThoseOfTheConfigDef() throws IOException {
    String readme = Files.readString(README);
    int begin = readme.indexOf(BEGIN) + BEGIN.length();
    int end = readme.indexOf(END);
    if (Boolean.getBoolean("hissrv.update.docs")) {
      Files.writeString(README, readme.substring(0, begin) + table() + readme.substring(end));
      return;
    }
    assertThat(readme.substring(begin, end)).isEqualTo(table());
  }

  @Test
  void metrics_areAllNamed() throws IOException {
    String readme = Files.readString(README);
    for (String name : new SinkMetrics().values().keySet()) {
      assertThat(readme).contains("`" + name + "`");
    }
  }

  private static String table() {
    StringBuilder text = new StringBuilder();
    List<ConfigDef.ConfigKey> keys =
        InfluxSinkConfig.CONFIG_DEF.configKeys().values().stream()
            .sorted(
                (a, b) ->
                    a.group.equals(b.group) ? a.orderInGroup - b.orderInGroup : group(a) - group(b))
            .toList();
    String group = "";
    for (ConfigDef.ConfigKey key : keys) {
      if (!key.group.equals(group)) {
        group = key.group;
        text.append("\n### ").append(group).append("\n\n");
        text.append("| setting | type | default | valid | meaning |\n|---|---|---|---|---|\n");
      }
      text.append("| `").append(key.name).append("` | ");
      text.append(key.type.name().toLowerCase(java.util.Locale.ROOT)).append(" | ");
      text.append(defaultText(key)).append(" | ");
      text.append(key.validator == null ? "" : key.validator.toString()).append(" | ");
      text.append(key.documentation.replace("|", "\\|")).append(" |\n");
    }
    return text.append('\n').toString();
  }

  private static int group(ConfigDef.ConfigKey key) {
    return Arrays.asList("Database", "Records", "Mapping", "Writing").indexOf(key.group);
  }

  private static String defaultText(ConfigDef.ConfigKey key) {
    if (!key.hasDefault()) {
      return "(required)";
    }
    Object value = key.defaultValue;
    if (value == null || value.equals("") || value.equals(List.of())) {
      return "";
    }
    return "`" + value + "`";
  }
}
