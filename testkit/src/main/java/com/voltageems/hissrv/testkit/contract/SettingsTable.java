package com.voltageems.hissrv.testkit.contract;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;

/** Writes the tables of settings for a plugin's README. */
final class SettingsTable {
  private SettingsTable() {}

  /**
   * @param titles titles of the groups, by group, in the order of the tables
   */
  static String markdown(ConfigDef definition, Map<String, String> titles) {
    Map<String, List<ConfigDef.ConfigKey>> groups = new LinkedHashMap<>();
    titles.keySet().forEach(group -> groups.put(group, new ArrayList<>()));
    for (ConfigDef.ConfigKey key : definition.configKeys().values()) {
      List<ConfigDef.ConfigKey> keys = groups.get(key.group);
      if (keys == null) {
        throw new AssertionError("group " + key.group + " of " + key.name + " has no title");
      }
      keys.add(key);
    }
    StringBuilder out = new StringBuilder();
    groups.forEach(
        (group, keys) -> {
          keys.sort((a, b) -> Integer.compare(a.orderInGroup, b.orderInGroup));
          out.append("\n### ").append(titles.get(group)).append("\n\n");
          out.append("| setting | type | default | valid | importance | meaning |\n");
          out.append("|---|---|---|---|---|---|\n");
          keys.forEach(key -> out.append(row(key)));
        });
    return out.append('\n').toString();
  }

  private static String row(ConfigDef.ConfigKey key) {
    List<String> cells =
        List.of(
            "`" + key.name.replace("ALIAS", "<alias>").replace("NAME", "<name>") + "`",
            key.type.name().toLowerCase(Locale.ROOT),
            defaultOf(key),
            cell(key.validator),
            key.importance.name().toLowerCase(Locale.ROOT),
            cell(key.documentation));
    return "| " + String.join(" | ", cells) + " |\n";
  }

  private static String defaultOf(ConfigDef.ConfigKey key) {
    if (!key.hasDefault()) {
      return "required";
    }
    Object value = key.defaultValue;
    String text =
        value instanceof List<?> list
            ? String.join(",", list.stream().map(String::valueOf).toList())
            : value == null ? "" : String.valueOf(value);
    return text.isEmpty() ? "none" : "`" + text + "`";
  }

  private static String cell(@Nullable Object text) {
    return text == null ? "" : String.valueOf(text).replace("|", "\\|").replace("\n", " ");
  }
}
