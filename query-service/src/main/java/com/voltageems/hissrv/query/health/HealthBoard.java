package com.voltageems.hissrv.query.health;

import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.process.Schedulers;
import com.voltageems.hissrv.query.store.StoreException;
import java.net.SocketTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last known state of every part. Each probe has its own thread, so a probe that hangs delays
 * no other; reading never waits. A part that has not been checked for too long counts as down,
 * whatever was found before, so a dead probe cannot stay green. After this process itself was
 * suspended (SIGSTOP, a frozen machine) the states are unknown until they are checked again.
 *
 * <p>The first answer takes longer than later ones: classes are loaded, connections are opened, and
 * the machine may have just been started. So a part that is too slow and has never answered since
 * the start is unknown, not down, for a bounded time, and is soon checked again.
 */
public final class HealthBoard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HealthBoard.class);

  private static final Duration PULSE = Duration.ofSeconds(1);

  /** For how long after the start a part that is too slow may be unknown instead of down. */
  private static final Duration STARTING = Duration.ofSeconds(10);

  /** Pause between two checks of such a part. */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  /** Replaced as a whole; the board's own probes come first. */
  private volatile Map<Probe, ScheduledExecutorService> probes = Map.of();

  /** Probes that were added to the board's own. */
  private List<Probe> added = List.of();

  private final Map<String, String> off;
  private final Map<String, PartState> states = new ConcurrentHashMap<>();

  /** Parts that have answered since the start, or failed otherwise than by being too slow. */
  private final Set<Probe> answered = ConcurrentHashMap.newKeySet();

  private final Duration interval;
  private final Duration staleAfter;
  private final ClockSteps steps;
  private final ScheduledExecutorService pulse = Schedulers.of("health-pulse");

  private Instant started;

  /** When each of the added probes was added. */
  private final Map<Probe, Instant> begun = new HashMap<>();

  /** Null before the first pulse. */
  private @Nullable Instant lastPulse;

  /**
   * When this process went on after it had been suspended, and for how long; null if it never was.
   */
  private @Nullable Instant awake;

  private Duration stood = Duration.ZERO;
  private volatile boolean closing;

  /**
   * @param off parts that are not configured, with the reason
   * @param interval pause between two checks
   * @param timeout longest time of one check
   */
  public HealthBoard(
      List<Probe> probes,
      Map<String, String> off,
      Duration interval,
      Duration timeout,
      Clock clock) {
    this.off = Map.copyOf(off);
    this.interval = interval;
    this.staleAfter = interval.multipliedBy(2).plus(timeout.multipliedBy(4));
    this.started = clock.instant();
    this.steps = new ClockSteps(clock);
    Map<Probe, ScheduledExecutorService> own = new LinkedHashMap<>();
    probes.forEach(probe -> own.put(probe, executor(probe)));
    this.probes = own;
  }

  private static ScheduledExecutorService executor(Probe probe) {
    return Schedulers.of("probe-" + probe.name());
  }

  /** Starts the checks. */
  public void start() {
    beat();
    ScheduledFuture<?> unusedBeats =
        pulse.scheduleWithFixedDelay(
            this::beat, PULSE.toMillis(), PULSE.toMillis(), TimeUnit.MILLISECONDS);
    probes.forEach(this::start);
  }

  private void start(Probe probe, ScheduledExecutorService executor) {
    ScheduledFuture<?> unused =
        executor.scheduleWithFixedDelay(
            () -> look(probe), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    lookAgainWhileStarting(probe, executor);
  }

  /**
   * Checks these parts besides its own from now on, instead of those given here before; what is
   * known of its own parts stays. A part that was there before keeps its state until it is checked.
   */
  public void also(List<Probe> more) {
    Map<Probe, ScheduledExecutorService> old = new LinkedHashMap<>();
    Map<Probe, ScheduledExecutorService> fresh = new LinkedHashMap<>();
    synchronized (this) {
      Instant now = now();
      Map<Probe, ScheduledExecutorService> next = new LinkedHashMap<>(probes);
      added.forEach(probe -> old.put(probe, Objects.requireNonNull(next.remove(probe))));
      more.forEach(probe -> fresh.put(probe, executor(probe)));
      next.putAll(fresh);
      begun.clear();
      more.forEach(probe -> begun.put(probe, now));
      probes = next;
      added = List.copyOf(more);
      states
          .keySet()
          .removeIf(name -> next.keySet().stream().noneMatch(probe -> probe.name().equals(name)));
    }
    end(old);
    answered.removeAll(old.keySet());
    if (isBeating()) {
      fresh.forEach(this::start);
    }
  }

  /** Returns the probe of this kind; empty if there is none. */
  public <P extends Probe> Optional<P> probe(Class<P> kind) {
    return probes.keySet().stream().filter(kind::isInstance).map(kind::cast).findFirst();
  }

  private void lookAgainWhileStarting(Probe probe, ScheduledExecutorService executor) {
    ScheduledFuture<?> unused =
        executor.schedule(
            () -> {
              if (isStarting(probe, now())) {
                look(probe);
                lookAgainWhileStarting(probe, executor);
              }
            },
            AGAIN.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private boolean isStarting(Probe probe, Instant now) {
    return !answered.contains(probe)
        && Duration.between(begun(probe), now).compareTo(STARTING) <= 0;
  }

  /** Detects by a late pulse that this process was suspended. */
  synchronized void beat() {
    Instant now = now();
    Duration gap = lastPulse == null ? Duration.ZERO : Duration.between(lastPulse, now);
    lastPulse = now;
    if (gap.compareTo(staleAfter) > 0) {
      awake = now;
      stood = gap;
      LOG.warn("This process was suspended for {} s; everything is checked again", gap.toSeconds());
    }
  }

  /** Returns whether this process was suspended after the check, and went on only recently. */
  private synchronized boolean isOvertaken(@Nullable Instant checked, Instant now) {
    Instant on = awake;
    return on != null
        && checked != null
        && checked.isBefore(on)
        && Duration.between(on, now).compareTo(staleAfter) <= 0;
  }

  private synchronized long stoodSeconds() {
    return stood.toSeconds();
  }

  /** Checks one part once, and keeps the result. */
  void look(Probe probe) {
    Report report;
    try {
      report = probe.check();
      answered.add(probe);
    } catch (Exception | LinkageError e) {
      // A native library that cannot be loaded, or an archive replaced under the process, concerns
      // this part; the others go on.
      if (e instanceof InterruptedException || closing) {
        Thread.currentThread().interrupt();
        return;
      }
      LOG.debug("{} is down", probe.name(), e);
      report = Report.of(false, message(e));
      if (!isTooSlow(e)) {
        answered.add(probe);
      }
    }
    Instant now = now();
    if (isStarting(probe, now)) {
      report =
          Report.of(State.UNKNOWN, "no answer yet since the start: " + report.message(), Map.of());
    }
    keep(probe, report, now);
  }

  private synchronized void keep(Probe probe, Report report, Instant now) {
    if (!probes.containsKey(probe)) {
      return; // replaced while it was asked
    }
    State state = report.state();
    PartState before = states.get(probe.name());
    Instant since = before != null && before.state() == state ? before.since() : now;
    if (before == null || before.state() != state) {
      LOG.info("{} is {}: {}", probe.name(), state.text(), report.message());
    }
    states.put(probe.name(), new PartState(probe.name(), state, report, now, since));
  }

  /**
   * Returns the present time. If the clock was set, moves the remembered times by the same amount.
   */
  private synchronized Instant now() {
    Duration step = steps.next();
    if (!step.isZero()) {
      LOG.warn("The clock was set by {} s", step.toSeconds());
      started = started.plus(step);
      begun.replaceAll((probe, since) -> since.plus(step));
      lastPulse = lastPulse == null ? null : lastPulse.plus(step);
      awake = awake == null ? null : awake.plus(step);
      states.replaceAll((name, state) -> state.moved(step));
    }
    return steps.now();
  }

  private synchronized Instant started() {
    return started;
  }

  /** Returns since when a part is to be checked. */
  private synchronized Instant begun(Probe probe) {
    return begun.getOrDefault(probe, started);
  }

  /**
   * Returns the failure's own message and that of its root cause, which often says more than the
   * wrappers; without secrets.
   */
  private static String message(Throwable failure) {
    Throwable outer = failure;
    while (outer instanceof ExecutionException && outer.getCause() != null) {
      outer = outer.getCause();
    }
    Throwable root = outer;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    if (outer instanceof ProbeException) {
      return Redaction.oneLine(String.valueOf(outer.getMessage()));
    }
    if (outer instanceof StoreException store
        && (store.kind() == StoreException.Kind.TIMEOUT
            || store.kind() == StoreException.Kind.TOO_MUCH
            || store.kind() == StoreException.Kind.NO_MEMORY)) {
      // How the client broke off the call says nothing: "Socket closed", "Canceled".
      return Redaction.oneLine(String.valueOf(store.getMessage()));
    }
    String text =
        outer instanceof StoreException ? String.valueOf(outer.getMessage()) : words(outer);
    // Each by itself: our own sentence may end with the name of a setting.
    String own = Redaction.oneLine(text);
    return root == outer ? own : own + ": " + Redaction.oneLine(words(root));
  }

  private static boolean isTooSlow(Throwable failure) {
    for (Throwable one = failure; one != null; one = one.getCause()) {
      if (one instanceof TimeoutException
          || one instanceof HttpTimeoutException
          || one instanceof SocketTimeoutException
          || one instanceof org.apache.kafka.common.errors.TimeoutException
          || (one instanceof StoreException store && store.kind() == StoreException.Kind.TIMEOUT)) {
        return true;
      }
    }
    return false;
  }

  private static String words(Throwable failure) {
    String text = failure.getMessage();
    return failure.getClass().getSimpleName() + (text == null ? "" : ": " + text);
  }

  private synchronized boolean isBeating() {
    return lastPulse != null;
  }

  /** Returns Connect's latest facts, if Connect is checked. Never waits. */
  public ConnectFacts facts() {
    return probe(ConnectProbe.class).map(ConnectProbe::facts).orElse(ConnectFacts.UNKNOWN);
  }

  /** Returns every part's state, configured or not. Never waits. */
  public List<PartState> snapshot() {
    if (isBeating()) {
      // A caller may ask before the next pulse notices a suspension.
      beat();
    }
    Instant now = now();
    List<PartState> all = new ArrayList<>();
    for (Probe probe : probes.keySet()) {
      PartState state =
          states.getOrDefault(
              probe.name(),
              new PartState(
                  probe.name(),
                  State.UNKNOWN,
                  Report.of(false, "not checked yet"),
                  null,
                  begun(probe)));
      Instant last = state.checked() == null ? begun(probe) : state.checked();
      Duration age = Duration.between(last, now);
      if (isOvertaken(state.checked(), now)) {
        state =
            new PartState(
                state.name(),
                State.UNKNOWN,
                Report.of(
                    State.UNKNOWN,
                    "not checked since this process was suspended for "
                        + stoodSeconds()
                        + " s; before: "
                        + state.report().message(),
                    state.report().detail()),
                state.checked(),
                last);
      } else if (state.state() == State.UNKNOWN
          && state.checked() != null
          && !answered.contains(probe)
          && !isStarting(probe, now)) {
        // The next check would find it down, but may take its time.
        state =
            new PartState(state.name(), State.DOWN, state.report(), state.checked(), state.since());
      } else if (age.compareTo(staleAfter) > 0) {
        state =
            new PartState(
                state.name(),
                State.DOWN,
                Report.of(
                    State.DOWN,
                    "no answer for " + age.toSeconds() + " s; before: " + state.report().message(),
                    state.report().detail()),
                state.checked(),
                last);
      }
      all.add(state);
    }
    off.forEach(
        (name, reason) ->
            all.add(new PartState(name, State.OFF, Report.of(true, reason), null, started())));
    return all;
  }

  @Override
  public void close() {
    closing = true;
    pulse.shutdownNow();
    end(probes);
  }

  private static void end(Map<Probe, ScheduledExecutorService> old) {
    old.values().forEach(ScheduledExecutorService::shutdownNow);
    old.forEach(
        (probe, executor) -> {
          try {
            if (!executor.awaitTermination(2, TimeUnit.SECONDS)) {
              LOG.debug("{} is left behind while it waits for an answer", probe.name());
              return;
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          probe.close();
        });
  }
}
