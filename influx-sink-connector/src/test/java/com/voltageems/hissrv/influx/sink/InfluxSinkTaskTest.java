package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class InfluxSinkTaskTest {
  private static final TopicPartition PARTITION = new TopicPartition(TestRecords.TOPIC, 0);

  private static Map<String, String> props() {
    Map<String, String> props = new HashMap<>();
    props.put("name", "a sink, \"quoted\"");
    props.put("influxdb.url", "http://127.0.0.1:1");
    props.put("influxdb.bucket", "ems");
    props.put("write.workers", "3");
    return props;
  }

  private static long writers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().contains("a sink"))
        .count();
  }

  @Test
  void startedAndStopped_leavesNothingBehind() throws Exception {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName pattern = new ObjectName("com.voltageems.hissrv:type=influx-sink,*");
    List<Map<String, String>> configs;
    InfluxSinkConnector connector = new InfluxSinkConnector();
    connector.start(props());
    configs = connector.taskConfigs(2);
    for (int round = 0; round < 100; round++) {
      InfluxSinkTask task = new InfluxSinkTask();
      task.initialize(context());
      task.start(configs.get(round % 2));
      task.open(List.of(PARTITION));
      assertThat(server.queryNames(pattern, null)).hasSize(1);
      assertThat(writers()).as("three, and the beat").isEqualTo(4);
      task.put(List.of());
      task.close(List.of(PARTITION));
      task.stop();
      assertThat(server.queryNames(pattern, null)).isEmpty();
    }
    await().atMost(Duration.ofMinutes(1)).until(() -> writers() == 0);
  }

  private static FakeTaskContext context() {
    FakeTaskContext context = new FakeTaskContext();
    context.assignment.add(PARTITION);
    return context;
  }

  @Test
  void metrics_canBeReadByName() throws Exception {
    InfluxSinkTask task = new InfluxSinkTask();
    task.initialize(context());
    Map<String, String> props = props();
    props.put("name", "hissrv-influx-sink");
    task.start(props);
    try {
      task.open(List.of(PARTITION));
      task.put(List.of(TestRecords.record("no sample", 0)));
      ObjectName name =
          new ObjectName(
              "com.voltageems.hissrv:type=influx-sink,connector=hissrv-influx-sink,task=0");
      MBeanServer server = ManagementFactory.getPlatformMBeanServer();
      assertThat(server.getAttribute(name, "records")).isEqualTo(1L);
      assertThat(server.getAttribute(name, "records-reported")).isEqualTo(1L);
    } finally {
      task.stop();
    }
  }

  // field case S22
  @Test
  void olderTaskOfTheSameName_leavesTheNewerOnesMetricsWhenItStops() throws Exception {
    Map<String, String> props = props();
    props.put("name", "twice");
    ObjectName name =
        new ObjectName("com.voltageems.hissrv:type=influx-sink,connector=twice,task=0");
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    InfluxSinkTask older = new InfluxSinkTask();
    older.initialize(new FakeTaskContext());
    older.start(props);
    InfluxSinkTask newer = new InfluxSinkTask();
    newer.initialize(context());
    newer.start(props);
    newer.open(List.of(new TopicPartition(TestRecords.TOPIC, 0)));
    newer.put(List.of(TestRecords.record("no sample", 0)));
    older.stop();
    assertThat(server.getAttribute(name, "records")).isEqualTo(1L);
    newer.stop();
    assertThat(server.isRegistered(name)).isFalse();
  }

  @Test
  void stop_withoutStart_isHarmless() {
    new InfluxSinkTask().stop();
    new InfluxSinkTask().close(List.of(PARTITION));
  }
}
