package com.voltageems.hissrv.query.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.voltageems.hissrv.query.storage.plan.Output;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.TierRow;
import com.voltageems.hissrv.query.store.tier.TierRows;
import com.voltageems.hissrv.query.store.tier.Tiers;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stores the progress of tasks and backfills, in the copy itself. There it outlives the service,
 * every service of the site can read it, and it is lost and restored together with the data that it
 * describes.
 */
final class Ledger {
  private static final String TASKS = Copier.OWN + "tasks";
  private static final String BACKFILLS = Copier.OWN + "backfills";
  private static final String ALL = "all";
  private static final String ONLY = "only:";
  private static final int MOST = 10_000;

  /** How far ahead of the true time a clock may have been when a row was written. */
  private static final Duration AHEAD = Duration.ofDays(3650);

  private final Tiers tiers;
  private final StoragePlan plan;
  private final Duration timeout;
  private final Clock clock;

  /**
   * The time of the newest row that was seen or written. The newer of two rows counts, so the next
   * row must be newer, even if the clock was set back.
   */
  private final AtomicLong newest = new AtomicLong();

  Ledger(Tiers tiers, StoragePlan plan, Duration timeout, Clock clock) {
    this.tiers = tiers;
    this.plan = plan;
    this.timeout = timeout;
    this.clock = clock;
  }

  private Deadline soon() {
    return Deadline.in(timeout);
  }

  /**
   * Returns what the task's copy holds, in a fixed order, independent of the name of the task that
   * wrote it.
   */
  List<TaskState.Held> read(Task task) {
    return sorted(
        latest(tier(task), TASKS).stream()
            .flatMap(
                series ->
                    Stream.of(held(series))
                        .filter(one -> id(one.make()).equals(series.tags().get("make"))))
            .toList());
  }

  /** Sorts as {@link #read} does, and drops empty entries. */
  static List<TaskState.Held> sorted(List<TaskState.Held> all) {
    return all.stream()
        .filter(one -> !one.coverage().isEmpty())
        .sorted(Comparator.comparing(one -> key(one.make())))
        .toList();
  }

  private static TaskState.Held held(LatestSeries series) {
    return new TaskState.Held(
        new Task.Make(
            text(series, "windows"),
            text(series, "source"),
            outputs(text(series, "outputs")),
            measurements(text(series, "measurements"))),
        Coverage.parse(text(series, "computed")),
        number(series, "looked_back"));
  }

  void write(Task task, TaskState.Held held) {
    Task.Make make = held.make();
    put(
        task,
        TASKS,
        Map.of("make", id(make)),
        Map.of(
            "windows", make.windows(),
            "source", make.source(),
            "outputs", text(make.outputs()),
            "measurements", listed(make.measurements()),
            "computed", held.coverage().isEmpty() ? "nothing" : held.coverage().text(),
            "looked_back", held.lookedBack()));
  }

  private static String id(Task.Make make) {
    return UUID.nameUUIDFromBytes(key(make).getBytes(UTF_8)).toString();
  }

  private static String key(Task.Make make) {
    return String.join(
        "\n", make.windows(), make.source(), text(make.outputs()), listed(make.measurements()));
  }

  private static String text(List<Output> outputs) {
    return outputs.stream()
        .map(one -> one.function().text() + "=" + one.alias())
        .collect(Collectors.joining(","));
  }

