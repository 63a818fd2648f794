package com.voltageems.hissrv.testkit.contract;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.MetricValueProvider;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.common.metrics.Sensor;

/**
 * A fake of a worker's plugin metrics: records them, or refuses them like a worker that has given
 * up the task.
 */
public final class RecordedMetrics implements PluginMetrics {
  private final Map<String, Gauge<?>> added = new TreeMap<>();
  private final boolean closed;

  RecordedMetrics(boolean closed) {
    this.closed = closed;
  }

  /** Returns the values by name and tags, such as {@code records{source=a}}. */
  Map<String, Object> values() {
    Map<String, Object> values = new TreeMap<>();
    added.forEach((name, gauge) -> values.put(name, gauge.value(new MetricConfig(), 0)));
    return values;
  }

  @Override
  // Kafka's interface requires LinkedHashMap.
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
    if (added.put(name.name() + name.tags(), (Gauge<?>) value) != null) {
      throw new IllegalArgumentException(name + " is there already");
    }
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
