package com.voltageems.hissrv.influx.sink;

import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.delivery.Database;
import com.voltageems.hissrv.influx.http.HttpDatabase;
import com.voltageems.hissrv.influx.lane.Lease;
import com.voltageems.hissrv.influx.lane.Monitor;
import com.voltageems.hissrv.influx.lane.Time;
import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;

/** A running sink, driven in the way a worker drives it. */
class SinkHarness implements AutoCloseable {
  final FakeTaskContext context = new FakeTaskContext();
  final SinkMetrics metrics;
  final RunningInfluxSink sink;
  private final Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();

  SinkHarness(Map<String, String> settings, int partitions) {
    this(settings, partitions, true);
  }

  SinkHarness(Map<String, String> settings, int partitions, boolean deadLetters) {
    this(
        new InfluxSinkConfig(settings),
        HttpDatabase.of(new InfluxSinkConfig(settings), Clock.systemUTC()),
        partitions,
        deadLetters,
        Time.system());
  }

  SinkHarness(
      InfluxSinkConfig config, Database database, int partitions, boolean deadLetters, Time time) {
    // A test that lets hours pass does not mean that the worker has stood still.
    this(config, database, partitions, deadLetters, time, new Lease(Time.system()));
  }

  SinkHarness(
      InfluxSinkConfig config,
      Database database,
      int partitions,
      boolean deadLetters,
      Time time,
      Lease lease) {
    context.hasDeadLetters = deadLetters;
    metrics = new SinkMetrics(time::millis);
    sink = new RunningInfluxSink(config, database, context, metrics, 0, new Monitor(time, lease));
    sink.start("test");
    List<TopicPartition> own = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      own.add(new TopicPartition(TestRecords.TOPIC, i));
    }
    assign(own);
  }

  /**
   * Assigns partitions to the task. Those that the task had paused before, the worker pauses again.
   */
  void assign(List<TopicPartition> partitions) {
    context.assignment.addAll(partitions);
    context.paused.retainAll(context.assignment);
    sink.open(partitions);
  }

  /** Revokes all partitions of the task. */
  void revoke() {
    sink.close(List.copyOf(context.assignment));
    context.assignment.clear();
    positions.clear();
  }

  void put(List<SinkRecord> records) {
    // A worker assigns partitions before it delivers their records; this includes a test's own
    // topics.
    for (SinkRecord record : records) {
      TopicPartition partition = Partitions.of(record);
      if (!context.assignment.contains(partition)) {
        assign(List.of(partition));
      }
    }
    sink.put(records);
    for (SinkRecord record : records) {
      positions.put(
          new TopicPartition(record.originalTopic(), record.originalKafkaPartition()),
          new OffsetAndMetadata(record.originalKafkaOffset() + 1));
    }
  }

  /** Returns the offset that a commit would have for a partition now. */
  long committed(int partition) {
    TopicPartition key = new TopicPartition(TestRecords.TOPIC, partition);
    OffsetAndMetadata offset = sink.preCommit(new HashMap<>(positions)).get(key);
    return offset == null ? -1 : offset.offset();
  }

  /** Returns the value of a numeric metric. */
  long metric(String name) {
    return (Long) Objects.requireNonNull(metrics.values().get(name), name).get();
  }

  /** Returns the metadata that a commit would have for a partition now. */
  String metadata(int partition) {
    TopicPartition key = new TopicPartition(TestRecords.TOPIC, partition);
    OffsetAndMetadata offset = sink.preCommit(new HashMap<>(positions)).get(key);
    return offset == null ? "" : offset.metadata();
  }

  /** Calls {@code put} without records, as a worker does, until the condition is true. */
  void pump(BooleanSupplier until) {
    await()
        .pollInSameThread() // a worker has one thread for each task
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              sink.put(List.of());
              return until.getAsBoolean();
            });
  }

  void pumpUntilCommitted(int partition, long offset) {
    pump(() -> committed(partition) == offset);
  }

  @Override
  public void close() {
    sink.close(List.copyOf(context.assignment));
    sink.stop();
  }
}
