package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.random.RandomGenerator;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/** The pauses between two tries, and the rule when to give up. */
final class Patience {
  /** Shorter pauses are over before anybody could read about them. */
  private static final Duration LONG = Duration.ofSeconds(10);

  private final Delivery.Rules rules;
  private final RandomGenerator random;

  Patience(Delivery.Rules rules, RandomGenerator random) {
    this.rules = rules;
    this.random = random;
  }

  /** Returns the pause after this many tries. */
  Duration after(int tries) {
    return rules.backoff().after(tries, random);
  }

  /**
   * Returns the pause after this many tries, or the time that the database asks for if that is
   * longer.
   */
  Duration after(int tries, @Nullable Duration asked) {
    Duration own = after(tries);
    return asked != null && asked.compareTo(own) > 0 ? asked : own;
  }

  /**
   * Returns the reason. If the database asked for a long pause, the reason begins with the time of
   * the next try: nothing happens until then.
   *
   * @param pause the time until the next try
   * @param asked how long the database asks to wait; null if it does not ask
   * @param nowMillis the time of day in epoch milliseconds
   */
  static String told(String reason, Duration pause, @Nullable Duration asked, long nowMillis) {
    if (!pause.equals(asked) || pause.compareTo(LONG) < 0) {
      return reason;
    }
    Instant until = Instant.ofEpochMilli(nowMillis).plus(pause).truncatedTo(ChronoUnit.SECONDS);
    // At the front, since long reasons are cut off.
    return "waits until " + until + ", as its Retry-After asks: " + reason;
  }

  /**
   * Throws if the time for retries is over.
   *
   * @param tried for how long tries have failed
   * @throws ConnectException if that is {@code retry.max.time.ms} or more
   */
  void check(Duration tried, String reason) {
    Duration most = rules.retryMaxTime();
    if (most != null && tried.compareTo(most) >= 0) {
      throw new ConnectException(
          "gave up after " + tried.toMillis() + " ms of retries (retry.max.time.ms): " + reason);
    }
  }

  /**
   * Returns how often a line has to fail alone before it is refused, and how often a request has to
   * fail before the line at which it fails is searched for.
   */
  int poisonRetries() {
    return rules.poisonRetries();
  }

  /** Returns how long a request without an answer may still be executed. */
  Duration linger() {
    return rules.linger();
  }

  /**
   * Returns the reason in an outcome that allows another try: a {@code Retry} or a {@code Failed}.
   */
  static String reason(WriteOutcome outcome) {
    return outcome instanceof WriteOutcome.Retry retry
        ? retry.reason()
        : ((WriteOutcome.Failed) outcome).reason();
  }

  static ConnectException fatal(WriteOutcome.Fatal fatal) {
    return new ConnectException("the database refuses every write: " + fatal.reason());
  }
}
