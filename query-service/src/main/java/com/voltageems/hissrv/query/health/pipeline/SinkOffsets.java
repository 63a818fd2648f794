package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.ProbeException;
import com.voltageems.hissrv.query.health.SinkTopics;
import com.voltageems.hissrv.query.health.kafka.KafkaAccess;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.jspecify.annotations.Nullable;

/** The partitions that the sink connector's consumer group reads, and how far it has committed. */
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

  /**
   * What the sink reads.
   *
   * @param partitions all existing partitions that belong to its topics, have a committed offset,
   *     or are assigned to a task
   * @param assigned the partitions that its tasks have
   * @param members the members of the group; empty before a task has joined it
   */
  record Reading(
      Set<TopicPartition> partitions,
      Set<TopicPartition> assigned,
      List<GroupWatch.Member> members) {
    /**
     * Returns the partitions that the tasks find when they look for new topics again, if they may
     * see them.
     */
    Set<TopicPartition> unfound(Set<TopicPartition> committed) {
      Set<TopicPartition> unfound = new HashSet<>(members.isEmpty() ? Set.of() : partitions);
      unfound.removeAll(assigned);
      unfound.removeAll(committed);
      return unfound;
    }
  }

  /**
   * Finds the partitions that the sink reads, including all partitions of its topics: a task that
   * may not see one of these topics has no partition of it, commits nothing, and does not know that
   * it exists.
   */
  Reading reading(Set<TopicPartition> committed, SinkTopics topics)
      throws ProbeException, InterruptedException {
    Collection<MemberDescription> members = kafka.call(this::members);
    Set<TopicPartition> assigned = new HashSet<>();
    members.forEach(member -> assigned.addAll(member.assignment().topicPartitions()));
    Set<TopicPartition> known = new HashSet<>(committed);
    known.addAll(assigned);
    Set<String> names = new HashSet<>();
    known.forEach(partition -> names.add(partition.topic()));
    Set<String> wanted =
        topics.equals(SinkTopics.UNKNOWN) ? Set.of() : topics.among(kafka.topics());
    names.addAll(wanted);
    Set<TopicPartition> found = new HashSet<>(kafka.partitions(names));
    found.removeIf(partition -> !known.contains(partition) && !wanted.contains(partition.topic()));
    return new Reading(found, assigned, members.stream().map(SinkOffsets::member).toList());
  }

  private static GroupWatch.Member member(MemberDescription member) {
    return new GroupWatch.Member(
        member.clientId(), member.host(), member.assignment().topicPartitions());
  }

  /**
   * Returns the partitions that end before the committed offset: their topic was deleted and
   * created again, and the task should begin at the start of the new one.
   *
   * @param ends the ends, which may be a moment old
   */
  Set<TopicPartition> madeAnew(
      Map<TopicPartition, OffsetAndMetadata> committed, Map<TopicPartition, Long> ends)
      throws ProbeException, InterruptedException {
    Set<TopicPartition> beyond = beyond(committed, ends);
    // Records may have come since, and a sink that does not wait for transactions is ahead of these
    // ends.
    return beyond.isEmpty() ? beyond : beyond(committed, kafka.written(beyond));
  }

  private static Set<TopicPartition> beyond(
      Map<TopicPartition, OffsetAndMetadata> committed, Map<TopicPartition, Long> ends) {
    Set<TopicPartition> beyond = new HashSet<>();
    committed.forEach(
        (partition, offset) -> {
          if (offset.offset() > ends.getOrDefault(partition, Long.MAX_VALUE)) {
            beyond.add(partition);
          }
        });
    return beyond;
  }

  private Collection<MemberDescription> members(Admin client)
      throws ExecutionException, InterruptedException, TimeoutException {
    try {
      @Nullable ConsumerGroupDescription description =
          kafka.get(client.describeConsumerGroups(List.of(group)).all()).get(group);
      return description == null ? List.of() : description.members();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw e;
      }
      return List.of(); // No task has joined it yet.
    }
  }
}