  private static List<Output> outputs(String text) {
    List<Output> outputs = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      int at = one.indexOf('=');
      String alias = one.substring(at + 1);
      if (at > 0 && Output.isAlias(alias)) {
        Aggregation.of(one.substring(0, at))
            .ifPresent(function -> outputs.add(new Output(function, alias)));
      }
    }
    return outputs;
  }

  /** Encodes the names, which may contain any character. */
  private static String listed(@Nullable List<String> measurements) {
    if (measurements == null) {
      return ALL;
    }
    return measurements.stream()
        .map(one -> URLEncoder.encode(one, UTF_8))
        .collect(Collectors.joining(",", ONLY, ""));
  }

  /** Parses the names; an unreadable text counts as no names. */
  private static @Nullable List<String> measurements(String text) {
    if (text.equals(ALL)) {
      return null;
    }
    return text.length() <= ONLY.length() || !text.startsWith(ONLY)
        ? List.of()
        : Stream.of(text.substring(ONLY.length()).split(",", -1))
            .map(one -> URLDecoder.decode(one, UTF_8))
            .toList();
  }

  /**
   * Returns all stored backfills, the newest first, independent of the task's name when they began.
   * Each copy has one task, so they belong to the task that writes the copy now.
   */
  List<Backfill> backfills() {
    List<Backfill> all = new ArrayList<>();
    for (Task task : plan.tasks()) {
      Map<String, List<LatestSeries>> byId =
          latest(tier(task), BACKFILLS).stream()
              .collect(Collectors.groupingBy(one -> one.tags().getOrDefault("backfill", "")));
      // A backfill may be stored under several names of its task: the last row has its progress.
      byId.values().stream()
          .map(named -> named.stream().sorted(Comparator.comparingLong(Ledger::written)).toList())
          .map(
              named ->
                  named.stream().anyMatch(one -> number(one, "cancelled") > 0)
                      ? backfill(task, named.get(named.size() - 1)).cancelled()
                      : backfill(task, named.get(named.size() - 1)))
          .forEach(all::add);
    }
    all.sort((a, b) -> Long.compare(b.created(), a.created()));
    return all;
  }

  private static long written(LatestSeries series) {
    LatestSeries.Value at = series.fields().get("at");
    return at == null ? Long.MIN_VALUE : at.epochMicros();
  }

  private static Backfill backfill(Task task, LatestSeries series) {
    String error = text(series, "error");
    return new Backfill(
        series.tags().getOrDefault("backfill", ""),
        task.name(),
        number(series, "created"),
        number(series, "start"),
        number(series, "end"),
        number(series, "at"),
        number(series, "rows"),
        Backfill.State.of(text(series, "state")),
        error.isBlank() ? null : error);
  }

  /** Stores the progress of a backfill. A cancellation, by any service, remains. */
  void write(Backfill backfill) {
    Task task = plan.task(backfill.task()).orElseThrow();
    Map<String, Object> values = new TreeMap<>();
    values.put("created", backfill.created());
    values.put("start", backfill.start());
    values.put("end", backfill.end());
    values.put("at", backfill.at());
    values.put("rows", backfill.rows());
    values.put("state", backfill.state().text());
    String error = backfill.error();
    values.put("error", error == null ? " " : error);
    if (backfill.state() == Backfill.State.CANCELLED) {
      values.put("cancelled", 1L);
    }
    put(task, BACKFILLS, Map.of("backfill", backfill.id(), "task", task.name()), values);
  }

  private Tier tier(Task task) {
    return plan.tier(task.target());
  }

  private List<LatestSeries> latest(Tier tier, String name) {
    Measurement own = tiers.measurement(tier, name, soon());
    if (own == null) {
      return List.of();
    }
    Selection all = new Selection(own, List.of(), 0, clock.instant().plus(AHEAD).toEpochMilli());
    List<LatestSeries> found = tiers.store(tier).latest(all, own.fields(), MOST, soon()).series();
    found.stream()
        .flatMap(series -> series.fields().values().stream())
        .mapToLong(value -> Math.floorDiv(value.epochMicros(), 1000L))
        .forEach(time -> newest.accumulateAndGet(time, Math::max));
    return found;
  }

  private long nextTime() {
    long now = clock.millis();
    return newest.updateAndGet(before -> Math.max(before + 1, now));
  }

  private void put(
      Task task, String name, Map<String, String> tags, Map<String, ? extends Object> values) {
    List<String> keys = tags.keySet().stream().sorted().toList();
    List<Field> fields = new ArrayList<>();
    List<@Nullable Object> row = new ArrayList<>();
    new TreeMap<>(values)
        .forEach(
            (field, value) -> {
              boolean number = value instanceof Long;
              fields.add(new Field(field, number ? Field.Kind.INTEGER : Field.Kind.TEXT));
              row.add(value);
            });
    TierRow one = new TierRow(nextTime(), keys.stream().map(tags::get).toList(), row);
    tiers.write(
        plan.wish(plan.policy(task.target()).orElseThrow()),
        new TierRows(name, keys, fields, List.of(one)),
        soon());
  }

  private static String text(LatestSeries series, String field) {
    return Stream.ofNullable(series.fields().get(field))
        .map(value -> String.valueOf(value.value()))
        .findFirst()
        .orElse("");
  }

  private static long number(LatestSeries series, String field) {
    LatestSeries.Value value = series.fields().get(field);
    return value != null && value.value() instanceof Number number ? number.longValue() : 0;
  }
}
