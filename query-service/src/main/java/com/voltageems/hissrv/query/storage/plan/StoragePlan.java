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
 * What a site's file wants of its database. Pure.
 *
 * @param policies as the file has them, and after those the ones that only tasks name
 * @param tasks each after the one that writes what it reads
 * @param raw the policy of the samples themselves; empty for none
 * @param pace when tasks compute
 */
public record StoragePlan(List<Policy> policies, List<Task> tasks, String raw, Pace pace) {
  /** Of a file that says nothing. */
  public static final StoragePlan NONE = new StoragePlan(List.of(), List.of(), "", Pace.USUAL);

  public StoragePlan {
    policies = List.copyOf(policies);
    tasks = List.copyOf(tasks);
  }

  /**
   * When tasks compute.
   *
   * @param grace how long after its end a window is computed first
   * @param late how far data may come late and still be taken in by itself
   * @param lateEvery how often it is looked for
   */
  public record Pace(Duration grace, Duration late, Duration lateEvery) {
    public static final Pace USUAL =
        new Pace(Duration.ofMinutes(5), Duration.ofHours(24), Duration.ofHours(1));
  }

  /** Whether there is anything to do. */
  public boolean isConfigured() {
    return !policies.isEmpty();
  }

  /** The policy of that name. */
  public Optional<Policy> policy(String name) {
    return policies.stream().filter(one -> one.name().equals(name)).findFirst();
  }

  /** The task of that name. */
  public Optional<Task> task(String name) {
    return tasks.stream().filter(one -> one.name().equals(name)).findFirst();
  }

  /** The task that writes what this policy keeps. */
  public Optional<Task> into(String policy) {
    return tasks.stream().filter(one -> one.target().equals(policy)).findFirst();
  }

  /** As what a task computes: a copy of a copy has no more than that one. */
  public Task.Make make(Task task, ZoneId zone) {
    Task.Make from = into(task.source()).map(before -> make(before, zone)).orElse(null);
    List<String> own = policy(task.target()).map(Policy::measurements).orElse(List.of());
    return new Task.Make(
        task.windowsText(zone),
        task.source(),
        task.outputs().stream().filter(one -> from == null || isIn(from, one)).toList(),
        both(own.isEmpty() ? null : own, from == null ? null : from.measurements()));
  }

  /** Means are made of counts and sums, which are always there. */
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

  /** Whether something is written into it: it is that of the samples, or a task's. */
  public boolean isUsed(Policy policy) {
    return policy.name().equals(raw) || into(policy.name()).isPresent();
  }

  /** Where its data stands. */
  public Tier tier(String policy) {
    return policy.equals(raw) ? Tier.RAW : new Tier(policy);
  }

  /** How its data is to be kept. */
  public Wish wish(Policy policy) {
    return new Wish(
        tier(policy.name()),
        policy.keep(),
        policy.shard(),
        policy.replication(),
        policy.measurements());
  }
}
