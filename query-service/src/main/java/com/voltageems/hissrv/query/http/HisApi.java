package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.catalogue.Catalogue;
import com.voltageems.hissrv.query.config.QueryConfig.Limits;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.Window;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the VoltageEMS web application, under {@code /hisApi}: a Redis key and a point id
 * instead of a measurement and a field. Parameters that it does not know are ignored, as that page
 * sends some. Answers are JSON-like maps.
 */
final class HisApi {
  private static final Duration LONGEST = Duration.ofDays(365);
  private static final Duration DEFAULT_RANGE = Duration.ofDays(1);
  private static final int MOST_PER_PAGE = 10_000;
  private static final List<String> AGGREGATIONS = List.of("mean", "sum", "min", "max", "count");
  private static final List<String> INTERVALS =
      List.of("1m", "5m", "15m", "30m", "1h", "2h", "6h", "12h", "1d");
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'+00:00'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'+00:00'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final HistoryStore store;
  private final Limits limits;
  private final Catalogue catalogue;
  private final Clock clock;

  HisApi(HistoryStore store, Limits limits, Catalogue catalogue, Clock clock) {
    this.store = store;
    this.limits = limits;
    this.catalogue = catalogue;
    this.clock = clock;
  }

  /** One point of the site: the series and the field that keep it. */
  private record Target(Map<String, String> tags, Measurement measurement, Field field) {}

  /** {@code /hisApi/data/query}: points or windowed means, newest first, in pages. */
  Map<String, @Nullable Object> query(Map<String, List<String>> texts) {
    int page = number(texts, "page", 1, 1, limits.maxRows());
    int size = number(texts, "page_size", 100, 1, Math.min(MOST_PER_PAGE, limits.maxRows()));
    int interval = number(texts, "interval", 0, 0, (int) LONGEST.toSeconds());
    if ((long) page * size > limits.maxRows()) {
      throw new BadRequestException(
          "page",
          Integer.toString(page),
          "page times page_size to be at most " + limits.maxRows() + "; ask for a shorter time");
    }
    // Devices are sampled once a second.
    Window window = interval > 1 ? new Window(interval * 1000L, Aggregation.MEAN) : null;
    Range range = range(texts, window);
    List<Point> rows = List.of();
    long total = 0;
    Target target = target(texts).orElse(null);
    if (target != null) {
      Selection selection = selection(target, range);
      if (window == null) {
        total = count(target, selection);
        rows = points(target, selection, null, true, page * size);
      } else {
        rows = points(target, selection, window, true, limits.maxRows());
        total = rows.size();
      }
    }
    List<Object> data = new ArrayList<>();
    int from = Math.min(rows.size(), (page - 1) * size);
    for (Point point : rows.subList(from, Math.min(rows.size(), from + size))) {
      data.add(row(texts, point.epochMicros(), point.values().get(0)));
    }
    Map<String, @Nullable Object> body = envelope(data.size() + " records");
    body.put("data", data);
    body.put("total", total);
    body.put("page", page);
    body.put("page_size", size);
    body.put("has_more", total > (long) page * size);
    name(texts, body);
    return body;
  }

