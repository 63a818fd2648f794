package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.plugin.Submission;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.type.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.source.ConnectorTransactionBoundaries;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceConnector;

/**
 * Kafka Connect source connector for Redis: live hashes, pending lists, window archives, channels
 * and streams.
 */
public final class RedisSourceConnector extends SourceConnector {
  private Map<String, String> properties = Map.of();

  @Override
  public String version() {
    return Version.get();
  }

  @Override
  public ConfigDef config() {
    return RedisSourceConfig.staticDefinition();
  }

  /** Checks every setting and their combination, and connects once. */
  @Override
  public Config validate(Map<String, String> submitted) {
    return new Config(new ArrayList<>(SubmissionCheck.of(submitted).values()));
  }

  @Override
  public void start(Map<String, String> props) {
    // Checks only the settings: the tasks wait for a Redis that is away, so the connector must
    // start.
    SourceRegistry.config(props);
    properties = new Submission(props).given();
  }

  @Override
  public Class<? extends Task> taskClass() {
    return RedisSourceTask.class;
  }

  @Override
  public List<Map<String, String>> taskConfigs(int maxTasks) {
    int tasks = TaskPlan.tasks(SourceRegistry.config(properties).sources(), maxTasks);
    List<Map<String, String>> configs = new ArrayList<>();
    for (int task = 0; task < tasks; task++) {
      Map<String, String> config = new HashMap<>(properties);
      config.put(RedisSourceConfig.TASK_CONFIG, String.valueOf(task));
      config.put(RedisSourceConfig.TASKS_CONFIG, String.valueOf(tasks));
      configs.add(config);
    }
    return configs;
  }

  @Override
  public void stop() {
    properties = Map.of();
  }

  /** Every source must store a position: a source without one can repeat or miss values. */
  @Override
  public ExactlyOnceSupport exactlyOnceSupport(Map<String, String> connectorConfig) {
    boolean supported =
        SourceRegistry.config(connectorConfig).sources().stream().allMatch(Source::isExactlyOnce);
    return supported ? ExactlyOnceSupport.SUPPORTED : ExactlyOnceSupport.UNSUPPORTED;
  }

  @Override
  public ConnectorTransactionBoundaries canDefineTransactionBoundaries(
      Map<String, String> connectorConfig) {
    return ConnectorTransactionBoundaries.SUPPORTED;
  }

  @Override
  public boolean alterOffsets(
      Map<String, String> connectorConfig, Map<Map<String, ?>, Map<String, ?>> offsets) {
    OffsetCheck.require(SourceRegistry.config(connectorConfig).sources(), offsets);
    return true;
  }
}
