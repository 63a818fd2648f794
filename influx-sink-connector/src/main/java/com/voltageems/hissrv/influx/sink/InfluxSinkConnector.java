package com.voltageems.hissrv.influx.sink;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/** Writes topics to InfluxDB 2.x, InfluxDB 1.x or QuestDB. */
public final class InfluxSinkConnector extends SinkConnector {
  static final String VERSION = version(InfluxSinkConnector.class.getPackage());

  private Map<String, String> props = Map.of();

  /** For Connect. */
  public InfluxSinkConnector() {}

  private static String version(Package own) {
    String version = own.getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String version() {
    return VERSION;
  }

  @Override
  public ConfigDef config() {
    return InfluxSinkConfig.CONFIG_DEF;
  }

  @Override
  public Class<? extends Task> taskClass() {
    return InfluxSinkTask.class;
  }

  /** Adds what single keys cannot tell: what belongs together, and whether the database answers. */
  @Override
  public Config validate(Map<String, String> connectorConfigs) {
    Config config = super.validate(connectorConfigs);
    refusePlaceholders(config, connectorConfigs);
    if (config.configValues().stream().anyMatch(value -> !value.errorMessages().isEmpty())) {
      return config;
    }
    InfluxSinkConfig typed = new InfluxSinkConfig(connectorConfigs);
    try {
      typed.destination();
    } catch (ConfigException e) {
      addError(
          config,
          typed.version() == InfluxVersion.V2
              ? InfluxSinkConfig.BUCKET_CONFIG
              : InfluxSinkConfig.DATABASE_CONFIG,
          String.valueOf(e.getMessage()));
      return config;
    }
    if (typed.getInt(InfluxSinkConfig.BATCH_MIN_CONFIG)
        > typed.getInt(InfluxSinkConfig.BATCH_MAX_CONFIG)) {
      addError(
          config,
          InfluxSinkConfig.BATCH_MIN_CONFIG,
          InfluxSinkConfig.BATCH_MIN_CONFIG
              + " must not be larger than "
              + InfluxSinkConfig.BATCH_MAX_CONFIG);
      return config;
    }
    String idle = typed.idleRule();
    if (idle != null) {
      addError(
          config,
          InfluxSinkConfig.FORMAT_CONFIG,
          idle + " has no effect unless " + InfluxSinkConfig.FORMAT_CONFIG + " is any");
      return config;
    }
    if (typed.validateConnection()) {
      ConnectionCheck.Problem problem = ConnectionCheck.check(typed);
      if (problem != null) {
        addError(config, problem.setting(), problem.message());
      }
    }
    return config;
  }

  /** A placeholder that the worker has not replaced would be sent as it stands. */
  private static void refusePlaceholders(Config config, Map<String, String> connectorConfigs) {
    for (ConfigValue value : config.configValues()) {
      String text = connectorConfigs.get(value.name());
      // Here ${...} is ours.
      boolean template = value.name().equals(InfluxSinkConfig.MEASUREMENT_CONFIG);
      if (text != null && text.contains("${") && !template) {
        value.errorMessages().clear(); // whatever else is wrong with it comes from this
        value.addErrorMessage(
            value.name()
                + " still holds a placeholder ${...} that the worker has not replaced. A variable of"
                + " the environment is written ${env:NAME} and needs config.providers=env and"
                + " config.providers.env.class="
                + "org.apache.kafka.common.config.provider.EnvVarConfigProvider on the worker");
      }
    }
  }

  private static void addError(Config config, String key, String message) {
    for (ConfigValue value : config.configValues()) {
      if (value.name().equals(key)) {
        value.addErrorMessage(message);
      }
    }
  }

  @Override
  public void start(Map<String, String> config) {
    props = new HashMap<>(config);
  }

  @Override
  public List<Map<String, String>> taskConfigs(int maxTasks) {
    List<Map<String, String>> tasks = new ArrayList<>();
    for (int i = 0; i < maxTasks; i++) {
      Map<String, String> task = new HashMap<>(props);
      task.put(InfluxSinkTask.TASK_ID, Integer.toString(i));
      tasks.add(task);
    }
    return tasks;
  }

  @Override
  public void stop() {
    // Nothing is held here: the tasks do the work.
  }
}
