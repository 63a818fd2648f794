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
 * Checks whether others read in the sink's consumer group: a consumer with its {@code group.id}, or
 * a connector of the same name in another Connect cluster. Kafka distributes the partitions among
 * all of them; the sink never gets what others read and commit, and cannot know it. Pure: no clock,
 * no Kafka. For one thread.
 */
final class GroupWatch {
  /** A member that was killed stays in the group until its session ends (45 s). */
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
   * @param host its host, in Kafka's form
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
   * The result of a check.
   *
   * @param late whether others have been in the group for too long
   * @param words names the others; empty if there are none
   */
  record Found(boolean late, String words) {
    static final Found NONE = new Found(false, "");
  }

  /**
   * @param sink the connector's name
   * @param stuckAfter how long others may be in the group, but at least a minute
   */
  GroupWatch(String sink, String group, Duration stuckAfter) {
    this.sink = sink;
    this.group = group;
    this.ours = "connector-consumer-" + sink + "-";
    this.patience = stuckAfter.compareTo(LEAST) > 0 ? stuckAfter : LEAST;
  }

  /** Evaluates the members of one check. */
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

  /** Moves the remembered time after the clock was set. */
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
    // If no member has the name that Connect gives, the workers set another name for all tasks.
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

  /**
   * Returns whether the name is Connect's name for a task's consumer, which is used unless a
   * setting gives another client.id.
   */
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
