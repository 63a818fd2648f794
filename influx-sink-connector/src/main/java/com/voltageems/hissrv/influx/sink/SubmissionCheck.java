package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.config.DatabaseSettings;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.config.MappingSettings;
import com.voltageems.hissrv.influx.config.QuestDbSettings;
import com.voltageems.hissrv.influx.config.RecordSettings;
import com.voltageems.hissrv.influx.config.WritingSettings;
import com.voltageems.hissrv.influx.http.ConnectionCheck;
import com.voltageems.hissrv.plugin.Address;
import com.voltageems.hissrv.plugin.Submission;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;

/**
 * Check of a submitted configuration. It finds all mistakes at once and reports each at the setting
 * at fault. To check settings in combination, it uses defaults for those that are wrong on their
 * own, and it reports nothing that could be a consequence of another mistake.
 */
final class SubmissionCheck {
  private static final List<String> PREFIXES = List.of("influxdb.", "mapping.", "questdb.");

  private static final String POLL_INTERVAL = "consumer.override.max.poll.interval.ms";

  private static final String OFFSET_RESET = "consumer.override.auto.offset.reset";

  private static final String GROUP_PROTOCOL = "consumer.override.group.protocol";

  private static final String DIALECT = "line.dialect";

  private final Map<String, String> given;
  private final Map<String, ConfigValue> values;
  private final Set<String> wrong = new TreeSet<>();

  private SubmissionCheck(Submission submission) {
    given = submission.given();
    ConfigDef definition = InfluxSinkConfig.CONFIG_DEF;
    values = definition.validateAll(given);
    Set<String> names = new TreeSet<>(definition.names());
    names.removeAll(MappingSettings.TEMPLATES); // in these settings, ${...} is our own syntax
    submission
        .unresolved(names)
        .forEach(
            (name, message) -> {
              value(name).errorMessages().clear(); // its other errors are consequences of this one
              value(name).addErrorMessage(message);
            });
    submission
        .unknown(definition.names(), PREFIXES, Map.of())
        .forEach((name, message) -> value(name).addErrorMessage(message));
    if (given.containsKey(DIALECT)) {
      value(DIALECT)
          .addErrorMessage(
              DIALECT + " was replaced by influxdb.version=questdb; for InfluxDB leave it out");
    }
    ConfigValue url = value(DatabaseSettings.URL.name());
    if (url.value() instanceof String text) {
      url.value(Address.masked(text)); // Connect's answer repeats the values
    }
    values.forEach(
        (name, value) -> {
          if (!value.errorMessages().isEmpty()) {
            wrong.add(name);
          }
        });
  }

  /**
   * Returns the settings, with the errors of each. Asks the database once, unless a setting of the
   * database is wrong or this check is switched off.
   *
   * @param now the time at which certificates have to be valid
   */
  static Map<String, ConfigValue> of(Map<String, String> submitted, Instant now) {
    SubmissionCheck check = new SubmissionCheck(new Submission(submitted));
    check.together(now);
    return check.values;
  }

  private ConfigValue value(String name) {
    return values.computeIfAbsent(name, ConfigValue::new);
  }

  /** Reports an error, unless this setting or one that the error depends on is wrong on its own. */
  private void tell(String name, String message, String... causes) {
    if (!wrong.contains(name) && Set.of(causes).stream().noneMatch(wrong::contains)) {
      value(name).addErrorMessage(message);
    }
  }

  private void together(Instant now) {
    Map<String, String> sound = new HashMap<>(given);
    sound.keySet().removeAll(wrong);
    sound.putIfAbsent(DatabaseSettings.URL.name(), "http://127.0.0.1");
    InfluxSinkConfig parsed = new InfluxSinkConfig(sound);
    try {
      parsed.database().destination();
    } catch (ConfigException e) {
      tell(
          parsed.database().version() == InfluxVersion.V2
              ? DatabaseSettings.BUCKET.name()
              : DatabaseSettings.DATABASE.name(),
          String.valueOf(e.getMessage()),
          DatabaseSettings.VERSION.name());
    }
    try {
      parsed.questDb().tables();
    } catch (IllegalArgumentException e) {
      tell(
          QuestDbSettings.TTL.name(),
          QuestDbSettings.TTL + " is " + e.getMessage(),
          QuestDbSettings.PARTITION.name());
    }
    contradictions(parsed);
    tls(parsed, now);
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
    // After the question to the database: these errors must not prevent it.
    for (IdleSettings.Idle idle : IdleSettings.of(given, parsed)) {
      tell(idle.setting(), idle.message(), idle.causes().toArray(String[]::new));
    }
  }

