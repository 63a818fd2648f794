package com.voltageems.hissrv.query.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One alert: whether it is raised, and what its receiver knows. Time and randomness come as
 * arguments. For the desk's thread; {@link #rule()} and {@link #shownFigure()} may be called by any
 * thread.
 */
final class WatchedAlert {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedAlert.class);
  private static final long FIRST_RETRY_MS = 1_000;
  private static final long LONGEST_RETRY_MS = 300_000;

  /** Alertmanager considers an alert ended if it has not received it for five minutes. */
  private static final Duration ALERTMANAGER_REPEAT = Duration.ofMinutes(1);

  /** The result of a check. */
  enum Look {
    NOTHING_NEW,
    /** Raised or cleared. */
    CHANGED,
    /** Cleared before its receiver could be notified that it was raised: no notice will be sent. */
    ENDED_UNTOLD
  }

  private final AlertRule rule;
  private final @Nullable Growth growth;
  private AlertState state;
  private volatile @Nullable Double figure;
  private boolean underWay;
  private int failures;
  private Instant nextTry = Instant.MIN;
  private Instant lastTold = Instant.MIN;
  private @Nullable String error;
  private @Nullable String unknown;

  WatchedAlert(AlertRule rule, Instant now) {
    this.rule = rule;
    Duration within = rule.condition().within();
    this.growth =
        within == null || !rule.condition().figure().canGrow()
            ? null
            : new Growth(within, rule.condition().figure() == Figure.FAILED_COUNT);
    this.state = AlertState.fresh(now);
  }

  AlertRule rule() {
    return rule;
  }

  AlertState state() {
    return state;
  }

  /** Returns the figure in a form for people; null if unknown. */
  @Nullable String shownFigure() {
    Double known = figure;
    return known == null ? null : rule.condition().shown(known);
  }

  /**
   * Takes over from the service that looked after the alert before.
   *
   * @param kept the kept state; null if there is none
   */
  void remember(@Nullable String kept, Instant now) {
    state =
        kept == null
            ? AlertState.fresh(now)
            : AlertState.parse(kept).orElseGet(() -> AlertState.fresh(now));
    nextTry = Instant.MIN;
    // The values while another service was checking are unknown.
    forgetGrowth();
  }

  /** Has the growth watched anew, because what came before is not known or not comparable. */
  void forgetGrowth() {
    if (growth != null) {
      growth.forget();
    }
  }

  /** Moves the remembered times after the clock was set. */
  void moved(Duration step) {
    state = state.moved(step);
    nextTry = nextTry.equals(Instant.MIN) ? nextTry : nextTry.plus(step);
    lastTold = lastTold.equals(Instant.MIN) ? lastTold : lastTold.plus(step);
    if (growth != null) {
      growth.moved(step);
    }
  }

  /**
   * Takes the figure of a check.
   *
   * @param seen empty if unknown: then nothing is raised or cleared
   */
  Look see(OptionalDouble seen, Instant now) {
    if (seen.isEmpty()) {
      figure = null;
      return Look.NOTHING_NEW;
    }
    double value = growth == null ? seen.getAsDouble() : growth.seen(seen.getAsDouble(), now);
    figure = value;
    AlertState before = state;
    if (before.raised() && mayHoldStill(value, now)) {
      return Look.NOTHING_NEW;
    }
    state = before.seen(rule, value, now);
    if (before.raised() == state.raised()) {
      return Look.NOTHING_NEW;
    }
    LOG.warn(
        "Alert {} is {}: {}, now {}",
        rule.name(),
        state.raised() ? "raised" : "cleared",
        rule.condition().text(),
        rule.condition().shown(value));
    nextTry = Instant.MIN;
    failures = 0;
    if (before.isUntold() && !state.isUntold() && state.raised()) {
      LOG.warn(
          "Alert {} is raised again before its receiver could be notified of the end: {}",
          rule.name(),
          error);
    } else if (before.isUntold() && !state.isUntold()) {
      LOG.warn(
          "Alert {} began and ended before its receiver could be notified: {}", rule.name(), error);
      return Look.ENDED_UNTOLD;
    }
    return Look.CHANGED;
  }

  /**
   * Returns whether the value may be small only because this service has not observed it for long:
   * after a restart, or when one trouble turned into another, a trouble that never ended looks new.
   */
  private boolean mayHoldStill(double value, Instant now) {
    Condition condition = rule.condition();
    boolean atLeast =
        (condition.figure() == Figure.STUCK && value > 0)
            || (growth != null && !growth.isWhole(now));
    return atLeast && condition.isAbove() && !condition.holds(value);
  }

  /** Sets why the figure is unknown; null if it is known, or if another part reports the reason. */
  void unknown(@Nullable String reason) {
    unknown = reason;
  }

  /** Returns whether the receiver must be notified now. */
  boolean isDue(Instant now) {
    boolean again =
        rule.body() == AlertRule.Body.ALERTMANAGER
            && state.raised()
            && !now.isBefore(lastTold.plus(ALERTMANAGER_REPEAT));
    return !underWay && !now.isBefore(nextTry) && (state.isUntold() || again);
  }

  /** Notes that a notice is under way: {@link #told} or {@link #failed} follows. */
  void sent() {
    underWay = true;
  }

  /** Returns whether the receiver may consider the alert raised. */
  boolean mayBeHeldForRaised() {
    return state.told() || underWay;
  }

  void told(boolean raised, Instant now) {
    underWay = false;
    failures = 0;
    error = null;
    lastTold = now;
    state = state.told(raised);
  }

  /**
   * Schedules another try, with a longer wait after each failure.
   *
   * @param at when it failed; the wait counts from then
   */
  void failed(String reason, Instant at, Instant now, RandomGenerator random) {
    underWay = false;
    failures++;
    error = reason;
    long wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS << Math.min(failures - 1, 10));
    // The clock may have been set back since.
    Instant from = at.isBefore(now) ? at : now;
    nextTry = from.plusMillis(wait / 2 + random.nextLong(wait / 2 + 1));
    long left = Duration.between(now, nextTry).toSeconds();
    LOG.warn(
        "Alert {} could not be delivered (attempt {}), retrying {}: {}",
        rule.name(),
        failures,
        left > 0 ? "after " + left + " s" : "now",
        reason);
  }

  /**
   * Returns the alert as callers see it.
   *
   * @param mine whether this service looks after it
   */
  AlertView view(boolean mine) {
    return new AlertView(
        rule,
        mine ? state.text() : "elsewhere",
        state.since(),
        figure,
        mine && state.isUntold(),
        failures,
        error,
        mine ? unknown : null);
  }
}
