package com.voltageems.hissrv.query.http.hisapi;

import com.voltageems.hissrv.query.catalogue.Catalogue;
import com.voltageems.hissrv.query.config.QueryConfig.Limits;
import com.voltageems.hissrv.query.http.answer.Described;
import com.voltageems.hissrv.query.http.answer.Resolution;
import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.ask.Intervals;
import com.voltageems.hissrv.query.http.ask.NotFoundException;
import com.voltageems.hissrv.query.resolution.Resolutions;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.query.store.window.OneWindow;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the VoltageEMS web application, under {@code /hisApi}: they name a Redis key and a
 * point id instead of a measurement and a field. Answers are JSON-like maps in the form of the
 * original service.
 */
public final class HisApi {
  /** {@code interval} of a query that names none, in seconds. */
  private static final int DEFAULT_INTERVAL = 600;

  private static final int MOST_PER_PAGE = 10_000;
  private static final List<String> AGGREGATIONS = List.of("mean", "sum", "min", "max", "count");
  private static final List<String> INTERVALS =
      List.of("1m", "5m", "15m", "30m", "1h", "2h", "6h", "12h", "1d");

  private static final HistoryAnswer NOTHING = new HistoryAnswer(List.of(), false);

  private final HistoryStore store;
  private final Resolutions resolutions;
  private final Limits limits;
  private final Catalogue catalogue;
  private final Clock clock;
  private final Described described;

  /**
   * @param resolutions answers means and similar functions even if the samples have expired
   */
  public HisApi(
      HistoryStore store,
      Resolutions resolutions,
      Limits limits,
      Catalogue catalogue,
      Clock clock,
      Described described) {
    this.store = store;
    this.resolutions = resolutions;
    this.described = described;
    this.limits = limits;
    this.catalogue = catalogue;
    this.clock = clock;
  }

  /** One point of the site: the series and the field that hold it. */
  private record Target(Map<String, String> tags, Measurement measurement, Field field) {}

  private HisRequest request(Map<String, List<String>> texts) {
    return new HisRequest(texts, clock.instant(), catalogue.zone(), limits);
  }

  /** Answers {@code /hisApi/data/query}: points or means of windows, newest first, in pages. */
  public Map<String, @Nullable Object> query(Map<String, List<String>> texts, Deadline deadline) {
    HisRequest request = request(texts);
    int page = request.number("page", 1, 1, limits.maxRows());
    int size = request.number("page_size", 100, 1, Math.min(MOST_PER_PAGE, limits.maxRows()));
    int interval =
        request.number("interval", DEFAULT_INTERVAL, 0, (int) HisRequest.LONGEST.toSeconds());
    if ((long) page * size > limits.maxRows()) {
      throw new BadRequestException(
          "page",
          Integer.toString(page),
          "page times page_size to be at most " + limits.maxRows() + "; ask for a shorter time");
    }
    // Devices are sampled once a second.
    Windows windows = interval > 1 ? new FixedWindows(interval * 1000L) : null;
    HisRequest.Range range = request.range(windows);
    List<Point> rows = List.of();
    HistoryAnswer answer = NOTHING;
    long total = 0;
    Target target = target(request, deadline).orElse(null);
    if (target != null) {
      Selection selection = selection(target, range);
      if (windows == null) {
        total = count(target, selection, deadline);
        List<Field> field = List.of(target.field());
        HistoryQuery points = HistoryQuery.points(selection, field, true, page * size);
        answer = resolutions.told(store.query(points, deadline), selection);
        rows = points(answer);
      } else {
        answer = windows(target, selection, windows, Aggregation.MEAN, true, deadline);
        rows = points(answer);
        total = rows.size();
      }
    }
    List<Object> data = new ArrayList<>();
    int from = Math.min(rows.size(), (page - 1) * size);
    for (Point point : rows.subList(from, Math.min(rows.size(), from + size))) {
      data.add(row(request, point.epochMicros(), point.values().get(0)));
    }
    Map<String, @Nullable Object> body = envelope(data.size() + " records", answer);
    body.put("data", data);
    body.put("total", total);
    body.put("page", page);
    body.put("page_size", size);
    body.put("has_more", total > (long) page * size);
    Resolution.tell(answer, HisTimes::text, body);
    name(request, body);
    return body;
  }

