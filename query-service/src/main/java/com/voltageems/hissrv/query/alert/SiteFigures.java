package com.voltageems.hissrv.query.alert;

import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.pipeline.SourceProbe;
import com.voltageems.hissrv.query.store.StoreException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Present figures of conditions, from the parts of {@code /status} and from the history. An unknown
 * figure has no value: the alert then stays as it is. For one thread.
 */
final class SiteFigures {
  private static final Logger LOG = LoggerFactory.getLogger(SiteFigures.class);

  /** Reading an hour of samples is expensive, and once a minute is enough. */
  private static final Duration COUNTED_FOR = Duration.ofMinutes(1);

  private static final Duration COUNTED = Duration.ofHours(1);

  /** Tasks that have just been started or given other settings report everything by then. */
  private static final Duration SETTLED = Duration.ofMinutes(1);

  /** Types of parts that the source reports beside its sources. */
  private static final Set<String> NO_SOURCES = Set.of("aggregation", "left");

  /** Queries about series in the database. */
  interface History {
    /**
     * Returns the time of the newest point of these series that is not before {@code from}; empty
     * if there is none.
     *
     * @throws RuntimeException if the database cannot answer
     */
    Optional<Instant> newest(String measurement, Map<String, String> tags, Instant from);

    /**
     * Returns the share of the expected samples from {@code from} to {@code to} that came, for the
     * worst of these series. Returns 0 if there is no sample at all.
     *
     * @throws RuntimeException if the database cannot answer
     */
    double completeness(String measurement, Map<String, String> tags, Instant from, Instant to);
  }

  /**
   * After a query, the next one waits this many times its duration: a condition over all series of
   * a large site would otherwise leave the database no time for anything else.
   */
  private static final int REST = 10;

  /** The answer of the history, empty if it had none, and until when it is used. */
  private record Told(OptionalDouble value, Instant until) {}

  private final Supplier<List<PartState>> parts;
  private final History history;
  private final LongSupplier nanos;
  private final Map<String, Told> told = new HashMap<>();
  private final Map<String, String> unknown = new HashMap<>();

  /** Since when a part that works has not reported the figure of a condition. */
  private final Map<String, Instant> lacking = new HashMap<>();

  /**
   * @param nanos a monotonic clock
   */
  SiteFigures(Supplier<List<PartState>> parts, History history, LongSupplier nanos) {
    this.parts = parts;
    this.history = history;
    this.nanos = nanos;
  }

  /** Moves the remembered times after the clock was set. */
  void moved(Duration step) {
    told.replaceAll((text, last) -> new Told(last.value(), last.until().plus(step)));
    lacking.replaceAll((text, since) -> since.plus(step));
  }

  /**
   * Returns why the figure of a condition is unknown; null if it is known, or if another part
   * reports the reason.
   */
  @Nullable String unknown(Condition condition) {
    return unknown.get(condition.text());
  }

  OptionalDouble value(Condition condition, Instant now) {
    return switch (condition.figure()) {
      case SILENCE -> silence(condition, now);
      case COMPLETENESS -> completeness(condition, now);
      case FAILED_COUNT -> ofPart(condition, "kafka", now);
      case QUEUE_SIZE, SYNC_AGE -> ofPart(condition, "sink", now);
      case WAITING, NEWEST_AGE -> ofPart(condition, "source", now);
      case STUCK -> ofPart(condition, condition.argument(), now);
    };
  }

  /**
   * Returns the figure that a part reports.
   *
   * @param part empty for all parts
   */
  private OptionalDouble ofPart(Condition condition, String part, Instant now) {
    PartState state =
        parts.get().stream().filter(one -> one.name().equals(part)).findFirst().orElse(null);
    if (state != null && state.state() == State.OFF) {
      return never(condition, "the part " + part + " is off: " + state.report().message());
    }
    if (state == null && condition.figure() == Figure.STUCK && !part.isEmpty()) {
      return never(condition, "there is no part " + part);
    }
    OptionalDouble value = reported(condition, now);
    if (value.isPresent()) {
      lacking.remove(condition.text());
      unknown.remove(condition.text());
      return value;
    }
    boolean tells = state != null && (state.state() == State.UP || state.state() == State.DEGRADED);
    if (tells) {
      return lacking(condition, now);
    }
    // The part itself shows that; what it lacked before says nothing about the time after.
    lacking.remove(condition.text());
    unknown.remove(condition.text());
    return value;
  }

