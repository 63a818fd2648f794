package com.voltageems.hissrv.query.store;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A time-series database, as the service needs it. Every back end gives the same answer to the same
 * request; {@code HistoryStoreContract} in the tests holds them to it.
 *
 * <p>A point is a series (measurement and all its tags) and a time. Writes of one point are merged
 * as InfluxDB does it: each field keeps its last value written, whatever the order of the times.
 *
 * <p>Safe for use by many threads. Every call ends within the configured timeout; all of them throw
 * {@link StoreException} when the database does not answer as it should.
 */
public interface HistoryStore extends AutoCloseable {
  /** All measurements, by name. */
  List<Measurement> measurements();

  /** The measurement of exactly this name. */
  Optional<Measurement> measurement(String name);

  /**
   * Points or windows. Rows whose values are all absent are left out; so are windows without a
   * point. Series come in the order of their tags, rows in the order of time.
   */
  HistoryAnswer query(HistoryQuery query);

  /** The last known values, one entry per series that has any, at most {@code limit}. */
  LatestAnswer latest(Selection selection, List<Field> fields, int limit);

  /**
   * For each tag of the measurement its values within the selection, sorted, at most {@code limit}
   * each; the empty text when there are points without that tag.
   */
  Map<String, List<String>> tagValues(Selection selection, int limit);

  /** The fields that have a value within the selection, in the measurement's order. */
  List<Field> fieldsWithValues(Selection selection);

  /** Asks the database for a sign of life; returns its version or the like. */
  String ping();

  @Override
  void close();
}
