package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.ConnectFacts;
import com.voltageems.hissrv.query.health.DeadLetterTopics;
import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.ProbeException;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.SinkTopics;
import com.voltageems.hissrv.query.health.kafka.KafkaAccess;
import com.voltageems.hissrv.query.health.kafka.NoLeaderException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether the cluster answers, and counts dead letters: those of the site's topic, and of
 * all other sinks that write into the database. In the detail:
 *
 * <ul>
 *   <li>{@code failed}: the number of records ever written to these topics, {@code failed_by_topic}
 *       for each topic;
 *   <li>{@code failed_grown}: how many came while this service was checking: records that a topic
 *       already has at its first check do not count, even if Connect reports the topic later;
 *   <li>{@code failed_not_counted}: sinks whose dead letters are not counted, and why;
 *   <li>{@code last_failed}: the latest dead letters: when, from where and why;
 *   <li>{@code lacking_copies}: how many partitions of the site's topics have a copy that is not in
 *       sync. Records go on while {@code min.insync.replicas} are left, so this is told without
 *       being trouble;
 *   <li>{@code leaderless}: how many of these partitions have no leader, which is trouble. The dead
 *       letters of such a topic count as at the last check.
 * </ul>
 *
 * Owns the shared clients.
 */
public final class KafkaProbe implements Probe {
  private static final int MOST_IN_MESSAGE = 5;

  private final KafkaAccess kafka;
  private final String deadLetterTopic;
  private final Supplier<ConnectFacts> facts;
  private final DeadLetters deadLetters;

  /** Topics of other sinks that we may not see or read. */
  private final Set<String> refused = new HashSet<>();

  /** The count of each topic at the last check. */
  private Map<String, Long> before = Map.of();

  private long grown;

  /**
   * @param facts names the dead-letter topics of other sinks
   */
  public KafkaProbe(KafkaAccess kafka, String deadLetterTopic, Supplier<ConnectFacts> facts) {
    this.kafka = kafka;
    this.deadLetters = new DeadLetters(kafka);
    this.deadLetterTopic = deadLetterTopic;
    this.facts = facts;
  }

  @Override
  public String name() {
    return "kafka";
  }

  @Override
  public Report check() throws ProbeException, InterruptedException {
    int brokers = kafka.call(client -> kafka.get(client.describeCluster().nodes())).size();
    ConnectFacts known = facts.get();
    DeadLetterTopics sinks = known.deadLetters();
    Set<String> others = new TreeSet<>(sinks.topics().values());
    others.remove(deadLetterTopic);
    others.removeAll(refused);
    Map<String, Long> counts = new TreeMap<>();
    Map<TopicPartition, Long> ends = count(deadLetterTopic, counts);
    Map<TopicPartition, Long> all = new HashMap<>(ends);
    for (String other : others) {
      try {
        all.putAll(count(other, counts));
      } catch (ProbeException e) {
        refused(other, e);
      }
    }
    grow(counts);
    Map<String, @Nullable Object> detail = new LinkedHashMap<>();
    detail.put("brokers", brokers);
    detail.put("failed", sum(counts));
    detail.put("failed_grown", grown);
    detail.put("failed_by_topic", counts);
    detail.put("failed_not_counted", uncounted(sinks));
    detail.put("last_failed", last(ends, all, others));
    Set<String> named = topics(known);
    named.addAll(others);
    KafkaAccess.Copies copies = kafka.copies(named);
    detail.put("lacking_copies", copies.lacking());
    detail.put("leaderless", copies.leaderless().size());
    // A dead letter has the key of its record, and all records of a series share one key.
    Set<String> there = new TreeSet<>();
    all.keySet().forEach(partition -> there.add(partition.topic()));
    Set<String> compacted = there.isEmpty() ? there : new TreeSet<>(kafka.compacted(there));
    return new Report(
        compacted.isEmpty() && copies.leaderless().isEmpty() ? State.UP : State.DEGRADED,
        brokers
            + (brokers == 1 ? " broker" : " brokers")
            + leaderless(copies)
            + lacking(copies)
            + (compacted.isEmpty()
                ? ""
                : "; Kafka may remove dead letters of "
                    + String.join(", ", compacted)
                    + " for a newer one of the same key: set cleanup.policy=delete, now compact"),
        detail,
        List.of(
            Gauge.of(
                "hissrv_pipeline_failed",
                "Records in the dead-letter topics.",
                (double) sum(counts)),
            Gauge.of(
                "hissrv_kafka_partitions_lacking_copies",
                "Partitions of the site's topics with a copy that is not in sync.",
                (double) copies.lacking()),
            Gauge.of(
                "hissrv_kafka_partitions_leaderless",
                "Partitions of the site's topics without a leader.",
                (double) copies.leaderless().size())));
  }

