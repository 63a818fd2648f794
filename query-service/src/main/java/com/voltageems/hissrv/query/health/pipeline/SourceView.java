package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.ClockGap;
import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.Telling;
import com.voltageems.hissrv.query.health.pipeline.SilenceWatch.Silent;
import com.voltageems.hissrv.query.health.pipeline.SourceStatus.Part;
import com.voltageems.hissrv.query.health.pipeline.SourceWatch.PartView;
import com.voltageems.hissrv.query.health.pipeline.SourceWatch.TaskView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Shows the source's tasks to people and in {@code /metrics}. Pure. */
final class SourceView {
  private static final int MOST_IN_MESSAGE = 5;

  private final String connector;
  private final String topic;

  /**
   * @param topic the topic that we read, {@code kafka.status.topic}
   */
  SourceView(String connector, String topic) {
    this.connector = connector;
    this.topic = topic;
  }

  /**
   * The reports that never came.
   *
   * @param late tasks whose report is overdue
   * @param topicThere whether the topic exists
   * @param missing topics that the source writes to and that do not exist; only looked up if a
   *     report is late
   */
  record Silence(List<Silent> late, boolean topicThere, Telling telling, Set<String> missing) {}

  /** Returns the report for a source that reports nothing and is not expected to. */
  Report byIntent(Telling telling) {
    return Report.of(
        State.UP,
        telling.kind() == Telling.Kind.OFF
            ? "reports nothing: the source's status.topic is empty"
            : "reports nothing: the source's plugin is an older version without status.topic",
        Map.of());
  }

  /**
   * @param silence the missing reports
   * @param largest if a task failed at a record that is too large for its topic, the bytes of the
   *     largest that each topic takes
   * @param unreadable number of records in the topic that none of our tasks can have written
   */
  Report report(
      List<TaskView> tasks,
      Silence silence,
      Map<String, String> largest,
      long unreadable,
      Instant now) {
    List<String> trouble = new ArrayList<>(silent(tasks, silence, now));
    if (!largest.isEmpty()) {
      trouble.add(tooLarge(largest));
    }
    List<Object> shown = new ArrayList<>();
    List<Gauge> gauges = new ArrayList<>();
    String unmade = unmade(tasks);
    for (TaskView task : tasks) {
      trouble.addAll(trouble(task, silence.missing(), unmade, now));
      shown.add(shown(task, unmade, now));
      addGauges(gauges, task, now);
    }
    Map<String, @Nullable Object> detail = new LinkedHashMap<>();
    detail.put("tasks", shown);
    detail.put("arrived_until", arrivedUntil(tasks, now));
    if (unreadable > 0) {
      detail.put("unreadable", unreadable);
    }
    return new Report(
        trouble.isEmpty() ? State.UP : State.DEGRADED,
        message(tasks, silence, trouble) + lost(tasks) + wentBack(tasks) + shared(tasks),
        detail,
        gauges);
  }

