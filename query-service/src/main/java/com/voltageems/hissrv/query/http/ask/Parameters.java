package com.voltageems.hissrv.query.http.ask;

import com.voltageems.hissrv.query.config.QueryConfig.Limits;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.CalendarWindows;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.query.store.window.OneWindow;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one request. Pure: the time comes in as {@code now}. Every method throws {@link
 * BadRequestException} if a value cannot be used.
 */
public final class Parameters {
  private static final Duration DEFAULT_RANGE = Duration.ofHours(1);

  private final Texts texts;
  private final Limits limits;
  private final Instant now;
  private final ZoneId zone;

  /**
   * @param texts values by name, as in the address, decoded
   * @param known the names that this call understands; any other name is a tag
   * @param siteZone the zone of times and calendars, unless the request names another
   */
  public Parameters(
      Map<String, List<String>> texts,
      Set<String> known,
      Limits limits,
      Instant now,
      ZoneId siteZone) {
    this.texts = new Texts(texts, known);
    this.limits = limits;
    this.now = now;
    String named = this.texts.text("timezone");
    this.zone =
        named == null
            ? siteZone
            : Times.zone(named)
                .orElseThrow(() -> new BadRequestException("timezone", named, Times.ZONE));
  }

  /** Returns the name as it was given: a name may begin or end with a blank. */
  public String measurement() {
    String name = texts.exact("measurement");
    if (name == null) {
      throw new BadRequestException("measurement", "", "a name; /measurements lists them");
    }
    return name;
  }

  /**
   * Returns the format of the answer.
   *
   * @param otherwise gives the format if the parameter is absent
   */
  public Format format(Supplier<Format> otherwise) {
    String format = texts.choice("format", "", "json", "csv", "ndjson", "arrow");
    return format.isEmpty() ? otherwise.get() : Format.valueOf(format.toUpperCase(Locale.ROOT));
  }

  /**
   * Returns whether rows are sent while the database still answers. Only if the client asks for it:
   * a streamed answer reports after its rows that there are more than the limit, where many clients
   * do not look.
   */
  public boolean streams(Format format, Ask ask, @Nullable Integer maxPoints) {
    boolean streams = texts.choice("stream", "no", "yes", "no").equals("yes");
    boolean hasRowsOnly =
        format != Format.JSON
            && ask.windows() == null
            && maxPoints == null
            && texts.text("names") == null;
    if (streams && !hasRowsOnly) {
      throw new BadRequestException(
          "stream",
          "yes",
          "format=csv, ndjson or arrow beside it, and no interval, max_points or names");
    }
    return streams;
  }

  /** Returns whether times are written as epoch milliseconds instead of ISO texts. */
  public boolean epochTimes() {
    return texts.choice("time_format", "iso", "iso", "ms").equals("ms");
  }

  /** Returns the form of times in an answer of this format. */
  public TimeForm times(Format format) {
    String form = texts.choice("time_format", "iso", "iso", "ms", "local");
    if (!form.equals("local")) {
      return form.equals("ms") ? TimeForm.EPOCH : TimeForm.ISO;
    }
    if (format != Format.CSV) {
      throw new BadRequestException("time_format", "local", "format=csv beside it");
    }
    return new TimeForm(false, zone);
  }

  /** Returns whether the caller allows or wants an answer from memory. */
  public Keep keep() {
    return switch (texts.choice("cache", "", "yes", "no")) {
      case "yes" -> Keep.YES;
      case "no" -> Keep.NO;
      default -> Keep.AS_USUAL;
    };
  }

  /** Returns whether only the samples may answer: {@code resolution=raw}. */
  public boolean fromSamples() {
    return texts.choice("resolution", "auto", "auto", "raw").equals("raw");
  }

  /** Returns the number of rows, within the limits. */
  public int limit() {
    return texts.number("limit", limits.defaultRows(), 1, limits.maxRows());
  }

  /**
   * Returns the language in which the catalogue names the columns; null if fields keep their stored
   * names.
   */
  public @Nullable String names(Format format) {
    String names = texts.text("names");
    if (names == null) {
      return null;
    }
    if (format != Format.CSV) {
      throw new BadRequestException("names", names, "format=csv beside it");
    }
    return texts.choice("names", "", "en", "zh");
  }