  private OptionalDouble reported(Condition condition, Instant now) {
    return switch (condition.figure()) {
      // A topic that is found later already has old records, which are no growth.
      case FAILED_COUNT ->
          number(detail("kafka").get(condition.within() == null ? "failed" : "failed_grown"));
      case QUEUE_SIZE -> number(detail("sink").get("queue_size"));
      case SYNC_AGE -> age(detail("sink").get("last_sync"), now);
      case WAITING -> waiting(condition.argument());
      case NEWEST_AGE -> newestAge(condition.argument(), now);
      case STUCK -> stuck(condition.argument(), now);
      case SILENCE, COMPLETENESS -> OptionalDouble.empty();
    };
  }

  /** Returns what follows if a part that works does not report the figure. */
  private OptionalDouble lacking(Condition condition, Instant now) {
    Instant since = lacking.computeIfAbsent(condition.text(), text -> now);
    double seconds = seconds(since, now);
    String never = neverTold(condition);
    if (never != null && seconds >= SETTLED.toSeconds()) {
      return never(condition, never);
    }
    unknown.remove(condition.text());
    // There was no sample since then, and nobody knows for how long before.
    return never == null
            && condition.figure().isTime()
            && condition.isAbove()
            && condition.holds(seconds)
        ? OptionalDouble.of(seconds)
        : OptionalDouble.empty();
  }

  /** Returns why a source will never report the figure; null if it may. */
  private @Nullable String neverTold(Condition condition) {
    String source = condition.argument();
    List<Map<?, ?>> told = ofSource(source);
    boolean ofSource =
        condition.figure() == Figure.WAITING || condition.figure() == Figure.NEWEST_AGE;
    if (ofSource && told.isEmpty()) {
      return names();
    }
    // Without Redis nobody knows what waits; nor while a stream reads what came long ago.
    boolean mayTell =
        told.stream()
            .anyMatch(
                part ->
                    "stuck".equals(part.get("state"))
                        || SourceProbe.KEPT.contains(String.valueOf(part.get("type"))));
    return condition.figure() == Figure.WAITING && !isSilent(source) && !mayTell
        ? "the source does not tell what waits for it, as its type is " + told.get(0).get("type")
        : null;
  }

  /** Returns which sources there are. */
  private String names() {
    List<String> names =
        tasks().stream()
            .flatMap(task -> list(task.get("parts")).stream())
            .filter(part -> !NO_SOURCES.contains(String.valueOf(part.get("type"))))
            .map(part -> String.valueOf(part.get("name")))
            .distinct()
            .sorted()
            .toList();
    return names.isEmpty()
        ? "the tasks of the source report nothing"
        : "no such source: the tasks report " + String.join(", ", names);
  }

  /** Notes why the figure stays unknown until somebody changes something. */
  private OptionalDouble never(Condition condition, String reason) {
    if (!reason.equals(unknown.put(condition.text(), reason))) {
      LOG.warn("Alerts: {} is unknown, so nobody is notified: {}", condition.text(), reason);
    }
    return OptionalDouble.empty();
  }

  private Map<String, @Nullable Object> detail(String part) {
    return parts.get().stream()
        .filter(state -> state.name().equals(part) && state.state() != State.UNKNOWN)
        .findFirst()
        .map(state -> state.report().detail())
        .orElse(Map.of());
  }

  private OptionalDouble stuck(String part, Instant now) {
    // Alerts that cannot be delivered must not raise themselves.
    List<PartState> asked =
        parts.get().stream()
            .filter(
                state ->
                    part.isEmpty() ? !state.name().equals("alerts") : state.name().equals(part))
            .toList();
    OptionalDouble longest =
        asked.stream()
            .filter(state -> state.state() != State.UNKNOWN)
            .mapToDouble(state -> state.isTrouble() ? trouble(state, now) : 0)
            .max();
    // A part that has not been checked yet may also be in trouble.
    boolean unknown = asked.stream().anyMatch(state -> state.state() == State.UNKNOWN);
    return unknown && longest.orElse(0) == 0 ? OptionalDouble.empty() : longest;
  }

  /** Returns more than 0 even in the first moment of the trouble. */
  private static double trouble(PartState state, Instant now) {
    return Math.max(0.001, seconds(state.since(), now));
  }

  private OptionalDouble waiting(String source) {
    if (isSilent(source)) {
      // The last report says nothing about the present, and "stuck" shows that the task is silent.
      return OptionalDouble.empty();
    }
    return ofSource(source).stream()
        .map(part -> number(part.get("waiting")))
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .reduce(Double::sum);
  }

  private boolean isSilent(String source) {
    return tasks().stream()
        .filter(task -> Boolean.TRUE.equals(task.get("overdue")))
        .anyMatch(task -> !parts(task, source).isEmpty());
  }

