package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.catalogue.Catalogue;
import com.voltageems.hissrv.query.completeness.Completeness;
import com.voltageems.hissrv.query.completeness.SeriesReport;
import com.voltageems.hissrv.query.config.QueryConfig.Limits;
import com.voltageems.hissrv.query.http.answer.AggregatesJson;
import com.voltageems.hissrv.query.http.answer.AnswerCache;
import com.voltageems.hissrv.query.http.answer.Answerer;
import com.voltageems.hissrv.query.http.answer.CatalogueView;
import com.voltageems.hissrv.query.http.answer.CompletenessJson;
import com.voltageems.hissrv.query.http.answer.Described;
import com.voltageems.hissrv.query.http.answer.DiscoveryJson;
import com.voltageems.hissrv.query.http.answer.Downsampling;
import com.voltageems.hissrv.query.http.answer.LeftOut;
import com.voltageems.hissrv.query.http.answer.Resolution;
import com.voltageems.hissrv.query.http.answer.RowsJson;
import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.http.ask.Fn;
import com.voltageems.hissrv.query.http.ask.Format;
import com.voltageems.hissrv.query.http.ask.Parameters;
import com.voltageems.hissrv.query.http.ask.TimeForm;
import com.voltageems.hissrv.query.http.export.Export;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import com.voltageems.hissrv.query.resolution.CopyDiscovery;
import com.voltageems.hissrv.query.resolution.Resolutions;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The calls that query the store: parameters in, bytes out. Thread-safe. */
final class QueryApi {
  static final Set<String> RANGE =
      Set.of("measurement", "range", "start", "end", "timezone", "limit");
  static final Set<String> LATEST = and(RANGE, "fields", "field", "time_format");
  static final Set<String> AGGREGATE =
      and(LATEST, "interval", "functions", "group_by", "fill", "cache", "resolution");
  static final Set<String> QUERY =
      and(
          LATEST,
          "interval",
          "function",
          "group_by",
          "fill",
          "cache",
          "resolution",
          "order",
          "format",
          "names",
          "stream",
          "max_points");
  static final Set<String> COMPLETENESS =
      and(RANGE, "fields", "field", "interval", "time_format", "resolution");
  private static final Duration LATEST_RANGE = Duration.ofDays(1);

  private final HistoryStore store;
  private final Resolutions resolutions;
  private final Limits limits;
  private final Catalogue catalogue;
  private final Clock clock;
  private final Slots slots;
  private final Answerer answerer;
  private final Described described;
  private final CopyDiscovery copies;

  QueryApi(
      HistoryStore store,
      Resolutions resolutions,
      Limits limits,
      Catalogue catalogue,
      Clock clock,
      AnswerCache cache,
      Described described,
      Slots slots) {
    this.store = store;
    this.resolutions = resolutions;
    this.described = described;
    this.copies = resolutions.discovery();
    this.limits = limits;
    this.catalogue = catalogue;
    this.clock = clock;
    this.answerer = new Answerer(store, resolutions, limits.maxValues(), cache);
    this.slots = slots;
  }

