package com.voltageems.hissrv.query.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A store that is asked with a deadline that is long enough. */
public record Asked(HistoryStore store) {
  private static Deadline soon() {
    return Deadline.in(Duration.ofMinutes(2));
  }

  public List<Measurement> measurements() {
    return store.measurements(soon());
  }

  public Optional<Measurement> measurement(String name) {
    return store.measurement(name, soon());
  }

  /** The answer, which going through everything gives as well. */
  public HistoryAnswer query(HistoryQuery query) {
    HistoryAnswer answer = store.query(query, soon());
    if (!answer.truncated()) {
      assertThat(swept(query)).as("swept: " + query).isEqualTo(answer.series());
      if (query.windows() == null) {
        assertThat(times(query)).as("times: " + query).isEqualTo(times(answer));
      }
    }
    return answer;
  }

  private Map<Map<String, String>, List<Long>> times(HistoryQuery query) {
    List<String> tags = query.selection().measurement().tags();
    Map<Map<String, String>, List<Long>> times = new HashMap<>();
    store.times(
        query.selection(),
        query.columns().stream().map(Column::field).toList(),
        soon(),
        row ->
            times
                .computeIfAbsent(Series.tags(tags, row.key()), any -> new ArrayList<>())
                .add(row.epochMicros()));
    return times;
  }

  private static Map<Map<String, String>, List<Long>> times(HistoryAnswer answer) {
    return answer.series().stream()
        .collect(
            Collectors.toMap(
                Series::tags,
                series -> series.points().stream().map(Point::epochMicros).sorted().toList()));
  }

  private List<Series> swept(HistoryQuery query) {
    RowCollector rows = new RowCollector(query.groupBy(), query.columns().size());
    store.sweep(query, soon(), rows);
    Comparator<Point> byTime = Comparator.comparingLong(Point::epochMicros);
    return rows.answer(false).series().stream()
        .map(
            series ->
                new Series(
                    series.tags(),
                    series.points().stream()
                        .sorted(query.newestFirst() ? byTime.reversed() : byTime)
                        .toList()))
        .toList();
  }

  public LatestAnswer latest(Selection selection, List<Field> fields, int limit) {
    return store.latest(selection, fields, limit, soon());
  }

  public List<Map<String, String>> series(Selection selection, int limit) {
    return store.series(selection, limit, soon());
  }

  public Map<String, List<String>> tagValues(Selection selection, int limit) {
    return store.tagValues(selection, limit, soon());
  }

  public List<Field> fieldsWithValues(Selection selection) {
    return store.fieldsWithValues(selection, soon());
  }

  public String ping() {
    return store.ping(Duration.ofSeconds(20));
  }
}