  /** Answers {@code /hisApi/data/statistics}: one aggregate per window, oldest first. */
  public Map<String, @Nullable Object> statistics(
      Map<String, List<String>> texts, Deadline deadline) {
    HisRequest request = request(texts);
    String aggregation = request.choice("aggregation", "mean", AGGREGATIONS);
    String interval = request.choice("interval", "1h", INTERVALS);
    Windows windows = Intervals.windows(interval, catalogue.zone()).orElseThrow();
    HisRequest.Range range = request.range(windows);
    List<Object> data = new ArrayList<>();
    HistoryAnswer answer = NOTHING;
    Target target = target(request, deadline).orElse(null);
    if (target != null) {
      Aggregation function = Aggregation.of(aggregation).orElseThrow();
      answer = windows(target, selection(target, range), windows, function, false, deadline);
      for (Point point : points(answer)) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("timestamp", HisTimes.text(point.epochMicros()));
        row.put("value", point.values().get(0));
        data.add(row);
      }
    }
    Map<String, @Nullable Object> body = envelope(data.size() + " windows", answer);
    body.put("redis_key", request.redisKey());
    body.put("point_id", request.pointId());
    body.put("aggregation", aggregation);
    body.put("interval", interval);
    body.put("data", data);
    Resolution.tell(answer, HisTimes::text, body);
    name(request, body);
    return body;
  }

  /** Answers {@code /hisApi/data/latest}: the latest value of the last year, or not found. */
  public Map<String, @Nullable Object> latest(Map<String, List<String>> texts, Deadline deadline) {
    HisRequest request = request(texts);
    long now = clock.millis();
    String gone = "";
    Target target = target(request, deadline).orElse(null);
    if (target != null) {
      Selection selection =
          selection(target, new HisRequest.Range(now - HisRequest.LONGEST.toMillis(), now + 1));
      for (LatestSeries series :
          store.latest(selection, List.of(target.field()), 1, deadline).series()) {
        LatestSeries.Value value = series.fields().get(target.field().name());
        if (value != null) {
          Map<String, @Nullable Object> record = row(request, value.epochMicros(), value.value());
          name(request, record);
          return record;
        }
      }
      gone =
          gone(resolutions.told(NOTHING, selection))
              + resolutions
                  .discovery()
                  .series(selection, 1, deadline)
                  .resolution()
                  .map(policy -> "; " + policy + " has coarser ones: /hisApi/data/query")
                  .orElse("");
    }
    throw new NotFoundException(
        "nothing is stored of point " + request.pointId() + " of " + request.redisKey() + gone);
  }

  /** Answers {@code /hisApi/channels}: the Redis keys that have stored values. */
  public Map<String, @Nullable Object> channels(Deadline deadline) {
    return site(deadline).channels();
  }

  /** Answers {@code /hisApi/data/range}: how much is stored, and from when to when. */
  public Map<String, @Nullable Object> range(Deadline deadline) {
    return site(deadline).range();
  }

  /** Answers {@code /hisApi/metrics}: how much is stored. */
  public Map<String, @Nullable Object> metrics(Deadline deadline) {
    return site(deadline).metrics();
  }

  private HisSite site(Deadline deadline) {
    return new HisSite(store, resolutions.discovery(), limits.maxRows(), deadline, clock.millis());
  }

  /**
   * Adds what the catalogue says about the point to the members that the web application looks for.
   */
  private void name(HisRequest request, Map<String, @Nullable Object> body) {
    RedisKey key = request.mapped();
    String device = catalogue.deviceOf(key.measurement(), key.tags());
    catalogue
        .point(device, request.pointId())
        .ifPresent(
            point -> {
              body.put("device_name", catalogue.deviceName(device, "zh"));
              body.put("point_name", point.name().in("zh"));
              body.put("unit", point.unit());
            });
  }

  private static Map<String, @Nullable Object> envelope(String message, HistoryAnswer answer) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("status", "success");
    body.put("message", message + gone(answer));
    return body;
  }

  /**
   * Names the time before which samples have expired: few rows must not look like a silence of the
   * device.
   */
  private static String gone(HistoryAnswer answer) {
    Long before = answer.expiredBefore();
    return before == null
        ? ""
        : "; samples before " + HisTimes.text(before * 1000) + " are gone (retention)";
  }

  private static Map<String, @Nullable Object> row(
      HisRequest request, long epochMicros, @Nullable Object value) {
    String key = request.redisKey();
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("timestamp", HisTimes.text(epochMicros));
    row.put("redis_key", key);
    row.put("point_id", request.pointId());
    row.put("value", value);
    int colon = key.indexOf(':');
    row.put("source", colon < 0 ? key : key.substring(0, colon));
    return row;
  }

  /** Empty if no value of the point has ever been stored. */
  private Optional<Target> target(HisRequest request, Deadline deadline) {
    RedisKey mapped = request.mapped();
    String point = request.pointId();
    return described.find(
        mapped.measurement(),
        deadline,
        measurement ->
            Optional.of(measurement)
                .filter(one -> one.tags().containsAll(mapped.tags().keySet()))
                .flatMap(one -> one.field(point))
                .filter(Field::isNumeric)
                .map(field -> new Target(mapped.tags(), measurement, field)));
  }

  /** Selects exactly one series: the one with each tag of the key and no other tag. */
  private static Selection selection(Target target, HisRequest.Range range) {
    List<TagFilter> filters =
        target.measurement().tags().stream()
            .map(tag -> new TagFilter(tag, List.of(target.tags().getOrDefault(tag, ""))))
            .toList();
    return new Selection(target.measurement(), filters, range.start(), range.end());
  }

  /**
   * Queries windows. Where samples have expired, longer windows may stand in for a mean or an
   * extreme, but not for a sum or a count.
   */
  private HistoryAnswer windows(
      Target target,
      Selection selection,
      Windows windows,
      Aggregation function,
      boolean newestFirst,
      Deadline deadline) {
    List<Field> field = List.of(target.field());
    HistoryQuery query =
        HistoryQuery.windows(selection, field, windows, function, newestFirst, limits.maxRows());
    boolean addsUp = function == Aggregation.SUM || function == Aggregation.COUNT;
    return addsUp
        ? resolutions.query(store, query, false, deadline)
        : resolutions.coarser(store, query, deadline);
  }

  private static List<Point> points(HistoryAnswer answer) {
    return answer.series().isEmpty() ? List.of() : answer.series().get(0).points();
  }

  /** Counts the points of the series within the range. */
  private long count(Target target, Selection selection, Deadline deadline) {
    Windows all = new OneWindow(selection.startMillis(), selection.endMillis());
    List<Field> field = List.of(target.field());
    HistoryQuery query =
        HistoryQuery.windows(selection, field, all, Aggregation.COUNT, false, limits.maxRows());
    return points(store.query(query, deadline)).stream()
        .mapToLong(point -> point.values().get(0) instanceof Number n ? n.longValue() : 0)
        .sum();
  }
}
