package com.voltageems.hissrv.query.resolution;

import com.voltageems.hissrv.query.storage.Coverage;
import com.voltageems.hissrv.query.storage.PolicyState;
import com.voltageems.hissrv.query.storage.TaskState;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Determines what a site's copies can answer at a moment. Pure. */
public final class Copies {
  private Copies() {}

  /**
   * Returns the copies, the coarsest first. A copy is used only as far as late data has been looked
   * for, because newer windows may still change. Where the samples are gone it is always used,
   * because there is nothing else.
   */
  public static List<Copy> of(
      StoragePlan plan,
      List<PolicyState> policies,
      List<TaskState> tasks,
      ZoneId zone,
      long nowMillis) {
    long late = plan.pace().late().toMillis();
    Long expired = expired(plan, policies, nowMillis).before();
    List<Copy> copies = new ArrayList<>();
    for (TaskState state : tasks) {
      Duration kept = kept(policies, state.task().target());
      for (TaskState.Held held : state.held()) {
        boolean looked = held.lookedBack() != 0;
        long settled = looked ? held.lookedBack() - late : Long.MIN_VALUE;
        long counted = looked ? held.lookedBack() : Long.MIN_VALUE;
        Coverage all =
            held.coverage().from(kept == null ? Long.MIN_VALUE : nowMillis - kept.toMillis());
        List<String> measurements = held.make().measurements();
        if (measurements == null || !measurements.isEmpty()) {
          copies.add(
              new Copy(
                  as(state.task(), held.make()),
                  state.task().windows(zone),
                  all.until(expired == null ? settled : Math.max(settled, expired)),
                  all.until(expired == null ? counted : Math.max(counted, expired)),
                  measurements == null ? List.of() : measurements));
        }
      }
    }
    copies.sort(
        Comparator.comparingLong((Copy copy) -> copy.windows().shortestMillis()).reversed());
    return copies;
  }

  private static Task as(Task task, Task.Make make) {
    return new Task(task.name(), make.source(), task.target(), task.interval(), make.outputs());
  }

  /** Returns which samples are gone. */
  public static Expired expired(StoragePlan plan, List<PolicyState> policies, long nowMillis) {
    Duration kept = kept(policies, plan.raw());
    return new Expired(
        kept == null ? null : (Long) (nowMillis - kept.toMillis()),
        plan.policy(plan.raw()).map(Policy::measurements).orElse(List.of()));
  }

  private static @Nullable Duration kept(List<PolicyState> policies, String name) {
    return policies.stream()
        .filter(one -> one.policy().name().equals(name))
        .findFirst()
        .map(PolicyState::kept)
        .orElse(null);
  }
}
