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
 * Manages the storage of a site in a thread of its own: how long the database keeps each kind of
 * data, and the coarser copies. If a site runs several services, one of them does the work and all
 * of them show its state.
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

  /**
   * The failure of the last round, other than a failure that the database reports; null if there
   * was none.
   */
  private volatile @Nullable String broken;

  /** Whether everything was checked once, whatever came of it. */
  private volatile boolean looked;

  private boolean ready;
  private Instant nextLook = Instant.MIN;
  private Instant nextLoad = Instant.MIN;
  private @Nullable Thread thread;

  /**
   * @param tiers empty if the back end does not support tiers; closed with this
   * @param lease decides whether this service does the work; closed with this
   * @param timeout longest time of one query to the database
   * @param arrived returns the time up to which the database has all data that was sent, epoch
   *     milliseconds: {@link Long#MAX_VALUE} if nothing is on its way, {@link Long#MIN_VALUE} while
   *     this is not known
   * @param gone returns from when on data is gone that the database had, as after a restored
   *     backup, epoch milliseconds: {@link Long#MAX_VALUE} if none is
   */
  public StorageDesk(
      StoragePlan plan,
      Optional<Tiers> tiers,
      Keeper lease,
      ZoneId zone,
      Duration timeout,
      Clock clock,
      LongSupplier arrived,
      LongSupplier gone) {
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
    this.bounds = new TaskBounds(plan, tiers.get(), retention, zone, clock, arrived, gone);
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

  /** Returns the part {@code storage} of {@code /health}; empty if nothing is configured. */
  public List<Probe> probes() {
    return plan.isConfigured() ? List.of(new StorageProbe(this, lease)) : List.of();
  }

  /** Starts the thread; does nothing if there is nothing to manage. */
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
      } catch (RuntimeException | LinkageError e) {
        wait = IDLE;
        if (!closing) {
          broke(e);
        }
      }
    }
    // The interruption that ended the wait must not also end the release of the lease.
    boolean unused = Thread.interrupted();
    lease.close();
  }

  private void broke(Throwable e) {
    String words = Redaction.oneLine("storage is not looked after: " + e);
    if (!words.equals(broken)) {
      LOG.error("Storage: a round failed", e);
    }
    broken = words;
  }

  /** Returns the failure of the last round; empty if there was none. */
  Optional<String> problem() {
    return Optional.ofNullable(broken);
  }

  /**
   * Runs one round: does one piece of each kind of work. Waits for about {@code wait} first.
   *
   * @return true if there is more to do at once
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
      looked = true;
      boolean fine =
          ready
              && policies.states().stream()
                  .noneMatch(one -> one.state() == PolicyState.State.FAILED);
      nextLook = now.plus(fine ? LOOK : LOOK_AGAIN);
    }
    if (look && ready && !mine) {
      runs.forEach(run -> run.watch(may.of(run.task()), LOOK.multipliedBy(2)));
    }
    if (!mine || !ready) {
      return false;
    }
    if (!look && !now.isBefore(nextLoad)) {
      // Another service may have started or cancelled a backfill.
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
   * Shifts the planned times when the clock is set, so that no waiting time becomes longer or
   * shorter.
   */
  private void followClock() {
    Duration step = steps.next();
    if (!step.isZero()) {
      nextLook = nextLook.equals(Instant.MIN) ? nextLook : nextLook.plus(step);
      nextLoad = nextLoad.equals(Instant.MIN) ? nextLoad : nextLoad.plus(step);
      runs.forEach(run -> run.moved(step));
    }
  }

  /**
   * Returns whether the work may continue. The lease must be checked more often than one piece of
   * work takes.
   */
  private boolean goOn() {
    return !closing && lease.look(Duration.ZERO);
  }

  /**
   * Reads the progress that is stored in the copies.
   *
   * @param tasks true to read also that of the tasks, because a copy that was deleted meanwhile has
   *     lost everything
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

  /**
   * Returns whether it is known how long the database keeps what, and what the copies hold, as far
   * as the database tells.
   */
  public boolean hasLooked() {
    return retention == null || looked;
  }

  /** Returns true if this service does the work. */
  public boolean isMine() {
    return mine;
  }

  /** Returns true if the file configures anything about the storage. */
  public boolean isConfigured() {
    return plan.isConfigured();
  }

  /** Returns true if the back end supports tiers. */
  boolean isManaged() {
    return tiers != null;
  }

  /** Returns the states of the policies. */
  public List<PolicyState> policies() {
    return retention == null ? List.of() : retention.states();
  }

  /** Returns why this service, if it lacks the lease, sets no policy. */
  String unset() {
    return "it cannot be set by this service now: "
        + lease.problem().orElse("another service looks after the storage");
  }

  /** Returns the states of the tasks. */
  public List<TaskState> tasks() {
    return runs.stream().map(TaskRun::state).toList();
  }

  /** Returns what the file configures. */
  public StoragePlan plan() {
    return plan;
  }

  /** Returns the tiers; null if the back end does not support them. They are closed with this. */
  public @Nullable Tiers tiers() {
    return tiers;
  }

  /** Returns all backfills, the newest first. */
  List<Backfill> backfills() {
    return backfills == null ? List.of() : backfills.all();
  }

  /** Returns the answer to {@code GET /storage} as JSON-like values. */
  public Map<String, @Nullable Object> json() {
    return StorageView.desk(this);
  }

  /**
   * Shortens a policy to the duration in the file, although this deletes existing data.
   *
   * @param duration must equal the one in the file, so that nobody deletes more than they have read
   *     about
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

  /** Starts a backfill. Any service can start one; the service that does the work runs it. */
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

  /** Cancels a backfill; windows that are already computed stay. */
  public Map<String, @Nullable Object> cancel(String id) throws StorageException {
    if (backfills == null) {
      throw new StorageException(StorageException.Kind.MISSING, "there is no backfill " + id);
    }
    return StorageView.backfill(backfills.cancel(id));
  }

  /** Ends the work and releases the lease. Answers from the copies continue until it is closed. */
  public void stop() {
    if (closing) {
      return;
    }
    closing = true;
    Thread worker = thread;
    if (worker == null) {
      lease.close();
      return;
    }
    worker.interrupt();
    if (tiers != null) {
      tiers.cancel(worker);
    }
    try {
      worker.join(Duration.ofSeconds(6).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop();
    if (tiers != null) {
      tiers.close();
    }
  }
}
