package com.voltageems.hissrv.query.store;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A store with one measurement that answers what it was told to. */
public final class FakeStore implements HistoryStore {
  public static final Measurement MEASUREMENT =
      new Measurement(
          "m",
          List.of("ch"),
          List.of(new Field("a", Field.Kind.NUMBER), new Field("s", Field.Kind.TEXT)));

  private final Supplier<HistoryAnswer> answer;

  public FakeStore(Supplier<HistoryAnswer> answer) {
    this.answer = answer;
  }

  @Override
  public List<Measurement> measurements() {
    return List.of(MEASUREMENT);
  }

  @Override
  public Optional<Measurement> measurement(String name) {
    return Optional.of(MEASUREMENT).filter(one -> one.name().equals(name));
  }

  @Override
  public HistoryAnswer query(HistoryQuery query) {
    return answer.get();
  }

  @Override
  public LatestAnswer latest(Selection selection, List<Field> fields, int limit) {
    return new LatestAnswer(List.of(), false);
  }

  @Override
  public Map<String, List<String>> tagValues(Selection selection, int limit) {
    return Map.of();
  }

  @Override
  public List<Field> fieldsWithValues(Selection selection) {
    return List.of();
  }

  @Override
  public String ping() {
    return "fake";
  }

  @Override
  public void close() {}
}
