package com.voltageems.hissrv.query.store;

import com.voltageems.hissrv.query.store.raw.RawStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store with one measurement that answers what it was told to. */
public class FakeStore implements HistoryStore {
  public static final Measurement MEASUREMENT =
      new Measurement(
          "m",
          List.of("ch"),
          List.of(new Field("a", Field.Kind.NUMBER), new Field("s", Field.Kind.TEXT)));

  private final Supplier<HistoryAnswer> answer;
  private final Measurement measurement;

  /** What answers raw queries; null for none. */
  public @Nullable RawStore raw;

  public FakeStore(Supplier<HistoryAnswer> answer) {
    this(answer, MEASUREMENT);
  }

  public FakeStore(Supplier<HistoryAnswer> answer, Measurement measurement) {
    this.answer = answer;
    this.measurement = measurement;
  }

  @Override
  public List<Measurement> measurements(Deadline deadline) {
    return List.of(measurement);
  }

  @Override
  public Optional<Measurement> measurement(String name, Deadline deadline) {
    return Optional.of(measurement).filter(one -> one.name().equals(name));
  }

  @Override
  public boolean scan(HistoryQuery query, Deadline deadline, RowSink sink) {
    HistoryAnswer told = answer.get();
    for (Series series : told.series()) {
      List<String> key =
          query.groupBy().stream().map(tag -> series.tags().getOrDefault(tag, "")).toList();
      for (Point point : series.points()) {
        Row row = new Row(query.columns().size()).begin(point.epochMicros(), key);
        for (int i = 0; i < point.values().size(); i++) {
          row.set(i, point.values().get(i));
        }
        if (!sink.take(row)) {
          return false;
        }
      }
    }
    return told.truncated();
  }

  @Override
  public List<Map<String, String>> series(Selection selection, int limit, Deadline deadline) {
    return List.of();
  }

  @Override
  public LatestAnswer latest(
      Selection selection, List<Field> fields, int limit, Deadline deadline) {
    return new LatestAnswer(List.of(), false);
  }

  @Override
  public Map<String, List<String>> tagValues(Selection selection, int limit, Deadline deadline) {
    return Map.of();
  }

  @Override
  public List<Field> fieldsWithValues(Selection selection, Deadline deadline) {
    return List.of();
  }

  @Override
  public Optional<RawStore> raw() {
    return Optional.ofNullable(raw);
  }

  @Override
  public String ping(Duration timeout) {
    return "fake";
  }

  @Override
  public void close() {}
}
