package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.SinkTopics;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether the topics that the sink reads exist, and keep their records until these are read.
 * A topic may be created with its first record, so a missing topic is only named. It is trouble if
 * no topic exists for {@code stuck.after.ms}, and if Kafka compacts one of the source's topics.
 * Pure: no clock, no Kafka. For one thread.
 */
final class TopicsWatch {
  private static final int MOST_IN_MESSAGE = 5;

  private final Duration stuckAfter;
  private @Nullable Instant noneSince;

  /**
   * The result of a check.
   *
   * @param late whether it is trouble
   * @param words what is wrong, for people; empty if nothing is
   */
  record Found(boolean late, String words) {
    static final Found ALL = new Found(false, "");
  }

  TopicsWatch(Duration stuckAfter) {
    this.stuckAfter = stuckAfter;
  }

  /**
   * Evaluates one check.
   *
   * @param missing those of the names that do not exist, and the pattern if no topic matches it
   */
  Found look(SinkTopics topics, Set<String> missing, Instant now) {
    List<String> names = topics.names();
    boolean unmatched = !topics.regex().isEmpty() && missing.contains(topics.regex());
    boolean none = unmatched || (!names.isEmpty() && missing.containsAll(names));
    Instant since = none ? (noneSince == null ? now : noneSince) : null;
    noneSince = since;
    if (since != null) {
      boolean late = Duration.between(since, now).compareTo(stuckAfter) >= 0;
      return new Found(
          late,
          unmatched
              ? "no topic matches the sink's topics.regex: " + topics.regex()
              : "none of the sink's topics exists: " + list(names));
    }
    List<String> named = names.stream().filter(missing::contains).toList();
    return named.isEmpty() ? Found.ALL : new Found(false, "not there yet: " + list(named));
  }

  /**
   * Adds what is wrong with topics of which Kafka keeps only the newest record of each key. Each
   * record of the source is a sample, and all records of a series share one key, so any of them may
   * be removed before it is read. For topics of others this may be intended.
   *
   * @param compacted the topics
   * @param source the prefix of the source's topics; empty if unknown
   */
  static Found withCompacted(Found found, Collection<String> compacted, String source) {
    if (compacted.isEmpty()) {
      return found;
    }
    List<String> names = compacted.stream().sorted().toList();
    boolean late = !source.isEmpty() && names.stream().anyMatch(name -> name.startsWith(source));
    String words =
        "Kafka may remove records of "
            + list(names)
            + " before the sink has read them, for a newer one of the same key: set"
            + " cleanup.policy=delete, now compact";
    return new Found(
        found.late() || late, found.words().isEmpty() ? words : found.words() + "; " + words);
  }

  /** Moves the remembered time after the clock was set. */
  void moved(Duration step) {
    noneSince = noneSince == null ? null : noneSince.plus(step);
  }

  private static String list(List<String> names) {
    int more = names.size() - MOST_IN_MESSAGE;
    return String.join(", ", names.subList(0, Math.min(MOST_IN_MESSAGE, names.size())))
        + (more > 0 ? " and " + more + " more" : "");
  }
}
