package com.voltageems.hissrv.query.store.raw;

import com.voltageems.hissrv.query.store.Deadline;

/**
 * A database that is asked in its own language, over a login that the database itself lets only
 * read. That it does is proved before each statement. Safe for many threads.
 */
public interface RawStore extends AutoCloseable {
  /**
   * Runs a statement.
   *
   * @param maxRows most rows over all tables of the answer
   * @param maxValues most values, likewise
   * @throws RawException when the database refuses the statement, or when the login may write
   */
  RawAnswer ask(String statement, int maxRows, int maxValues, Deadline deadline);

  @Override
  void close();
}
