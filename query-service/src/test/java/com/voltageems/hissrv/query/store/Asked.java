package com.voltageems.hissrv.query.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A store that is asked with a deadline that is long enough. */
public record Asked(HistoryStore store) {
  private static Deadline soon() {
    return Deadline.in(Duration.ofSeconds(20));
  }

  public List<Measurement> measurements() {
    return store.measurements(soon());
  }

  public Optional<Measurement> measurement(String name) {
    return store.measurement(name, soon());
  }

  public HistoryAnswer query(HistoryQuery query) {
    return store.query(query, soon());
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
    return store.ping(Duration.ofSeconds(3));
  }
}
