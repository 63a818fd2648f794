package com.voltageems.hissrv.redis.source.config;

import com.voltageems.hissrv.plugin.Recommenders;
import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.sample.Companions;
import com.voltageems.hissrv.redis.source.type.WindowLength;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef.Recommender;
import org.apache.kafka.common.config.ConfigDef.Width;

/**
 * Settings {@code aggregation.…}. Except {@link #ENABLED}, each is a setting of the script. The
 * task writes the windows, and the other settings that are given, to Redis; the script has the
 * defaults of those.
 */
final class AggregationSettings {
  private static final Recommender WITH_AGGREGATION =
      Recommenders.shownWith("aggregation.enabled", true);

  /** Appended to the documentation of settings that keep Redis's value if they are not given. */
  private static final String KEPT = " Empty: as Redis has it in hissrv:aggregation.";

  private static final String DEFAULT_WINDOWS = "1m,5m";

  static final Setting<List<String>> WINDOWS =
      Setting.list("aggregation.windows", DEFAULT_WINDOWS)
          .width(Width.MEDIUM)
          .valid(WindowLength.listOfThem())
          .recommended(WITH_AGGREGATION)
          .doc(
              "Lengths of the windows (5s, 1m, 1h), the base first, each further one a multiple of"
                  + " it.");

  private static final Setting<List<String>> PATTERNS =
      Setting.list("aggregation.patterns", "")
          .recommended(WITH_AGGREGATION)
          .doc("Globs of the hashes whose points get windows." + KEPT);

  private static final Setting<List<String>> CLASSES =
      Setting.list("aggregation.classes", "")
          .low()
          .valid("name:from-to or name:id", AggregationSettings::requireClass)
          .recommended(WITH_AGGREGATION)
          .doc(
              "Names for ranges of point ids, over which each window has figures of their own:"
                  + " voltage:1-99."
                  + KEPT);

  private static final Setting<Optional<String>> INTERVAL =
      whole(
          "aggregation.interval.seconds", 1, "Time between two samples; divides the first window.");

  /** Settings by the script's names. */
  private static final Map<String, Setting<Optional<String>>> NUMBERS = new LinkedHashMap<>();

  static {
    NUMBERS.put("interval", INTERVAL);
    NUMBERS.put("ttl", whole("aggregation.ttl.seconds", 1, "How long Redis keeps a window."));
    NUMBERS.put(
        "alive",
        whole(
            "aggregation.alive.seconds",
            1,
            "How long a channel with time stamps counts as alive without a new one."));
    NUMBERS.put(
        "alive_unstamped",
        whole(
            "aggregation.alive.unstamped.seconds",
            0,
            "How long a channel without time stamps counts as alive without a change; 0 for"
                + " ever."));
    NUMBERS.put(
        "refresh",
        whole("aggregation.refresh.seconds", 0, "The least time between two searches for keys."));
    NUMBERS.put(
        "slice_us",
        whole(
            "aggregation.slice.us",
            100,
            "Microseconds after which a call of the script leaves the rest to the next one."));
    NUMBERS.put(
        "pending_max",
        whole(
            "aggregation.pending.max",
            1,
            "Length of the list archive:pending from which on the script's push_json refuses."));
  }

  static final Setting<Boolean> ENABLED =
      Setting.flag("aggregation.enabled", false)
          .dependents(settings().stream().map(Setting::name).toList())
          .doc("Whether task 0 triggers the aggregation script in Redis once a second.");

  private AggregationSettings() {}

  private static Setting<Optional<String>> whole(String name, long least, String doc) {
    Consumer<String> check =
        text -> {
          if (!text.isEmpty() && (!text.matches("[0-9]{1,12}") || Long.parseLong(text) < least)) {
            throw new IllegalArgumentException("not such a number");
          }
        };
    return Setting.optionalText(name)
        .width(Width.SHORT)
        .low()
        .valid("a whole number from " + least + " on", check)
        .recommended(WITH_AGGREGATION)
        .doc(doc + KEPT);
  }

  private static void requireClass(String text) {
    String[] parts = text.split("[:-]", -1);
    if (!text.matches("[A-Za-z0-9_]+:[0-9]{1,9}(-[0-9]{1,9})?")) {
      throw new IllegalArgumentException("not such a range");
    }
    if (parts.length == 3 && Long.parseLong(parts[1]) > Long.parseLong(parts[2])) {
      throw new IllegalArgumentException("ends before it begins");
    }
  }

  private static List<Setting<?>> settings() {
    List<Setting<?>> all = new ArrayList<>(List.of(WINDOWS, PATTERNS, CLASSES));
    all.addAll(NUMBERS.values());
    return all;
  }

  static Setting<?>[] all() {
    List<Setting<?>> all = new ArrayList<>(List.of(ENABLED));
    all.addAll(settings());
    return all.toArray(Setting<?>[]::new);
  }

  /** Returns the given settings of the script, except the windows, by the script's names. */
  static Map<String, String> ofScript(AbstractConfig config) {
    Map<String, String> given = new LinkedHashMap<>();
    for (Map.Entry<String, Setting<List<String>>> list :
        Map.of("patterns", PATTERNS, "classes", CLASSES).entrySet()) {
      if (!list.getValue().in(config).isEmpty()) {
        given.put(list.getKey(), String.join(",", list.getValue().in(config)));
      }
    }
    NUMBERS.forEach(
        (name, setting) -> setting.in(config).ifPresent(number -> given.put(name, number)));
    return given;
  }

  static void crossErrors(AbstractConfig config, RedisSettings redis, Map<String, String> errors) {
    if (!ENABLED.in(config)) {
      // Somebody who sets it to false switches the aggregation off for a while, and keeps the rest.
      if (!config.originals().containsKey(ENABLED.name())) {
        uselessErrors(config, errors);
      }
      return;
    }
    if (redis.mode() == RedisSettings.Mode.CLUSTER) {
      errors.put(
          ENABLED.name(),
          "the aggregation script needs all keys in one server; it does not run in a cluster");
    }
    Companions.problem(PATTERNS.in(config))
        .ifPresent(problem -> errors.put(PATTERNS.name(), problem));
    String base = WINDOWS.in(config).get(0);
    INTERVAL
        .in(config)
        .filter(seconds -> WindowLength.seconds(base) % Long.parseLong(seconds) != 0)
        .ifPresent(
            seconds ->
                errors.put(
                    INTERVAL.name(), seconds + " does not divide the first window, " + base));
  }

  private static void uselessErrors(AbstractConfig config, Map<String, String> errors) {
    for (Setting<?> setting : settings()) {
      if (isGiven(setting, config)) {
        errors.put(
            setting.name(),
            "is used with " + ENABLED + "=true only: the task that triggers the script writes it");
      }
    }
  }

  /** Returns whether a setting is given; a value equal to the default does not count. */
  private static boolean isGiven(Setting<?> setting, AbstractConfig config) {
    if (setting == WINDOWS) {
      return !String.join(",", WINDOWS.in(config)).equals(DEFAULT_WINDOWS);
    }
    Object value = setting.in(config);
    return value instanceof List<?> list ? !list.isEmpty() : ((Optional<?>) value).isPresent();
  }
}
