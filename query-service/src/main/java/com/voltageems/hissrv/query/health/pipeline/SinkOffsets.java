package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.ProbeException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.jspecify.annotations.Nullable;

/** What the sink connector's consumer group reads, and how far it has committed. */
final class SinkOffsets {
  private final KafkaAccess kafka;
  private final String group;

  /**
   * @param sink the connector's name
   */
  SinkOffsets(KafkaAccess kafka, String sink) {
    this.kafka = kafka;
    this.group = "connect-" + sink;
  }

  String group() {
    return group;
  }

  Map<TopicPartition, OffsetAndMetadata> committed() throws ProbeException, InterruptedException {
    return kafka.call(
        client -> {
          Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
          try {
            Map<TopicPartition, OffsetAndMetadata> answer =
                kafka.get(client.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
            answer.forEach(
                (partition, offset) -> {
                  if (offset != null) {
                    committed.put(partition, offset);
                  }
                });
          } catch (ExecutionException e) {
            if (!(e.getCause() instanceof GroupIdNotFoundException)) {
              throw e;
            }
            // The sink has not committed anything yet.
          }
          return committed;
        });
  }

  /** Those with a committed offset or a task that reads them, and that still exist. */
  Set<TopicPartition> partitions(Set<TopicPartition> committed)
      throws ProbeException, InterruptedException {
    Set<TopicPartition> wanted = new HashSet<>(committed);
    wanted.addAll(kafka.call(this::assigned));
    Set<String> topics = new HashSet<>();
    wanted.forEach(partition -> topics.add(partition.topic()));
    wanted.retainAll(kafka.partitions(topics));
    return wanted;
  }

  private Set<TopicPartition> assigned(Admin client)
      throws ExecutionException, InterruptedException, TimeoutException {
    Set<TopicPartition> assigned = new HashSet<>();
    try {
      @Nullable ConsumerGroupDescription description =
          kafka.get(client.describeConsumerGroups(List.of(group)).all()).get(group);
      if (description != null) {
        description
            .members()
            .forEach(member -> assigned.addAll(member.assignment().topicPartitions()));
      }
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw e;
      }
      // No task has joined it yet.
    }
    return assigned;
  }
}
