package com.voltageems.hissrv.query.health;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * Whether Connect's workers live. Connect itself says RUNNING of a dead worker's tasks until it
 * gives them to another, which takes {@code scheduled.rebalance.max.delay.ms}.
 */
final class WorkerLife {
  private final HttpClient http;
  private final String scheme;
  private final Duration timeout;

  /**
   * @param scheme of the REST API's address: the workers listen alike
   */
  WorkerLife(HttpClient http, String scheme, Duration timeout) {
    this.http = http;
    this.scheme = scheme;
    this.timeout = timeout;
  }

  /** Those of the workers, {@code host:port}, that give no sign of life. Asks all at once. */
  Set<String> silent(Collection<String> workers) {
    Map<String, CompletableFuture<Boolean>> asked = new LinkedHashMap<>();
    for (String worker : new TreeSet<>(workers)) {
      asked.put(worker, ask(worker));
    }
    Set<String> silent = new TreeSet<>();
    asked.forEach(
        (worker, lives) -> {
          if (!lives.join()) {
            silent.add(worker);
          }
        });
    return silent;
  }

  /** Any answer will do, a refusal too; so no login is sent. */
  private CompletableFuture<Boolean> ask(String worker) {
    HttpRequest request;
    try {
      request =
          HttpRequest.newBuilder(URI.create(scheme + "://" + worker + "/"))
              .timeout(timeout)
              .build();
    } catch (IllegalArgumentException e) {
      // No address: nothing can be said of it.
      return CompletableFuture.completedFuture(true);
    }
    return WholeAnswer.send(http, request, timeout).handle((answer, failure) -> failure == null);
  }
}
