package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.pipeline.SourceStatus.Part;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The last report of each of the source's tasks, and which of it is trouble. Pure: no clock, no
 * Kafka. For one thread.
 *
 * <p>Three clocks are involved. How long a part is stuck is measured by the worker's own clock up
 * to the record, and by ours from then on; but the start is never later than our first report of
 * it, because the worker's clock may be set back. The time of arrival is Kafka's time of the
 * record, but never before our last check nor after this one.
 */
final class SourceWatch {
  /** Limits the memory, because the topic may hold any number of tasks. */
  private static final int MOST_TASKS = 1000;

  private final Duration stuckAfter;
  private final UnmadeWindows unmade = new UnmadeWindows();
  private final Map<Integer, Told> tasks = new TreeMap<>();
  private @Nullable Instant lastLook;

  /**
   * The last record of a task, and when it came.
   *
   * @param idleSince since when the waiting data has not become less, by part
   * @param stuckBy when it was first reported that a part is stuck in its present way, by part
   */
  private record Told(
      SourceStatus status,
      Instant arrived,
      Map<String, Instant> idleSince,
      Map<String, Instant> stuckBy) {
    Told moved(Duration step) {
      return new Told(status, arrived.plus(step), moved(idleSince, step), moved(stuckBy, step));
    }

    private static Map<String, Instant> moved(Map<String, Instant> times, Duration step) {
      Map<String, Instant> moved = new HashMap<>(times);
      moved.replaceAll((part, time) -> time.plus(step));
      return moved;
    }

    private @Nullable Part part(String name) {
      return status.parts().stream()
          .filter(one -> one.name().equals(name))
          .findFirst()
          .orElse(null);
    }
  }

  /**
   * The present state of a task.
   *
   * @param told when the last report came
   * @param overdue whether the next report should have come by now
   * @param redisAhead how far Redis's clock was ahead of the worker's
   * @param shared who else reads the same from Redis; empty if nobody does
   */
  record TaskView(
      int task,
      Instant told,
      long intervalMillis,
      boolean overdue,
      Duration redisAhead,
      String shared,
      List<PartView> parts) {}

  /**
   * The present state of a part of a task.
   *
   * @param since the start of the trouble, if there is any: stuck, or waiting without progress
   * @param trouble whether it has lasted too long
   * @param newestAge the age of the newest sample, by our clock
   * @param unmade whether the trouble is that nobody makes windows, though live values come
   */
  record PartView(
      Part part,
      @Nullable Instant since,
      boolean trouble,
      @Nullable Duration newestAge,
      boolean unmade) {}

  SourceWatch(Duration stuckAfter) {
    this.stuckAfter = stuckAfter;
  }

  /**
   * Takes in a record; records must come in the order of the topic.
   *
   * @param timestamp the record's time in Kafka
   */
  void told(SourceStatus status, Instant timestamp, Instant now) {
    Told before = tasks.get(status.task());
    if (before == null && tasks.size() >= MOST_TASKS) {
      return;
    }
    Instant arrived = PartitionWatch.between(timestamp, lastLook, now);
    Map<String, Instant> idle = new HashMap<>();
    Map<String, Instant> stuck = new HashMap<>();
    for (Part part : status.parts()) {
      idleSince(before, status, part, arrived).ifPresent(since -> idle.put(part.name(), since));
      if (part.isStuck()) {
        stuck.put(part.name(), stuckBy(before, part, arrived));
      }
    }
    tasks.put(status.task(), new Told(status, arrived, idle, stuck));
  }

  private static Instant stuckBy(@Nullable Told before, Part part, Instant arrived) {
    Part last = before == null ? null : before.part(part.name());
    boolean same = last != null && last.isStuck() && Objects.equals(last.since(), part.since());
    Instant by = same && before != null ? before.stuckBy().get(part.name()) : null;
    return by == null ? arrived : by;
  }

  /**
   * Returns since when the part leaves waiting data untouched; empty if it takes some or nothing
   * waits.
   */
  private static Optional<Instant> idleSince(
      @Nullable Told before, SourceStatus status, Part part, Instant arrived) {
    Long waiting = part.waiting();
    Long newest = part.newest();
    if (waiting == null || waiting == 0 || (newest != null && newest > status.timeMillis())) {
      // A sample from the future hides later samples: then we cannot know.
      return Optional.empty();
    }
    Part last = before == null ? null : before.part(part.name());
    boolean same =
        last != null
            && last.waiting() != null
            && last.waiting() <= waiting
            && Objects.equals(last.newest(), newest);
    Instant since = same && before != null ? before.idleSince().get(part.name()) : null;
    return Optional.of(since == null ? arrived : since);
  }

  /** Moves the remembered times after the clock was set. */
  void moved(Duration step) {
    lastLook = lastLook == null ? null : lastLook.plus(step);
    unmade.moved(step);
    tasks.replaceAll((task, told) -> told.moved(step));
  }

  /** Ends a check: later records have arrived after this moment. */
  void looked(Instant now) {
    lastLook = now;
  }

  /**
   * Returns the present state of all tasks.
   *
   * @param expected whether a task of this number still exists
   */
  List<TaskView> view(IntPredicate expected, Instant now) {
    tasks.keySet().removeIf(task -> !expected.test(task));
    List<TaskView> views = new ArrayList<>();
    tasks.forEach(
        (number, told) -> {
          SourceStatus status = told.status();
          Duration silent = Duration.between(told.arrived(), now);
          boolean overdue = silent.compareTo(stuckAfter.plusMillis(status.intervalMillis())) > 0;
          List<PartView> parts =
              status.parts().stream().map(part -> view(told, part, now)).toList();
          views.add(
              new TaskView(
                  number,
                  told.arrived(),
                  status.intervalMillis(),
                  overdue,
                  Duration.ofMillis(status.redisAheadMillis()),
                  status.shared(),
                  parts));
        });
    return unmade.marked(views, now);
  }

  private PartView view(Told told, Part part, Instant now) {
    SourceStatus status = told.status();
    Long newest = part.newest();
    Duration newestAge =
        newest == null
            ? null
            : sinceTold(told, Duration.ofMillis(status.timeMillis() - newest), now);
    if (part.isStuck()) {
      long since = part.since() == null ? status.timeMillis() : part.since();
      Duration before = Duration.ofMillis(Math.max(0, status.timeMillis() - since));
      Instant reckoned = now.minus(sinceTold(told, before, now));
      Instant by = told.stuckBy().getOrDefault(part.name(), now);
      Instant begun = reckoned.isBefore(by) ? reckoned : by;
      boolean trouble = Duration.between(begun, now).compareTo(stuckAfter) >= 0;
      return new PartView(part, begun, trouble, newestAge, false);
    }
    Instant idle = told.idleSince().get(part.name());
    if (idle != null && Duration.between(idle, now).compareTo(patience(status)) >= 0) {
      return new PartView(part, idle, true, newestAge, false);
    }
    return new PartView(part, null, false, newestAge, false);
  }

  /** Returns a duration that the task measured for its report, plus the time since then. */
  private static Duration sinceTold(Told told, Duration then, Instant now) {
    return then.plus(Duration.between(told.arrived(), now));
  }

  /** Several reports of a task in succession must agree. */
  private Duration patience(SourceStatus status) {
    Duration several = Duration.ofMillis(status.intervalMillis()).multipliedBy(6);
    return several.compareTo(stuckAfter) > 0 ? several : stuckAfter;
  }
}
