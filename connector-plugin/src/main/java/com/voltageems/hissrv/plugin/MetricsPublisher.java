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
 * Shows a task's metrics: as MBeans {@code com.voltageems.hissrv:type=…,connector=…,task=…}, and as
 * the worker's own plugin metrics where it has them (Connect 4.1 on). Names and tags are the same
 * in both, and those of Connect's own metrics, so that they can be joined.
 */
public final class MetricsPublisher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsPublisher.class);

  /** What Kafka's own MBeans show without quotes. */
  private static final Pattern PLAIN = Pattern.compile("[\\w%. \\t-]*");

  /** Whose bean a name shows; a publisher removes only its own. Guarded by itself. */
  private static final Map<ObjectName, MetricsPublisher> OWNERS = new HashMap<>();

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private final List<ObjectName> registered = new ArrayList<>();

  /**
   * Metrics that share their tags.
   *
   * @param tags further tags, beside connector and task
   * @param values by name; a number, or a text
   */
  public record Group(Map<String, String> tags, Map<String, Supplier<?>> values) {
    public Group {
      tags = new LinkedHashMap<>(tags);
      values = new LinkedHashMap<>(values);
    }
  }

  /**
   * Publishes until {@link #close}. Never throws: a task works without its metrics.
   *
   * @param type the plugin's name
   * @param plugin asks the worker for its {@link PluginMetrics}; a lambda, since a method reference
   *     names that type when it is made, and Connect before 4.1 does not have it
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
        // A task of this name that did not end in time is replaced: its counters stand still.
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

  /** Takes the MBeans away that are still this task's own; plugin metrics go with the task. */
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
      // Connect before 4.1 has no plugin metrics; the MBeans are there all the same.
      LOG.debug("This worker has no plugin metrics", e);
    } catch (IllegalStateException | IllegalArgumentException e) {
      // The worker has given this task up, or has such a metric already: no reason to fail in
      // start, which would leave the MBeans behind.
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