  /** Names the topics that take least: neither Kafka nor Connect says which one refused. */
  private String tooLarge(Map<String, String> largest) {
    return connector
        + " has a record that is too large for its topic; the most that each takes"
        + " (max.message.bytes): "
        + largest.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.comparingLong(SourceView::bytes)))
            .limit(MOST_IN_MESSAGE)
            .map(topic -> topic.getKey() + " " + topic.getValue())
            .collect(Collectors.joining(", "));
  }

  private static long bytes(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  /**
   * Returns the time before which everything that came to Redis is in Kafka, ISO; null if nothing
   * is known to wait.
   */
  private static @Nullable String arrivedUntil(List<TaskView> tasks, Instant now) {
    List<Instant> all = new ArrayList<>();
    for (TaskView task : tasks) {
      if (task.overdue()) {
        all.add(task.told());
      }
      task.parts().stream()
          .map(view -> arrivedUntil(view, now))
          .flatMap(Optional::stream)
          .forEach(all::add);
    }
    return all.stream().min(Comparator.naturalOrder()).map(Instant::toString).orElse(null);
  }

  /** Returns the same for one part. Empty for live values, because they do not wait. */
  private static Optional<Instant> arrivedUntil(PartView view, Instant now) {
    Part part = view.part();
    Long waiting = part.waiting();
    if (waiting != null && waiting > 0) {
      Duration age = view.newestAge();
      return Optional.of(age == null ? Instant.EPOCH : now.minus(age));
    }
    return waiting == null && part.isStuck() && SourceProbe.KEPT.contains(part.type())
        ? Optional.ofNullable(view.since())
        : Optional.empty();
  }

  private String message(List<TaskView> tasks, Silence silence, List<String> trouble) {
    if (trouble.isEmpty() && !silence.topicThere()) {
      return "reports nothing: there is no topic " + topic + " (kafka.status.topic)";
    }
    if (trouble.isEmpty()) {
      return tasks.isEmpty() ? connector + " has reported nothing yet" : "all parts read";
    }
    int more = trouble.size() - MOST_IN_MESSAGE;
    return String.join("; ", trouble.subList(0, Math.min(MOST_IN_MESSAGE, trouble.size())))
        + (more > 0 ? "; and " + more + " more, see /status" : "");
  }

  /**
   * Names lost inputs. Nobody can bring them back, so the source goes on: they are reported but are
   * no trouble.
   */
  private static String lost(List<TaskView> tasks) {
    List<Part> losing =
        tasks.stream()
            .flatMap(task -> task.parts().stream())
            .map(PartView::part)
            .filter(part -> part.lost() > 0)
            .toList();
    StringBuilder words = new StringBuilder();
    for (Part part : losing.subList(0, Math.min(MOST_IN_MESSAGE, losing.size()))) {
      Long last = part.lostAt();
      words
          .append("; ")
          .append(part.name())
          .append(
              part.lost() == 1
                  ? ": 1 input was gone from Redis before being read (last seen "
                  : ": "
                      + part.lost()
                      + " inputs were gone from Redis before being read (last seen ")
          .append(last == null ? "at an unknown time" : Instant.ofEpochMilli(last))
          .append(")")
          .append(part.type().equals("stream") ? ": see its producer's MAXLEN" : ": see their TTL");
    }
    return words.toString();
  }

  /** Names what went back: likewise, nothing is to be done about it. */
  private static String wentBack(List<TaskView> tasks) {
    List<Part> all =
        tasks.stream()
            .flatMap(task -> task.parts().stream())
            .map(PartView::part)
            .filter(part -> part.back().count() > 0)
            .toList();
    StringBuilder words = new StringBuilder();
    for (Part part : all.subList(0, Math.min(MOST_IN_MESSAGE, all.size()))) {
      Long at = part.back().at();
      words
          .append("; ")
          .append(part.name())
          .append(" went back to an older state (last seen ")
          .append(at == null ? "at an unknown time" : Instant.ofEpochMilli(at))
          .append("): ")
          .append(
              part.type().equals("list")
                  ? "up to " + part.back().repeated() + " elements came again"
                  : "what Redis had was read again");
    }
    return words.toString();
  }

  /** Names other connectors that read the same; this may be intended. */
  private static String shared(List<TaskView> tasks) {
    return tasks.stream()
        .map(TaskView::shared)
        .filter(words -> !words.isEmpty())
        .map(words -> "; " + words)
        .collect(Collectors.joining());
  }

  /** Returns one line if no task has reported anything, else one line for each silent task. */
  private List<String> silent(List<TaskView> tasks, Silence silence, Instant now) {
    List<String> words = new ArrayList<>();
    for (Silent one : silence.late()) {
      boolean whole = tasks.isEmpty() || one.task() == SilenceWatch.WHOLE;
      words.add(
          (whole ? connector : connector + " task " + one.task())
              + " has reported nothing for "
              + StatusText.length(Duration.between(one.since(), now))
              + " (since "
              + one.since()
              + "): "
              + advice(silence));
      if (whole) {
        break;
      }
    }
    return words;
  }

  private String advice(Silence silence) {
    Set<String> missing = new TreeSet<>(silence.missing());
    if (!silence.topicThere()) {
      missing.add(topic);
    }
    String there =
        missing.isEmpty() ? "" : "there is no topic " + String.join(", ", missing) + "; ";
    String told = silence.telling().topic();
    if (!told.isEmpty() && !told.equals(topic)) {
      return there
          + "it reports to topic "
          + told
          + " (its status.topic), but kafka.status.topic is "
          + topic
          + "; set both alike";
    }
    return there
        + "see its worker's log, and whether topic "
        + topic
        + " (kafka.status.topic) and the source's data topics exist or may be created"
        + " (topic.creation.* of the source, auto.create.topics.enable of the broker)";
  }

  /** Returns what to do where nobody makes windows. */
  private static String unmade(List<TaskView> tasks) {
    boolean triggers =
        tasks.stream()
            .flatMap(task -> task.parts().stream())
            .anyMatch(view -> view.part().isAggregation());
    return triggers
        ? "no window is made, though live values come: see whether aggregation.patterns matches"
            + " the devices' keys, and whether their values still change"
        : "no window is made, though live values come: aggregation.enabled is false, so something"
            + " else must call hissrv.lua, such as cron with hissrv_cron.sh; see its log";
  }

  private List<String> trouble(TaskView task, Set<String> missing, String unmade, Instant now) {
    String who = connector + " task " + task.task();
    if (task.overdue()) {
      return List.of(
          who
              + " has reported nothing for "
              + StatusText.length(Duration.between(task.told(), now))
              + " (since "
              + task.told()
              + ") and should every "
              + StatusText.length(Duration.ofMillis(task.intervalMillis()))
              + (missing.isEmpty()
                  ? ": its worker may be dead or cut off, or Kafka takes none of its records (topic"
                      + " missing?)"
                  : ": its worker may be dead or cut off, or Kafka takes none of its records,"
                      + " because there is no topic "
                      + String.join(", ", new TreeSet<>(missing))
                      + ": create it again, or restart the task, where Connect may create it"
                      + " (topic.creation.*)"));
    }
    List<String> trouble = new ArrayList<>();
    if (ClockGap.matters(task.redisAhead())) {
      trouble.add(
          who
              + ": the clock of Redis is "
              + ClockGap.seconds(
                  task.redisAhead(), " s ahead of its worker's", " s behind its worker's")
              + "; samples without a time of their own, and windows, have Redis's; "
              + ClockGap.ADVICE);
    }
    for (PartView view : task.parts()) {
      Instant since = view.since();
      if (!view.trouble() || since == null) {
        continue;
      }
      Part part = view.part();
      String lasting =
          " for " + StatusText.length(Duration.between(since, now)) + " (since " + since + ")";
      String waits = part.waiting() == null ? "" : "; " + part.waiting() + " wait";
      trouble.add(
          part.isStuck()
              ? who + ": " + part.name() + " is stuck" + lasting + ": " + reason(part) + waits
              : who
                  + ": "
                  + part.name()
                  + " has read nothing"
                  + lasting
                  + (view.unmade() ? ": " + unmade : waits));
    }
    return trouble;
  }

  private static String reason(Part part) {
    return part.reason().isEmpty() ? "no reason told" : part.reason();
  }

  private static Map<String, @Nullable Object> shown(TaskView task, String unmade, Instant now) {
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    shown.put("id", task.task());
    shown.put("told", task.told().toString());
    shown.put("told_age_ms", Math.max(0, Duration.between(task.told(), now).toMillis()));
    shown.put("interval_ms", task.intervalMillis());
    shown.put("overdue", task.overdue());
    shown.put("redis_ahead_ms", task.redisAhead().toMillis());
    if (!task.shared().isEmpty()) {
      shown.put("shared", task.shared());
    }
    List<Object> parts = new ArrayList<>();
    for (PartView view : task.parts()) {
      Part part = view.part();
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put("name", part.name());
      one.put("type", part.type());
      one.put("state", part.state());
      Instant since = view.since();
      if (since != null) {
        one.put("since", since.toString());
        one.put("trouble", view.trouble());
      }
      if (part.isStuck()) {
        one.put("reason", reason(part));
      } else if (view.unmade()) {
        one.put("reason", unmade);
      }
      one.put("waiting", part.waiting());
      Long newest = part.newest();
      one.put("newest", newest == null ? null : Instant.ofEpochMilli(newest).toString());
      if (part.lost() > 0) {
        Long last = part.lostAt();
        one.put("lost", part.lost());
        one.put("lost_at", last == null ? null : Instant.ofEpochMilli(last).toString());
      }
      if (part.back().count() > 0) {
        Long at = part.back().at();
        one.put("went_back", part.back().count());
        one.put("went_back_at", at == null ? null : Instant.ofEpochMilli(at).toString());
        one.put("repeated", part.back().repeated());
      }
      Duration age = view.newestAge();
      one.put("newest_age_ms", age == null ? null : age.toMillis());
      parts.add(one);
    }
    shown.put("parts", parts);
    return shown;
  }

  private void addGauges(List<Gauge> gauges, TaskView task, Instant now) {
    Map<String, String> of = Map.of("connector", connector, "task", Integer.toString(task.task()));
    gauges.add(
        new Gauge(
            "hissrv_source_told_age_seconds",
            "Time since a task of the source connector last reported its state.",
            of,
            seconds(Duration.between(task.told(), now))));
    gauges.add(
        new Gauge(
            "hissrv_source_redis_ahead_seconds",
            "How far Redis's clock is ahead of the worker's at least; behind where negative.",
            of,
            seconds(task.redisAhead())));
    gauges.add(
        new Gauge(
            "hissrv_source_shared",
            "1 while another connector reads the same from Redis into a topic of the same name.",
            of,
            task.shared().isEmpty() ? 0 : 1));
    for (PartView view : task.parts()) {
      Part part = view.part();
      Map<String, String> labels = new TreeMap<>(of);
      labels.put("source", part.name());
      labels.put("type", part.type());
      Instant since = view.since();
      gauges.add(
          new Gauge(
              "hissrv_source_stuck_seconds",
              "For how long a source has been stuck; 0 while it is not.",
              labels,
              since == null ? 0 : seconds(Duration.between(since, now))));
      gauges.add(
          new Gauge(
              "hissrv_source_lost",
              "Inputs that were gone from Redis before they were read, since the task began.",
              labels,
              part.lost()));
      gauges.add(
          new Gauge(
              "hissrv_source_went_back",
              "How often a list, an index or a stream went back to an older state, since the task"
                  + " began.",
              labels,
              part.back().count()));
      gauges.add(
          new Gauge(
              "hissrv_source_steady",
              "1 where something comes from a source every few minutes while the devices report.",
              labels,
              part.steady() ? 1 : 0));
      Long waiting = part.waiting();
      if (waiting != null) {
        gauges.add(
            new Gauge(
                "hissrv_source_waiting",
                "What waits in Redis for a source: elements, windows or entries.",
                labels,
                (double) waiting));
      }
      Duration age = view.newestAge();
      if (age != null) {
        gauges.add(
            new Gauge(
                "hissrv_source_newest_age_seconds",
                "Age of the newest sample that a source has read.",
                labels,
                seconds(age)));
      }
    }
  }

  private static double seconds(Duration length) {
    return length.toMillis() / 1000.0;
  }
}
