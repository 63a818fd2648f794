package com.voltageems.hissrv.query.http.answer;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.ask.NotFoundException;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.StoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the database says of its measurements, kept for two seconds: it is asked before every query.
 * What cannot be done by what is kept is tried once more by what the database says now; so nothing
 * is refused that is there. A measurement that is not there is never kept. Safe for many threads.
 */
public final class Described {
  private static final Duration KEPT = Duration.ofSeconds(2);
  private static final int MOST = 1000;

  private final HistoryStore store;
  private final Cache<String, Measurement> kept;

  public Described(HistoryStore store, Ticker ticker) {
    this.store = store;
    this.kept =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(KEPT)
            .executor(Runnable::run)
            .ticker(ticker)
            .build();
  }

  /**
   * Does something with a measurement.
   *
   * @param use may be called twice, the second time with another description
   * @throws NotFoundException when there is no such measurement
   */
  public <T> T with(String name, Deadline deadline, Function<Measurement, T> use) {
    Measurement known = kept.getIfPresent(name);
    if (known == null) {
      return use.apply(asked(name, deadline));
    }
    RuntimeException failure;
    try {
      return use.apply(known);
    } catch (BadRequestException e) {
      failure = e;
    } catch (StoreException e) {
      if (e.kind() != StoreException.Kind.FAILED) {
        throw e;
      }
      failure = e;
    }
    kept.invalidate(name);
    Measurement now = asked(name, deadline);
    if (now.equals(known)) {
      throw failure;
    }
    return use.apply(now);
  }

  /** What a measurement has, if it has it now; empty also when there is no such measurement. */
  public <T> Optional<T> find(
      String name, Deadline deadline, Function<Measurement, Optional<T>> look) {
    Optional<T> found = Optional.ofNullable(kept.getIfPresent(name)).flatMap(look);
    return found.isPresent() ? found : ask(name, deadline).flatMap(look);
  }

  private Measurement asked(String name, Deadline deadline) {
    return ask(name, deadline)
        .orElseThrow(
            () ->
                new NotFoundException(
                    "there is no measurement \"" + name + "\"; /measurements lists them"));
  }

  private Optional<Measurement> ask(String name, Deadline deadline) {
    Optional<Measurement> told = store.measurement(name, deadline);
    told.ifPresent(measurement -> kept.put(name, measurement));
    return told;
  }
}
