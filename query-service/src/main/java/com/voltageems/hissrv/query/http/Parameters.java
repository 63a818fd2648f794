package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.config.QueryConfig.Limits;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one request. Pure: the clock comes in as {@code now}. Every method throws
 * {@link BadRequestException} for a value that cannot be used.
 *
 * <p>A parameter whose name is none of the call's own is a tag; {@code tag.<name>} is always a tag,
 * for those that are called like a parameter ({@code tag.interval=1m}). A tag given several times
 * has any of the values; an empty value means that the series has no such tag.
 */
final class Parameters {
  private static final String TAG = "tag.";
  private static final Duration DEFAULT_RANGE = Duration.ofHours(1);

  /** Text formats of an answer. */
  enum Format {
    JSON,
    CSV
  }

  private final Map<String, List<String>> texts;
  private final Set<String> known;
  private final Limits limits;
  private final Instant now;

  /**
   * @param texts values by name, as they stand in the address, decoded
   * @param known the names that this call understands; any other is a tag
   */
  Parameters(Map<String, List<String>> texts, Set<String> known, Limits limits, Instant now) {
    this.texts = texts;
    this.known = known;
    this.limits = limits;
    this.now = now;
  }

  /** The one value of a parameter, or null where it is not given or empty. */
  @Nullable String text(String name) {
    List<String> values = texts.getOrDefault(name, List.of());
    if (values.size() > 1) {
      throw new BadRequestException(name, String.join(", ", values), "one value, not several");
    }
    return values.isEmpty() || values.get(0).isBlank() ? null : values.get(0).strip();
  }

  String measurement() {
    String name = text("measurement");
    if (name == null) {
      throw new BadRequestException("measurement", "", "a name; /measurements lists them");
    }
    return name;
  }

  Format format() {
    return choice("format", "json", "json", "csv").equals("csv") ? Format.CSV : Format.JSON;
  }

  /** Whether times are to be epoch milliseconds instead of ISO text. */
  boolean epochTimes() {
    return choice("time_format", "iso", "iso", "ms").equals("ms");
  }

  private String choice(String name, String otherwise, String... choices) {
    String text = text(name);
    if (text == null) {
      return otherwise;
    }
    if (!Arrays.asList(choices).contains(text)) {
      throw new BadRequestException(name, text, String.join(" or ", choices));
    }
    return text;
  }

