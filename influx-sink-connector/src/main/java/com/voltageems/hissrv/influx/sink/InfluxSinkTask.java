package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.http.HttpDatabase;
import com.voltageems.hissrv.influx.lane.Lease;
import com.voltageems.hissrv.influx.lane.Monitor;
import com.voltageems.hissrv.influx.lane.Time;
import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import com.voltageems.hissrv.plugin.MetricsPublisher;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sink task; delegates everything to {@link RunningInfluxSink}. */
public final class InfluxSinkTask extends SinkTask {
  static final String TASK_ID = "hissrv.task.id";
  private static final Logger LOG = LoggerFactory.getLogger(InfluxSinkTask.class);

  private @Nullable RunningInfluxSink running;
  private @Nullable MetricsPublisher published;

  /** Called by Connect. */
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
    Time time = Time.system();
    SinkMetrics metrics = new SinkMetrics(time::millis);
    RunningInfluxSink sink =
        new RunningInfluxSink(
            config,
            HttpDatabase.of(config, Clock.systemUTC()),
            context,
            metrics,
            Integer.parseInt(task),
            new Monitor(time, new Lease(time)));
    published =
        new MetricsPublisher(
            "influx-sink",
            connector,
            Integer.parseInt(task),
            List.of(new MetricsPublisher.Group(Map.of(), metrics.values())),
            () -> context.pluginMetrics());
    sink.start(connector + "-" + task);
    running = sink;
    LOG.info("{}-{} writes to {}", connector, task, config.database().url());
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
    // Metrics first: they must not outlive the task, even if something below fails.
    if (published != null) {
      published.close();
      published = null;
    }
    if (running != null) {
      running.stop();
      running = null;
    }
  }
}
