package com.voltageems.hissrv.redis.source;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows a task's metrics: as MBeans {@code
 * com.voltageems.hissrv:type=redis-source,connector=…,task=…[,source=…]}, and as the worker's own
 * plugin metrics where it has them (Connect 4.1 on).
 */
final class MetricsPublisher {
  private static final Logger log = LoggerFactory.getLogger(MetricsPublisher.class);

  /** Whose bean a name shows; a publisher removes only its own. Guarded by itself. */
  private static final Map<ObjectName, MetricsPublisher> OWNERS = new HashMap<>();

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private final List<ObjectName> registered = new ArrayList<>();

  private MetricsPublisher() {}

  /** Publishes until {@link TaskMetrics#close}. */
  static void publish(TaskMetrics metrics, String connector, int task, SourceTaskContext context) {
    MetricsPublisher publisher = new MetricsPublisher();
    metrics.onClose(publisher::unregister);
    String name =
        "com.voltageems.hissrv:type=redis-source,connector="
            + ObjectName.quote(connector)
            + ",task="
            + task;
    publisher.register(name, metrics.values());
    metrics
        .sources()
        .forEach((alias, source) -> publisher.register(name + ",source=" + alias, source.values()));
    pluginMetrics(metrics, context);
  }

  private void register(String name, Map<String, LongSupplier> values) {
    try {
      ObjectName objectName = new ObjectName(name);
      synchronized (OWNERS) {
        // A task of this name that did not end in time is replaced: its counters stand still.
        OWNERS.remove(objectName);
        if (server.isRegistered(objectName)) {
          log.debug("Replacing {}", name);
          server.unregisterMBean(objectName);
        }
        server.registerMBean(new Bean(values), objectName);
        OWNERS.put(objectName, this);
      }
      registered.add(objectName);
    } catch (JMException e) {
      log.warn("Metrics {} are not shown", name, e);
    }
  }

  private void unregister() {
    for (ObjectName name : registered) {
      try {
        synchronized (OWNERS) {
          if (OWNERS.remove(name, this)) {
            server.unregisterMBean(name);
          }
        }
      } catch (JMException e) {
        log.warn("Metrics {} cannot be removed", name, e);
      }
    }
    registered.clear();
  }

  private static void pluginMetrics(TaskMetrics metrics, SourceTaskContext context) {
    try {
      PluginMetrics plugin = context.pluginMetrics();
      if (plugin == null) {
        return;
      }
      add(plugin, metrics.values(), Map.of());
      metrics
          .sources()
          .forEach((alias, source) -> add(plugin, source.values(), Map.of("source", alias)));
    } catch (NoSuchMethodError | NoClassDefFoundError e) {
      // Connect before 4.1 has no plugin metrics; the MBeans are there all the same.
      log.debug("This worker has no plugin metrics", e);
    } catch (IllegalStateException | IllegalArgumentException e) {
      // The worker has given this task up, or has such a metric already: no reason to fail in
      // start, which would leave the MBeans behind.
      log.warn("The worker does not take the task's metrics; its MBeans show them", e);
    }
  }

  private static void add(
      PluginMetrics plugin, Map<String, LongSupplier> values, Map<String, String> tags) {
    values.forEach(
        (name, value) ->
            plugin.addMetric(
                plugin.metricName(name, "See the connector's README", new LinkedHashMap<>(tags)),
                (Gauge<Long>) (config, now) -> value.getAsLong()));
  }

  /** Read-only attributes by name. */
  private static final class Bean implements DynamicMBean {
    private final Map<String, LongSupplier> values;

    Bean(Map<String, LongSupplier> values) {
      this.values = Map.copyOf(values);
    }

    @Override
    public Object getAttribute(String name) throws AttributeNotFoundException {
      LongSupplier value = values.get(name);
      if (value == null) {
        throw new AttributeNotFoundException(name);
      }
      return value.getAsLong();
    }

    @Override
    public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
      throw new AttributeNotFoundException(attribute.getName() + " is read-only");
    }

    @Override
    public AttributeList getAttributes(String[] names) {
      AttributeList list = new AttributeList();
      for (String name : names) {
        LongSupplier value = values.get(name);
        if (value != null) {
          list.add(new Attribute(name, value.getAsLong()));
        }
      }
      return list;
    }

    @Override
    public AttributeList setAttributes(AttributeList attributes) {
      return new AttributeList();
    }

    @Override
    public Object invoke(String action, Object[] params, String[] signature) {
      throw new IllegalArgumentException("no operation " + action);
    }

    @Override
    public MBeanInfo getMBeanInfo() {
      MBeanAttributeInfo[] attributes =
          values.keySet().stream()
              .sorted()
              .map(name -> new MBeanAttributeInfo(name, "long", name, true, false, false))
              .toArray(MBeanAttributeInfo[]::new);
      return new MBeanInfo(
          Bean.class.getName(), "A task of the Redis source", attributes, null, null, null);
    }
  }
}
