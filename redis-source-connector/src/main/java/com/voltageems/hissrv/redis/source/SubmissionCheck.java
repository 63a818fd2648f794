package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.plugin.Address;
import com.voltageems.hissrv.plugin.Submission;
import com.voltageems.hissrv.redis.source.config.ConnectionSettings;
import com.voltageems.hissrv.redis.source.config.GeneralSettings;
import com.voltageems.hissrv.redis.source.config.MappingSettings;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.hash.HashType;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import com.voltageems.hissrv.redis.source.type.SourceTypes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;

/**
 * Finds everything that is wrong with a configuration at once, and reports each mistake on the
 * setting at fault. To check settings together, it replaces wrong ones by stand-ins, and does not
 * report what could be a consequence of another mistake.
 */
final class SubmissionCheck {
  private static final Duration MAX_TIMEOUT = Duration.ofSeconds(5);
  private static final List<String> PREFIXES =
      List.of("redis.", "sources.", "mappings.", "aggregation.", "status.");
  private static final Map<String, String> LISTS =
      Map.of(
          "sources.", GeneralSettings.SOURCES.name(),
          "mappings.", MappingSettings.MAPPINGS.name());

  private static final Set<String> MODE = Set.of(ConnectionSettings.MODE.name());

  /** Settings whose errors may be caused by another setting. */
  private static final Map<String, Set<String>> CAUSES =
      Map.of(
          ConnectionSettings.NODES.name(), MODE,
          ConnectionSettings.SENTINEL_MASTER.name(), MODE,
          ConnectionSettings.SENTINEL_USERNAME.name(), MODE,
          ConnectionSettings.SENTINEL_PASSWORD.name(), MODE,
          ConnectionSettings.BACKOFF_MAX.name(), Set.of(ConnectionSettings.BACKOFF_MIN.name()));

  private final Map<String, String> given;
  private final Map<String, ConfigValue> values;
  private final Set<String> wrong = new TreeSet<>();

  private SubmissionCheck(Submission submission) {
    given = submission.given();
    ConfigDef definition = SourceRegistry.definition(given);
    values = definition.validateAll(given);
    submission
        .unresolved(definition.names())
        .forEach(
            (name, message) -> {
              value(name).errorMessages().clear(); // all its other errors come from this
              value(name).addErrorMessage(message);
            });
    submission.scalarConverter().ifPresent(this::tellConverter);
    for (String texts : List.of(Submission.KEY_CONVERTER, Submission.HEADER_CONVERTER)) {
      submission.converterOfNoText(texts).ifPresent(wrong -> tellConverter(texts, wrong));
    }
    submission
        .unknown(definition.names(), PREFIXES, LISTS)
        .forEach((name, message) -> value(name).addErrorMessage(message));
    hideSecrets();
    values.forEach(
        (name, value) -> {
          if (!value.errorMessages().isEmpty()) {
            wrong.add(name);
          }
        });
  }

  /** Returns the settings with their errors. Connects once, if that can tell anything. */
  static Map<String, ConfigValue> of(Map<String, String> submitted) {
    SubmissionCheck check = new SubmissionCheck(new Submission(submitted));
    check.together();
    return check.values;
  }

  private void tellConverter(String converter) {
    // Sets no value: for its own settings the worker expects the value to be a class.
    value(Submission.VALUE_CONVERTER)
        .addErrorMessage(
            Submission.VALUE_CONVERTER
                + ": "
                + converter
                + " is for single values: a sample would become the text Struct{...}, which nobody"
                + " reads back, or nothing at all; use org.apache.kafka.connect.json.JsonConverter, or"
                + " that of a schema registry");
  }

  private void tellConverter(String setting, String converter) {
    value(setting)
        .addErrorMessage(
            setting
                + ": "
                + converter
                + " takes no texts, as keys and headers are: the task would fail at the first record, or"
                + " with errors.tolerance=all drop all of them; use"
                + " org.apache.kafka.connect.storage.StringConverter");
  }

  private ConfigValue value(String name) {
    return values.computeIfAbsent(name, ConfigValue::new);
  }

  /** Masks secrets in addresses, because the answer repeats the values. */
  private void hideSecrets() {
    ConfigValue uri = value(ConnectionSettings.URI.name());
    if (uri.value() instanceof String text) {
      uri.value(Address.masked(text));
    }
    ConfigValue nodes = value(ConnectionSettings.NODES.name());
    if (nodes.value() instanceof List<?> list) {
      nodes.value(list.stream().map(each -> Address.masked(String.valueOf(each))).toList());
    }
  }

  private void together() {
    Map<String, String> sound = new HashMap<>(given);
    sound.keySet().removeAll(wrong);
    Set<String> replaced = new TreeSet<>();
    standIns(sound, replaced);
    RedisSourceConfig parsed = SourceRegistry.config(sound);
    parsed
        .crossErrors(WorkerClock.system().instant())
        .forEach(
            (name, message) -> {
              if (isTold(name) && replaced.stream().noneMatch(name::startsWith)) {
                value(name).addErrorMessage(name + ": " + message);
              }
            });
    boolean connectable =
        values.values().stream()
            .noneMatch(
                value -> value.name().startsWith("redis.") && !value.errorMessages().isEmpty());
    if (connectable) {
      ConnectionCheck.run(parsed, given.getOrDefault("name", "redis-source"), MAX_TIMEOUT)
          .forEach((name, message) -> value(name).addErrorMessage(name + ": " + message));
    }
  }

  private boolean isTold(String name) {
    return !wrong.contains(name)
        && CAUSES.getOrDefault(name, Set.of()).stream().noneMatch(wrong::contains);
  }

  /** Puts a harmless source or mapping in the place of each that lacks what it needs. */
  private void standIns(Map<String, String> sound, Set<String> replaced) {
    List<String> aliases = RedisSourceConfig.names(given.get(GeneralSettings.SOURCES.name()));
    sound.put(
        GeneralSettings.SOURCES.name(), aliases.isEmpty() ? "none" : String.join(",", aliases));
    for (String alias : RedisSourceConfig.names(sound.get(GeneralSettings.SOURCES.name()))) {
      String prefix = SourceTypes.prefix(alias);
      if (!sound.containsKey(prefix + SourceTypes.TYPE)) {
        sound.keySet().removeIf(name -> name.startsWith(prefix));
        sound.put(prefix + SourceTypes.TYPE, HashType.NAME);
        sound.put(prefix + HashType.PATTERN, "*");
        replaced.add(prefix);
      }
    }
    for (String name : RedisSourceConfig.names(sound.get(MappingSettings.MAPPINGS.name()))) {
      String prefix = MappingSettings.prefix(name);
      if (sound.putIfAbsent(prefix + MappingSettings.PATTERN, "stand-in") == null) {
        replaced.add(prefix);
      }
      sound.putIfAbsent(prefix + MappingSettings.MEASUREMENT, "stand-in");
    }
  }
}
