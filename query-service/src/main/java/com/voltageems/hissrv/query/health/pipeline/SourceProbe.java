package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.ClockSteps;
import com.voltageems.hissrv.query.health.ConnectFacts;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.ProbeException;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.kafka.KafkaAccess;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Checks by the tasks' reports in the status topic whether the source connector reads. Older
 * plugins, and connectors that are set so, report nothing; this is no trouble.
 */
public final class SourceProbe implements Probe {
  /** Most records per partition to read from the topic, which may not be compacted yet. */
  private static final long MOST_RECORDS = 20_000;

  /** Types whose unread data stays in Redis; only these report how much waits. */
  public static final Set<String> KEPT = Set.of("archive", "list", "stream");

  private static final int FETCH_BYTES = 1024 * 1024;

  private final KafkaAccess kafka;
  private final String topic;
  private final String connector;
  private final Supplier<ConnectFacts> facts;
  private final SourceWatch watch;
  private final SilenceWatch silence;
  private final SourceView view;
  private final ClockSteps steps;
  private @Nullable KafkaConsumer<byte[], byte[]> consumer;
  private Set<TopicPartition> assigned = Set.of();
  private long unreadable;

  /**
   * @param topic the source's {@code status.topic}
   * @param connector the connector's name; reports of other connectors are ignored
   * @param facts how many tasks the connector has, if known (more tasks may have reported in the
   *     past), and whether they are set to report
   */
  public SourceProbe(
      KafkaAccess kafka,
      String topic,
      String connector,
      Supplier<ConnectFacts> facts,
      Duration stuckAfter,
      Clock clock) {
    this.kafka = kafka;
    this.topic = topic;
    this.connector = connector;
    this.facts = facts;
    this.watch = new SourceWatch(stuckAfter);
    this.silence = new SilenceWatch(stuckAfter);
    this.view = new SourceView(connector, topic);
    this.steps = new ClockSteps(clock);
  }

  @Override
  public String name() {
    return "source";
  }

  @Override
  public Report check() throws ProbeException, InterruptedException {
    ConnectFacts known = facts.get();
    if (SilenceWatch.isByIntent(known.telling())) {
      return view.byIntent(known.telling());
    }
    Duration step = steps.next();
    watch.moved(step);
    silence.moved(step);
    Set<TopicPartition> partitions = kafka.partitions(Set.of(topic));
    boolean all = partitions.isEmpty() ? nothing() : readOn(partitions);
    Instant now = steps.now();
    watch.looked(now);
    if (!all) {
      return Report.of(State.UNKNOWN, "reads topic " + topic + " (kafka.status.topic)", Map.of());
    }
    OptionalInt tasks = known.sourceTasks();
    List<SourceWatch.TaskView> views =
        watch.view(task -> tasks.isEmpty() || task < tasks.getAsInt(), now);
    boolean there = !partitions.isEmpty();
    List<SilenceWatch.Silent> silent =
        silence.look(
            SilenceWatch.isExpected(known.telling(), there || !views.isEmpty()),
            views.stream().map(SourceWatch.TaskView::task).collect(Collectors.toSet()),
            tasks,
            now);
    boolean isLate = !silent.isEmpty() || views.stream().anyMatch(SourceWatch.TaskView::overdue);
    Set<String> missing = isLate ? kafka.missing(writtenTo(known)) : Set.of();
    Map<String, String> largest =
        known.recordTooLarge() ? kafka.largest(writtenTo(known)) : Map.of();
    return view.report(
        views,
        new SourceView.Silence(silent, there, known.telling(), missing),
        largest,
        unreadable,
        now);
  }

  /**
   * Returns the topics that the source writes to. A task that writes to a deleted topic waits for
   * it, and reports nothing meanwhile.
   */
  private Set<String> writtenTo(ConnectFacts known) {
    Set<String> topics = new HashSet<>(known.sourceTopics());
    topics.add(topic);
    return topics;
  }

  /** There is no topic: a topic that appears later is new and is read from its beginning. */
  private boolean nothing() {
    assigned = Set.of();
    return true;
  }

  /** Returns whether all existing records are read. */
  private boolean readOn(Set<TopicPartition> partitions)
      throws ProbeException, InterruptedException {
    Map<TopicPartition, Long> ends = kafka.offsets(partitions, OffsetSpec.latest());
    if (!partitions.equals(assigned) || kafka.read(() -> isMadeAnew(ends))) {
      assign(partitions, ends);
    }
    return kafka.read(() -> read(ends));
  }

  /** Returns whether a topic ends before our position: then it was deleted and created again. */
  private boolean isMadeAnew(Map<TopicPartition, Long> ends) {
    KafkaConsumer<byte[], byte[]> reader = consumer;
    return reader != null
        && ends.entrySet().stream().anyMatch(end -> reader.position(end.getKey()) > end.getValue());
  }

  private void assign(Set<TopicPartition> partitions, Map<TopicPartition, Long> ends)
      throws ProbeException, InterruptedException {
    Map<TopicPartition, Long> starts =
        new HashMap<>(kafka.offsets(partitions, OffsetSpec.earliest()));
    kafka.read(
        () -> {
          KafkaConsumer<byte[], byte[]> reader = consumer;
          if (reader == null) {
            reader = kafka.consumer(FETCH_BYTES);
            consumer = reader;
          }
          reader.assign(partitions);
          for (TopicPartition partition : partitions) {
            long end = ends.getOrDefault(partition, 0L);
            reader.seek(
                partition, Math.max(starts.getOrDefault(partition, 0L), end - MOST_RECORDS));
          }
          return true;
        });
    assigned = Set.copyOf(partitions);
  }

  /**
   * Reads further records.
   *
   * @return whether all records up to these ends are read
   */
  private boolean read(Map<TopicPartition, Long> ends) {
    KafkaConsumer<byte[], byte[]> reader = consumer;
    if (reader == null) {
      return false;
    }
    long deadline = System.nanoTime() + kafka.timeout().toNanos();
    while (!isAtEnd(reader, ends)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(200))) {
        take(record);
      }
    }
    return true;
  }

  private static boolean isAtEnd(
      KafkaConsumer<byte[], byte[]> reader, Map<TopicPartition, Long> ends) {
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      if (reader.position(end.getKey()) < end.getValue()) {
        return false;
      }
    }
    return true;
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value();
    if (value == null) {
      return;
    }
    SourceStatus.parse(value)
        .ifPresentOrElse(
            status -> {
              if (status.connector().equals(connector)) {
                watch.told(status, Instant.ofEpochMilli(record.timestamp()), steps.now());
              }
            },
            () -> unreadable++);
  }

  @Override
  public void close() {
    if (consumer != null) {
      consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    }
  }
}
