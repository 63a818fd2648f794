package com.voltageems.hissrv.query.health;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Whether Connect's workers live. Connect itself says RUNNING of a dead worker's tasks until it
 * gives them to another, which takes {@code scheduled.rebalance.max.delay.ms}. And whether their
 * clocks agree with ours.
 */
final class WorkerLife {
  private final HttpClient http;
  private final String scheme;
  private final Duration timeout;
  private final Clock clock;

  /**
   * What a look at them found.
   *
   * @param silent those that give no sign of life
   * @param gaps how far the clocks of the others are ahead of ours, where they tell
   * @param nowhere those whose address is none, so that nobody knows whether they live
   */
  record Found(Set<String> silent, Map<String, Duration> gaps, Set<String> nowhere) {
    static final Found NOTHING = new Found(Set.of(), Map.of(), Set.of());

    /** What there is to do about those that cannot be asked; empty where all can. */
    String unasked() {
      return nowhere.isEmpty()
          ? ""
          : "whether the worker "
              + String.join(", ", nowhere)
              + " is alive cannot be checked, because that is not a valid address (a host name cannot"
              + " contain _, an IPv6 address needs brackets): set rest.advertised.host.name on it, or"
              + " connect.ask.workers=false here";
    }
  }

  /** What one tells: whether it lives, and its clock, where that is known. */
  private record Sign(boolean lives, @Nullable Duration gap) {}

  /**
   * @param scheme of the REST API's address: the workers listen alike
   */
  WorkerLife(HttpClient http, String scheme, Duration timeout, Clock clock) {
    this.http = http;
    this.scheme = scheme;
    this.timeout = timeout;
    this.clock = clock;
  }

  /** Asks all of these workers, {@code host:port}, at once. */
  Found look(Collection<String> workers) {
    Map<String, CompletableFuture<Sign>> asked = new LinkedHashMap<>();
    Set<String> nowhere = new TreeSet<>();
    for (String worker : new TreeSet<>(workers)) {
      ask(worker).ifPresentOrElse(answer -> asked.put(worker, answer), () -> nowhere.add(worker));
    }
    Set<String> silent = new TreeSet<>();
    Map<String, Duration> gaps = new LinkedHashMap<>();
    asked.forEach(
        (worker, answer) -> {
          Sign sign = answer.join();
          Duration gap = sign.gap();
          if (!sign.lives()) {
            silent.add(worker);
          } else if (gap != null) {
            gaps.put(worker, gap);
          }
        });
    return new Found(silent, gaps, nowhere);
  }

  /** Who refuses a certificate, or shows one for another name, lives. */
  private static boolean isRefusal(Throwable failure) {
    Throwable cause = failure;
    while (cause != null && !(cause instanceof SSLException)) {
      cause = cause.getCause();
    }
    return cause != null;
  }

  /**
   * Any answer will do, a refusal too; so no login is sent. Empty if its id is not a valid address.
   */
  private Optional<CompletableFuture<Sign>> ask(String worker) {
    HttpRequest request;
    try {
      request =
          HttpRequest.newBuilder(URI.create(scheme + "://" + worker + "/"))
              .timeout(timeout)
              .build();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    Instant sent = clock.instant();
    return Optional.of(
        WholeAnswer.send(http, request, timeout)
            .handle(
                (answer, failure) ->
                    failure != null
                        ? new Sign(isRefusal(failure), null)
                        : new Sign(
                            true,
                            answer
                                .headers()
                                .firstValue("Date")
                                .map(date -> ClockGap.of(date, sent, clock.instant()))
                                .orElse(null))));
  }
}
