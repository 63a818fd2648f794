package com.voltageems.hissrv.query.alert;

import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.lease.Keeper;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
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
  private static final long FIRST_RETRY_MS = 1_000;
  private static final long LONGEST_RETRY_MS = 300_000;

  /** Alertmanager takes an alert for over that it has not heard of for five minutes. */
  private static final Duration ALERTMANAGER_REPEAT = Duration.ofMinutes(1);

  private final String site;
  private final Keeper keeper;
  private final SiteFigures figures;
  private final Webhook webhook;
  private final Duration interval;
  private final Clock clock;
  private final RandomGenerator random;
  private final Map<String, Watched> alerts = new LinkedHashMap<>();
  private final Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
  private volatile List<AlertView> view;
  private volatile boolean mine;
  private volatile boolean closing;
  private boolean taken;
  private final AtomicLong dropped = new AtomicLong();
  private @Nullable Thread thread;

  /** One alert, as the desk's thread sees it. */
  private static final class Watched {
    final AlertRule rule;
    final @Nullable Growth growth;
    AlertState state;
    @Nullable Double figure;
    boolean underWay;
    int failures;
    Instant nextTry = Instant.MIN;
    Instant lastTold = Instant.MIN;
    @Nullable String error;

    Watched(AlertRule rule, Instant now) {
      this.rule = rule;
      Duration within = rule.condition().within();
      this.growth = within == null ? null : new Growth(within);
      this.state = AlertState.fresh(now);
    }
  }

  /**
   * @param interval how often the figures are looked at
   */
  AlertDesk(
      String site,
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
    this.random = random;
    rules.forEach(rule -> alerts.put(rule.name(), new Watched(rule, clock.instant())));
    this.view = views();
  }

  /** The part {@code alerts} of {@code /health}, none where nothing is watched. */
  public List<Probe> probes() {
    return alerts.isEmpty() ? List.of() : List.of(probe());
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
          LOG.error("Alerts: a look failed", e);
        }
      }
    }
    // The interruption that ended the wait must not end the farewell, too.
    boolean unused = Thread.interrupted();
    keeper.close();
  }

  /** One look at everything; waits for about {@code wait} first. */
  void round(Duration wait) {
    mine = keeper.look(wait);
    for (Runnable answer = answers.poll(); answer != null; answer = answers.poll()) {
      answer.run();
    }
    if (mine) {
      if (!taken) {
        remember(keeper.kept());
      }
      Instant now = clock.instant();
      for (Watched alert : alerts.values()) {
        look(alert, now);
        tell(alert, now);
      }
    }
    taken = mine;
    view = views();
  }

  private void remember(Map<String, String> kept) {
    Instant now = clock.instant();
    for (Watched alert : alerts.values()) {
      String text = kept.get(alert.rule.name());
      alert.state =
          text == null
              ? AlertState.fresh(now)
              : AlertState.parse(text).orElseGet(() -> AlertState.fresh(now));
      alert.nextTry = Instant.MIN;
    }
    kept.keySet().stream()
        .filter(name -> !alerts.containsKey(name))
        .forEach(
            name -> {
              LOG.warn(
                  "Alerts: {} is not in the file any more; if it was raised, its receiver is not"
                      + " told that it is over",
                  name);
              keeper.keep(name, null);
            });
  }

  private void look(Watched alert, Instant now) {
    OptionalDouble seen = figures.value(alert.rule.condition(), now);
    if (seen.isEmpty()) {
      alert.figure = null;
      return;
    }
    double value =
        alert.growth == null ? seen.getAsDouble() : alert.growth.seen(seen.getAsDouble(), now);
    alert.figure = value;
    AlertState before = alert.state;
    alert.state = before.seen(alert.rule, value, now);
    if (before.raised() == alert.state.raised()) {
      return;
    }
    LOG.warn(
        "Alert {} is {}: {}, now {}",
        alert.rule.name(),
        alert.state.raised() ? "raised" : "cleared",
        alert.rule.condition().text(),
        alert.rule.condition().shown(value));
    if (before.isUntold() && !alert.state.isUntold()) {
      dropped.incrementAndGet();
      LOG.warn(
          "Alert {} began and ended before its receiver could be told: {}",
          alert.rule.name(),
          alert.error);
    }
    alert.nextTry = Instant.MIN;
    alert.failures = 0;
    keeper.keep(alert.rule.name(), alert.state.json());
  }

  private void tell(Watched alert, Instant now) {
    boolean again =
        alert.rule.body() == AlertRule.Body.ALERTMANAGER
            && alert.state.raised()
            && !now.isBefore(alert.lastTold.plus(ALERTMANAGER_REPEAT));
    if (alert.underWay || now.isBefore(alert.nextTry) || !(alert.state.isUntold() || again)) {
      return;
    }
    boolean raised = alert.state.raised();
    alert.underWay = true;
    var unused =
        send(alert, raised ? Notice.Kind.RAISED : Notice.Kind.CLEARED, alert.state.since())
            .thenAccept(failure -> answers.add(() -> answered(alert, raised, failure)));
  }

  private CompletableFuture<Optional<String>> send(Watched alert, Notice.Kind kind, Instant since) {
    Double figure = alert.figure;
    return webhook.send(
        new Notice(
            alert.rule,
            site,
            kind,
            since,
            figure == null ? null : alert.rule.condition().shown(figure)));
  }

  private void answered(Watched alert, boolean raised, Optional<String> failure) {
    Instant now = clock.instant();
    alert.underWay = false;
    if (failure.isEmpty()) {
      alert.failures = 0;
      alert.error = null;
      alert.lastTold = now;
      alert.state = alert.state.told(raised);
      keeper.keep(alert.rule.name(), alert.state.json());
      return;
    }
    alert.failures++;
    alert.error = failure.get();
    long wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS << Math.min(alert.failures - 1, 10));
    alert.nextTry = now.plusMillis(wait / 2 + random.nextLong(wait / 2 + 1));
    LOG.warn(
        "Alert {} cannot be told (try {}), again in {} s: {}",
        alert.rule.name(),
        alert.failures,
        Math.max(1, Duration.between(now, alert.nextTry).toSeconds()),
        alert.error);
  }

  /**
   * Sends a test to the receiver of an alert, whichever service looks after it.
   *
   * @return what went wrong, or nothing; empty when there is no such alert
   */
  public Optional<Optional<String>> test(String name) throws InterruptedException {
    Watched alert = alerts.get(name);
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
    List<AlertView> views = new ArrayList<>();
    for (Watched alert : alerts.values()) {
      views.add(
          new AlertView(
              alert.rule,
              mine ? alert.state.text() : "elsewhere",
              alert.state.since(),
              alert.figure,
              mine && alert.state.isUntold(),
              alert.failures,
              alert.error));
    }
    return List.copyOf(views);
  }

  /** The part {@code alerts} of {@code /health}: whether they can be looked after and told. */
  private Probe probe() {
    return new Probe() {
      @Override
      public String name() {
        return "alerts";
      }

      @Override
      public Report check() {
        return report(view, keeper.problem());
      }

      @Override
      public void close() {}
    };
  }

  private Report report(List<AlertView> views, Optional<String> problem) {
    List<Gauge> gauges = new ArrayList<>();
    long raised = 0;
    List<String> trouble = new ArrayList<>();
    problem.ifPresent(trouble::add);
    for (AlertView alert : views) {
      boolean isRaised = alert.state().equals("raised");
      raised += isRaised ? 1 : 0;
      if (mine) {
        gauges.add(
            new Gauge(
                "hissrv_alert_raised",
                "Whether an alert is raised; told by the service that looks after the alerts.",
                Map.of("alert", alert.rule().name(), "level", alert.rule().level().text()),
                isRaised ? 1 : 0));
      }
      if (alert.untold() && alert.error() != null) {
        trouble.add(alert.rule().name() + " cannot be told: " + alert.error());
      }
    }
    String message =
        !trouble.isEmpty()
            ? String.join("; ", trouble)
            : mine
                ? views.size() + " watched, " + raised + " raised"
                : "another service looks after them";
    return new Report(
        trouble.isEmpty() ? State.UP : State.DEGRADED,
        message,
        Map.of(
            "watched", views.size(), "raised", raised, "mine", mine, "never_told", dropped.get()),
        gauges);
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
