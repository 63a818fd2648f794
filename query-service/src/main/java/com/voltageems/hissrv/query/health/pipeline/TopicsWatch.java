package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.SinkTopics;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether what the sink is to read is there, and stays until it is read. A topic may come with its
 * first record, so one that is missing is only named; none at all for {@code stuck.after.ms} is
 * trouble, and so is one of the source's that Kafka compacts. Pure: no clock, no Kafka. One thread.
 */
final class TopicsWatch {
  private static final int MOST_IN_MESSAGE = 5;

  private final Duration stuckAfter;
  private @Nullable Instant noneSince;

  /**
   * What a look found.
   *
   * @param late whether that is trouble
   * @param words what is wrong, for people; empty where nothing is
   */
  record Found(boolean late, String words) {
    static final Found ALL = new Found(false, "");
  }

  TopicsWatch(Duration stuckAfter) {
    this.stuckAfter = stuckAfter;
  }

  /**
   * Takes a look in.
   *
   * @param missing those of the names that do not exist, and the expression where no topic matches
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
   * With what is wrong about topics of which Kafka keeps the newest record of each key only. Each
   * record of the source is a sample, all those of a series have one key, so that any of them may
   * be gone before it is read; with others' topics that may be meant.
   *
   * @param compacted the topics
   * @param source what the source's topics begin with; empty where that is not known
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

  /** The clock was set by so much. */
  void moved(Duration step) {
    noneSince = noneSince == null ? null : noneSince.plus(step);
  }

  private static String list(List<String> names) {
    int more = names.size() - MOST_IN_MESSAGE;
    return String.join(", ", names.subList(0, Math.min(MOST_IN_MESSAGE, names.size())))
        + (more > 0 ? " and " + more + " more" : "");
  }
}
