package com.voltageems.hissrv.query.alert;

import com.voltageems.hissrv.query.health.ClockSteps;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.lease.Keeper;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the alerts of a site, in a thread of its own: looks at the figures, keeps what became
 * of each alert, tells its receiver, and tells again, later and later, until the receiver has it.
 * One alert is told one thing at a time; an alert that was raised and is over before its receiver
 * could be told is not told any more, but said in the log and counted.
 *
 * <p>{@link #view} and {@link #test} may be called by any thread.
 */
public final class AlertDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertDesk.class);
  private final Notice.Site site;
  private final Keeper keeper;
  private final SiteFigures figures;
  private final Webhook webhook;
  private final Duration interval;
  private final Clock clock;
  private final ClockSteps steps;
  private final RandomGenerator random;
  private final Map<String, WatchedAlert> alerts = new LinkedHashMap<>();

  /**
   * Raised by this service while it could keep nothing: whoever looks after them now does not know
   * that their receivers hold them for raised, so this service tells when they are over.
   */
  private final Set<WatchedAlert> left = new LinkedHashSet<>();

  private final Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
  private volatile List<AlertView> view;
  private volatile boolean mine;
  private volatile boolean closing;
  private boolean taken;
  private final AtomicLong dropped = new AtomicLong();
  private @Nullable Thread thread;

  /**
   * @param interval how often the figures are looked at
   */
  AlertDesk(
      Notice.Site site,
      List<AlertRule> rules,
      Keeper keeper,
      SiteFigures figures,
      Webhook webhook,
      Duration interval,
      Clock clock,
      RandomGenerator random) {
    this.site = site;
    this.keeper = keeper;
    this.figures = figures;
    this.webhook = webhook;
    this.interval = interval;
    this.clock = clock;
    this.steps = new ClockSteps(clock);
    this.random = random;
    rules.forEach(rule -> alerts.put(rule.name(), new WatchedAlert(rule, clock.instant())));
    this.view = views();
  }

  /** The part {@code alerts} of {@code /health}, none where nothing is watched. */
  public List<Probe> probes() {
    return alerts.isEmpty() ? List.of() : List.of(new AlertProbe(this));
  }

  /** Begins to look; does nothing where nothing is watched. */
  public void start() {
    if (alerts.isEmpty()) {
      return;
    }
    Thread worker = new Thread(this::run, "alerts");
    worker.setDaemon(true);
    thread = worker;
    worker.start();
  }

  private void run() {
    while (!closing) {
      try {
        round(interval);
      } catch (RuntimeException e) {
        if (!closing) {
          LOG.error("Alerts: a check failed", e);
        }
      }
    }
    // The interruption that ended the wait must not end the farewell, too.
    boolean unused = Thread.interrupted();
    keeper.close();
  }

  /** A clock that is set must neither raise nor clear, nor hold a notice back. */
  private void followClock() {
    Duration step = steps.next();
    if (!step.isZero()) {
      alerts.values().forEach(alert -> alert.moved(step));
      figures.moved(step);
    }
  }

  /** One look at everything; waits for about {@code wait} first. */
  void round(Duration wait) {
    mine = keeper.look(wait);
    followClock();
    for (Runnable answer = answers.poll(); answer != null; answer = answers.poll()) {
      answer.run();
    }
    if (mine) {
      if (!taken) {
        remember(keeper.kept());
      }
      Instant now = clock.instant();
      for (WatchedAlert alert : alerts.values()) {
        look(alert, now);
        tell(alert, now);
      }
    } else {
      if (taken) {
        leave();
      }
      finish(clock.instant());
    }
    taken = mine;
    view = views();
  }

  private void remember(Map<String, String> kept) {
    Instant now = clock.instant();
    for (WatchedAlert alert : alerts.values()) {
      if (left.remove(alert)) {
        // What its receiver knows, this service knows best.
        keeper.keep(alert.rule().name(), alert.state().json());
      } else {
        alert.remember(kept.get(alert.rule().name()), now);
      }
    }
    kept.keySet().stream()
        .filter(name -> !alerts.containsKey(name))
        .forEach(
            name -> {
              LOG.warn(
                  "Alerts: {} is no longer in the file; if it was raised, its receiver "
                      + "is not notified that it is over",
                  name);
              keeper.keep(name, null);
            });
  }

  private void leave() {
    for (WatchedAlert alert : alerts.values()) {
      if (alert.mayBeHeldForRaised() && !keeper.isKept(alert.rule().name())) {
        left.add(alert);
      }
    }
  }

  /** Raises nothing: that is for the one who looks after them now. */
  private void finish(Instant now) {
    for (WatchedAlert alert : left) {
      var unused = alert.see(figures.value(alert.rule().condition(), now), now);
      if (!alert.state().raised()) {
        tell(alert, now);
      }
    }
    left.removeIf(alert -> !alert.mayBeHeldForRaised());
  }

  private void look(WatchedAlert alert, Instant now) {
    Condition condition = alert.rule().condition();
    OptionalDouble figure = figures.value(condition, now);
    alert.unknown(figures.unknown(condition));
    switch (alert.see(figure, now)) {
      case NOTHING_NEW -> {
        return;
      }
      case CHANGED -> {}
      case ENDED_UNTOLD -> dropped.incrementAndGet();
    }
    keeper.keep(alert.rule().name(), alert.state().json());
  }

  private void tell(WatchedAlert alert, Instant now) {
    if (!alert.isDue(now)) {
      return;
    }
    boolean raised = alert.state().raised();
    alert.sent();
    var unused =
        send(alert, raised ? Notice.Kind.RAISED : Notice.Kind.CLEARED, alert.state().since())
            .thenAccept(failure -> answers.add(() -> answered(alert, raised, failure)));
  }

  private CompletableFuture<Optional<String>> send(
      WatchedAlert alert, Notice.Kind kind, Instant since) {
    return webhook.send(new Notice(alert.rule(), site, kind, since, alert.shownFigure()));
  }

  private void answered(WatchedAlert alert, boolean raised, Optional<String> failure) {
    Instant now = clock.instant();
    if (failure.isEmpty()) {
      alert.told(raised, now);
      if (mine) {
        // Else another service looks after it by now, and may have kept something newer.
        keeper.keep(alert.rule().name(), alert.state().json());
      }
    } else {
      alert.failed(failure.get(), now, random);
    }
  }

  /**
   * Sends a test to the receiver of an alert, whichever service looks after it.
   *
   * @return what went wrong, or nothing; empty when there is no such alert
   */
  public Optional<Optional<String>> test(String name) throws InterruptedException {
    WatchedAlert alert = alerts.get(name);
    if (alert == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(send(alert, Notice.Kind.TEST, clock.instant()).get(30, TimeUnit.SECONDS));
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      return Optional.of(Optional.of("no answer"));
    }
  }

  /** Every alert as it stands. */
  public List<AlertView> view() {
    return view;
  }

  /** Whether this service looks after the alerts. */
  public boolean isMine() {
    return mine;
  }

  private List<AlertView> views() {
    return alerts.values().stream().map(alert -> alert.view(mine)).toList();
  }

  /** What could not be told before it was over, since this service began. */
  long dropped() {
    return dropped.get();
  }

  /** Why the alerts cannot be looked after; nothing where they can. */
  Optional<String> problem() {
    return keeper.problem();
  }

  @Override
  public void close() {
    closing = true;
    Thread worker = thread;
    if (worker == null) {
      keeper.close();
      return;
    }
    worker.interrupt();
    try {
      worker.join(Duration.ofSeconds(6).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