  /** Returns the topics of source and sink as far as Connect has named them. */
  private Set<String> topics(ConnectFacts known) throws ProbeException, InterruptedException {
    Set<String> topics = new TreeSet<>(known.sourceTopics());
    SinkTopics sink = known.sinkTopics();
    topics.addAll(sink.regex().isEmpty() ? sink.names() : sink.among(kafka.topics()));
    topics.add(deadLetterTopic);
    return topics;
  }

  private static String leaderless(KafkaAccess.Copies copies) {
    int count = copies.leaderless().size();
    return count == 0
        ? ""
        : "; "
            + count
            + " of "
            + copies.partitions()
            + (count == 1 ? " partitions has no leader (" : " partitions have no leader (")
            + NoLeaderException.names(copies.leaderless())
            + "): no broker with a copy in sync is up";
  }

  private static String lacking(KafkaAccess.Copies copies) {
    if (copies.lacking() == 0) {
      return "";
    }
    List<String> names = copies.topics().stream().limit(MOST_IN_MESSAGE).toList();
    return "; "
        + copies.lacking()
        + " of "
        + copies.partitions()
        + " partitions lack a copy that is in sync ("
        + String.join(", ", names)
        + (names.size() < copies.topics().size() ? ", …" : "")
        + "): a broker is away or behind";
  }

  /**
   * Adds the topic's count to the others; without a leader, the last one that is known. Returns the
   * ends of what can be read.
   */
  private Map<TopicPartition, Long> count(String topic, Map<String, Long> counts)
      throws ProbeException, InterruptedException {
    try {
      Map<TopicPartition, Long> ends =
          kafka.offsets(kafka.partitions(Set.of(topic)), OffsetSpec.latest());
      counts.put(topic, sum(ends));
      return ends;
    } catch (NoLeaderException e) {
      Long last = before.get(topic);
      if (last != null) {
        counts.put(topic, last);
      }
      return Map.of();
    }
  }

  private static long sum(Map<?, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Adds the growth of each topic; a topic's records at its first check are no growth. */
  private void grow(Map<String, Long> counts) {
    counts.forEach(
        (topic, count) -> {
          Long last = before.get(topic);
          if (last != null) {
            // If the topic was created again, all of its records are new.
            grown += count < last ? count : count - last;
          }
        });
    before = Map.copyOf(counts);
  }

  /**
   * Notes a topic that we may not read. Somebody else's topic is no trouble of ours, but it is
   * reported.
   */
  private void refused(String topic, ProbeException e) throws ProbeException {
    if (!(e.getCause() instanceof AuthorizationException)) {
      throw e;
    }
    refused.add(topic);
  }

  private Map<String, String> uncounted(DeadLetterTopics sinks) {
    Map<String, String> uncounted = new TreeMap<>(sinks.uncounted());
    sinks
        .topics()
        .forEach(
            (sink, topic) -> {
              if (refused.contains(topic)) {
                uncounted.put(
                    sink,
                    "the right Describe, or Read, on its dead-letter topic "
                        + topic
                        + " is missing; restart this service when it is there");
              }
            });
    return uncounted;
  }

  /** Returns the latest dead letters of all topics that may be read. */
  private List<Map<String, @Nullable Object>> last(
      Map<TopicPartition, Long> own, Map<TopicPartition, Long> all, Set<String> others)
      throws ProbeException, InterruptedException {
    try {
      return deadLetters.last(all);
    } catch (ProbeException e) {
      if (others.isEmpty()) {
        throw e;
      }
      for (String other : others) {
        refused(other, e);
      }
      return deadLetters.last(own);
    }
  }

  @Override
  public void close() {
    deadLetters.close();
    kafka.close();
  }
}
