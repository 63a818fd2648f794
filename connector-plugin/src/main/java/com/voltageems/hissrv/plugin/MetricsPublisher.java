package com.voltageems.hissrv.plugin;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a task's metrics: as MBeans {@code com.voltageems.hissrv:type=…,connector=…,task=…},
 * and as the worker's own plugin metrics if the worker supports them (Connect 4.1 and later). Names
 * and tags are the same in both. The tags are those of Connect's own metrics, so that both can be
 * joined.
 */
public final class MetricsPublisher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsPublisher.class);

  /** Values that Kafka's own MBeans show without quotes. */
  private static final Pattern PLAIN = Pattern.compile("[\\w%. \\t-]*");

  /**
   * The publisher that registered each name; a publisher removes only its own beans. Guarded by
   * itself.
   */
  private static final Map<ObjectName, MetricsPublisher> OWNERS = new HashMap<>();

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private final List<ObjectName> registered = new ArrayList<>();

  /**
   * Metrics that share their tags.
   *
   * @param tags further tags, besides connector and task
   * @param values by name; each supplies a number or a text
   */
  public record Group(Map<String, String> tags, Map<String, Supplier<?>> values) {
    public Group {
      tags = new LinkedHashMap<>(tags);
      values = new LinkedHashMap<>(values);
    }
  }

  /**
   * Publishes the metrics until {@link #close}. Never throws: a task also works without its
   * metrics.
   *
   * @param type the plugin's name
   * @param plugin asks the worker for its {@link PluginMetrics}; pass a lambda: a method reference
   *     needs that type as soon as it is created, and Connect before 4.1 does not have it
   */
  public MetricsPublisher(
      String type,
      String connector,
      int task,
      List<Group> groups,
      Supplier<? extends @Nullable Object> plugin) {
    for (Group group : groups) {
      StringBuilder name =
          new StringBuilder("com.voltageems.hissrv:type=" + type)
              .append(",connector=" + value(connector) + ",task=" + task);
      group.tags().forEach((tag, text) -> name.append(',').append(tag + "=" + value(text)));
      register(name.toString(), group.values());
    }
    pluginMetrics(groups, plugin);
  }

  private static String value(String text) {
    return PLAIN.matcher(text).matches() ? text : ObjectName.quote(text);
  }

  private void register(String name, Map<String, Supplier<?>> values) {
    try {
      ObjectName objectName = new ObjectName(name);
      synchronized (OWNERS) {
        // An earlier task of this name that did not end in time is replaced: its counters no longer
        // change.
        OWNERS.remove(objectName);
        if (server.isRegistered(objectName)) {
          LOG.debug("Replacing {}", name);
          server.unregisterMBean(objectName);
        }
        server.registerMBean(new ReadOnlyBean(values), objectName);
        OWNERS.put(objectName, this);
      }
      registered.add(objectName);
    } catch (JMException e) {
      LOG.warn("Metrics {} are not shown", name, e);
    }
  }

  /** Removes the MBeans that still belong to this task; plugin metrics go with the task. */
  @Override
  public void close() {
    for (ObjectName name : registered) {
      try {
        synchronized (OWNERS) {
          if (OWNERS.remove(name, this)) {
            server.unregisterMBean(name);
          }
        }
      } catch (JMException e) {
        LOG.warn("Metrics {} cannot be removed", name, e);
      }
    }
    registered.clear();
  }

  private static void pluginMetrics(
      List<Group> groups, Supplier<? extends @Nullable Object> supplier) {
    try {
      PluginMetrics plugin = (PluginMetrics) supplier.get();
      if (plugin != null) {
        groups.forEach(group -> add(plugin, group));
      }
    } catch (NoSuchMethodError | NoClassDefFoundError e) {
      // Connect before 4.1 has no plugin metrics; the MBeans exist all the same.
      LOG.debug("This worker has no plugin metrics", e);
    } catch (IllegalStateException | IllegalArgumentException e) {
      // The worker has given up this task or already has such a metric. That is no reason to fail
      // in start, which would leave the MBeans behind.
      LOG.warn("The worker does not take the task's metrics; its MBeans show them", e);
    }
  }

  private static void add(PluginMetrics plugin, Group group) {
    group
        .values()
        .forEach(
            (name, value) ->
                plugin.addMetric(
                    plugin.metricName(
                        name, "See the connector's README", new LinkedHashMap<>(group.tags())),
                    (Gauge<Object>) (config, now) -> value.get()));
  }
}
