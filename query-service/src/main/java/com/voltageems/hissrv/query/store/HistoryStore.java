package com.voltageems.hissrv.query.store;

import com.voltageems.hissrv.query.store.raw.RawStore;
import com.voltageems.hissrv.query.store.window.Digits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The time-series database, as the service needs it. Every back end gives the same answer to the
 * same request; {@code HistoryStoreContract} in the tests checks this.
 *
 * <p>A point is identified by its series (measurement and all tags) and its time. Writes to the
 * same point are merged as InfluxDB does it: each field keeps the value written last, independent
 * of the order of the times. Stored values are returned exactly as stored; computed values have
 * twelve significant digits ({@link Digits}).
 *
 * <p>Thread-safe. Every call ends by its deadline. Every call throws {@link StoreException} if the
 * database does not answer as expected.
 */
public interface HistoryStore extends AutoCloseable {
  /** Returns all measurements, sorted by name. */
  List<Measurement> measurements(Deadline deadline);

  /** Returns the measurement with exactly this name; empty if there is none. */
  Optional<Measurement> measurement(String name, Deadline deadline);

  /**
   * Reads points or windows. Rows come in the order of time; rows with the same time are sorted by
   * their tags. Rows without any value and windows without a point are left out. The caller's
   * thread calls the sink while the answer of the database is still arriving.
   *
   * @return true if there are more rows than the limit allows
   */
  boolean scan(HistoryQuery query, Deadline deadline, RowSink sink);

  /**
   * Reads all rows of a scan. Within a series the rows come in the order of time; rows of different
   * series come in any order. Meant for callers that go through a whole measurement with many
   * series. A back end may read the points and compute the windows itself if its database takes
   * longer to compute windows than to return points.
   *
   * @param query with a limit that lets every row through
   */
  default void sweep(HistoryQuery query, Deadline deadline, RowSink sink) {
    boolean unused = scan(query, deadline, sink);
  }

  /**
   * Reads the time of each point that has a value of at least one of the fields, in the order of a
   * {@link #sweep}. The rows may or may not carry values.
   *
   * @param fields at least one
   */
  default void times(Selection selection, List<Field> fields, Deadline deadline, RowSink sink) {
    sweep(HistoryQuery.points(selection, fields, false, Integer.MAX_VALUE - 1), deadline, sink);
  }

  /** Returns all rows of a scan at once, grouped by series. */
  default HistoryAnswer query(HistoryQuery query, Deadline deadline) {
    RowCollector rows = new RowCollector(query.groupBy(), query.columns().size());
    boolean truncated = scan(query, deadline, rows);
    return rows.answer(truncated);
  }

  /**
   * Returns the last known values: one entry per series that has any, at most {@code limit}
   * entries.
   */
  LatestAnswer latest(Selection selection, List<Field> fields, int limit, Deadline deadline);

  /**
   * Returns the tags of each series that has points within the selection, at most {@code limit}
   * series.
   */
  List<Map<String, String>> series(Selection selection, int limit, Deadline deadline);

  /**
   * Returns for each tag of the measurement its values within the selection, sorted, at most {@code
   * limit} per tag. The empty string is among them if there are points without that tag.
   */
  Map<String, List<String>> tagValues(Selection selection, int limit, Deadline deadline);

  /** Returns the fields that have a value within the selection, in the measurement's order. */
  List<Field> fieldsWithValues(Selection selection, Deadline deadline);

  /**
   * Checks that the database responds. Returns its version or a similar description.
   *
   * @param timeout longest time to wait for the answer
   */
  String ping(Duration timeout);

  /**
   * Returns what is wrong with the database although it responds, for example data that it has
   * acknowledged but does not show. Empty if nothing is wrong or the back end cannot tell.
   *
   * @param timeout longest time to wait for the answer
   */
  default Optional<String> trouble(Duration timeout) {
    return Optional.empty();
  }

  /**
   * Returns the database's clock at some moment during the call, possibly truncated to the second.
   * Empty if the back end cannot tell.
   *
   * @param timeout longest time to wait for the answer
   */
  default Optional<Instant> time(Duration timeout) {
    return Optional.empty();
  }

  /**
   * State of the connections to the database.
   *
   * @param active connections in use by a call
   * @param idle open connections that no call uses
   * @param waiting calls that wait for a connection
   * @param most largest number of connections
   */
  record Pool(int active, int idle, int waiting, int most) {}

  /** Returns how the connections are used; empty if the back end cannot tell. Never blocks. */
  default Optional<Pool> pool() {
    return Optional.empty();
  }

  /**
   * Returns access to the same database in its own query language; empty if no read-only login is
   * configured.
   */
  default Optional<RawStore> raw() {
    return Optional.empty();
  }

  @Override
  void close();
}
