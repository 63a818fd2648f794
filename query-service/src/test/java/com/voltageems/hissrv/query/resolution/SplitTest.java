package com.voltageems.hissrv.query.resolution;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.storage.Coverage;
import com.voltageems.hissrv.query.storage.plan.Output;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.WindowText;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class SplitTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final long HOUR = 3_600_000;
  private static final long DAY = 24 * HOUR;

  /** Midnight in Berlin, two days before the clocks go back. */
  private static final long START = Instant.parse("2025-10-23T22:00:00Z").toEpochMilli();

  private static final Field NUMBER = new Field("1", Field.Kind.NUMBER);
  private static final Field WHOLE = new Field("2", Field.Kind.INTEGER);
  private static final Measurement M = new Measurement("m", List.of("ch"), List.of(NUMBER, WHOLE));

  private static Copy copy(String name, String interval, ZoneId zone, Coverage coverage) {
    return new Copy(
        Task.of(name, "raw", name, interval, List.of(new Output(Aggregation.MAX, "max"))),
        WindowText.parse(interval, zone).orElseThrow(),
        coverage,
        coverage,
        List.of());
  }

  private static HistoryQuery query(
      String interval, ZoneId zone, long start, long end, Field field, Aggregation function) {
    return new HistoryQuery(
        new Selection(M, List.of(), start, end),
        List.of(new Column(field, function)),
        WindowText.parse(interval, zone).orElseThrow(),
        List.of("ch"),
        false,
        100);
  }

  private static List<String> parts(HistoryQuery query, Copy... copies) {
    return Split.of(query, List.of(copies)).stream()
        .map(
            part ->
                (part.copy() == null ? "raw" : part.copy().policy())
                    + " "
                    + (part.start() - START) / HOUR
                    + ".."
                    + (part.end() - START) / HOUR)
        .toList();
  }

  private static final Copy HOURLY =
      copy("hourly", "1h", BERLIN, Coverage.NONE.plus(START + 2 * HOUR, START + 10 * DAY));
  private static final Copy DAILY =
      copy("daily", "1d", BERLIN, Coverage.NONE.plus(START, START + 2 * DAY));

  @Test
  void eachWindow_isFromTheCoarsestThatHasIt() {
    // Two days, one of 25 hours, one more.
    assertThat(
            parts(
                query("1d", BERLIN, START, START + 4 * DAY + HOUR, NUMBER, Aggregation.MEAN),
                DAILY,
                HOURLY))
        .containsExactly("daily 0..48", "hourly 48..97");
    assertThat(
            parts(query("2h", BERLIN, START, START + DAY, NUMBER, Aggregation.MAX), DAILY, HOURLY))
        .containsExactly("raw 0..2", "hourly 2..24");
  }

  @Test
  void windowsThatDoNotDivide_areFromTheSamples() {
    assertThat(parts(query("90m", BERLIN, START, START + DAY, NUMBER, Aggregation.MEAN), HOURLY))
        .containsExactly("raw 0..24");
    assertThat(parts(query("30m", BERLIN, START, START + DAY, NUMBER, Aggregation.MEAN), HOURLY))
        .containsExactly("raw 0..24");
    // Days of India begin at half past an hour of UTC.
    ZoneId india = ZoneId.of("Asia/Kolkata");
    long there = WindowText.parse("1d", india).orElseThrow().ceil(START + DAY);
    assertThat(
            Split.of(
                query("1d", india, there, there + DAY, NUMBER, Aggregation.MEAN), List.of(HOURLY)))
        .allMatch(part -> part.copy() == null);
    // Days of another zone are other days.
    ZoneId london = ZoneId.of("Europe/London");
    long london0 = WindowText.parse("1d", london).orElseThrow().ceil(START);
    assertThat(
            Split.of(
                query("1d", london, london0, london0 + DAY, NUMBER, Aggregation.MEAN),
                List.of(DAILY)))
        .allMatch(part -> part.copy() == null);
  }

  @Test
  void functionsThatACopyDoesNotKeep_areFromTheSamples() {
    for (Aggregation function : Aggregation.values()) {
      boolean kept =
          switch (function) {
            case MEAN, SUM, COUNT, MAX -> true;
            default -> false;
          };
      HistoryQuery query = query("1d", BERLIN, START, START + DAY, NUMBER, function);
      assertThat(parts(query, DAILY))
          .as(function.text())
          .containsExactly((kept ? "daily" : "raw") + " 0..24");
    }
    assertThat(parts(query("1d", BERLIN, START, START + DAY, WHOLE, Aggregation.MAX), DAILY))
        .as("whole numbers are exact")
        .containsExactly("raw 0..24");
    assertThat(parts(query("1d", BERLIN, START, START + DAY, WHOLE, Aggregation.SUM), DAILY))
        .containsExactly("daily 0..24");
  }

  @Test
  void otherMeasurementsThanThePolicyNames_areFromTheSamples() {
    Copy other =
        new Copy(DAILY.task(), DAILY.windows(), DAILY.coverage(), DAILY.coverage(), List.of("x"));

    assertThat(parts(query("1d", BERLIN, START, START + DAY, NUMBER, Aggregation.SUM), other))
        .containsExactly("raw 0..24");
  }

  @Test
  void whatACopyWasNotComputedWith_isFromTheSamples() {
    Task task = DAILY.task();
    Copy noSum =
        new Copy(
            new Task(
                task.name(),
                task.source(),
                task.target(),
                task.interval(),
                List.of(new Output(Aggregation.COUNT, "count"))),
            DAILY.windows(),
            DAILY.coverage(),
            DAILY.coverage(),
            List.of());

    for (Aggregation function : List.of(Aggregation.SUM, Aggregation.MEAN, Aggregation.MAX)) {
      assertThat(parts(query("1d", BERLIN, START, START + DAY, NUMBER, function), noSum))
          .as(function.text())
          .containsExactly("raw 0..24");
    }
    assertThat(parts(query("1d", BERLIN, START, START + DAY, NUMBER, Aggregation.COUNT), noSum))
        .containsExactly("daily 0..24");
  }

  @Test
  void whatIsOurOwn_isNeverCopied() {
    assertThat(DAILY.has("m")).isTrue();
    assertThat(DAILY.has("hissrv.x")).isFalse();
  }
}
