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

/** A worker's plugin metrics: takes them, or refuses as a worker does that has given a task up. */
public final class RecordedMetrics implements PluginMetrics {
  private final Map<String, Gauge<?>> added = new TreeMap<>();
  private final boolean closed;

  RecordedMetrics(boolean closed) {
    this.closed = closed;
  }

  /** The values by name and tags, {@code records{source=a}}. */
  Map<String, Object> values() {
    Map<String, Object> values = new TreeMap<>();
    added.forEach((name, gauge) -> values.put(name, gauge.value(new MetricConfig(), 0)));
    return values;
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
