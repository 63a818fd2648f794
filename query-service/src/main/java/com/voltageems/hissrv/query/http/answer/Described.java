package com.voltageems.hissrv.query.http.answer;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.ask.NotFoundException;
import com.voltageems.hissrv.query.resolution.CopyDiscovery;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The database's descriptions of measurements, kept for two seconds because every query needs one.
 * A request that fails with a kept description is tried once more with a fresh one, so no tag or
 * field that exists is refused. The absence of a measurement is never kept. Measurements, tags and
 * fields whose samples have expired are taken from the coarser copies. Thread-safe.
 */
public final class Described {
  private static final Duration KEPT = Duration.ofSeconds(2);
  private static final int MOST = 1000;

  private final HistoryStore store;
  private final CopyDiscovery copies;
  private final Cache<String, Measurement> kept;

  public Described(HistoryStore store, CopyDiscovery copies, Ticker ticker) {
    this.store = store;
    this.copies = copies;
    this.kept =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(KEPT)
            .executor(Runnable::run)
            .ticker(ticker)
            .build();
  }

  /**
   * Runs a function with the description of a measurement. If there is none of exactly this name,
   * blanks around it do not count.
   *
   * @param use may be called again, with another description
   * @throws NotFoundException if there is no such measurement
   */
  public <T> T with(String name, Deadline deadline, Function<Measurement, T> use) {
    String stripped = name.strip();
    boolean isExact =
        stripped.equals(name)
            || stripped.isEmpty()
            || find(name, deadline, Optional::of).isPresent();
    return exactly(isExact ? name : stripped, deadline, use);
  }

  private <T> T exactly(String name, Deadline deadline, Function<Measurement, T> use) {
    Measurement known = kept.getIfPresent(name);
    if (known == null) {
      Measurement now = ask(name, deadline).orElse(null);
      return now == null ? use.apply(copied(name, deadline)) : withCopies(now, deadline, use);
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
    Measurement now = ask(name, deadline).orElse(null);
    if (now == null) {
      return use.apply(copied(name, deadline));
    }
    if (now.equals(known)) {
      if (failure instanceof BadRequestException refused) {
        return afterAll(now, refused, deadline, use);
      }
      throw failure;
    }
    return withCopies(now, deadline, use);
  }

  private <T> T withCopies(Measurement now, Deadline deadline, Function<Measurement, T> use) {
    try {
      return use.apply(now);
    } catch (BadRequestException e) {
      return afterAll(now, e, deadline, use);
    }
  }

  /**
   * Tries again with the tags and fields of the copies added: a copy may still have a tag or field
   * that no sample has any more.
   */
  private <T> T afterAll(
      Measurement now,
      BadRequestException failure,
      Deadline deadline,
      Function<Measurement, T> use) {
    Measurement all =
        copies
            .measurement(now.name(), deadline)
            .map(copied -> joined(now, copied.found()))
            .orElse(now);
    if (all.equals(now)) {
      throw failure;
    }
    return use.apply(all);
  }

  private static Measurement joined(Measurement now, Measurement copied) {
    Set<String> tags = new TreeSet<>(now.tags());
    tags.addAll(copied.tags());
    List<Field> fields = new ArrayList<>(now.fields());
    copied.fields().stream()
        .filter(field -> now.field(field.name()).isEmpty())
        .forEach(fields::add);
    return new Measurement(
        now.name(), tags.size() == now.tags().size() ? now.tags() : List.copyOf(tags), fields);
  }

  private Measurement copied(String name, Deadline deadline) {
    return copies
        .measurement(name, deadline)
        .orElseThrow(
            () ->
                new NotFoundException(
                    "there is no measurement \"" + name + "\"; /measurements lists them"))
        .found();
  }

  /**
   * Looks something up in a measurement's current description; empty also if there is no such
   * measurement.
   */
  public <T> Optional<T> find(
      String name, Deadline deadline, Function<Measurement, Optional<T>> look) {
    Optional<T> found = Optional.ofNullable(kept.getIfPresent(name)).flatMap(look);
    if (found.isPresent()) {
      return found;
    }
    Optional<Measurement> now = ask(name, deadline);
    return now.flatMap(look)
        .or(
            () ->
                copies
                    .measurement(name, deadline)
                    .map(
                        copied ->
                            now.map(one -> joined(one, copied.found())).orElse(copied.found()))
                    .flatMap(look));
  }

  private Optional<Measurement> ask(String name, Deadline deadline) {
    Optional<Measurement> told = store.measurement(name, deadline);
    told.ifPresent(measurement -> kept.put(name, measurement));
    return told;
  }
}