  private void contradictions(InfluxSinkConfig parsed) {
    if (parsed.readsSamples()) {
      new Submission(given)
          .scalarConverter()
          .ifPresent(
              converter -> {
                // The ConfigValue stays without a value: this is a setting of the worker, which
                // would take the value for a class.
                tell(
                    Submission.VALUE_CONVERTER,
                    Submission.VALUE_CONVERTER
                        + ": "
                        + converter
                        + " gives single values, and a sample is a struct or a map; use"
                        + " org.apache.kafka.connect.json.JsonConverter or that of a schema"
                        + " registry, or for line protocol "
                        + RecordSettings.FORMAT
                        + "=line",
                    RecordSettings.FORMAT.name());
              });
    }
    if (WritingSettings.BATCH_MIN.in(parsed) > WritingSettings.BATCH_MAX.in(parsed)) {
      tell(
          WritingSettings.BATCH_MIN.name(),
          WritingSettings.BATCH_MIN.name()
              + " must not be larger than "
              + WritingSettings.BATCH_MAX.name(),
          WritingSettings.BATCH_MAX.name());
    }
    // In hissrv.yml, only the first setting has a key, and old files have more than ten seconds
    // there.
    if (given.containsKey(WritingSettings.BACKOFF_MAX.name())
        && WritingSettings.BACKOFF.in(parsed).compareTo(WritingSettings.BACKOFF_MAX.in(parsed))
            > 0) {
      tell(
          WritingSettings.BACKOFF.name(),
          WritingSettings.BACKOFF
              + " must not be larger than "
              + WritingSettings.BACKOFF_MAX
              + ", the longest wait",
          WritingSettings.BACKOFF_MAX.name());
    }
    String reset = given.getOrDefault(OFFSET_RESET, "earliest").strip();
    if (!Set.of("earliest", "none").contains(reset.toLowerCase(Locale.ROOT))) {
      tell(
          OFFSET_RESET,
          OFFSET_RESET
              + ": \""
              + reset
              + "\" leaves out without a word what a topic has before a task finds it, which of a"
              + " new topic are minutes, and all that waits once the offsets have expired; leave it"
              + " at earliest. To leave out what is there, stop the connector and PATCH"
              + " /connectors/<name>/offsets to where it is to begin");
    }
    if (given.getOrDefault(GROUP_PROTOCOL, "").strip().equalsIgnoreCase("consumer")) {
      tell(
          GROUP_PROTOCOL,
          GROUP_PROTOCOL
              + ": with \"consumer\" a sink task of Kafka Connect (seen with 4.3) fails at its"
              + " first rebalance; leave it at classic");
    }
    long interval = pollInterval();
    if (parsed.writing().flushTimeout().toMillis() >= interval) {
      tell(
          WritingSettings.FLUSH_TIMEOUT.name(),
          WritingSettings.FLUSH_TIMEOUT
              + " has to be less than the consumer's max.poll.interval.ms ("
              + interval
              + "), after which the group throws the task out");
    }
  }

  /**
   * Returns the consumer's poll interval, or the default if the connector does not set it: a
   * worker's own setting is not known here.
   */
  private long pollInterval() {
    try {
      return Long.parseLong(given.getOrDefault(POLL_INTERVAL, "300000").trim());
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE; // Connect reports this error itself
    }
  }

  private void tls(InfluxSinkConfig parsed, Instant now) {
    parsed
        .database()
        .tlsProblems(now)
        .forEach((setting, problem) -> tell(setting, setting + " " + problem));
    if (!parsed.database().usesTls()) {
      given.keySet().stream()
          .filter(name -> name.startsWith(DatabaseSettings.TLS_PREFIX))
          .forEach(
              name ->
                  tell(
                      name,
                      name + " has no effect unless influxdb.url begins with https://",
                      DatabaseSettings.URL.name()));
    }
  }
}
