package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.key.View;
import com.voltageems.hissrv.query.site.yaml.Problem;
import com.voltageems.hissrv.query.storage.plan.Output;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.Aggregation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compiles the sections {@code retention} and {@code downsampling}. */
final class StorageCompiler {
  /** Names that every database accepts and that are unambiguous within a table's name. */
  private static final String NAME = "[\\p{L}\\p{N}_-]{1,64}";

  private final View site;
  private final List<Problem> problems;
  private final List<Problem> notes;
  private final Map<String, Policy> policies = new LinkedHashMap<>();
  private final Map<String, View> places = new HashMap<>();

  StorageCompiler(View site, List<Problem> problems, List<Problem> notes) {
    this.site = site;
    this.problems = problems;
    this.notes = notes;
  }

  StoragePlan compile() {
    Set<String> names = new HashSet<>();
    for (View view : site.view("retention").views("policies")) {
      named(view, names, "policy")
          .ifPresent(
              name -> {
                policies.put(name, policy(name, view));
                places.put(name, view);
              });
    }
    View downsampling = site.view("downsampling");
    List<Task> tasks = tasks(downsampling);
    Set<String> targets = new HashSet<>();
    tasks.forEach(task -> targets.add(task.target()));
    String raw = raw(tasks, targets);
    for (Task task : tasks) {
      policies.computeIfAbsent(task.source(), StorageCompiler::implied);
      policies.computeIfAbsent(task.target(), StorageCompiler::implied);
    }
    tasks.forEach(this::caseOf);
    List<Task> ordered = ordered(tasks, raw);
    StoragePlan plan =
        new StoragePlan(
            List.copyOf(policies.values()),
            ordered,
            raw,
            new StoragePlan.Pace(
                millis(downsampling, "grace"),
                millis(downsampling, "late_data"),
                millis(downsampling, "late_data_interval")));
    say(plan);
    return plan;
  }

  /** Refuses two policies whose names differ only in case: some databases ignore case. */
  private void caseOf(Task task) {
    for (String name : List.of(task.source(), task.target())) {
      policies.keySet().stream()
          .filter(other -> other.equalsIgnoreCase(name) && !other.equals(name))
          .findFirst()
          .ifPresent(
              other ->
                  problem(
                      view(task),
                      name.equals(task.source()) ? "source" : "target",
                      "\"" + name + "\": did you mean " + other + "?"));
    }
  }

  private static Duration millis(View view, String key) {
    return Duration.ofMillis(view.millis(key));
  }

  private static Policy implied(String name) {
    return new Policy(name, null, null, 0, List.of());
  }

  private void problem(View view, String key, String message) {
    problems.add(view.given(key).map(Origin::of).orElse(Origin.of(view)).problem(message));
  }

  /** Returns a valid name that no other has, ignoring case; otherwise adds a problem. */
  private Optional<String> named(View view, Set<String> taken, String what) {
    String name = view.text("name");
    if (!name.matches(NAME)) {
      problem(view, "name", "\"" + name + "\": needs letters, digits, '_' and '-'");
      return Optional.empty();
    }
    if (!taken.add(name.toLowerCase(Locale.ROOT))) {
      problem(view, "name", name + " is the name of another " + what + ", too");
      return Optional.empty();
    }
    return Optional.of(name);
  }

  private static Policy policy(String name, View view) {
    return new Policy(
        name,
        millis(view, "duration"),
        view.has("shard_duration") ? millis(view, "shard_duration") : null,
        view.find("replication").map(Integer::parseInt).orElse(0),
        view.all("measurements").stream().map(Given::text).toList());
  }

  private List<Task> tasks(View downsampling) {
    List<Task> tasks = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<String> targets = new HashSet<>();
    for (View view : downsampling.views("tasks")) {
      Optional<String> name = named(view, names, "task");
      boolean good = true;
      for (String key : List.of("source", "target")) {
        if (!view.text(key).matches(NAME)) {
          problem(view, key, "\"" + view.text(key) + "\": needs letters, digits, '_' and '-'");
          good = false;
        }
      }
      String target = view.text("target");
      if (target.equals(view.text("source"))) {
        problem(view, "target", target + " is the source, too; a coarser copy needs another one");
        good = false;
      }
      if (!targets.add(target.toLowerCase(Locale.ROOT))) {
        problem(view, "target", "another task writes into " + target + "; each needs its own");
        good = false;
      }
      List<Output> outputs = outputs(view);
      if (name.isPresent() && good) {
        tasks.add(Task.of(name.get(), view.text("source"), target, view.text("interval"), outputs));
        places.put("task " + name.get(), view);
      }
    }
    return tasks;
  }

