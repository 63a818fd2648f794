package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.config.DatabaseSettings;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.config.MappingSettings;
import com.voltageems.hissrv.influx.config.RecordSettings;
import com.voltageems.hissrv.influx.config.WritingSettings;
import com.voltageems.hissrv.influx.http.ConnectionCheck;
import com.voltageems.hissrv.plugin.Address;
import com.voltageems.hissrv.plugin.Submission;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;

/**
 * Everything that is wrong with a configuration, told at once, each mistake on the setting at
 * fault. What settings mean together is looked at with defaults for those that are wrong by
 * themselves, and nothing is said that could be a consequence of another mistake.
 */
final class SubmissionCheck {
  private static final List<String> PREFIXES = List.of("influxdb.", "mapping.");

  private final Map<String, String> given;
  private final Map<String, ConfigValue> values;
  private final Set<String> wrong = new TreeSet<>();

  private SubmissionCheck(Submission submission) {
    given = submission.given();
    ConfigDef definition = InfluxSinkConfig.CONFIG_DEF;
    values = definition.validateAll(given);
    Set<String> names = new TreeSet<>(definition.names());
    names.remove(MappingSettings.MEASUREMENT_CONFIG); // here ${...} is ours
    submission
        .unresolved(names)
        .forEach(
            (name, message) -> {
              value(name).errorMessages().clear(); // whatever else is wrong with it comes from this
              value(name).addErrorMessage(message);
            });
    submission
        .unknown(definition.names(), PREFIXES, Map.of())
        .forEach((name, message) -> value(name).addErrorMessage(message));
    ConfigValue url = value(DatabaseSettings.URL_CONFIG);
    if (url.value() instanceof String text) {
      url.value(Address.masked(text)); // the answer repeats the values
    }
    values.forEach(
        (name, value) -> {
          if (!value.errorMessages().isEmpty()) {
            wrong.add(name);
          }
        });
  }

  /** The settings, with what is wrong with them. Asks the database once, where that can tell. */
  static Map<String, ConfigValue> of(Map<String, String> submitted) {
    SubmissionCheck check = new SubmissionCheck(new Submission(submitted));
    check.together();
    return check.values;
  }

  private ConfigValue value(String name) {
    return values.computeIfAbsent(name, ConfigValue::new);
  }

  /** Says so unless one of the settings that it depends on is wrong itself. */
  private void tell(String name, String message, String... causes) {
    if (!wrong.contains(name) && Set.of(causes).stream().noneMatch(wrong::contains)) {
      value(name).addErrorMessage(message);
    }
  }

  private void together() {
    Map<String, String> sound = new HashMap<>(given);
    sound.keySet().removeAll(wrong);
    sound.putIfAbsent(DatabaseSettings.URL_CONFIG, "http://127.0.0.1");
    InfluxSinkConfig parsed = new InfluxSinkConfig(sound);
    try {
      parsed.database().destination();
    } catch (ConfigException e) {
      tell(
          parsed.database().version() == InfluxVersion.V2
              ? DatabaseSettings.BUCKET_CONFIG
              : DatabaseSettings.DATABASE_CONFIG,
          String.valueOf(e.getMessage()),
          DatabaseSettings.VERSION_CONFIG);
    }
    if (parsed.getInt(WritingSettings.BATCH_MIN_CONFIG)
        > parsed.getInt(WritingSettings.BATCH_MAX_CONFIG)) {
      tell(
          WritingSettings.BATCH_MIN_CONFIG,
          WritingSettings.BATCH_MIN_CONFIG
              + " must not be larger than "
              + WritingSettings.BATCH_MAX_CONFIG,
          WritingSettings.BATCH_MAX_CONFIG);
    }
    String idle = parsed.idleRule();
    if (idle != null) {
      tell(
          RecordSettings.FORMAT_CONFIG,
          idle + " has no effect unless " + RecordSettings.FORMAT_CONFIG + " is any");
    }
    boolean askable =
        values.values().stream()
            .noneMatch(
                value -> value.name().startsWith("influxdb.") && !value.errorMessages().isEmpty());
    if (askable && parsed.database().validateConnection()) {
      ConnectionCheck.Problem problem = ConnectionCheck.check(parsed);
      if (problem != null) {
        value(problem.setting()).addErrorMessage(problem.message());
      }
    }
  }
}
