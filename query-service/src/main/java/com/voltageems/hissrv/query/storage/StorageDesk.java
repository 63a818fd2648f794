package com.voltageems.hissrv.query.storage;

import com.voltageems.hissrv.query.health.ClockSteps;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.Redaction;
import com.voltageems.hissrv.query.lease.Keeper;
import com.voltageems.hissrv.query.storage.plan.Lengths;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.Tiers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the storage of a site, in a thread of its own: how long the database keeps what, and
 * the coarser copies. Of several services one does it; all of them show how it stands.
 */
public final class StorageDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StorageDesk.class);
  private static final Duration LOOK = Duration.ofMinutes(1);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
  private static final Duration BUSY = Duration.ofMillis(50);
  private static final Duration IDLE = Duration.ofSeconds(1);

  private final StoragePlan plan;
  private final @Nullable Tiers tiers;
  private final Keeper lease;
  private final ClockSteps steps;
  private final @Nullable Retention retention;
  private final @Nullable TaskBounds bounds;
  private final List<TaskRun> runs = new ArrayList<>();
  private final @Nullable Backfills backfills;
  private volatile boolean mine;
  private volatile boolean closing;
  private volatile boolean lookNow = true;

  /** What broke the last round, beyond what the database answers; null where nothing did. */
  private volatile @Nullable String broken;

  private boolean ready;
  private Instant nextLook = Instant.MIN;
  private Instant nextLoad = Instant.MIN;
  private @Nullable Thread thread;

  /**
   * @param tiers empty where the back end cannot do it; closed with this
   * @param lease tells whether this service does it; closed with this
   * @param timeout longest time of one question to the database
   * @param arrived up to when the database has all that was sent, epoch milliseconds: {@link
   *     Long#MAX_VALUE} where nothing is on its way, {@link Long#MIN_VALUE} while that is not known
   */
  public StorageDesk(
      StoragePlan plan,
      Optional<Tiers> tiers,
      Keeper lease,
      ZoneId zone,
      Duration timeout,
      Clock clock,
      LongSupplier arrived) {
    this.plan = plan;
    this.tiers = tiers.orElse(null);
    this.lease = lease;
    this.steps = new ClockSteps(clock);
    if (tiers.isEmpty() || !plan.isConfigured()) {
      this.retention = null;
      this.bounds = null;
      this.backfills = null;
      return;
    }
    this.retention = new Retention(tiers.get(), plan, timeout, clock);
    this.bounds = new TaskBounds(plan, tiers.get(), retention, zone, clock, arrived);
    Ledger ledger = new Ledger(tiers.get(), plan, timeout, clock);
    Copier copier = new Copier(tiers.get(), plan, zone, timeout);
    for (Task task : plan.tasks()) {
      TaskRun source =
          runs.stream()
              .filter(run -> run.task().target().equals(task.source()))
              .findFirst()
              .orElse(null);
      runs.add(new TaskRun(task, source, zone, plan, copier, ledger));
    }
    this.backfills = new Backfills(ledger, runs, clock);
  }

  /** The part {@code storage} of {@code /health}; none where nothing is wanted. */
  public List<Probe> probes() {
    return plan.isConfigured() ? List.of(new StorageProbe(this, lease)) : List.of();
  }

  /** Begins to look after it; does nothing where nothing is wanted. */
  public void start() {
    if (retention == null) {
      return;
    }
    Thread worker = new Thread(this::run, "storage");
    worker.setDaemon(true);
    thread = worker;
    worker.start();
  }

  private void run() {
    Duration wait = Duration.ZERO;
    while (!closing) {
      try {
        wait = round(wait) ? BUSY : IDLE;
        broken = null;
      } catch (RuntimeException e) {
        wait = IDLE;
        if (!closing) {
          broke(e);
        }
      }
    }
    // The interruption that ended the wait must not end the farewell, too.
    boolean unused = Thread.interrupted();
    lease.close();
  }

  private void broke(RuntimeException e) {
    String words = Redaction.oneLine("storage is not looked after: " + e);
    if (!words.equals(broken)) {
      LOG.error("Storage: a round failed", e);
    }
    broken = words;
  }

  /** What broke the last round. */
  Optional<String> problem() {
    return Optional.ofNullable(broken);
  }

  /**
   * One round of all that is to be done, a piece of each; waits for about {@code wait} first.
   *
   * @return whether there is more to do at once
   */
  boolean round(Duration wait) {
    boolean before = mine;
    mine = lease.look(wait);
    Retention policies = retention;
    Backfills past = backfills;
    TaskBounds may = bounds;
    if (policies == null || past == null || may == null) {
      return false;
    }
    followClock();
    Instant now = steps.now();
    boolean look = lookNow || !now.isBefore(nextLook) || mine != before;
    if (look) {
      lookNow = false;
      policies.look(mine);
      ready = load(true);
      boolean fine =
          ready
              && policies.states().stream()
                  .noneMatch(one -> one.state() == PolicyState.State.FAILED);
      nextLook = now.plus(fine ? LOOK : LOOK_AGAIN);
    }
    if (!mine || !ready) {
      return false;
    }
    if (!look && !now.isBefore(nextLoad)) {
      // Another service may have begun or cancelled one.
      boolean unused = load(false);
    }
    nextLoad = look || !now.isBefore(nextLoad) ? now.plus(LOOK_AGAIN) : nextLoad;
    try {
      boolean more = false;
      for (TaskRun run : runs) {
        more |= run.step(may.of(run.task()), this::goOn);
      }
      return past.step(run -> may.of(run.task()), this::goOn) || more;
    } catch (Copier.StoppedException e) {
      return false;
    }
  }

  /**
   * What is to be done after a while must wait neither longer nor shorter for a clock that is set.
   */
  private void followClock() {
    Duration step = steps.next();
    if (!step.isZero()) {
      nextLook = nextLook.equals(Instant.MIN) ? nextLook : nextLook.plus(step);
      nextLoad = nextLoad.equals(Instant.MIN) ? nextLoad : nextLoad.plus(step);
      runs.forEach(run -> run.moved(step));
    }
  }

  /** The lease wants to be looked at more often than a piece of work takes. */
  private boolean goOn() {
    return !closing && lease.look(Duration.ZERO);
  }

  /**
   * Reads how far all is.
   *
   * @param tasks also of the tasks: whose copy is deleted meanwhile has nothing any more
   */
  private boolean load(boolean tasks) {
    try {
      for (TaskRun run : runs) {
        if (tasks) {
          run.load();
        }
      }
      if (backfills != null) {
        backfills.load();
      }
      return true;
    } catch (StoreException e) {
      LOG.warn("Storage: how far it is cannot be read: {}", Retention.words(e));
      return false;
    }
  }

  /** Whether this service does the work. */
  public boolean isMine() {
    return mine;
  }

  /** Whether the file wants anything of the storage. */
  public boolean isConfigured() {
    return plan.isConfigured();
  }

  /** Whether the back end can do it. */
  boolean isManaged() {
    return tiers != null;
  }

  /** How the policies stand. */
  public List<PolicyState> policies() {
    return retention == null ? List.of() : retention.states();
  }

  /** How the tasks stand. */
  public List<TaskState> tasks() {
    return runs.stream().map(TaskRun::state).toList();
  }

  /** What the file wants. */
  public StoragePlan plan() {
    return plan;
  }

  /** Reads the tiers; null where there are none. Closed with this. */
  public @Nullable Tiers tiers() {
    return tiers;
  }

  /** All backfills, the newest first. */
  List<Backfill> backfills() {
    return backfills == null ? List.of() : backfills.all();
  }

  /** {@code GET /storage} as JSON-like values. */
  public Map<String, @Nullable Object> json() {
    return StorageView.desk(this);
  }

  /**
   * Makes a policy as short as the file has it, although data that is there is deleted by it.
   *
   * @param duration as the file has it, so that nobody deletes more than he has read of
   */
  public Map<String, @Nullable Object> shorten(String policy, String duration)
      throws StorageException {
    Policy found = plan.policy(policy).filter(plan::isUsed).orElse(null);
    if (found == null || retention == null) {
      throw new StorageException(
          StorageException.Kind.MISSING, "there is no policy " + policy + " that is in use");
    }
    Duration keep = found.keep();
    if (keep == null || !Lengths.parse(duration).filter(keep::equals).isPresent()) {
      throw new StorageException(
          StorageException.Kind.CONFLICT,
          "duration: the file has " + Lengths.text(keep) + " for " + policy);
    }
    Map<String, @Nullable Object> done = StorageView.policy(retention.shorten(found));
    lookNow = true;
    return done;
  }

  /** Begins a backfill; any service can, the one that does the work takes it. */
  public Map<String, @Nullable Object> backfill(String task, long start, long end)
      throws StorageException {
    TaskRun run =
        runs.stream().filter(one -> one.task().name().equals(task)).findFirst().orElse(null);
    TaskBounds may = bounds;
    if (run == null || backfills == null || may == null) {
      throw new StorageException(StorageException.Kind.MISSING, "there is no task " + task);
    }
    String id = UUID.randomUUID().toString().substring(0, 8);
    return StorageView.backfill(backfills.begin(run, id, start, end, one -> may.of(one.task())));
  }

  /** Ends a backfill where it is; what is computed stays. */
  public Map<String, @Nullable Object> cancel(String id) throws StorageException {
    if (backfills == null) {
      throw new StorageException(StorageException.Kind.MISSING, "there is no backfill " + id);
    }
    return StorageView.backfill(backfills.cancel(id));
  }

  @Override
  public void close() {
    closing = true;
    Thread worker = thread;
    if (worker == null) {
      lease.close();
    } else {
      worker.interrupt();
      if (tiers != null) {
        tiers.cancel();
      }
      try {
        worker.join(Duration.ofSeconds(6).toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (tiers != null) {
      tiers.close();
    }
  }
}
