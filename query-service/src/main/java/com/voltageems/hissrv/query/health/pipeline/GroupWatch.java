package com.voltageems.hissrv.query.health.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Whether others read in the sink's consumer group: a consumer that somebody gave its {@code
 * group.id}, or a connector of the same name in another Connect cluster. Kafka deals the partitions
 * out among all of them, and what others read and commit never comes to the sink, which cannot
 * know. Pure: no clock, no Kafka. One thread.
 */
final class GroupWatch {
  /** A member that was killed stays in the group for as long as its session lasts (45 s). */
  private static final Duration LEAST = Duration.ofMinutes(1);

  private static final int MOST_IN_MESSAGE = 3;

  private final String sink;
  private final String group;
  private final String ours;
  private final Duration patience;
  private @Nullable Instant since;

  /**
   * A member of the group.
   *
   * @param client its {@code client.id}
   * @param host where it is, as Kafka tells it
   */
  record Member(String client, String host, Set<TopicPartition> partitions) {
    Member {
      partitions = Set.copyOf(partitions);
    }

    private String words() {
      String read =
          partitions.stream()
              .sorted(
                  Comparator.comparing(TopicPartition::topic)
                      .thenComparing(TopicPartition::partition))
              .limit(MOST_IN_MESSAGE)
              .map(one -> one.topic() + " partition " + one.partition())
              .collect(Collectors.joining(", "));
      int more = partitions.size() - MOST_IN_MESSAGE;
      return client
          + " on "
          + host.replaceFirst("^/", "")
          + (read.isEmpty() ? " reads nothing at the moment" : " reads " + read)
          + (more > 0 ? " and " + more + " more" : "");
    }
  }

  /**
   * What a look found.
   *
   * @param late whether it is so for too long
   * @param words who the others are; empty where there are none
   */
  record Found(boolean late, String words) {
    static final Found NONE = new Found(false, "");
  }

  /**
   * @param sink the connector's name
   * @param stuckAfter how long there may be others, but a minute at least
   */
  GroupWatch(String sink, String group, Duration stuckAfter) {
    this.sink = sink;
    this.group = group;
    this.ours = "connector-consumer-" + sink + "-";
    this.patience = stuckAfter.compareTo(LEAST) > 0 ? stuckAfter : LEAST;
  }

  /** Takes a look in. */
  Found look(Collection<Member> members, Instant now) {
    String words = words(members);
    Instant began = words.isEmpty() ? null : since == null ? now : since;
    since = began;
    if (began == null) {
      return Found.NONE;
    }
    return Duration.between(began, now).compareTo(patience) >= 0
        ? new Found(true, words)
        : Found.NONE;
  }

  /** The clock was set by so much. */
  void moved(Duration step) {
    since = since == null ? null : since.plus(step);
  }

  private String words(Collection<Member> members) {
    List<Member> strangers = new ArrayList<>();
    Map<String, List<Member>> tasks = new HashMap<>();
    for (Member member : members) {
      if (isOurs(member.client())) {
        tasks.computeIfAbsent(member.client(), client -> new ArrayList<>()).add(member);
      } else {
        strangers.add(member);
      }
    }
    // Where none has the name that Connect gives, the workers set another one for all.
    if (!strangers.isEmpty() && !tasks.isEmpty()) {
      return "others read in the sink's consumer group "
          + group
          + "; "
          + list(strangers)
          + "; what they read is not written to the database: give them another group.id";
    }
    List<Member> twice =
        tasks.values().stream().filter(same -> same.size() > 1).flatMap(List::stream).toList();
    return twice.isEmpty()
        ? ""
        : "two connectors called "
            + sink
            + " share the consumer group "
            + group
            + ", each in a Connect cluster of its own; "
            + list(twice)
            + "; each writes only what it reads to its database: give one of them another name";
  }

  /** As Connect calls the consumer of a task, unless a setting gives it another client.id. */
  private boolean isOurs(String client) {
    return client.startsWith(ours) && client.substring(ours.length()).matches("[0-9]+");
  }

  private static String list(List<Member> members) {
    int more = members.size() - MOST_IN_MESSAGE;
    return members.stream()
            .sorted(Comparator.comparing(Member::client).thenComparing(Member::host))
            .limit(MOST_IN_MESSAGE)
            .map(Member::words)
            .collect(Collectors.joining("; "))
        + (more > 0 ? "; and " + more + " more" : "");
  }
}
