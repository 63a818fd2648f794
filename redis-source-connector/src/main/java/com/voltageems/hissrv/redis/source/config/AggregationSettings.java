package com.voltageems.hissrv.redis.source.config;

import com.voltageems.hissrv.plugin.Recommenders;
import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.type.WindowLength;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef.Width;

/** The settings {@code aggregation.…}. */
final class AggregationSettings {
  static final Setting<List<String>> WINDOWS =
      Setting.list("aggregation.windows", "1m,5m")
          .width(Width.MEDIUM)
          .valid(WindowLength.listOfThem())
          .recommended(Recommenders.shownWith("aggregation.enabled", true))
          .doc(
              "Lengths of the windows (5s, 1m, 1h), the base first, each further one a multiple of"
                  + " it.");

  static final Setting<Boolean> ENABLED =
      Setting.flag("aggregation.enabled", false)
          .dependents(List.of(WINDOWS.name()))
          .doc("Whether task 0 triggers the aggregation script in Redis once a second.");

  private AggregationSettings() {}

  static Setting<?>[] all() {
    return new Setting<?>[] {ENABLED, WINDOWS};
  }

  static void crossErrors(AbstractConfig config, RedisSettings redis, Map<String, String> errors) {
    if (redis.mode() == RedisSettings.Mode.CLUSTER && ENABLED.in(config)) {
      errors.put(
          ENABLED.name(),
          "the aggregation script needs all keys in one server; it does not run in a cluster");
    }
  }
}
