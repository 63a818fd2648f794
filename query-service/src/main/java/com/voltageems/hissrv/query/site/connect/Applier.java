package com.voltageems.hissrv.query.site.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.query.health.Reasons;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.ConnectorSpec;
import com.voltageems.hissrv.query.site.compile.Entry;
import com.voltageems.hissrv.query.site.compile.Origin;
import com.voltageems.hissrv.query.site.plan.Change;
import com.voltageems.hissrv.query.site.plan.Plan;
import com.voltageems.hissrv.query.site.yaml.Problem;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the cluster run what a file asks for. First checks all connectors, so that a mistake in one
 * leaves the others unchanged. Then removes the connectors that the file no longer names, before a
 * new one may want the same list; submits; and waits until the tasks run.
 */
public final class Applier {
  /** A task that has run for this long has survived its start. */
  private static final Duration SETTLED = Duration.ofSeconds(3);

  private static final String OF_TOPICS = "topic.creation.";

  private final ConnectClient connect;
  private final Duration timeout;
  private final Clock clock;
  private final ConnectClient.Pause pause;
  private final Consumer<String> progress;

  /**
   * @param timeout how long the tasks may take until they run, for each connector
   * @param progress receives a line for each step
   */
  public Applier(
      ConnectClient connect,
      Duration timeout,
      Clock clock,
      ConnectClient.Pause pause,
      Consumer<String> progress) {
    this.connect = connect;
    this.timeout = timeout;
    this.clock = clock;
    this.pause = pause;
    this.progress = progress;
  }

  /** The result of {@link #apply}. */
  public enum Outcome {
    DONE,
    /** A connector that was not created from this file is in the way. */
    FOREIGN,
    /** A plugin refuses a setting, or the workers lack the plugin. */
    REFUSED,
    /** Submitted, but a task failed, did not run in time, or somebody else submitted something. */
    NOT_RUNNING
  }

  /**
   * Checks the connectors against the workers' plugins.
   *
   * @return what is wrong, in the terms of the file; empty if everything is accepted
   */
  public List<String> check(String file, Compiled site)
      throws ConnectException, InterruptedException {
    List<String> wrong = new ArrayList<>();
    for (ConnectorSpec connector : site.connectors()) {
      List<String> versions = connect.versions(connector.pluginClass());
      if (versions.isEmpty()) {
        wrong.add(
            "the workers have no plugin "
                + connector.pluginClass()
                + ": unpack its archive into a folder of their plugin.path, and start them again");
        continue;
      }
      if (versions.size() > 1) {
        // After a return to an older version, Connect would still run the newer one, with every
        // state green.
        progress.accept(
            "note: the workers have "
                + connector.pluginClass()
                + " "
                + versions.size()
                + " times on their plugin.path ("
                + String.join(", ", versions)
                + "), and Connect runs the newest; leave the folder of one version there, and start"
                + " them again");
      }
      ConnectClient.Validation validation =
          connect.validate(connector.name(), connector.pluginClass(), connector.config());
      for (ConnectClient.Mistake mistake : validation.mistakes()) {
        wrong.add(inTermsOf(file, connector, mistake));
      }
      ineffective(file, connector, validation.known());
    }
    return wrong;
  }

  /**
   * Reports settings without effect: Connect accepts unknown settings in silence. Settings for
   * groups of topics are left out: Connect knows them but does not list them.
   */
  private void ineffective(String file, ConnectorSpec connector, Set<String> known) {
    connector
        .settings()
        .forEach(
            (name, entry) -> {
              Origin origin = entry.origin();
              if (origin != null
                  && !known.contains(name)
                  && !name.startsWith(OF_TOPICS)
                  && !origin.path().startsWith("advanced")) {
                progress.accept(
                    "note: "
                        + origin
                            .problem(
                                "has no effect: the plugin on the workers does not know "
                                    + name
                                    + " yet")
                            .text(file));
              }
            });
  }

