package com.voltageems.hissrv.query.http.ask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.window.CalendarWindows;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParametersTest {
  private static final Instant NOW = Instant.parse("2025-08-21T10:00:07.500Z");
  private static final ZoneId SITE = ZoneId.of("Europe/Berlin");
  private static final Set<String> KNOWN =
      Set.of(
          "range",
          "start",
          "end",
          "timezone",
          "limit",
          "fields",
          "field",
          "time_format",
          "interval",
          "function",
          "functions",
          "group_by",
          "order",
          "format",
          "names",
          "fill",
          "max_points");
  private static final Field A = new Field("a", Field.Kind.NUMBER);
  private static final Field B = new Field("b,c", Field.Kind.NUMBER);
  private static final Field S = new Field("s", Field.Kind.TEXT);
  private static final Measurement MEASUREMENT =
      new Measurement("m", List.of("channel", "interval"), List.of(A, B, S));

  private static Parameters parameters(String query) {
    Map<String, List<String>> texts = new LinkedHashMap<>();
    for (String one : query.split("&", -1)) {
      int equals = one.indexOf('=');
      if (equals > 0) {
        texts
            .computeIfAbsent(one.substring(0, equals), key -> new ArrayList<>())
            .add(URLDecoder.decode(one.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return new Parameters(texts, KNOWN, QueryConfig.defaults().limits(), NOW, SITE);
  }

  private static Ask query(String query) {
    Parameters parameters = parameters(query);
    Ask made = parameters.query(MEASUREMENT);
    int columns = made.outputs().size();
    parameters.maxPoints(4 + 4 * columns, columns);
    return made;
  }

  private static List<Field> fields(Ask query) {
    return query.outputs().stream().map(Ask.Output::field).toList();
  }

  @Test
  void nothingNamed_isTheLastHourOfEverything() {
    Ask query = query("");

    assertThat(fields(query)).containsExactly(A, B, S);
    assertThat(query.windows()).isNull();
    assertThat(query.groupBy()).containsExactly("channel", "interval");
    assertThat(query.newestFirst()).isFalse();
    assertThat(query.limit()).isEqualTo(10_000);
    assertThat(query.selection().endMillis()).isEqualTo(NOW.toEpochMilli() + 1);
    assertThat(query.selection().startMillis()).isEqualTo(NOW.toEpochMilli() + 1 - 3_600_000);
    assertThat(query.selection().filters()).isEmpty();
  }

  /** A number would stand among texts, and as a flag be none at all. */
  @Test
  void fill_ofANumber_isForNumbersOnly() {
    assertThatThrownBy(() -> query("interval=1m&function=last&fill=1"))
        .hasMessageContaining("fill")
        .hasMessageContaining("field s is not a field of numbers");
    for (String accepted :
        List.of("last&fill=1&fields=a", "count&fill=0", "last&fill=linear", "last&fill=previous")) {
      assertThat(query("interval=1m&function=" + accepted).outputs()).isNotEmpty();
    }
  }

  @Test
  void tags_areAnyOtherParameter() {
    assertThat(query("channel=1&channel=2&tag.interval=1m").selection().filters())
        .containsExactly(
            new TagFilter("channel", List.of("1", "2")), new TagFilter("interval", List.of("1m")));
    assertThat(query("tag.interval=").selection().filters())
        .containsExactly(new TagFilter("interval", List.of("")));
  }

  @Test
  void windows_areAnsweredWhole() {
    Ask query = query("interval=1m&start=2025-08-21T09:00:30Z&end=2025-08-21T09:02:01Z");

    assertThat(query.windows()).isEqualTo(new FixedWindows(60_000));
    assertThat(query.outputs()).contains(new Ask.Output(A, Fn.of(Aggregation.MEAN)));
    assertThat(Instant.ofEpochMilli(query.selection().startMillis()))
        .isEqualTo("2025-08-21T09:00:00Z");
    assertThat(Instant.ofEpochMilli(query.selection().endMillis()))
        .isEqualTo("2025-08-21T09:03:00Z");
    assertThat(fields(query)).as("no mean of texts").containsExactly(A, B);
    assertThat(fields(query("interval=1m&function=last"))).containsExactly(A, B, S);
  }

  /** Field case S12, and issue 14's point 4: calendars and times of the site, or as asked for. */
  @Test
  void calendarAndTimes_areTheSitesOrThoseAskedFor() {
    Ask query = query("interval=1d&start=2024-03-31&end=2024-04-01");
    assertThat(query.windows()).isEqualTo(new CalendarWindows(CalendarWindows.Unit.DAY, 1, SITE));
    assertThat(Instant.ofEpochMilli(query.selection().startMillis()))
        .isEqualTo("2024-03-30T23:00:00Z");
    assertThat(Instant.ofEpochMilli(query.selection().endMillis()))
        .isEqualTo("2024-03-31T22:00:00Z");
    for (String zone : List.of("%2B08:00", "+08:00", "Asia/Shanghai")) {
      Ask other = query("interval=1mo&start=2024-03-31 08:00:00&range=1h&timezone=" + zone);
      assertThat(Instant.ofEpochMilli(other.selection().startMillis()))
          .as(zone)
          .isEqualTo("2024-02-29T16:00:00Z");
    }
    assertThat(query("interval=1w").windows())
        .isEqualTo(new CalendarWindows(CalendarWindows.Unit.WEEK, 1, SITE));
    assertThat(query("interval=24h").windows()).isEqualTo(new FixedWindows(86_400_000));
    assertThat(query("interval=1y").windows())
        .isEqualTo(new CalendarWindows(CalendarWindows.Unit.YEAR, 1, SITE));
  }

  @Test
  void range_isMeasuredFromTheEndThatIsNamed() {
    assertThat(query("range=10m&end=1755770400").selection().startMillis())
        .isEqualTo(1_755_769_800_000L);
    assertThat(query("range=10m&start=1755770400").selection().endMillis())
        .isEqualTo(1_755_771_000_000L);
  }

  /** InfluxDB tells "v" and "v " apart, so the one must not be answered for the other. */
  @Test
  void namesWithABlankAtTheirEnd_areThemselves_whereTheyExist() {
    Field spaced = new Field("v ", Field.Kind.NUMBER);
    Field plain = new Field("v", Field.Kind.NUMBER);
    Map<String, List<String>> texts =
        Map.of("fields", List.of("v , a,v"), "group_by", List.of("ch ,ty "));
    TagsAndFields asked =
        new TagsAndFields(
            new Texts(texts, KNOWN),
            new Measurement("m", List.of("ch", "ch ", "ty"), List.of(A, plain, spaced)));
    assertThat(asked.fields(any -> true, "")).containsExactly(spaced, A, plain);
    assertThat(asked.groupBy(true)).containsExactly("ch ", "ty");
  }

  @Test
  void fields_byListOrOneByOne() {
    assertThat(fields(query("fields=a,s"))).containsExactly(A, S);
    assertThat(fields(query("field=b%2Cc&fields=a"))).containsExactly(A, B);
    assertThat(fields(query("fields=a,a"))).containsExactly(A);
  }

  @Test
  void limit_isBoundedByTheValuesOfAnAnswer() {
    assertThat(query("limit=7").limit()).isEqualTo(7);
    assertThat(query("max_points=100").limit()).isEqualTo(100_000);
    List<Field> many =
        java.util.stream.IntStream.range(0, 500)
            .mapToObj(i -> new Field("f" + i, Field.Kind.NUMBER))
            .toList();
    assertThat(parameters("limit=100000").query(new Measurement("m", List.of(), many)).limit())
        .isEqualTo(2000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "range=1x; range; 1x; a length such as",
        "range=400d; range; 400d; at most 366 days",
        "start=tomorrow; start; tomorrow; a time such as",
        "start=now&end=now-1h; end; now-1h; an end after the start",
        "field=nope; field; nope; a field of m",
        "start=now%2B1h; start; now+1h; an end after the start",
        "start=0&end=1&range=1h; range; 1h; not to be given beside",
        "limit=0; limit; 0; a number from 1 to 100000",
        "limit=100001; limit; 100001; a number from 1 to 100000",
        "limit=ten; limit; ten; a number from 1 to 100000",
        "limit=1&limit=2; limit; 1, 2; one value",
        "max_points=11&fields=a,s; max_points; 11; a number of at least 12 for 2 fields",
        "max_points=-5; max_points; -5; a number of at least 16 for 3 fields",
        "order=up; order; up; asc or desc",
        "function=mean; function; mean; interval beside it",
        "interval=1m&function=avg; function; avg; one of mean, min, max, sum, count, first, last",
        "interval=0s; interval; 0s; a length such as",
        "interval=9999d; interval; 9999d; a length such as",
        "interval=-1h; interval; -1h; a length such as",
        "interval=\uff11h; interval; \uff11h; a length such as",
        "interval=1000d; interval; 1000d; at most 366 days (query.max.range)",
        "interval=9000h; interval; 9000h; at most 366 days (query.max.range)",
        "interval=9999999999s; interval; 9999999999s; at most 999999999 of a smaller unit",
        "interval=1m&interval=2m; interval; 1m, 2m; one value",
        "interval=1y&timezone=UTC&start=9999-12-30&end=9999-12-31; interval; 1y; years 0 to 9999",
        "interval=1y&timezone=Asia/Shanghai&start=9999-12-31T17:00:00Z&range=1h; interval; 1y;"
            + " years 0 to 9999",
        "interval=1w&start=0000-01-01T12:00:00Z&range=1d; interval; 1w; the years 0 to 9999",
        "start=9999-12-31&range=3d; range; 3d; within the years 0 to 9999",
        "end=0000-01-02T00:00:00Z&range=3d; range; 3d; within the years 0 to 9999",
        "start=10000-01-01; start; 10000-01-01; the years 0 to 9999",
        "start=-1; start; -1; epoch seconds",
        "start=\uff10; start; \uff10; epoch seconds",
        "range=0s; range; 0s; not 0",
        "range=9999999999s; range; 9999999999s; at most 9 digits",
        "range=-1h; range; -1h; a length such as",
        "range=\uff11h; range; \uff11h; a length such as",
        "limit=-1; limit; -1; a number from 1 to 100000",
        "limit=99999999999; limit; 99999999999; a number from 1 to 100000",
        "limit=\uff11; limit; \uff11; a number from 1 to 100000",
        "limit=1 0; limit; 1 0; a number from 1 to 100000",
        "max_points=999999999; max_points; 999999999; at most 99999999",
        "interval=1m&fill=1e5&fields=a; fill; 1e5; a number such as -1.5, of at most 15 digits",
        "fields=A; fields; A; a field of m",
        "interval=1m&fields=s; fields; s; a field of numbers for function=mean",
        "group_by=channel; group_by; channel; interval beside it",
        "interval=1m&group_by=x; group_by; x; tags of m (channel, interval)",
        "timezone=Mars; timezone; Mars; a time zone such as Asia/Shanghai",
        "interval=1001d; interval; 1001d; days, weeks, months or years of the calendar",
        "interval=2y; interval; 2y; at most 366 days (query.max.range)",
        "Channel=1; Channel; 1; or a tag of m (channel, interval)",
        "tag.limit=1; tag.limit; 1; or a tag of m (channel, interval)",
      })
  void badValue_isNamedWithItsRemedy(
      String query, String parameter, String value, String expected) {
    assertThatThrownBy(() -> query(query))
        .isInstanceOfSatisfying(
            BadRequestException.class,
            e -> {
              assertThat(e.parameter()).isEqualTo(parameter);
              assertThat(e.value()).isEqualTo(value);
              assertThat(e.expected()).contains(expected);
            });
  }

  /** What is empty is not given, and a value is the one between the spaces. */
  @Test
  void smallestAndLargest_andWhatIsEmptyOrInSpaces_canBeUsed() {
    assertThat(query("limit=1").limit()).isEqualTo(1);
    assertThat(query("limit=%20100000%20&fields=a").limit()).isEqualTo(100_000);
    assertThat(query("limit=&range=&interval=&fields=&start=%20&end=").windows()).isNull();
    assertThat(query("range=366d").selection().endMillis()).isPositive();
    assertThat(query("interval=1y&range=1ms").windows()).isNotNull();
    assertThat(query("interval=1000ms&start=0&end=1").windows()).isNotNull();
    assertThat(query("start=9999-12-31T23:59:59.998Z&end=9999-12-31T23:59:59.999Z").windows())
        .isNull();
  }

  /** A limit that is no whole number of days. */
  @Test
  void longestRange_isToldAsItIs() {
    assertThat(Times.text(Duration.ofHours(36))).isEqualTo("36 h");
    assertThat(Times.text(Duration.ofDays(366))).isEqualTo("366 days");
    assertThat(Times.text(Duration.ofMinutes(90))).isEqualTo("90 min");
    assertThat(Times.text(Duration.ofSeconds(61))).isEqualTo("61 s");
    assertThat(Times.text(Duration.ofMillis(1500))).isEqualTo("1500 ms");
  }
}
