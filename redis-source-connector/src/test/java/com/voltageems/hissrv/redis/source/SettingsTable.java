package com.voltageems.hissrv.redis.source;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;

/** The table of settings in the README. */
final class SettingsTable {
  private SettingsTable() {}

  static String markdown() {
    ConfigDef all = RedisSourceConfig.definition(Map.of("sources", "ALIAS", "mappings", "NAME"));
    StringBuilder out = new StringBuilder();
    String group = "";
    List<ConfigDef.ConfigKey> keys =
        all.configKeys().values().stream()
            .sorted(
                Comparator.comparingInt((ConfigDef.ConfigKey key) -> groupOrder(key))
                    .thenComparingInt(key -> key.orderInGroup))
            .toList();
    for (ConfigDef.ConfigKey key : keys) {
      if (!key.group.equals(group)) {
        group = key.group;
        out.append("\n### ").append(title(group)).append("\n\n");
        out.append("| setting | type | default | valid | importance | meaning |\n");
        out.append("|---|---|---|---|---|---|\n");
      }
      out.append("| `")
          .append(key.name.replace("ALIAS", "<alias>").replace("NAME", "<name>"))
          .append("` | ")
          .append(key.type.name().toLowerCase(Locale.ROOT))
          .append(" | ")
          .append(defaultOf(key))
          .append(" | ")
          .append(cell(key.validator))
          .append(" | ")
          .append(key.importance.name().toLowerCase(Locale.ROOT))
          .append(" | ")
          .append(cell(key.documentation))
          .append(" |\n");
    }
    return out.append('\n').toString();
  }

  private static int groupOrder(ConfigDef.ConfigKey key) {
    return List.of("Redis", "Sources", "source ALIAS", "Mapping", "mapping NAME", "Aggregation")
        .indexOf(key.group);
  }

  private static String title(String group) {
    return switch (group) {
      case "source ALIAS" -> "One source";
      case "mapping NAME" -> "One mapping";
      default -> group;
    };
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
