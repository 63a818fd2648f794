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
 * Checks whether Connect's workers are alive. Connect itself reports RUNNING for a dead worker's
 * tasks until it gives them to another worker, which takes {@code
 * scheduled.rebalance.max.delay.ms}. Also checks whether the workers' clocks agree with ours.
 */
final class WorkerLife {
  private final HttpClient http;
  private final String scheme;
  private final Duration timeout;
  private final Clock clock;

  /**
   * The result of a check.
   *
   * @param silent workers that give no sign of life
   * @param gaps how far the other workers' clocks are ahead of ours, if their answers have a date
   * @param nowhere workers without a valid address, so that we cannot know whether they are alive
   */
  record Found(Set<String> silent, Map<String, Duration> gaps, Set<String> nowhere) {
    static final Found NOTHING = new Found(Set.of(), Map.of(), Set.of());

    /** Returns advice about workers that cannot be asked; empty if all can. */
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

  /** The answer of one worker: whether it is alive, and its clock gap if known. */
  private record Sign(boolean lives, @Nullable Duration gap) {}

  /**
   * @param scheme the scheme of the REST API's address, which the workers use, too
   */
  WorkerLife(HttpClient http, String scheme, Duration timeout, Clock clock) {
    this.http = http;
    this.scheme = scheme;
    this.timeout = timeout;
    this.clock = clock;
  }

  /** Asks all given workers, {@code host:port}, at once. */
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

  /**
   * Returns whether TLS failed: a worker that refuses a certificate, or shows one for another name,
   * is alive.
   */
  private static boolean isRefusal(Throwable failure) {
    Throwable cause = failure;
    while (cause != null && !(cause instanceof SSLException)) {
      cause = cause.getCause();
    }
    return cause != null;
  }

  /**
   * Asks one worker. Any answer shows that it is alive, even a refusal, so no login is sent. Empty
   * if its id is not a valid address.
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
