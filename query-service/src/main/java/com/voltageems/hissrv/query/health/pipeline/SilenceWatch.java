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
 * Detects tasks of the source that have never reported anything, though they should have by now. A
 * task's first report comes when it starts, so waiting for {@code stuck.after.ms} from our first
 * check on is enough. Pure: no clock, no Kafka. For one thread.
 */
final class SilenceWatch {
  /** Represents all tasks if their number is unknown. */
  static final int WHOLE = -1;

  /** Limits the memory, because Connect may report any number. */
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

  /** Returns whether the source reports nothing by intent, or cannot report. */
  static boolean isByIntent(Telling telling) {
    return telling.kind() == Telling.Kind.OFF || telling.kind() == Telling.Kind.OLDER;
  }

  /**
   * Returns whether reports are expected.
   *
   * @param trace whether there is evidence of reports, used if the settings are unknown: the topic
   *     exists, or a task has reported before
   */
  static boolean isExpected(Telling telling, boolean trace) {
    return telling.kind() == Telling.Kind.ON || (telling.kind() == Telling.Kind.UNKNOWN && trace);
  }

  /** Moves the remembered times after the clock was set. */
  void moved(Duration step) {
    silent.replaceAll((task, since) -> since.plus(step));
  }

  /**
   * Evaluates one check.
   *
   * @param told the tasks that have a record in the topic
   * @param tasks the number of tasks, if known
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
