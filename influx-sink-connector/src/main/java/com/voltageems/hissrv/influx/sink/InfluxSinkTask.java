package com.voltageems.hissrv.influx.sink;

import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.Collection;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The task: everything is done by {@link RunningInfluxSink}. */
public final class InfluxSinkTask extends SinkTask {
  static final String TASK_ID = "hissrv.task.id";
  private static final Logger LOG = LoggerFactory.getLogger(InfluxSinkTask.class);

  private @Nullable RunningInfluxSink running;
  private @Nullable ObjectName metricsName;

  /** For Connect. */
  public InfluxSinkTask() {}

  @Override
  public String version() {
    return InfluxSinkConnector.VERSION;
  }

  @Override
  public void start(Map<String, String> props) {
    InfluxSinkConfig config = new InfluxSinkConfig(props);
    String connector = props.getOrDefault("name", "influx-sink");
    String task = props.getOrDefault(TASK_ID, "0");
    SinkMetrics metrics = new SinkMetrics();
    RunningInfluxSink sink =
        new RunningInfluxSink(
            config, new HttpInfluxWriter(config, Clock.systemUTC()), context, metrics);
    register(metrics, connector, task);
    sink.start(connector + "-" + task);
    running = sink;
    LOG.info("{}-{} writes to {}", connector, task, config.url());
  }

  private void register(SinkMetrics metrics, String connector, String task) {
    try {
      ObjectName name =
          new ObjectName(
              "com.voltageems.hissrv:type=influx-sink,connector="
                  + ObjectName.quote(connector)
                  + ",task="
                  + task);
      MBeanServer server = ManagementFactory.getPlatformMBeanServer();
      if (server.isRegistered(name)) {
        server.unregisterMBean(name); // left behind by a task that could not stop in time
      }
      server.registerMBean(metrics, name);
      metricsName = name;
    } catch (JMException e) {
      LOG.warn("no metrics by JMX for {}-{}", connector, task, e);
    }
  }

  private RunningInfluxSink running() {
    if (running == null) {
      throw new IllegalStateException("the task is not started");
    }
    return running;
  }

  @Override
  public void open(Collection<TopicPartition> partitions) {
    running().open(partitions);
  }

  @Override
  public void put(Collection<SinkRecord> records) {
    running().put(records);
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> preCommit(
      Map<TopicPartition, OffsetAndMetadata> currentOffsets) {
    return running().preCommit(currentOffsets);
  }

  @Override
  public void close(Collection<TopicPartition> partitions) {
    if (running != null) {
      running.close(partitions);
    }
  }

  @Override
  public void stop() {
    if (running != null) {
      running.stop();
      running = null;
    }
    if (metricsName != null) {
      try {
        ManagementFactory.getPlatformMBeanServer().unregisterMBean(metricsName);
      } catch (JMException e) {
        LOG.debug("metrics were gone already", e);
      }
      metricsName = null;
    }
  }
}