  /** {@code /hisApi/data/statistics}: one aggregate per window, oldest first. */
  Map<String, @Nullable Object> statistics(Map<String, List<String>> texts) {
    String aggregation = choice(texts, "aggregation", "mean", AGGREGATIONS);
    String interval = choice(texts, "interval", "1h", INTERVALS);
    Window window =
        new Window(
            Times.length(interval).orElseThrow().toMillis(),
            Aggregation.of(aggregation).orElseThrow());
    Range range = range(texts, window);
    List<Object> data = new ArrayList<>();
    Target target = target(texts).orElse(null);
    if (target != null) {
      for (Point point :
          points(target, selection(target, range), window, false, limits.maxRows())) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("timestamp", time(point.epochMicros()));
        row.put("value", point.values().get(0));
        data.add(row);
      }
    }
    Map<String, @Nullable Object> body = envelope(data.size() + " windows");
    body.put("redis_key", required(texts, "redis_key"));
    body.put("point_id", required(texts, "point_id"));
    body.put("aggregation", aggregation);
    body.put("interval", interval);
    body.put("data", data);
    name(texts, body);
    return body;
  }

  /** {@code /hisApi/data/latest}: the last value of the last year, or not found. */
  Map<String, @Nullable Object> latest(Map<String, List<String>> texts) {
    long now = clock.millis();
    Target target = target(texts).orElse(null);
    if (target != null) {
      Selection selection = selection(target, new Range(now - LONGEST.toMillis(), now + 1));
      for (LatestSeries series : store.latest(selection, List.of(target.field()), 1).series()) {
        LatestSeries.Value value = series.fields().get(target.field().name());
        if (value != null) {
          Map<String, @Nullable Object> body = envelope("latest record");
          body.put("data", row(texts, value.epochMicros(), value.value()));
          name(texts, body);
          return body;
        }
      }
    }
    throw new NotFoundException(
        "nothing is stored of point "
            + required(texts, "point_id")
            + " of "
            + required(texts, "redis_key"));
  }

  /** {@code /hisApi/channels}: the channels that have telemetry. */
  Map<String, @Nullable Object> channels() {
    List<String> channels =
        store
            .measurement("telemetry")
            .map(
                telemetry ->
                    store
                        .tagValues(
                            new Selection(telemetry, List.of(), 0, clock.millis() + 1),
                            limits.maxRows())
                        .getOrDefault("channel", List.of()))
            .orElse(List.of())
            .stream()
            .filter(channel -> !channel.isEmpty())
            .toList();
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("channels", channels);
    body.put("count", channels.size());
    return body;
  }

  /** What the catalogue says of the point, beside what the web application looks for. */
  private void name(Map<String, List<String>> texts, Map<String, @Nullable Object> body) {
    String field = required(texts, "point_id");
    RedisKey.parse(required(texts, "redis_key"))
        .map(key -> Catalogue.deviceOf(key.measurement(), key.tags()))
        .ifPresent(
            device ->
                catalogue
                    .point(device, field)
                    .ifPresent(
                        point -> {
                          body.put("device_name", catalogue.deviceName(device, "zh"));
                          body.put("point_name", point.name().in("zh"));
                          body.put("unit", point.unit());
                        }));
  }

  private static Map<String, @Nullable Object> envelope(String message) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("status", "success");
    body.put("message", message);
    return body;
  }

  private static Map<String, @Nullable Object> row(
      Map<String, List<String>> texts, long epochMicros, @Nullable Object value) {
    String key = required(texts, "redis_key");
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("timestamp", time(epochMicros));
    row.put("redis_key", key);
    row.put("point_id", required(texts, "point_id"));
    row.put("value", value);
    int colon = key.indexOf(':');
    row.put("source", colon < 0 ? key : key.substring(0, colon));
    return row;
  }

  /** {@code 2025-08-21T10:00:00+00:00}, with milliseconds where there are any. */
  private static String time(long epochMicros) {
    long millis = Math.floorDiv(epochMicros, 1000L);
    return (millis % 1000 == 0 ? SECONDS : MILLIS).format(Instant.ofEpochMilli(millis));
  }

  /** Empty when nothing of the point has ever been stored. */
  private Optional<Target> target(Map<String, List<String>> texts) {
    String key = required(texts, "redis_key");
    String point = required(texts, "point_id");
    RedisKey mapped =
        RedisKey.parse(key)
            .orElseThrow(() -> new BadRequestException("redis_key", key, RedisKey.EXPECTED));
    return store
        .measurement(mapped.measurement())
        .filter(measurement -> measurement.tags().containsAll(mapped.tags().keySet()))
        .flatMap(
            measurement ->
                measurement
                    .field(point)
                    .filter(Field::isNumeric)
                    .map(field -> new Target(mapped.tags(), measurement, field)));
  }

  /** The very series: each tag of the key, and no other. */
  private static Selection selection(Target target, Range range) {
    List<TagFilter> filters =
        target.measurement().tags().stream()
            .map(tag -> new TagFilter(tag, List.of(target.tags().getOrDefault(tag, ""))))
            .toList();
    return new Selection(target.measurement(), filters, range.start(), range.end());
  }

  private List<Point> points(
      Target target, Selection selection, @Nullable Window window, boolean newestFirst, int limit) {
    HistoryAnswer answer =
        store.query(
            new HistoryQuery(
                selection,
                List.of(target.field()),
                window,
                target.measurement().tags(),
                newestFirst,
                limit));
    return answer.series().isEmpty() ? List.of() : answer.series().get(0).points();
  }

  /** Points of the series within the range, by windows longer than it. */
  private long count(Target target, Selection selection) {
    Window all = new Window(2 * LONGEST.toMillis(), Aggregation.COUNT);
    long count = 0;
    for (Point point : points(target, selection, all, false, 10)) {
      count += point.values().get(0) instanceof Number number ? number.longValue() : 0;
    }
    return count;
  }

  private record Range(long start, long end) {}

  private Range range(Map<String, List<String>> texts, @Nullable Window window) {
    Instant now = clock.instant();
    String endText = text(texts, "end_time");
    String startText = text(texts, "start_time");
    long end = endText == null ? now.toEpochMilli() + 1 : time("end_time", endText, now);
    long start =
        startText == null ? end - DEFAULT_RANGE.toMillis() : time("start_time", startText, now);
    if (end <= start) {
      throw new BadRequestException(
          "end_time", endText == null ? "now" : endText, "a time after start_time");
    }
    if (end - start > LONGEST.toMillis() + 1) {
      throw new BadRequestException(
          "start_time", String.valueOf(startText), "a range of at most 365 days");
    }
    if (window == null) {
      return new Range(start, end);
    }
    Range whole = new Range(window.floor(start), window.ceil(end));
    if ((whole.end() - whole.start()) / window.lengthMillis() > limits.maxRows()) {
      throw new BadRequestException(
          "interval",
          Long.toString(window.lengthMillis() / 1000),
          "at most " + limits.maxRows() + " windows in the range");
    }
    return whole;
  }

  private static long time(String name, String text, Instant now) {
    return Times.time(text, now).orElseThrow(() -> new BadRequestException(name, text, Times.TIME));
  }

  private static @Nullable String text(Map<String, List<String>> texts, String name) {
    List<String> values = texts.getOrDefault(name, List.of());
    return values.isEmpty() || values.get(0).isBlank() ? null : values.get(0).strip();
  }

  private static String required(Map<String, List<String>> texts, String name) {
    String text = text(texts, name);
    if (text == null) {
      throw new BadRequestException(
          name, "", name.equals("redis_key") ? RedisKey.EXPECTED : "the point's id");
    }
    return text;
  }

  private static int number(
      Map<String, List<String>> texts, String name, int otherwise, int least, int most) {
    String text = text(texts, name);
    if (text == null) {
      return otherwise;
    }
    if (text.matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw new BadRequestException(name, text, "a number from " + least + " to " + most);
  }

  private static String choice(
      Map<String, List<String>> texts, String name, String otherwise, List<String> choices) {
    String text = text(texts, name);
    if (text == null) {
      return otherwise;
    }
    if (!choices.contains(text)) {
      throw new BadRequestException(name, text, "one of " + String.join(", ", choices));
    }
    return text;
  }
}
