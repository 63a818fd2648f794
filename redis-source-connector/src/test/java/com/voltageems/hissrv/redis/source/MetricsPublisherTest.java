package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.MetricValueProvider;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.common.metrics.Sensor;
import org.junit.jupiter.api.Test;

class MetricsPublisherTest {
  private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

  @Test
  void replacedTask_leavesTheNewOnesMetricsWhenItEnds() throws JMException {
    TaskMetrics stuck = metrics(1);
    TaskMetrics newer = metrics(2);
    stuck.publish("replaced", 0, () -> null);
    newer.publish("replaced", 0, () -> null);
    assertThat(SERVER.getAttribute(name("replaced"), "records")).isEqualTo(2L);
    stuck.close();
    assertThat(SERVER.getAttribute(name("replaced"), "records")).isEqualTo(2L);
    newer.close();
    assertThat(SERVER.isRegistered(name("replaced"))).isFalse();
  }

  @Test
  void workerThatTakesNoMetricsAnyMore_doesNotFailTheTask() throws JMException {
    TaskMetrics metrics = metrics(1);
    metrics.publish("given-up", 0, () -> new Plugin(true));
    assertThat(SERVER.getAttribute(name("given-up"), "records")).isEqualTo(1L);
    metrics.close();
    assertThat(SERVER.isRegistered(name("given-up"))).isFalse();
  }

  @Test
  void pluginMetrics_areThoseOfTheTaskAndOfEverySource() {
    Plugin plugin = new Plugin(false);
    TaskMetrics metrics = metrics(1);
    metrics.publish("names", 0, () -> plugin);
    metrics.close();
    assertThat(plugin.added)
        .contains("polls{}", "records{source=a}", "rejected-wrong-type{source=a}")
        .doesNotHaveDuplicates()
        .hasSize(metrics.values().size() + metrics.source("a").values().size());
  }

  private static TaskMetrics metrics(long records) {
    TaskMetrics metrics = new TaskMetrics();
    metrics.source("a").records.add(records);
    return metrics;
  }

  private static ObjectName name(String connector) throws JMException {
    return new ObjectName(
        "com.voltageems.hissrv:type=redis-source,connector=" + connector + ",task=0,source=a");
  }

  /** Takes metrics as the worker does, or refuses as it does when it has closed the task's. */
  private static final class Plugin implements PluginMetrics {
    final List<String> added = new ArrayList<>();
    private final boolean closed;

    Plugin(boolean closed) {
      this.closed = closed;
    }

    @Override
    // The interface of Kafka says LinkedHashMap.
    @SuppressWarnings("NonApiType")
    public MetricName metricName(
        String name, String description, LinkedHashMap<String, String> tags) {
      if (closed) {
        throw new IllegalStateException("This PluginMetrics instance is closed");
      }
      return new MetricName(name, "plugins", description, tags);
    }

    @Override
    public void addMetric(MetricName name, MetricValueProvider<?> value) {
      added.add(name.name() + name.tags());
    }

    @Override
    public void removeMetric(MetricName name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Sensor addSensor(String name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void removeSensor(String name) {
      throw new UnsupportedOperationException();
    }
  }
}
