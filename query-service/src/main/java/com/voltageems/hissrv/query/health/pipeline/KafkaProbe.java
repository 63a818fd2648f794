package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.ProbeException;
import com.voltageems.hissrv.query.health.Report;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Whether the cluster answers, and keeps dead letters. Its detail {@code failed} is the number of
 * records ever written to the dead-letter topic, {@code last_failed} the last of them: when, from
 * where and why. Owns the shared clients.
 */
public final class KafkaProbe implements Probe {
  private final KafkaAccess kafka;
  private final String deadLetterTopic;
  private final DeadLetters deadLetters;

  public KafkaProbe(KafkaAccess kafka, String deadLetterTopic) {
    this.kafka = kafka;
    this.deadLetters = new DeadLetters(kafka);
    this.deadLetterTopic = deadLetterTopic;
  }

  @Override
  public String name() {
    return "kafka";
  }

  @Override
  public Report check() throws ProbeException, InterruptedException {
    int brokers = kafka.call(client -> kafka.get(client.describeCluster().nodes())).size();
    Map<TopicPartition, Long> ends =
        kafka.offsets(kafka.partitions(Set.of(deadLetterTopic)), OffsetSpec.latest());
    long failed = ends.values().stream().mapToLong(Long::longValue).sum();
    Map<String, @Nullable Object> detail = new LinkedHashMap<>();
    detail.put("brokers", brokers);
    detail.put("failed", failed);
    detail.put("last_failed", deadLetters.last(ends));
    // A dead letter has the key of its record, which those of a series have in common.
    boolean compacted = !ends.isEmpty() && !kafka.compacted(Set.of(deadLetterTopic)).isEmpty();
    return new Report(
        compacted ? State.DEGRADED : State.UP,
        brokers
            + (brokers == 1 ? " broker" : " brokers")
            + (compacted
                ? "; Kafka may remove dead letters of "
                    + deadLetterTopic
                    + " for a newer one of the same key: set cleanup.policy=delete, now compact"
                : ""),
        detail,
        List.of(
            Gauge.of(
                "hissrv_pipeline_failed", "Records in the dead-letter topic.", (double) failed)));
  }

  @Override
  public void close() {
    deadLetters.close();
    kafka.close();
  }
}
