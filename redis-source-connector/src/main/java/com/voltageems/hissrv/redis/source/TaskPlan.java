package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.config.SourceSpec;
import com.voltageems.hissrv.redis.source.reader.Slices;
import java.util.ArrayList;
import java.util.List;

/**
 * Which task does what. Divisible sources are on every task, by slices; the others are dealt out in
 * turn. Pure, and the same on every worker, so a task needs only its number.
 */
final class TaskPlan {
  private TaskPlan() {}

  /** How many tasks make sense: more would have nothing to do. */
  static int tasks(List<SourceSpec> specs, int maxTasks) {
    boolean divisible = specs.stream().anyMatch(spec -> spec.type().isDivisible());
    int useful = divisible ? Slices.COUNT : specs.size();
    return Math.max(1, Math.min(maxTasks, useful));
  }

  /** The sources that task number {@code task} of {@code tasks} reads, in whole or in part. */
  static List<SourceSpec> of(List<SourceSpec> specs, int task, int tasks) {
    List<SourceSpec> mine = new ArrayList<>();
    int indivisible = 0;
    for (SourceSpec spec : specs) {
      if (spec.type().isDivisible()) {
        mine.add(spec);
      } else if (indivisible++ % tasks == task) {
        mine.add(spec);
      }
    }
    return mine;
  }
}
