package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.ClockSteps;
import com.voltageems.hissrv.query.health.ConnectFacts;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.ProbeException;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.SinkTopics;
import com.voltageems.hissrv.query.health.kafka.KafkaAccess;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Progress of the sink connector's consumer group, and whether there is any. The connector commits
 * an offset only when the fate of its records is final, and reports in the offset's metadata what
 * holds it up: so the figures survive every restart. In the detail:
 *
 * <ul>
 *   <li>{@code processed}: sum of the committed offsets, that is all records of these topics that
 *       the database has acknowledged or whose fate is otherwise final (including transaction
 *       markers, if the source writes in transactions);
 *   <li>{@code queue_size}: records not yet committed;
 *   <li>{@code last_sync}: the newest sample time among the last committed records of each
 *       partition, ISO; null before the first;
 *   <li>{@code arrived_until}: all records that came to Kafka before this time are finished, ISO;
 *       null if nothing waits, or the waiting records could not be read in time;
 *   <li>{@code stuck}: the partitions that do not move, with since, record and reason;
 *   <li>{@code lost}: offsets that Kafka deleted before the sink committed them, since our start.
 * </ul>
 */
public final class SinkProbe implements Probe {
  private final KafkaAccess kafka;
  private final String sink;
  private final SinkOffsets offsets;
  private final RecordReader records;
  private final PartitionWatch watch;
  private final TopicsWatch topicsWatch;
  private final LossWatch lossWatch = new LossWatch();
  private final GroupWatch groupWatch;
  private final SinkJudge judge;
  private final Supplier<ConnectFacts> facts;
  private final ClockSteps steps;

  /**
   * @param sink the connector's name
   * @param facts whether the connector exists, and what it reads
   * @param stuckAfter after this time a standstill is trouble
   * @param commitInterval pause between two commits of a working task
   */
  public SinkProbe(
      KafkaAccess kafka,
      String sink,
      Supplier<ConnectFacts> facts,
      Duration stuckAfter,
      Duration commitInterval,
      Clock clock) {
    this.kafka = kafka;
    this.sink = sink;
    this.offsets = new SinkOffsets(kafka, sink);
    this.records = new RecordReader(kafka);
    this.watch = new PartitionWatch(commitInterval);
    this.topicsWatch = new TopicsWatch(stuckAfter);
    this.groupWatch = new GroupWatch(sink, offsets.group(), stuckAfter);
    this.judge = new SinkJudge(sink, stuckAfter, commitInterval);
    this.facts = facts;
    this.steps = new ClockSteps(clock);
  }

  @Override
  public String name() {
    return "sink";
  }

  @Override
  public Report check() throws ProbeException, InterruptedException {
    ConnectFacts known = facts.get();
    SinkTopics topics = known.sinkTopics();
    Map<TopicPartition, OffsetAndMetadata> committed = offsets.committed();
    SinkOffsets.Reading reading = offsets.reading(committed.keySet(), topics);
    Map<TopicPartition, Long> ends = kafka.offsets(reading.partitions(), OffsetSpec.latest());
    Map<TopicPartition, Long> starts = kafka.offsets(ends.keySet(), OffsetSpec.earliest());
    committed.keySet().retainAll(ends.keySet());
    committed.keySet().removeAll(offsets.madeAnew(committed, ends));

    Map<TopicPartition, PartitionWatch.Seen> seen = new HashMap<>();
    Map<TopicPartition, LossWatch.Seen> kept = new HashMap<>();
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      TopicPartition partition = end.getKey();
      OffsetAndMetadata offset = committed.get(partition);
      long start = starts.getOrDefault(partition, 0L);
      long position = offset == null ? start : offset.offset();
      SinkHold hold = offset == null ? null : SinkHold.parse(offset.metadata()).orElse(null);
      long waiting = records.waiting(partition, Math.max(position, start), end.getValue());
      seen.put(partition, new PartitionWatch.Seen(position, waiting, hold));
      kept.put(
          partition,
          new LossWatch.Seen(
              offset == null ? LossWatch.Seen.NEVER : position,
              start,
              end.getValue(),
              waiting,
              reading.assigned().contains(partition)));
    }
    Duration step = steps.next();
    Instant now = steps.now();
    watch.moved(step);
    topicsWatch.moved(step);
    groupWatch.moved(step);
    List<PartitionWatch.Standing> standing = watch.look(seen, now);
    Map<String, @Nullable Object> figures = new LinkedHashMap<>();
    figures.put("consumer_group", offsets.group());
    figures.put(
        "processed", committed.values().stream().mapToLong(OffsetAndMetadata::offset).sum());
    figures.put("queue_size", seen.values().stream().mapToLong(PartitionWatch.Seen::waiting).sum());
    figures.put("last_sync", records.newestBefore(committed));
    figures.put("arrived_until", arrivedUntil(seen, ends));
    TopicsWatch.Found found =
        TopicsWatch.withCompacted(
            topicsWatch.look(topics, missing(topics, ends.keySet()), now),
            compacted(ends.keySet()),
            known.sourcePrefix());
    LossWatch.Found lost = lossWatch.look(kept, now);
    SinkJudge.Seen all =
        new SinkJudge.Seen(
            topics,
            reading.assigned(),
            reading.unfound(committed.keySet()),
            found,
            groupWatch.look(reading.members(), now),
            lost,
            noDeadLetters(known, standing));
    return judge.report(figures, standing, records::first, all, now);
  }

  /**
   * Returns the dead-letter topic if it does not exist: a task with a dead letter waits for it and
   * reports nothing. Empty if it exists or nothing stands still.
   */
  private String noDeadLetters(ConnectFacts known, List<PartitionWatch.Standing> standing)
      throws ProbeException, InterruptedException {
    String topic = known.deadLetters().topics().getOrDefault(sink, "");
    boolean isAsked = !topic.isEmpty() && standing.stream().anyMatch(one -> one.hold() == null);
    return isAsked && !kafka.missing(Set.of(topic)).isEmpty() ? topic : "";
  }

  private @Nullable String arrivedUntil(
      Map<TopicPartition, PartitionWatch.Seen> seen, Map<TopicPartition, Long> ends)
      throws ProbeException, InterruptedException {
    Map<TopicPartition, RecordReader.Unread> unread = new HashMap<>();
    seen.forEach(
        (partition, one) -> {
          if (one.waiting() > 0) {
            unread.put(
                partition,
                new RecordReader.Unread(
                    one.committed(), Objects.requireNonNull(ends.get(partition))));
          }
        });
    Instant until = records.oldest(unread);
    return until == null ? null : until.toString();
  }

  private Set<String> missing(SinkTopics topics, Set<TopicPartition> read)
      throws ProbeException, InterruptedException {
    Set<String> others = new HashSet<>(topics.names());
    read.forEach(partition -> others.remove(partition.topic()));
    // All topics that match are already among the partitions.
    if (topics.matchesNone(read.stream().map(TopicPartition::topic))) {
      return Set.of(topics.regex());
    }
    return others.isEmpty() ? Set.of() : kafka.missing(others);
  }

  private Set<String> compacted(Set<TopicPartition> read)
      throws ProbeException, InterruptedException {
    Set<String> names = new HashSet<>();
    read.forEach(partition -> names.add(partition.topic()));
    return names.isEmpty() ? names : kafka.compacted(names);
  }

  @Override
  public void close() {
    records.close();
  }
}
