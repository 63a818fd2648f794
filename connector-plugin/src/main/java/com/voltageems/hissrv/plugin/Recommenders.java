package com.voltageems.hissrv.plugin;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.common.config.ConfigDef;

/**
 * Recommenders for forms that show the settings: they give the choices of a setting, and say
 * whether to show it.
 */
public final class Recommenders {
  private Recommenders() {}

  /** Always recommends these values and shows the setting. */
  public static ConfigDef.Recommender oneOf(String... values) {
    return new Recommender(List.<Object>copyOf(Arrays.asList(values)), parsed -> true);
  }

  /** Shows the setting only when {@code setting} has one of {@code values}. */
  public static ConfigDef.Recommender shownWith(String setting, Object... values) {
    return shownIf(setting, List.of(values)::contains);
  }

  /** Shows the setting only when the value of {@code setting} matches {@code such}. */
  public static ConfigDef.Recommender shownIf(String setting, Predicate<Object> such) {
    return new Recommender(
        List.of(),
        parsed -> {
          // A required setting that is missing hides no other setting.
          Object value = parsed.get(setting);
          return value == null || such.test(value);
        });
  }

  private record Recommender(List<Object> values, Predicate<Map<String, Object>> shown)
      implements ConfigDef.Recommender {
    @Override
    public List<Object> validValues(String name, Map<String, Object> parsed) {
      return values;
    }

    @Override
    public boolean visible(String name, Map<String, Object> parsed) {
      return shown.test(parsed);
    }
  }
}