  static String inTermsOf(String file, ConnectorSpec connector, ConnectClient.Mistake mistake) {
    Entry entry = connector.settings().get(mistake.setting());
    Origin origin = entry == null ? null : entry.origin();
    String setting = connector.name() + ", " + mistake.setting();
    // Connect's own checks repeat the setting's name, which means nothing to readers of the file.
    String message = mistake.message().replaceFirst("^" + mistake.setting() + ": ", "");
    if (origin == null) {
      return file + ": " + setting + ": " + message;
    }
    return new Problem(origin.place(), origin.path(), message + " (" + setting + ")").text(file);
  }

  /**
   * Applies the file.
   *
   * @param wrong receives what is wrong, one text each
   */
  public Outcome apply(String file, Compiled site, boolean adopt, List<String> wrong)
      throws ConnectException, InterruptedException {
    Plan plan = Plan.of(site, connect.connectors(), adopt);
    for (Change change : plan.of(Change.Kind.FOREIGN)) {
      wrong.add(
          change.connector()
              + " is there, but was not created from this file; --adopt takes it over, "
              + "another service.name leaves it alone");
    }
    if (!wrong.isEmpty()) {
      return Outcome.FOREIGN;
    }
    wrong.addAll(check(file, site));
    if (!wrong.isEmpty()) {
      return Outcome.REFUSED;
    }
    progress.accept("settings are accepted by the workers");
    for (Change change : plan.of(Change.Kind.DELETE)) {
      connect.delete(change.connector());
      progress.accept(change.connector() + ": removed");
    }
    Map<String, Map<String, String>> before = new HashMap<>();
    for (ConnectorSpec connector : site.connectors()) {
      before.put(connector.name(), failures(connect.status(connector.name()).orElse(null)));
      boolean differs =
          plan.changes().stream()
              .anyMatch(
                  change ->
                      change.connector().equals(connector.name())
                          && change.kind() != Change.Kind.NONE);
      if (differs) {
        connect.put(connector.name(), connector.config());
      } else {
        restartFailed(connector.name());
      }
      progress.accept(connector.name() + ": " + (differs ? "submitted" : "no change"));
    }
    logLevel(site);
    for (ConnectorSpec connector : site.connectors()) {
      await(connector.name(), before.getOrDefault(connector.name(), Map.of()))
          .ifPresent(wrong::add);
    }
    if (wrong.isEmpty()) {
      wrong.addAll(changedMeanwhile(site));
    }
    return wrong.isEmpty() ? Outcome.DONE : Outcome.NOT_RUNNING;
  }

  /**
   * Returns what somebody else has changed since this was submitted: everything runs, but not as
   * this file has it.
   */
  private List<String> changedMeanwhile(Compiled site)
      throws ConnectException, InterruptedException {
    List<String> changed = new ArrayList<>();
    for (Change change : Plan.of(site, connect.connectors(), true).changes()) {
      if (change.kind() != Change.Kind.NONE) {
        changed.add(
            change.connector()
                + ": somebody else has changed it since it was submitted; plan shows the difference");
      }
    }
    return changed;
  }

  /** Restarts failed tasks: the cause may lie outside of the file and be gone. */
  private void restartFailed(String name) throws ConnectException, InterruptedException {
    List<Integer> tasks =
        connect.restartFailed(name).map(ConnectClient.Restarted::tasks).orElse(List.of());
    for (int task : tasks) {
      progress.accept(name + ": task " + task + " had failed; restarted");
    }
  }

  private void logLevel(Compiled site) throws InterruptedException {
    try {
      connect.logLevel(site.target().logLevel());
    } catch (ConnectException e) {
      // Some workers have no admin listener; the data flows all the same.
      progress.accept("logging.level is not set on the workers: " + e.getMessage());
    }
  }

