package com.voltageems.hissrv.plugin;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.common.config.ConfigDef;

/** What a form over the settings offers: the choices of one, and which ones matter at all. */
public final class Recommenders {
  private Recommenders() {}

  /** These values, always. */
  public static ConfigDef.Recommender oneOf(String... values) {
    return new Recommender(List.<Object>copyOf(Arrays.asList(values)), parsed -> true);
  }

  /** Shown only when {@code setting} has one of {@code values}. */
  public static ConfigDef.Recommender shownWith(String setting, Object... values) {
    return shownIf(setting, List.of(values)::contains);
  }

  /** Shown only when the value of {@code setting} is such. */
  public static ConfigDef.Recommender shownIf(String setting, Predicate<Object> such) {
    return new Recommender(
        List.of(),
        parsed -> {
          // Not given, though it has to be: nothing is hidden because of that.
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
