package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.random.RandomGenerator;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/** How long to rest between two tries, and when to give up. */
final class Patience {
  /** A shorter rest is over before anybody has read of it. */
  private static final Duration LONG = Duration.ofSeconds(10);

  private final Delivery.Rules rules;
  private final RandomGenerator random;

  Patience(Delivery.Rules rules, RandomGenerator random) {
    this.rules = rules;
    this.random = random;
  }

  /** The rest after so many tries. */
  Duration after(int tries) {
    return rules.backoff().after(tries, random);
  }

  /** The rest after so many tries, or what the database asks for if that is longer. */
  Duration after(int tries, @Nullable Duration asked) {
    Duration own = after(tries);
    return asked != null && asked.compareTo(own) > 0 ? asked : own;
  }

  /**
   * The reason, with the moment of the next try where the database asks for a long rest: nothing
   * will happen until then.
   *
   * @param pause until the next try
   * @param asked how long the database asks to wait, if it does
   * @param nowMillis the time of day
   */
  static String told(String reason, Duration pause, @Nullable Duration asked, long nowMillis) {
    if (!pause.equals(asked) || pause.compareTo(LONG) < 0) {
      return reason;
    }
    Instant until = Instant.ofEpochMilli(nowMillis).plus(pause).truncatedTo(ChronoUnit.SECONDS);
    // In front: long reasons are cut.
    return "waits until " + until + ", as its Retry-After asks: " + reason;
  }

  /**
   * Checks that there is time left.
   *
   * @param tried for how long by now
   */
  void check(Duration tried, String reason) {
    Duration most = rules.retryMaxTime();
    if (most != null && tried.compareTo(most) >= 0) {
      throw new ConnectException(
          "gave up after " + tried.toMillis() + " ms of retries (retry.max.time.ms): " + reason);
    }
  }

  /** How often a line has to fail by itself, or a request before its line is looked for. */
  int poisonRetries() {
    return rules.poisonRetries();
  }

  /** For how long a request without an answer may still be carried out. */
  Duration linger() {
    return rules.linger();
  }

  /** What was answered to a try that may be repeated. */
  static String reason(WriteOutcome outcome) {
    return outcome instanceof WriteOutcome.Retry retry
        ? retry.reason()
        : ((WriteOutcome.Failed) outcome).reason();
  }

  static ConnectException fatal(WriteOutcome.Fatal fatal) {
    return new ConnectException("the database refuses every write: " + fatal.reason());
  }
}
