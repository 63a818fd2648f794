package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.plugin.Submission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/** Connector that writes topics to InfluxDB 2.x, InfluxDB 1.x or QuestDB. */
public final class InfluxSinkConnector extends SinkConnector {
  static final String VERSION = version(InfluxSinkConnector.class.getPackage());

  private Map<String, String> props = Map.of();

  /** Called by Connect. */
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

  /** Checks each setting and their combinations, and asks the database once. */
  @Override
  public Config validate(Map<String, String> submitted) {
    return new Config(new ArrayList<>(SubmissionCheck.of(submitted, Instant.now()).values()));
  }

  @Override
  public void start(Map<String, String> config) {
    props = new Submission(config).given();
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

  /** Allows every change: the connector's only positions are the offsets of its consumer group. */
  @Override
  public boolean alterOffsets(Map<String, String> config, Map<TopicPartition, Long> offsets) {
    return true;
  }

  @Override
  public void stop() {
    // Nothing to release here: the tasks do the work.
  }
}
