package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.SinkTopics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether what the sink is to read is there. A topic may come with its first record, so one that is
 * missing is only named; none at all for {@code stuck.after.ms} is trouble. Pure: no clock, no
 * Kafka. One thread.
 */
final class TopicsWatch {
  private static final int MOST_IN_MESSAGE = 5;

  private final Duration stuckAfter;
  private @Nullable Instant noneSince;

  /**
   * What a look found.
   *
   * @param late whether none is there for too long
   * @param words what is missing, for people; empty where nothing is
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
