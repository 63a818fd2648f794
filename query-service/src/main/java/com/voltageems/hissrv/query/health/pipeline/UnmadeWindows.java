package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.pipeline.SourceStatus.Part;
import com.voltageems.hissrv.query.health.pipeline.SourceWatch.PartView;
import com.voltageems.hissrv.query.health.pipeline.SourceWatch.TaskView;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Detects windows that nobody makes although live values come: cron has never run, or no longer
 * does, or the aggregation's pattern matches no key. Pure: no clock, no Kafka. For one thread.
 */
final class UnmadeWindows {
  /** Live values no older than this come at present. */
  private static final Duration RECENT = Duration.ofMinutes(5);

  /** The least time that a window may be late: a trigger or a reader may stumble. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Since when live values have come at each check; null where they do not. */
  private @Nullable Instant liveSince;

  /** Since when a task has had no window since it started. */
  private Map<Windows, Instant> noneSince = new HashMap<>();

  private record Windows(int task, String name) {}

  /** Moves the remembered times after the clock was set. */
  void moved(Duration step) {
    liveSince = liveSince == null ? null : liveSince.plus(step);
    noneSince.replaceAll((windows, since) -> since.plus(step));
  }

  /**
   * Marks the parts whose windows are late. One task may read only devices that have none: what
   * counts is the newest window of all tasks, and the task that has had none for the shortest time.
   * After an outage, windows have the same time to come as at first.
   *
   * @return the same tasks; of several that read the same windows, the first one tells, once
   */
  List<TaskView> marked(List<TaskView> tasks, Instant now) {
    List<PartView> all = tasks.stream().flatMap(task -> task.parts().stream()).toList();
    boolean isLive = all.stream().anyMatch(UnmadeWindows::isLive);
    Instant live = isLive && liveSince == null ? now : liveSince;
    liveSince = isLive ? live : null;
    Map<String, Instant> from = from(tasks, now);
    boolean off = all.stream().anyMatch(view -> view.part().isAggregation() && view.trouble());
    if (off || !isLive || live == null) {
      return tasks;
    }
    // A window's time is its start: the next one is whole two lengths later.
    from.replaceAll((name, since) -> since.isAfter(live) ? since : live);
    return tasks.stream().map(task -> marked(task, from, now)).toList();
  }

  private static boolean isLive(PartView view) {
    Duration age = view.newestAge();
    return view.part().type().equals("hash") && age != null && age.compareTo(RECENT) <= 0;
  }

  /** Returns the time of the newest window by part; where a task has none, since when. */
  private Map<String, Instant> from(List<TaskView> tasks, Instant now) {
    Map<Windows, Instant> none = new HashMap<>();
    Map<String, Instant> from = new HashMap<>();
    for (TaskView task : tasks) {
      for (PartView view : task.parts()) {
        if (view.part().windowMillis() == 0) {
          continue;
        }
        Windows windows = new Windows(task.task(), view.part().name());
        Duration age = view.newestAge();
        if (age == null) {
          none.put(windows, noneSince.getOrDefault(windows, now));
        }
        Instant since = age == null ? none.getOrDefault(windows, now) : now.minus(age);
        from.merge(windows.name(), since, (one, other) -> one.isAfter(other) ? one : other);
      }
    }
    noneSince = none;
    return from;
  }

  private static TaskView marked(TaskView task, Map<String, Instant> from, Instant now) {
    List<PartView> parts = new ArrayList<>();
    for (PartView view : task.parts()) {
      Part part = view.part();
      Duration window = Duration.ofMillis(part.windowMillis());
      Duration patience = window.compareTo(PATIENCE) > 0 ? window : PATIENCE;
      Instant since = view.since() == null ? from.get(part.name()) : null;
      Instant due = since == null ? now : since.plus(window.multipliedBy(2));
      if (Duration.between(due, now).compareTo(patience) >= 0) {
        from.remove(part.name());
        Instant at = due.truncatedTo(ChronoUnit.SECONDS);
        parts.add(new PartView(part, at, true, view.newestAge(), true));
      } else {
        parts.add(view);
      }
    }
    return new TaskView(
        task.task(),
        task.told(),
        task.intervalMillis(),
        task.overdue(),
        task.redisAhead(),
        task.shared(),
        parts);
  }
}
