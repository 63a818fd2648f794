package com.voltageems.hissrv.redis.source;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.source.TransactionContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;
import org.jspecify.annotations.Nullable;

/** Drives a task in the way a worker does, without Kafka: stored offsets are a map. */
final class TaskHarness implements AutoCloseable {
  private final RedisSourceTask task = new RedisSourceTask();
  private final Map<Map<String, ?>, Map<String, ?>> stored;
  private final @Nullable PluginMetrics pluginMetrics;

  /**
   * @param stored offsets by partition; written by {@link #store}
   */
  TaskHarness(Map<String, String> config, Map<Map<String, ?>, Map<String, ?>> stored) {
    this(config, stored, null);
  }

  TaskHarness(
      Map<String, String> config,
      Map<Map<String, ?>, Map<String, ?>> stored,
      @Nullable PluginMetrics pluginMetrics) {
    this.stored = stored;
    this.pluginMetrics = pluginMetrics;
    task.initialize(new Context());
    task.start(config);
  }

  static Map<String, String> config(int port, Map<String, String> more) {
    Map<String, String> config = new HashMap<>();
    config.put("name", "test");
    config.put("redis.uri", "redis://127.0.0.1:" + port);
    config.put("redis.timeout.ms", "15000");
    config.put("redis.backoff.max.ms", "300");
    config.put("poll.interval.ms", "50");
    config.put("discovery.interval.ms", "50");
    config.put("control.channel", "");
    config.put("status.topic", "");
    config.putAll(more);
    return config;
  }

  List<SourceRecord> poll() {
    try {
      List<SourceRecord> records = task.poll();
      return records == null ? List.of() : records;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Polls until {@code count} records have arrived, or for two minutes; stores their offsets. */
  List<SourceRecord> pollFor(int count) {
    List<SourceRecord> records = new ArrayList<>();
    long deadline = System.nanoTime() + 120_000_000_000L;
    while (records.size() < count && System.nanoTime() < deadline) {
      List<SourceRecord> some = poll();
      store(some);
      delivered(some);
      records.addAll(some);
    }
    return records;
  }

  /** Polls a number of times, to see that nothing comes. */
  List<SourceRecord> pollTimes(int times) {
    List<SourceRecord> records = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      List<SourceRecord> some = poll();
      store(some);
      delivered(some);
      records.addAll(some);
    }
    return records;
  }

  /** Stores the offsets of these records, as in the offsets topic. */
  void store(List<SourceRecord> records) {
    for (SourceRecord record : records) {
      if (record.sourcePartition() != null) {
        stored.put(Map.copyOf(record.sourcePartition()), Map.copyOf(record.sourceOffset()));
      }
    }
  }

  /** Tells the task, as Connect does, that these records are delivered. */
  void delivered(List<SourceRecord> records) {
    for (SourceRecord record : records) {
      task.commitRecord(record, null);
    }
  }

  /** Commits on this thread, as a worker does when it stops the task. */
  void commit() {
    task.commit();
  }

  @Override
  public void close() {
    task.stop();
  }

  static double field(SourceRecord record, String name) {
    Double value = ((Struct) record.value()).<String, Double>getMap("fields").get(name);
    return value == null ? Double.NaN : value;
  }

  static long time(SourceRecord record) {
    return ((Struct) record.value()).getInt64("timestamp");
  }

  /**
   * Returns a counter of the task "test", or of one of its sources if {@code source} is not empty.
   */
  static long metric(String source, String name) {
    try {
      return (Long)
          ManagementFactory.getPlatformMBeanServer()
              .getAttribute(
                  new ObjectName(
                      "com.voltageems.hissrv:type=redis-source,connector=test,task=0"
                          + (source.isEmpty() ? "" : ",source=" + source)),
                  name);
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
  }

  private final class Context implements SourceTaskContext {
    @Override
    public Map<String, String> configs() {
      return Map.of();
    }

    @Override
    public OffsetStorageReader offsetStorageReader() {
      return new OffsetStorageReader() {
        @Override
        // Connect's interface has no annotations; null means that nothing is stored.
        @SuppressWarnings({"NullAway", "unchecked"})
        public <T> Map<String, Object> offset(Map<String, T> partition) {
          return (Map<String, Object>) stored.get(partition);
        }

        @Override
        public <T> Map<Map<String, T>, Map<String, Object>> offsets(
            Collection<Map<String, T>> partitions) {
          Map<Map<String, T>, Map<String, Object>> all = new HashMap<>();
          partitions.forEach(partition -> all.put(partition, offset(partition)));
          return all;
        }
      };
    }

    @Override
    public @Nullable TransactionContext transactionContext() {
      return null;
    }

    @Override
    public @Nullable PluginMetrics pluginMetrics() {
      return pluginMetrics;
    }
  }
}
