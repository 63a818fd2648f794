package com.voltageems.hissrv.query.store;

import com.voltageems.hissrv.query.store.raw.RawStore;
import com.voltageems.hissrv.query.store.window.Digits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A time-series database, as the service needs it. Every back end gives the same answer to the same
 * request; {@code HistoryStoreContract} in the tests holds them to it.
 *
 * <p>A point is a series (measurement and all its tags) and a time. Writes of one point are merged
 * as InfluxDB does it: each field keeps its last value written, whatever the order of the times.
 * Values are answered as stored; computed ones have twelve significant digits ({@link Digits}).
 *
 * <p>Safe for use by many threads. Every call ends by its deadline; all of them throw {@link
 * StoreException} when the database does not answer as it should.
 */
public interface HistoryStore extends AutoCloseable {
  /** All measurements, by name. */
  List<Measurement> measurements(Deadline deadline);

  /** The measurement of exactly this name. */
  Optional<Measurement> measurement(String name, Deadline deadline);

  /**
   * Reads points or windows. Rows come in the order of time, those of one time in the order of
   * their tags; rows whose values are all absent are left out, and so are windows without a point.
   * The sink is called by the caller's thread while the database still answers.
   *
   * @return whether there is more than the limit let through
   */
  boolean scan(HistoryQuery query, Deadline deadline, RowSink sink);

  /**
   * Reads all rows of a scan, in any order but that of time within a series: for who goes through
   * the whole of a measurement, with many series. A back end may compute windows from points, where
   * its database takes longer for that than for telling them.
   *
   * @param query its limit lets everything through
   */
  default void sweep(HistoryQuery query, Deadline deadline, RowSink sink) {
    boolean unused = scan(query, deadline, sink);
  }

  /**
   * The time of each point that has a value of any of the fields, in the order of a {@link #sweep};
   * a row may have values, or not.
   *
   * @param fields at least one
   */
  default void times(Selection selection, List<Field> fields, Deadline deadline, RowSink sink) {
    sweep(HistoryQuery.points(selection, fields, false, Integer.MAX_VALUE - 1), deadline, sink);
  }

  /** All rows of a scan at once, by series. */
  default HistoryAnswer query(HistoryQuery query, Deadline deadline) {
    RowCollector rows = new RowCollector(query.groupBy(), query.columns().size());
    boolean truncated = scan(query, deadline, rows);
    return rows.answer(truncated);
  }

  /** The last known values, one entry per series that has any, at most {@code limit}. */
  LatestAnswer latest(Selection selection, List<Field> fields, int limit, Deadline deadline);

  /** The tags of each series that has points within the selection, at most {@code limit}. */
  List<Map<String, String>> series(Selection selection, int limit, Deadline deadline);

  /**
   * For each tag of the measurement its values within the selection, sorted, at most {@code limit}
   * each; the empty text when there are points without that tag.
   */
  Map<String, List<String>> tagValues(Selection selection, int limit, Deadline deadline);

  /** The fields that have a value within the selection, in the measurement's order. */
  List<Field> fieldsWithValues(Selection selection, Deadline deadline);

  /**
   * Asks the database for a sign of life; returns its version or the like.
   *
   * @param timeout how long to wait for it
   */
  String ping(Duration timeout);

  /**
   * What is wrong with the database although it answers, such as data that it has acknowledged and
   * does not show; empty where nothing is, or nobody knows.
   *
   * @param timeout how long to wait for it
   */
  default Optional<String> trouble(Duration timeout) {
    return Optional.empty();
  }

  /**
   * What its clock says at some moment of the call, exact to the second before; empty where nobody
   * tells.
   *
   * @param timeout how long to wait for it
   */
  default Optional<Instant> time(Duration timeout) {
    return Optional.empty();
  }

  /**
   * Connections to the database.
   *
   * @param active those that a call uses now
   * @param idle those that wait for one
   * @param waiting calls that wait for a connection
   * @param most how many there may be
   */
  record Pool(int active, int idle, int waiting, int most) {}

  /** How its connections are used; empty where nobody tells. Never waits. */
  default Optional<Pool> pool() {
    return Optional.empty();
  }

  /** The same database in its own language; empty where there is no login that may only read. */
  default Optional<RawStore> raw() {
    return Optional.empty();
  }

  @Override
  void close();
}
