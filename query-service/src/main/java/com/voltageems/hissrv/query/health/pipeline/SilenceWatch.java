package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.Telling;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which tasks of the source have never told anything, though they should have by now. Its first
 * record comes when a task starts, so {@code stuck.after.ms} from our first look on is enough.
 * Pure: no clock, no Kafka. One thread.
 */
final class SilenceWatch {
  /** Stands for all tasks, where their number is not known. */
  static final int WHOLE = -1;

  /** Bound of the memory, whatever Connect says. */
  private static final int MOST_TASKS = 1000;

  private final Duration stuckAfter;
  private final Map<Integer, Instant> silent = new TreeMap<>();

  /**
   * A task that has reported nothing for too long.
   *
   * @param task its number or {@link #WHOLE}
   * @param since since when we have waited for it
   */
  record Silent(int task, Instant since) {}

  SilenceWatch(Duration stuckAfter) {
    this.stuckAfter = stuckAfter;
  }

  /** Whether it tells nothing by intent, or cannot. */
  static boolean isByIntent(Telling telling) {
    return telling.kind() == Telling.Kind.OFF || telling.kind() == Telling.Kind.OLDER;
  }

  /**
   * Whether a record is to be expected.
   *
   * @param trace whether anything speaks for it where the settings are not known: the topic is
   *     there, or a task has told before
   */
  static boolean isExpected(Telling telling, boolean trace) {
    return telling.kind() == Telling.Kind.ON || (telling.kind() == Telling.Kind.UNKNOWN && trace);
  }

  /** The clock was set by so much. */
  void moved(Duration step) {
    silent.replaceAll((task, since) -> since.plus(step));
  }

  /**
   * Takes a look in.
   *
   * @param told the tasks of which a record is in the topic
   * @param tasks how many there are, where that is known
   */
  List<Silent> look(boolean expected, Set<Integer> told, OptionalInt tasks, Instant now) {
    Set<Integer> missing = new TreeSet<>();
    if (expected && tasks.isPresent()) {
      for (int task = 0; task < Math.min(tasks.getAsInt(), MOST_TASKS); task++) {
        missing.add(task);
      }
      missing.removeAll(told);
    } else if (expected && told.isEmpty()) {
      missing.add(WHOLE);
    }
    silent.keySet().retainAll(missing);
    missing.forEach(task -> silent.putIfAbsent(task, now));
    List<Silent> late = new ArrayList<>();
    silent.forEach(
        (task, since) -> {
          if (Duration.between(since, now).compareTo(stuckAfter) >= 0) {
            late.add(new Silent(task, since));
          }
        });
    return late;
  }
}