  private static Set<String> and(Set<String> some, String... more) {
    return Stream.concat(some.stream(), Stream.of(more)).collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Answers {@code /query}.
   *
   * @param accept the {@code Accept} header, by which the client chooses a format; null if absent
   * @param chunked whether the client can distinguish the end of a body from a cut connection
   */
  Reply query(Map<String, List<String>> texts, @Nullable String accept, boolean chunked) {
    return measured(
        texts,
        QUERY,
        (parameters, measurement, slot) -> {
          Format format = parameters.format(() -> Accepted.of(accept));
          String hindrance = Export.hindrance(format);
          if (hindrance != null) {
            throw new RefusedException(ErrorKind.NOT_ACCEPTABLE, hindrance);
          }
          TimeForm times = parameters.times(format);
          String language = parameters.names(format);
          Ask query = parameters.query(measurement);
          int columns = query.outputs().size();
          Integer maxPoints = parameters.maxPoints(Downsampling.least(columns), columns);
          if (parameters.streams(format, query, maxPoints) && chunked) {
            Reply begun = begun(query, format, times, slot);
            if (begun != null) {
              return begun;
            }
          }
          HistoryAnswer answer =
              reduced(query, answer(query, parameters, slot.deadline()), maxPoints);
          Export.Body body =
              format == Format.JSON
                  ? out -> RowsJson.write(query, answer, times.isEpoch(), out)
                  : Export.of(format, query, answer, times, title(query, answer, language));
          return Reply.written(contentType(format), body, answer.truncated(), LeftOut.of(query))
              .with(Resolution.headers(answer));
        });
  }

  private static String contentType(Format format) {
    return format.mediaType() + (format == Format.CSV ? "; charset=utf-8" : "");
  }

  /**
   * Starts a streamed answer. Null if no field has a value, because there is nothing to stream
   * then.
   */
  private @Nullable Reply begun(Ask query, Format format, TimeForm times, Slots.Slot slot) {
    boolean hasColumns = format != Format.NDJSON;
    Ask asked = hasColumns ? withValues(query, slot.deadline()) : query;
    if (asked.outputs().isEmpty()) {
      return null;
    }
    Map<String, String> headers = Resolution.headers(answerer.told(asked));
    Export.Begun begun = Export.begin(format, asked, times, store, slot.deadline(), slot.keep());
    return Reply.begun(contentType(format), begun, LeftOut.of(query)).with(headers);
  }

  /** Narrows the query to the fields that have any value: these become the columns. */
  private Ask withValues(Ask query, Deadline deadline) {
    if (query.outputs().size() == 1) {
      return query;
    }
    Set<Field> found = Set.copyOf(store.fieldsWithValues(query.selection(), deadline));
    return query.with(
        query.outputs().stream().filter(output -> found.contains(output.field())).toList());
  }

  private HistoryAnswer answer(Ask query, Parameters parameters, Deadline deadline) {
    return answerer.answer(query, parameters.keep(), parameters.fromSamples(), deadline);
  }

  /** Returns the function that gives the title of a field's column. */
  private UnaryOperator<String> title(Ask query, HistoryAnswer answer, @Nullable String language) {
    if (language == null) {
      return UnaryOperator.identity();
    }
    String measurement = query.selection().measurement().name();
    Fn function = query.outputs().get(0).function();
    UnaryOperator<String> unit = function == null ? UnaryOperator.identity() : function::unit;
    return field ->
        CatalogueView.title(catalogue, measurement, answer.series(), field, language, unit);
  }

  private static HistoryAnswer reduced(
      Ask query, HistoryAnswer answer, @Nullable Integer maxPoints) {
    if (maxPoints == null) {
      return answer;
    }
    int columns = query.outputs().size();
    return answer.with(
        answer.series().stream()
            .map(series -> Downsampling.reduce(series, columns, maxPoints))
            .toList());
  }

  Reply latest(Map<String, List<String>> texts) {
    return measured(
        texts,
        LATEST,
        (parameters, measurement, slot) -> {
          boolean epochTimes = parameters.epochTimes();
          List<Field> fields = parameters.fields(measurement);
          Selection selection = parameters.selection(measurement, null, LATEST_RANGE);
          LatestAnswer answer =
              store.latest(selection, fields, parameters.limit(), slot.deadline());
          return new Reply(
              200,
              "application/json",
              DiscoveryJson.latest(selection, answer, told(selection), epochTimes),
              answer.truncated());
        });
  }

  Reply aggregate(Map<String, List<String>> texts) {
    return measured(
        texts,
        AGGREGATE,
        (parameters, measurement, slot) -> {
          boolean epochTimes = parameters.epochTimes();
          Ask query = parameters.aggregate(measurement);
          HistoryAnswer answer = answer(query, parameters, slot.deadline());
          return new Reply(
              200,
              "application/json",
              AggregatesJson.of(query, answer, epochTimes),
              answer.truncated(),
              LeftOut.of(query));
        });
  }

  Reply completeness(Map<String, List<String>> texts) {
    return measured(
        texts,
        COMPLETENESS,
        (parameters, measurement, slot) -> {
          boolean epochTimes = parameters.epochTimes();
          List<Field> fields = parameters.fields(measurement);
          Windows windows = parameters.countedWindows();
          Selection selection = parameters.selection(measurement, windows, LATEST_RANGE);
          Completeness counted = new Completeness(measurement.tags(), windows, parameters.days());
          HistoryAnswer from =
              resolutions.samples(
                  store,
                  selection,
                  fields,
                  windows,
                  parameters.fromSamples(),
                  slot.deadline(),
                  counted);
          long until = Math.min(selection.endMillis(), clock.millis());
          List<SeriesReport> reports =
              counted.reports(selection.startMillis(), selection.endMillis(), until);
          return Reply.json(
              200,
              CompletenessJson.of(
                  selection, windows, from, counted.closedUntilMillis(), reports, epochTimes));
        });
  }

  Reply measurements() {
    return slots.bounded(
        deadline ->
            Reply.json(
                200,
                DiscoveryJson.measurements(
                    store.measurements(deadline), copies.measurements(deadline))));
  }

  Reply tags(Map<String, List<String>> texts) {
    return measured(
        texts,
        RANGE,
        (parameters, measurement, slot) -> {
          Selection selection = parameters.selection(measurement, null, null);
          int limit = parameters.limit();
          Map<String, List<String>> tags = store.tagValues(selection, limit, slot.deadline());
          CopyDiscovery.Copied<Map<String, Set<String>>> copied =
              copies.tagValues(selection, limit, slot.deadline());
          return Reply.json(
              200, DiscoveryJson.tags(measurement.name(), tags, copied, limit, told(selection)));
        });
  }

  /**
   * Reports the facts about a range that accompany its answer, such as the time before which
   * samples have expired.
   */
  private HistoryAnswer told(Selection selection) {
    return resolutions.told(new HistoryAnswer(List.of(), false), selection);
  }

  Reply fields(Map<String, List<String>> texts) {
    return measured(
        texts,
        RANGE,
        (parameters, measurement, slot) -> {
          Selection selection = parameters.selection(measurement, null, null);
          List<Field> fields = store.fieldsWithValues(selection, slot.deadline());
          return Reply.json(
              200,
              DiscoveryJson.fields(
                  measurement, fields, copies.fields(selection, slot.deadline()), told(selection)));
        });
  }

  /** A call about one measurement. */
  private interface Measured {
    Reply answer(Parameters parameters, Measurement measurement, Slots.Slot slot);
  }

  private Reply measured(Map<String, List<String>> texts, Set<String> known, Measured call) {
    return slots.in(
        slot -> {
          Parameters parameters =
              new Parameters(texts, known, limits, clock.instant(), catalogue.zone());
          return described.with(
              parameters.measurement(),
              slot.deadline(),
              measurement -> call.answer(parameters, measurement, slot));
        });
  }
}
