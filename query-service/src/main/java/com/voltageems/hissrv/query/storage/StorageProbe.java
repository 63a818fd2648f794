package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.lease.Keeper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part {@code storage} of {@code /health}: whether the database's storage agrees with the file.
 */
final class StorageProbe implements Probe {
  private static final String OTHER = "another service looks after them";

  private final StorageDesk desk;
  private final Keeper lease;

  /** The caller still owns both arguments. */
  StorageProbe(StorageDesk desk, Keeper lease) {
    this.desk = desk;
    this.lease = lease;
  }

  @Override
  public String name() {
    return "storage";
  }

  @Override
  public Report check() {
    List<String> trouble = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    List<String> differing = new ArrayList<>();
    if (!desk.isManaged()) {
      trouble.add("how this database keeps its data is not managed here");
    }
    lease.problem().ifPresent(trouble::add);
    // Otherwise the service that has the lease sets the policies, and tells if it cannot.
    boolean unset = lease.problem().isPresent();
    desk.problem().ifPresent(trouble::add);
    for (PolicyState policy : desk.policies()) {
      String words = policy.policy().name() + ": " + policy.message();
      switch (policy.state()) {
        case FAILED, REFUSED -> trouble.add(words);
        case PENDING -> waiting.add(words);
        case DIFFERS -> (unset ? trouble : differing).add(words);
        default -> {}
      }
    }
    for (TaskState task : desk.tasks()) {
      boolean stands =
          task.state() == TaskState.State.WAITING && !TaskRun.NOT_YET.equals(task.message());
      if (stands || task.state() == TaskState.State.FAILED) {
        trouble.add(task.task().name() + ": " + task.message());
      }
    }
    String fine =
        desk.policies().size()
            + " policies, "
            + desk.tasks().size()
            + " tasks"
            + (desk.isMine() ? "" : "; " + OTHER);
    List<String> told = new ArrayList<>(waiting);
    told.addAll(differing);
    if (!differing.isEmpty()) {
      told.add(OTHER);
    }
    Map<String, @Nullable Object> detail = new LinkedHashMap<>();
    detail.put("mine", desk.isMine());
    detail.put("pending", waiting);
    return new Report(
        trouble.isEmpty() ? State.UP : State.DEGRADED,
        trouble.isEmpty()
            ? told.isEmpty() ? fine : String.join("; ", told)
            : String.join("; ", trouble),
        detail,
        gauges());
  }

  private List<Gauge> gauges() {
    List<Gauge> gauges = new ArrayList<>();
    for (PolicyState policy : desk.policies()) {
      gauges.add(
          new Gauge(
              "hissrv_retention_pending",
              "Whether a policy waits for somebody's word before it deletes anything.",
              Map.of("policy", policy.policy().name()),
              policy.state() == PolicyState.State.PENDING ? 1 : 0));
      Long bytes = policy.bytes();
      if (bytes != null) {
        gauges.add(
            new Gauge(
                "hissrv_retention_bytes",
                "Size of what a policy keeps.",
                Map.of("policy", policy.policy().name()),
                bytes));
      }
    }
    if (desk.isMine()) {
      desk.tasks().forEach(task -> gauges.addAll(gauges(task)));
    }
    return gauges;
  }

  private static List<Gauge> gauges(TaskState state) {
    Map<String, String> task = Map.of("task", state.task().name());
    return List.of(
        new Gauge(
            "hissrv_downsampling_behind_seconds",
            "How much time a task could have computed and has not; told by the service that does"
                + " it, like all of downsampling.",
            task,
            state.behindMillis() / 1000.0),
        new Gauge(
            "hissrv_downsampling_windows",
            "Windows that were computed since the service began.",
            task,
            state.windows()),
        new Gauge(
            "hissrv_downsampling_rows_written",
            "Rows of windows that were not right already.",
            task,
            state.written()),
        new Gauge(
            "hissrv_downsampling_failures",
            "Tries of a task that failed since the service began.",
            task,
            state.failures()));
  }

  @Override
  public void close() {}
}
