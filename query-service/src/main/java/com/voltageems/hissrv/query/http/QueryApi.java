package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.catalogue.Catalogue;
import com.voltageems.hissrv.query.config.QueryConfig.Limits;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The calls that ask the store: parameters in, bytes out. At most {@code query.concurrency} run at
 * once; one more is refused at once with {@link BusyException}. Safe for many threads.
 */
final class QueryApi {
  static final Set<String> RANGE = Set.of("measurement", "range", "start", "end", "limit");
  static final Set<String> QUERY =
      Set.of(
          "measurement",
          "range",
          "start",
          "end",
          "limit",
          "fields",
          "field",
          "interval",
          "function",
          "group_by",
          "order",
          "format",
          "names",
          "time_format",
          "max_points");
  static final Set<String> LATEST =
      Set.of("measurement", "range", "start", "end", "limit", "fields", "field", "time_format");
  static final Set<String> AGGREGATE =
      Set.of(
          "measurement",
          "range",
          "start",
          "end",
          "limit",
          "fields",
          "field",
          "interval",
          "functions",
          "group_by",
          "time_format");
  private static final Duration LATEST_RANGE = Duration.ofDays(1);

  private final HistoryStore store;
  private final Limits limits;
  private final Catalogue catalogue;
  private final Clock clock;
  private final Semaphore running;

  QueryApi(HistoryStore store, Limits limits, Catalogue catalogue, Clock clock) {
    this.store = store;
    this.limits = limits;
    this.catalogue = catalogue;
    this.clock = clock;
    this.running = new Semaphore(limits.concurrency());
  }

  Reply query(Map<String, List<String>> texts) {
    return bounded(
        () -> {
          Parameters parameters = parameters(texts, QUERY);
          Parameters.Format format = parameters.format();
          boolean epochTimes = parameters.epochTimes();
          String language = parameters.names();
          HistoryQuery query = parameters.query(measurement(parameters));
          Integer maxPoints = parameters.maxPoints(query.fields().size());
          HistoryAnswer answer = reduced(query, store.query(query), maxPoints);
          return switch (format) {
            case JSON ->
                new Reply(
                    200,
                    "application/json",
                    Answers.json(query, answer, epochTimes),
                    answer.truncated(),
                    Answers.leftOut(query));
            case CSV ->
                new Reply(
                    200,
                    "text/csv; charset=utf-8",
                    Answers.csv(query, answer, epochTimes, title(query, answer, language)),
                    answer.truncated(),
                    Answers.leftOut(query));
          };
        });
  }

  /** What stands over a field's column. */
  private UnaryOperator<String> title(
      HistoryQuery query, HistoryAnswer answer, @Nullable String language) {
    String measurement = query.selection().measurement().name();
    return language == null
        ? UnaryOperator.identity()
        : field -> CatalogueView.title(catalogue, measurement, answer.series(), field, language);
  }

  private static HistoryAnswer reduced(
      HistoryQuery query, HistoryAnswer answer, @Nullable Integer maxPoints) {
    if (maxPoints == null) {
      return answer;
    }
    int fields = query.fields().size();
    return new HistoryAnswer(
        answer.series().stream()
            .map(series -> Downsampling.reduce(series, fields, maxPoints))
            .toList(),
        answer.truncated());
  }

  Reply latest(Map<String, List<String>> texts) {
    return bounded(
        () -> {
          Parameters parameters = parameters(texts, LATEST);
          boolean epochTimes = parameters.epochTimes();
          Measurement measurement = measurement(parameters);
          List<Field> fields = parameters.fields(measurement, null);
          Selection selection = parameters.selection(measurement, null, LATEST_RANGE);
          LatestAnswer answer = store.latest(selection, fields, parameters.limit());
          return new Reply(
              200,
              "application/json",
              Answers.json(selection, answer, epochTimes),
              answer.truncated());
        });
  }

  Reply aggregate(Map<String, List<String>> texts) {
    return bounded(
        () -> {
          Parameters parameters = parameters(texts, AGGREGATE);
          boolean epochTimes = parameters.epochTimes();
          List<HistoryQuery> queries = parameters.aggregates(measurement(parameters));
          List<HistoryAnswer> answers = queries.stream().map(store::query).toList();
          return new Reply(
              200,
              "application/json",
              Aggregates.json(queries, answers, epochTimes),
              answers.stream().anyMatch(HistoryAnswer::truncated),
              Answers.leftOut(queries.get(0)));
        });
  }

  Reply measurements() {
    return bounded(() -> Reply.json(200, Answers.json(store.measurements())));
  }

  Reply tags(Map<String, List<String>> texts) {
    return bounded(
        () -> {
          Parameters parameters = parameters(texts, RANGE);
          Measurement measurement = measurement(parameters);
          Selection selection = parameters.selection(measurement, null, null);
          return Reply.json(
              200,
              Answers.json(measurement.name(), store.tagValues(selection, parameters.limit())));
        });
  }

  Reply fields(Map<String, List<String>> texts) {
    return bounded(
        () -> {
          Parameters parameters = parameters(texts, RANGE);
          Measurement measurement = measurement(parameters);
          Selection selection = parameters.selection(measurement, null, null);
          return Reply.json(
              200, Answers.json(measurement.name(), store.fieldsWithValues(selection)));
        });
  }

  private Parameters parameters(Map<String, List<String>> texts, Set<String> known) {
    return new Parameters(texts, known, limits, clock.instant());
  }

  private Measurement measurement(Parameters parameters) {
    String name = parameters.measurement();
    return store
        .measurement(name)
        .orElseThrow(
            () ->
                new NotFoundException(
                    "there is no measurement \"" + name + "\"; /measurements lists them"));
  }

  /** How many calls run now. */
  int running() {
    return limits.concurrency() - running.availablePermits();
  }

  /** Runs a call that asks the store, or refuses it at once. */
  <T> T bounded(Supplier<T> call) {
    if (!running.tryAcquire()) {
      throw new BusyException(limits.concurrency());
    }
    try {
      return call.get();
    } finally {
      running.release();
    }
  }
}
