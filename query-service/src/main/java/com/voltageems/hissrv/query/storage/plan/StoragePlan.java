package com.voltageems.hissrv.query.storage.plan;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a site's file configures for its database. Pure.
 *
 * @param policies as the file has them, followed by those that only tasks name
 * @param tasks each after the task that writes what it reads
 * @param raw the policy of the samples themselves; empty if there is none
 * @param pace when tasks compute
 */
public record StoragePlan(List<Policy> policies, List<Task> tasks, String raw, Pace pace) {
  /** The plan of a file that configures nothing. */
  public static final StoragePlan NONE = new StoragePlan(List.of(), List.of(), "", Pace.USUAL);

  public StoragePlan {
    policies = List.copyOf(policies);
    tasks = List.copyOf(tasks);
  }

  /**
   * When tasks compute.
   *
   * @param grace how long after its end a window is first computed
   * @param late how late data may arrive and still be included automatically
   * @param lateEvery how often the task looks for late data
   */
  public record Pace(Duration grace, Duration late, Duration lateEvery) {
    public static final Pace USUAL =
        new Pace(Duration.ofMinutes(5), Duration.ofHours(24), Duration.ofHours(1));
  }

  /** Returns true if there is anything to do. */
  public boolean isConfigured() {
    return !policies.isEmpty();
  }

  /** Returns the policy with this name; empty if there is none. */
  public Optional<Policy> policy(String name) {
    return policies.stream().filter(one -> one.name().equals(name)).findFirst();
  }

  /** Returns the task with this name; empty if there is none. */
  public Optional<Task> task(String name) {
    return tasks.stream().filter(one -> one.name().equals(name)).findFirst();
  }

  /** Returns the task that writes the data of this policy; empty if there is none. */
  public Optional<Task> into(String policy) {
    return tasks.stream().filter(one -> one.target().equals(policy)).findFirst();
  }

  /** Returns how a task computes windows. A copy of a copy can hold no more than its source. */
  public Task.Make make(Task task, ZoneId zone) {
    Task.Make from = into(task.source()).map(before -> make(before, zone)).orElse(null);
    List<String> own = policy(task.target()).map(Policy::measurements).orElse(List.of());
    return new Task.Make(
        task.windowsText(zone),
        task.source(),
        task.outputs().stream().filter(one -> from == null || isIn(from, one)).toList(),
        both(own.isEmpty() ? null : own, from == null ? null : from.measurements()));
  }

  /**
   * Returns true if the source has the output. Means are computed from counts and sums, which are
   * always there.
   */
  private static boolean isIn(Task.Make from, Output output) {
    return output.function() == Aggregation.MEAN
        || from.outputs().stream().anyMatch(one -> one.function() == output.function());
  }

  private static @Nullable List<String> both(@Nullable List<String> a, @Nullable List<String> b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.stream().filter(b::contains).toList();
  }

  /**
   * Returns true if anything writes into it: it is the policy of the samples, or the target of a
   * task.
   */
  public boolean isUsed(Policy policy) {
    return policy.name().equals(raw) || into(policy.name()).isPresent();
  }

  /** Returns the tier that holds the policy's data. */
  public Tier tier(String policy) {
    return policy.equals(raw) ? Tier.RAW : new Tier(policy);
  }

  /** Returns how the policy's data should be kept. */
  public Wish wish(Policy policy) {
    return new Wish(
        tier(policy.name()),
        policy.keep(),
        policy.shard(),
        policy.replication(),
        policy.measurements());
  }
}
