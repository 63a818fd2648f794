package com.voltageems.hissrv.query.alert;

import com.voltageems.hissrv.query.health.ClockSteps;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.Redaction;
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
 * Looks after the alerts of a site, in a separate thread: checks the figures, keeps the state of
 * each alert, notifies its receiver, and repeats a failed notice at growing intervals until the
 * receiver has it. Each alert has at most one notice under way. If an alert was raised and ended
 * before its receiver could be notified, no notice is sent; the log names it and it is counted.
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
   * Alerts that this service raised while it could not keep their state: the service that looks
   * after the alerts now does not know that their receivers consider them raised, so this service
   * notifies the receivers when they end.
   */
  private final Set<WatchedAlert> left = new LinkedHashSet<>();

  private final Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
  private volatile List<AlertView> view;
  private volatile boolean mine;
  private volatile boolean closing;

  /** The failure of the last check; null if there was none. */
  private volatile @Nullable String broken;

  private boolean taken;
  private final AtomicLong dropped = new AtomicLong();
  private @Nullable Thread thread;

  /**
   * @param interval pause between two checks of the figures
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

  /** Returns the part {@code alerts} of {@code /health}; empty if there are no alerts. */
  public List<Probe> probes() {
    return alerts.isEmpty() ? List.of() : List.of(new AlertProbe(this));
  }

  /** Starts the checks; does nothing if there are no alerts. */
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
      check(interval);
    }
    // The interruption that ended the wait must not also interrupt closing the keeper.
    boolean unused = Thread.interrupted();
    keeper.close();
  }

  /** Checks everything once; a failure that nobody thought of is reported, too. */
  void check(Duration wait) {
    try {
      round(wait);
      broken = null;
    } catch (RuntimeException | LinkageError e) {
      if (closing) {
        return;
      }
      String words = Redaction.oneLine("alerts are not looked after: " + e);
      if (!words.equals(broken)) {
        LOG.error("Alerts: a check failed", e);
      }
      broken = words;
    }
  }

  /** Setting the clock must not raise or clear an alert, nor delay a notice. */
  private void followClock() {
    Duration step = steps.next();
    if (!step.isZero()) {
      alerts.values().forEach(alert -> alert.moved(step));
      figures.moved(step);
    }
  }

  /**
   * Has growth watched anew: the parts that count are others now, which begin to count at zero. For
   * any thread.
   */
  public void forget() {
    if (alerts.isEmpty()) {
      return; // no check would take it from the queue
    }
    answers.add(() -> alerts.values().forEach(WatchedAlert::forgetGrowth));
  }

  /** Checks everything once; waits for about {@code wait} first. */
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
        // This service knows best what it told the receiver.
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

  /**
   * Notifies the receivers of alerts that have ended. Raises nothing: only the service that looks
   * after the alerts now does.
   */
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
            .thenAccept(
                failure -> {
                  Instant at = clock.instant();
                  answers.add(() -> answered(alert, raised, failure, at));
                });
  }

  private CompletableFuture<Optional<String>> send(
      WatchedAlert alert, Notice.Kind kind, Instant since) {
    return webhook.send(new Notice(alert.rule(), site, kind, since, alert.shownFigure()));
  }

  /**
   * Takes an answer.
   *
   * @param at when it came, up to an interval ago
   */
  private void answered(WatchedAlert alert, boolean raised, Optional<String> failure, Instant at) {
    Instant now = clock.instant();
    if (failure.isEmpty()) {
      alert.told(raised, now);
      if (mine) {
        // Otherwise another service looks after the alerts by now, and may have kept something
        // newer.
        keeper.keep(alert.rule().name(), alert.state().json());
      }
    } else {
      alert.failed(failure.get(), at, now, random);
    }
  }

  /**
   * Sends a test to the receiver of an alert, even if another service looks after the alerts.
   *
   * @return empty if there is no such alert; else the failure, which is empty if the test was
   *     delivered
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

  /** Returns the present state of every alert. */
  public List<AlertView> view() {
    return view;
  }

  /** Returns whether this service looks after the alerts. */
  public boolean isMine() {
    return mine;
  }

  private List<AlertView> views() {
    return alerts.values().stream().map(alert -> alert.view(mine)).toList();
  }

  /** Returns whether receivers have answered what the next check will take. */
  boolean hasAnswers() {
    return !answers.isEmpty();
  }

  /** Returns how many alerts ended before they could be reported, since this service started. */
  long dropped() {
    return dropped.get();
  }

  /** Returns why the alerts cannot be looked after; empty if they can. */
  Optional<String> problem() {
    return Optional.ofNullable(broken).or(keeper::problem);
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