  private List<Output> outputs(View task) {
    List<Output> outputs = new ArrayList<>();
    Map<String, Aggregation> aliases = new HashMap<>();
    aliases.put("count", Aggregation.COUNT);
    aliases.put("sum", Aggregation.SUM);
    Set<Aggregation> seen = new HashSet<>();
    for (View view : task.views("aggregations")) {
      Aggregation function =
          Aggregation.of(view.text("function").toLowerCase(Locale.ROOT)).orElseThrow();
      String alias = view.find("alias").orElse(function.text());
      Aggregation called = aliases.getOrDefault(alias, function);
      if (!Output.isAlias(alias)) {
        problem(view, "alias", "\"" + alias + "\": needs letters and digits");
      } else if (called != function) {
        problem(
            view,
            "alias",
            alias
                + " is what "
                + called.text()
                + " is called; every task keeps count"
                + " and sum");
      } else if (!seen.add(function)) {
        problem(view, "function", function.text() + " appears twice");
      } else {
        aliases.put(alias, function);
        outputs.add(new Output(function, alias));
      }
    }
    return outputs;
  }

  /**
   * Returns the policy that keeps the samples: the first that a task reads and none writes; without
   * tasks, the first policy. Empty if there is none.
   */
  private String raw(List<Task> tasks, Set<String> targets) {
    List<String> sources =
        tasks.stream().map(Task::source).filter(one -> !targets.contains(one)).distinct().toList();
    if (!tasks.isEmpty()) {
      for (Task task : tasks) {
        if (sources.size() > 1 && task.source().equals(sources.get(1))) {
          problem(
              view(task),
              "source",
              "no task writes into "
                  + task.source()
                  + ", and the samples are kept by "
                  + sources.get(0));
        }
      }
      return sources.isEmpty() ? "" : sources.get(0);
    }
    return policies.keySet().stream().findFirst().orElse("");
  }

  private View view(Task task) {
    View view = places.get("task " + task.name());
    if (view == null) {
      throw new IllegalStateException(task.name());
    }
    return view;
  }

  /** Orders the tasks: each follows the task whose target it reads. */
  private List<Task> ordered(List<Task> tasks, String raw) {
    List<Task> ordered = new ArrayList<>();
    Map<String, Task> ready = new HashMap<>();
    List<Task> left = new ArrayList<>(tasks);
    while (!left.isEmpty()) {
      Optional<Task> next =
          left.stream()
              .filter(one -> one.source().equals(raw) || ready.containsKey(one.source()))
              .findFirst();
      if (next.isEmpty()) {
        if (problems.isEmpty()) {
          problem(view(left.get(0)), "source", "these tasks read each other in a circle");
        }
        return ordered;
      }
      Task task = next.get();
      chained(task, ready.get(task.source()));
      left.remove(task);
      ordered.add(task);
      ready.put(task.target(), task);
    }
    return ordered;
  }

  /** Checks that a task that reads a coarser copy finds there what it needs. */
  private void chained(Task task, @Nullable Task source) {
    if (source == null) {
      return;
    }
    for (Output output : task.outputs()) {
      boolean joins =
          switch (output.function()) {
            case MEAN, SUM, COUNT -> true;
            case STDDEV -> false;
            default -> source.output(output.function()).isPresent();
          };
      if (!joins) {
        problem(
            view(task),
            "source",
            output.function().text()
                + " cannot be computed from "
                + task.source()
                + (output.function() == Aggregation.STDDEV
                    ? ""
                    : ": the task " + source.name() + " does not keep it"));
      }
    }
    if (view(task).millis("interval") % view(source).millis("interval") != 0) {
      problem(
          view(task),
          "interval",
          task.interval()
              + " is not a whole number of the "
              + source.interval()
              + " of "
              + task.source());
    }
  }

  private void say(StoragePlan plan) {
    for (Policy policy : plan.policies()) {
      View view = places.get(policy.name());
      if (view != null && !plan.isUsed(policy)) {
        notes.add(
            Origin.of(view)
                .problem(
                    "no task writes into "
                        + policy.name()
                        + ", and the samples are kept by "
                        + plan.raw()
                        + ": nothing is made for it"));
      }
    }
    for (Task task : plan.tasks()) {
      if (!places.containsKey(task.target())) {
        notes.add(
            Origin.of(view(task))
                .problem(task.target() + " is not under retention.policies: it is kept for ever"));
      }
    }
  }
}