  private OptionalDouble newestAge(String source, Instant now) {
    return ofSource(source).stream()
        .map(part -> age(part.get("newest"), now))
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .min();
  }

  /** Returns what each task reports about this source. */
  private List<Map<?, ?>> ofSource(String name) {
    return tasks().stream().flatMap(task -> parts(task, name).stream()).toList();
  }

  private List<Map<?, ?>> tasks() {
    return list(detail("source").get("tasks"));
  }

  private static List<Map<?, ?>> parts(Map<?, ?> task, String name) {
    return list(task.get("parts")).stream().filter(part -> name.equals(part.get("name"))).toList();
  }

  private static List<Map<?, ?>> list(@Nullable Object value) {
    return value instanceof List<?> entries
        ? entries.stream()
            .filter(Map.class::isInstance)
            .<Map<?, ?>>map(entry -> (Map<?, ?>) entry)
            .toList()
        : List.of();
  }

  /**
   * Returns how long the series are silent. If they have been silent for much longer than the
   * bound, or never had a point, returns the length of the time examined.
   */
  private OptionalDouble silence(Condition condition, Instant now) {
    Instant from = now.minusMillis(Math.max(60_000, (long) (condition.bound() * 2000)));
    return told(
        condition,
        now,
        Duration.ZERO,
        () -> {
          Optional<Instant> newest = history.newest(condition.argument(), condition.tags(), from);
          return seconds(newest.orElse(from), now);
        });
  }

  private OptionalDouble completeness(Condition condition, Instant now) {
    Duration within = condition.within() == null ? COUNTED : condition.within();
    return told(
        condition,
        now,
        COUNTED_FOR,
        () -> {
          double share =
              history.completeness(condition.argument(), condition.tags(), now.minus(within), now);
          // Three digits: a condition is for people.
          return Math.floor(share * 1000) / 1000;
        });
  }

  /**
   * Returns an answer of the history, which may be some time old.
   *
   * @param least the answer is used for at least this time
   */
  private OptionalDouble told(
      Condition condition, Instant now, Duration least, DoubleSupplier question) {
    Told last = told.get(condition.text());
    if (last != null && now.isBefore(last.until())) {
      return last.value();
    }
    if (isStoreDown()) {
      // The part "store" reports that. A question would only hold up the other alerts.
      unknown.remove(condition.text());
      return OptionalDouble.empty();
    }
    long began = nanos.getAsLong();
    OptionalDouble value;
    Duration rest = Duration.ZERO;
    try {
      value = OptionalDouble.of(question.getAsDouble());
      unknown.remove(condition.text());
      rest = least;
    } catch (RuntimeException e) {
      value = OptionalDouble.empty();
      if (isStoreDown()) {
        // It went away meanwhile, so how long it took says nothing about the question.
        unknown.remove(condition.text());
        told.remove(condition.text());
        return value;
      }
      notKnown(condition, e);
    }
    Duration took = Duration.ofNanos(nanos.getAsLong() - began).multipliedBy(REST);
    told.put(condition.text(), new Told(value, now.plus(took.compareTo(rest) > 0 ? took : rest)));
    return value;
  }

  private boolean isStoreDown() {
    return parts.get().stream()
        .anyMatch(part -> part.name().equals("store") && part.state() == State.DOWN);
  }

  private void notKnown(Condition condition, RuntimeException e) {
    StoreException.Kind kind = e instanceof StoreException failed ? failed.kind() : null;
    if (kind == StoreException.Kind.UNAVAILABLE) {
      // The database does not answer: the part "store" reports that.
      unknown.remove(condition.text());
      return;
    }
    String reason =
        kind == StoreException.Kind.TIMEOUT
            ? "the database took longer for it than query.timeout: name tags, or a shorter time,"
                + " or several alerts of some series each"
            : String.valueOf(e.getMessage());
    OptionalDouble unused = never(condition, reason);
  }

  private static OptionalDouble number(@Nullable Object value) {
    return value instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  private static OptionalDouble age(@Nullable Object time, Instant now) {
    if (time instanceof Instant instant) {
      return OptionalDouble.of(seconds(instant, now));
    }
    try {
      return time instanceof String text
          ? OptionalDouble.of(seconds(Instant.parse(text), now))
          : OptionalDouble.empty();
    } catch (DateTimeException e) {
      return OptionalDouble.empty();
    }
  }

  private static double seconds(Instant from, Instant now) {
    return Math.max(0, Duration.between(from, now).toMillis() / 1000.0);
  }
}
