package com.voltageems.hissrv.query.store.raw;

import com.voltageems.hissrv.query.store.Deadline;

/**
 * Access to a database in its own query language, with a login that the database itself limits to
 * reading. This limit is checked before each statement. Thread-safe.
 */
public interface RawStore extends AutoCloseable {
  /**
   * Runs a statement.
   *
   * @param maxRows largest number of rows over all tables of the answer
   * @param maxValues largest number of values over all tables of the answer
   * @throws RawException if the database refuses the statement, or if the login may write
   */
  RawAnswer ask(String statement, int maxRows, int maxValues, Deadline deadline);

  @Override
  void close();
}
