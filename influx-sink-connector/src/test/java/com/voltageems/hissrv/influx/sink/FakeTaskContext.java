package com.voltageems.hissrv.influx.sink;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.errors.IllegalWorkerStateException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.jspecify.annotations.Nullable;

/** Fake of the worker's side, as far as the sink uses it. For the test's thread. */
final class FakeTaskContext implements SinkTaskContext {
  final Set<TopicPartition> assignment = new HashSet<>();

  /** Pauses outlive a revocation, and apply again to partitions that come back. */
  final Set<TopicPartition> paused = new HashSet<>();

  final List<Report> reports = new ArrayList<>();
  boolean hasDeadLetters = true;
  long timeout = -1;
  @Nullable PluginMetrics metrics;
  int commitRequests;

  /** The offsets from which the worker was asked to read again. */
  final Map<TopicPartition, Long> rewound = new HashMap<>();

  /** One call of the reporter. */
  record Report(SinkRecord record, Throwable error) {}

  @Override
  public Map<String, String> configs() {
    return Map.of();
  }

  @Override
  public void offset(Map<TopicPartition, Long> offsets) {
    rewound.putAll(offsets);
  }

  @Override
  public void offset(TopicPartition tp, long offset) {
    throw new AssertionError("the sink does not rewind");
  }

  @Override
  public void timeout(long timeoutMs) {
    timeout = timeoutMs;
  }

  @Override
  public Set<TopicPartition> assignment() {
    return assignment;
  }

  @Override
  public void pause(TopicPartition... partitions) {
    paused.addAll(own(partitions));
  }

  @Override
  public void resume(TopicPartition... partitions) {
    paused.removeAll(own(partitions));
  }

  private List<TopicPartition> own(TopicPartition... partitions) {
    List<TopicPartition> own = Arrays.asList(partitions);
    if (!assignment.containsAll(own)) {
      throw new IllegalWorkerStateException(own + " are not all assigned, only " + assignment);
    }
    return own;
  }

  @Override
  public void requestCommit() {
    commitRequests++;
  }

  @Override
  public PluginMetrics pluginMetrics() {
    if (metrics == null) {
      throw new NoSuchMethodError("as workers before 4.1 say");
    }
    return metrics;
  }

  @Override
  public @Nullable ErrantRecordReporter errantRecordReporter() {
    return hasDeadLetters
        ? (record, error) -> {
          reports.add(new Report(record, error));
          return CompletableFuture.completedFuture(null);
        }
        : null;
  }
}