  /**
   * Returns the maximum number of points per series, or null if the client sets none.
   *
   * @param least the smallest number that is possible with this many columns
   */
  public @Nullable Integer maxPoints(int least, int columns) {
    String text = texts.text("max_points");
    if (text == null) {
      return null;
    }
    if (text.matches("[0-9]{1,8}") && Integer.parseInt(text) >= least) {
      return Integer.parseInt(text);
    }
    throw new BadRequestException(
        "max_points",
        text,
        "a number of at least " + least + " for " + columns + " fields, and at most 99999999");
  }

  /** Returns the request of {@code /query}. */
  public Ask query(Measurement measurement) {
    Windows windows = windows();
    Fn function = Functions.one(texts, windows != null);
    TagsAndFields asked = new TagsAndFields(texts, measurement);
    List<Field> fields =
        asked.fields(
            field -> function == null || function.accepts(field),
            "a field of numbers for function=" + (function == null ? "" : function.text()));
    Selection selection = selection(measurement, windows, DEFAULT_RANGE);
    boolean newestFirst = texts.choice("order", "asc", "asc", "desc").equals("desc");
    // An answer that is thinned out afterwards may have many rows before.
    boolean thinned = texts.text("limit") == null && texts.text("max_points") != null;
    int most = thinned ? limits.maxRows() : limit();
    List<Ask.Output> outputs =
        fields.stream().map(field -> new Ask.Output(field, function)).toList();
    return ask(selection, outputs, windows, asked.groupBy(windows != null), newestFirst, most);
  }

  /**
   * Returns the request of {@code /aggregate}; without an interval the whole range is one window.
   */
  public Ask aggregate(Measurement measurement) {
    Windows windows = windows();
    Selection selection = selection(measurement, windows, DEFAULT_RANGE);
    if (windows == null) {
      windows = new OneWindow(selection.startMillis(), selection.endMillis());
    }
    TagsAndFields asked = new TagsAndFields(texts, measurement);
    List<Fn> functions = Functions.several(texts);
    List<Ask.Output> outputs = new ArrayList<>();
    for (Field field : asked.fields(Field::isNumeric, "a field of numbers")) {
      functions.forEach(function -> outputs.add(new Ask.Output(field, function)));
    }
    return ask(selection, outputs, windows, asked.groupBy(true), false, limit());
  }

  private Ask ask(
      Selection selection,
      List<Ask.Output> outputs,
      @Nullable Windows windows,
      List<String> groupBy,
      boolean newestFirst,
      int most) {
    int limit = Math.max(1, Math.min(most, limits.maxValues() / outputs.size()));
    return new AskRules(texts, limits.maxValues())
        .checked(new Ask(selection, outputs, windows, groupBy, newestFirst, limit, fill(windows)));
  }

  private Fill fill(@Nullable Windows windows) {
    String fill = texts.text("fill");
    if (fill == null) {
      return Fill.NONE;
    }
    if (windows == null || windows instanceof OneWindow) {
      throw new BadRequestException("fill", fill, "interval beside it, for example interval=1m");
    }
    return Fill.of(fill);
  }

  private @Nullable Windows windows() {
    String interval = texts.text("interval");
    if (interval == null) {
      return null;
    }
    Windows windows =
        Intervals.windows(interval, zone)
            .orElseThrow(() -> new BadRequestException("interval", interval, Intervals.EXPECTED));
    if (windows.shortestMillis() > limits.maxRange().toMillis()) {
      throw new BadRequestException(
          "interval",
          interval,
          "a length of at most " + Times.text(limits.maxRange()) + " (query.max.range)");
    }
    return windows;
  }

  /** Returns the windows of {@code /completeness}: hours by default. */
  public Windows countedWindows() {
    Windows windows = windows();
    return windows == null ? new FixedWindows(3_600_000) : windows;
  }

  /** Returns calendar days in the zone. */
  public Windows days() {
    return new CalendarWindows(CalendarWindows.Unit.DAY, 1, zone);
  }

  /** Returns the fields of {@code /latest}. */
  public List<Field> fields(Measurement measurement) {
    return new TagsAndFields(texts, measurement).fields(field -> true, "");
  }

  /**
   * Returns the tags and the time range of a request.
   *
   * @param windows extends the range to whole windows; null if there are none
   * @param otherwise the range up to now of a request that names none; null for all of time
   */
  public Selection selection(
      Measurement measurement, @Nullable Windows windows, @Nullable Duration otherwise) {
    Ranges.Range range = new Ranges(texts, now, zone, limits.maxRange()).range(windows, otherwise);
    return new Selection(
        measurement, new TagsAndFields(texts, measurement).filters(), range.start(), range.end());
  }
}