  /**
   * Waits until the connector runs; returns why it does not, or empty if it runs.
   *
   * @param before what had already failed before the submission: Connect still reports it until the
   *     workers have restarted those parts
   */
  private Optional<String> await(String name, Map<String, String> before)
      throws ConnectException, InterruptedException {
    Instant deadline = clock.instant().plus(timeout);
    Instant patience = clock.instant().plus(timeout.dividedBy(2));
    Map<String, String> old = new HashMap<>(before);
    Instant runningSince = null;
    String state = "is not there yet";
    for (int attempt = 0; clock.instant().isBefore(deadline); attempt++) {
      Optional<JsonNode> status = connect.status(name);
      if (status.isPresent()) {
        Map<String, String> failed = failures(status.get());
        // A part that no longer fails, or fails with another trace, has been restarted since.
        old.entrySet().retainAll(failed.entrySet());
        boolean isOld = old.equals(failed) && clock.instant().isBefore(patience);
        Optional<String> failure = failure(name, status.get());
        if (failure.isPresent() && !isOld) {
          return failure;
        }
        state = states(status.get());
      }
      if (status.isEmpty() || !runs(status.get())) {
        runningSince = null;
      } else if (isOutdated(name, status.get())) {
        state += ", the tasks still with the settings of before";
        runningSince = null;
      } else if (runningSince == null) {
        runningSince = clock.instant();
      } else if (!clock.instant().isBefore(runningSince.plus(SETTLED))) {
        progress.accept(name + ": " + state);
        return Optional.empty();
      }
      pause.of(Math.min(attempt, 1));
    }
    return Optional.of(name + ": does not run after " + timeout.toSeconds() + " s: " + state);
  }

  private boolean isOutdated(String name, JsonNode status)
      throws ConnectException, InterruptedException {
    return !connect.outdated(name, status).isEmpty();
  }

  static boolean runs(JsonNode status) {
    if (!state(status.path("connector")).equals("RUNNING") || status.path("tasks").isEmpty()) {
      return false;
    }
    for (JsonNode task : status.path("tasks")) {
      if (!state(task).equals("RUNNING")) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the traces of all failed parts: by {@code connector} for the connector, and by number
   * for tasks.
   */
  private static Map<String, String> failures(@Nullable JsonNode status) {
    Map<String, String> failures = new HashMap<>();
    if (status != null && state(status.path("connector")).equals("FAILED")) {
      failures.put("connector", status.path("connector").path("trace").asText());
    }
    if (status != null) {
      for (JsonNode task : status.path("tasks")) {
        if (state(task).equals("FAILED")) {
          failures.put(task.path("id").asText(), task.path("trace").asText());
        }
      }
    }
    return failures;
  }

  /** Returns the first failed part, with the reason. */
  static Optional<String> failure(String name, JsonNode status) {
    if (state(status.path("connector")).equals("FAILED")) {
      return Optional.of(
          name + ": failed: " + Reasons.of(status.path("connector").path("trace").asText()));
    }
    for (JsonNode task : status.path("tasks")) {
      if (state(task).equals("FAILED")) {
        return Optional.of(
            name
                + ": task "
                + task.path("id").asInt()
                + " failed on "
                + task.path("worker_id").asText()
                + ": "
                + Reasons.of(task.path("trace").asText()));
      }
    }
    return Optional.empty();
  }

  /** Returns the states as a text such as {@code connector RUNNING, 2 tasks RUNNING}. */
  static String states(JsonNode status) {
    Map<String, Integer> tasks = new TreeMap<>();
    status.path("tasks").forEach(task -> tasks.merge(state(task), 1, Integer::sum));
    List<String> parts = new ArrayList<>();
    String state = state(status.path("connector"));
    parts.add("connector " + state);
    tasks.forEach((all, count) -> parts.add(count + (count == 1 ? " task " : " tasks ") + all));
    if (tasks.isEmpty()) {
      parts.add("no task");
    }
    return String.join(", ", parts) + Reasons.byHand(status.path("name").asText(), state);
  }

  private static String state(JsonNode part) {
    return part.path("state").asText("UNKNOWN");
  }
}