  /** A number of rows within the limits. */
  int limit() {
    String text = text("limit");
    if (text == null) {
      return limits.defaultRows();
    }
    if (text.matches("[0-9]{1,8}")) {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= limits.maxRows()) {
        return limit;
      }
    }
    throw new BadRequestException("limit", text, "a number from 1 to " + limits.maxRows());
  }

  /**
   * The language of the columns' names in the catalogue; null: fields are called as they are
   * stored.
   */
  @Nullable String names() {
    if (text("names") == null) {
      return null;
    }
    if (format() != Format.CSV) {
      throw new BadRequestException("names", String.valueOf(text("names")), "format=csv beside it");
    }
    return choice("names", "", "en", "zh");
  }

  /**
   * Most points of a series in the answer, or null where nothing is said.
   *
   * @param fields of the request: each needs some points to keep its shape
   */
  @Nullable Integer maxPoints(int fields) {
    String text = text("max_points");
    if (text == null) {
      return null;
    }
    int least = Downsampling.least(fields);
    if (text.matches("[0-9]{1,8}") && Integer.parseInt(text) >= least) {
      return Integer.parseInt(text);
    }
    throw new BadRequestException(
        "max_points", text, "a number of at least " + least + " for " + fields + " fields");
  }

  /** The request of {@code /query}. */
  HistoryQuery query(Measurement measurement) {
    Window window = window();
    List<Field> fields = fields(measurement, window);
    // A window that the range only touches is answered whole, not clipped.
    Selection selection = selection(measurement, window, DEFAULT_RANGE);
    List<String> groupBy = groupBy(measurement, window);
    boolean newestFirst = choice("order", "asc", "asc", "desc").equals("desc");
    // What is thinned out afterwards may be many before.
    int asked = text("limit") == null && text("max_points") != null ? limits.maxRows() : limit();
    int limit = Math.max(1, Math.min(asked, limits.maxValues() / fields.size()));
    return new HistoryQuery(selection, fields, window, groupBy, newestFirst, limit);
  }

  /** A whole range as one window: it begins at the epoch and ends in the year 2243. */
  private static final Window WHOLE = new Window(100_000L * 86_400_000L, Aggregation.COUNT);

  /** Whether a window is the whole range of a request. */
  static boolean isWhole(Window window) {
    return window.lengthMillis() == WHOLE.lengthMillis();
  }

  /**
   * The requests of {@code /aggregate}, one per function, alike but for that; without an interval
   * the whole range is one window.
   */
  List<HistoryQuery> aggregates(Measurement measurement) {
    String interval = text("interval");
    Window window = interval == null ? WHOLE : new Window(length(interval), Aggregation.MEAN);
    Selection selection = selection(measurement, interval == null ? null : window, DEFAULT_RANGE);
    // Any function of numbers will do to keep texts and flags out.
    Window numbers = new Window(window.lengthMillis(), Aggregation.MEAN);
    List<Field> fields = fields(measurement, numbers);
    List<String> groupBy = groupBy(measurement, numbers);
    List<Aggregation> functions = functions();
    int values = fields.size() * functions.size();
    int limit = Math.max(1, Math.min(limit(), limits.maxValues() / values));
    return functions.stream()
        .map(
            aggregation ->
                new HistoryQuery(
                    selection,
                    fields,
                    new Window(window.lengthMillis(), aggregation),
                    groupBy,
                    false,
                    limit))
        .toList();
  }

  /** The functions asked for, {@code functions=mean,max}; all when none is named. */
  private List<Aggregation> functions() {
    String text = text("functions");
    if (text == null) {
      return List.of(Aggregation.values());
    }
    List<Aggregation> functions = new ArrayList<>();
    for (String name : text.split(",", -1)) {
      Aggregation function =
          Aggregation.of(name.strip())
              .orElseThrow(
                  () ->
                      new BadRequestException(
                          "functions", name, "some of " + Aggregation.all() + ", with commas"));
      if (!functions.contains(function)) {
        functions.add(function);
      }
    }
    return functions;
  }

  private long length(String interval) {
    return Times.length(interval)
        .filter(one -> one.compareTo(limits.maxRange()) <= 0)
        .orElseThrow(() -> new BadRequestException("interval", interval, Times.LENGTH))
        .toMillis();
  }

  private @Nullable Window window() {
    String interval = text("interval");
    String function = text("function");
    if (interval == null) {
      if (function != null) {
        throw new BadRequestException(
            "function", function, "interval beside it, for example interval=1m");
      }
      return null;
    }
    long length = length(interval);
    Aggregation aggregation =
        function == null
            ? Aggregation.MEAN
            : Aggregation.of(function)
                .orElseThrow(
                    () ->
                        new BadRequestException(
                            "function", function, "one of " + Aggregation.all()));
    return new Window(length, aggregation);
  }

  /**
   * The tags and the time of a request.
   *
   * @param window makes the range whole windows, or null
   * @param otherwise the range, up to now, of a request that names none; null: all of time
   */
  Selection selection(
      Measurement measurement, @Nullable Window window, @Nullable Duration otherwise) {
    String range = text("range");
    String startText = text("start");
    String endText = text("end");
    if (range != null && startText != null && endText != null) {
      throw new BadRequestException("range", range, "not to be given beside both start and end");
    }
    // The moment itself belongs to the range, as the end does not.
    long end = endText == null ? now.toEpochMilli() + 1 : time("end", endText);
    long start;
    if (range != null) {
      Duration length =
          Times.length(range)
              .orElseThrow(() -> new BadRequestException("range", range, Times.LENGTH));
      if (startText != null) {
        start = time("start", startText);
        end = start + length.toMillis();
      } else {
        start = end - length.toMillis();
      }
    } else if (startText != null) {
      start = time("start", startText);
    } else if (otherwise != null) {
      start = end - otherwise.toMillis();
    } else {
      return new Selection(measurement, filters(measurement), 0, Math.max(1, end));
    }
    if (end <= start) {
      throw new BadRequestException(
          endText == null ? "start" : "end",
          endText == null ? String.valueOf(startText) : endText,
          "an end after the start");
    }
    if (window != null) {
      start = window.floor(start);
      end = window.ceil(end);
    }
    if (end - start
        > limits.maxRange().toMillis() + (window == null ? 1 : 2 * window.lengthMillis())) {
      throw new BadRequestException(
          range == null ? "start" : "range",
          range == null ? String.valueOf(startText) : range,
          "a range of at most " + limits.maxRange().toDays() + " days (query.max.range)");
    }
    return new Selection(measurement, filters(measurement), start, end);
  }

  private long time(String name, String text) {
    return Times.time(text, now).orElseThrow(() -> new BadRequestException(name, text, Times.TIME));
  }

  private List<TagFilter> filters(Measurement measurement) {
    Map<String, List<String>> filters = new LinkedHashMap<>();
    texts.forEach(
        (name, values) -> {
          if (known.contains(name)) {
            return;
          }
          String tag = name.startsWith(TAG) ? name.substring(TAG.length()) : name;
          if (!measurement.tags().contains(tag)) {
            throw new BadRequestException(
                name,
                String.join(", ", values),
                "to be a parameter ("
                    + String.join(", ", known.stream().sorted().toList())
                    + ") or a tag of "
                    + measurement.name()
                    + " ("
                    + String.join(", ", measurement.tags())
                    + ")");
          }
          filters.computeIfAbsent(tag, key -> new ArrayList<>()).addAll(values);
        });
    return filters.entrySet().stream()
        .map(entry -> new TagFilter(entry.getKey(), entry.getValue()))
        .toList();
  }

  /**
   * The fields asked for: {@code fields=a,b}, or {@code field=} once per field for names with a
   * comma; all that the function can be taken of when none is named.
   */
  List<Field> fields(Measurement measurement, @Nullable Window window) {
    Set<String> names = new LinkedHashSet<>();
    for (String list : texts.getOrDefault("fields", List.of())) {
      for (String name : list.split(",", -1)) {
        if (!name.isBlank()) {
          names.add(name.strip());
        }
      }
    }
    names.addAll(texts.getOrDefault("field", List.of()));
    List<Field> fields = new ArrayList<>();
    for (String name : names) {
      Field field =
          measurement
              .field(name)
              .orElseThrow(
                  () ->
                      new BadRequestException(
                          "fields",
                          name,
                          "a field of "
                              + measurement.name()
                              + "; /fields?measurement="
                              + measurement.name()
                              + " lists them"));
      if (window != null && !window.aggregation().accepts(field)) {
        throw new BadRequestException(
            "fields", name, "a field of numbers for function=" + window.aggregation().text());
      }
      fields.add(field);
    }
    if (fields.isEmpty()) {
      measurement.fields().stream()
          .filter(field -> window == null || window.aggregation().accepts(field))
          .forEach(fields::add);
    }
    if (fields.isEmpty()) {
      throw new NotFoundException(
          "measurement " + measurement.name() + " has no field that could be answered");
    }
    return fields;
  }

  private List<String> groupBy(Measurement measurement, @Nullable Window window) {
    List<String> values = texts.get("group_by");
    if (values == null) {
      return measurement.tags();
    }
    String all = String.join(",", values);
    if (window == null) {
      throw new BadRequestException(
          "group_by", all, "interval beside it: only windows can join series");
    }
    Set<String> groupBy = new LinkedHashSet<>();
    for (String name : all.split(",", -1)) {
      String tag = name.strip();
      if (tag.isEmpty()) {
        continue;
      }
      if (!measurement.tags().contains(tag)) {
        throw new BadRequestException(
            "group_by",
            tag,
            "tags of " + measurement.name() + " (" + String.join(", ", measurement.tags()) + ")");
      }
      groupBy.add(tag);
    }
    return measurement.tags().stream().filter(groupBy::contains).toList();
  }
}
