package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.testkit.contract.ConnectorContract;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.connector.Connector;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

class SinkContractIT extends ConnectorContract {
  static final Map<String, String> SECRETS =
      Map.of("influxdb.url", "http://u:S3CRET@127.0.0.1:1/?p=S3CRET&token=S3CRET");

  private final FaultyServer server = new FaultyServer();

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Override
  protected String type() {
    return "influx-sink";
  }

  @Override
  protected Connector connector() {
    return new InfluxSinkConnector();
  }

  @Override
  protected Map<String, String> sound() {
    return Map.of("influxdb.url", server.url(), "influxdb.bucket", "ems", "linger.ms", "0");
  }

  @Override
  protected ConfigDef settings() {
    return InfluxSinkConfig.CONFIG_DEF;
  }

  @Override
  protected Map<String, String> titles() {
    return InfluxSinkConfigTest.GROUPS;
  }

  @Override
  protected Set<String> templates() {
    return Set.of("mapping.measurement", "mapping.tags", "mapping.fields");
  }

  @Override
  protected Map<String, String> misspelt() {
    return Map.of(
        "influxdb.tokn", "influxdb.token",
        "retry.max.time", "retry.max.time.ms",
        "batch.size", "batch.size.min",
        "Linger.ms", "linger.ms",
        "field_types", "field.types");
  }

  @Override
  protected Map<String, String> wrong() {
    return Map.of(
        "influxdb.version", "3",
        "write.workers", "none",
        "mapping.timestamp.zone", "Mars",
        "batch.size.min", "20000",
        "influxdb.token", "${TOKEN}",
        "record.format", "all");
  }

  @Override
  protected Map<String, String> secrets() {
    return SECRETS;
  }

  @Override
  protected int port() {
    return URI.create(server.url()).getPort();
  }

  @Override
  protected RunningTask start(Map<String, String> config, @Nullable PluginMetrics metrics) {
    InfluxSinkConnector connector = new InfluxSinkConnector();
    connector.start(config);
    FakeTaskContext context = new FakeTaskContext();
    context.metrics = metrics;
    InfluxSinkTask task = new InfluxSinkTask();
    task.initialize(context);
    task.start(connector.taskConfigs(1).get(0));
    TopicPartition partition = new TopicPartition(TestRecords.TOPIC, 0);
    context.assignment.add(partition);
    task.open(List.of(partition));
    return new RunningTask() {
      @Override
      public void work() {
        int before = server.stored.size();
        task.put(List.of(TestRecords.record(TestRecords.sample(Map.of("1", 1.0), 5), 0)));
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> server.stored.size() > before);
      }

      @Override
      public void stop() {
        task.close(List.of(partition));
        task.stop();
      }
    };
  }
}
