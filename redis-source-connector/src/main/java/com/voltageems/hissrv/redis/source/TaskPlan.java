package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.reader.Slices;
import com.voltageems.hissrv.redis.source.type.Source;
import java.util.ArrayList;
import java.util.List;

/**
 * Which task reads which sources. Every task reads the divisible sources, by slices; the others are
 * assigned in turn. Pure, and the same on every worker, so a task needs only its number.
 */
final class TaskPlan {
  private TaskPlan() {}

  /** Returns how many tasks are useful: more would have nothing to do. */
  static int tasks(List<Source> sources, int maxTasks) {
    boolean divisible = sources.stream().anyMatch(Source::isDivisible);
    int useful = divisible ? Slices.COUNT : sources.size();
    return Math.max(1, Math.min(maxTasks, useful));
  }

  /**
   * Returns the sources that task number {@code task} of {@code tasks} reads, in whole or in part.
   */
  static List<Source> of(List<Source> sources, int task, int tasks) {
    List<Source> mine = new ArrayList<>();
    int indivisible = 0;
    for (Source source : sources) {
      if (source.isDivisible()) {
        mine.add(source);
      } else if (indivisible++ % tasks == task) {
        mine.add(source);
      }
    }
    return mine;
  }
}
