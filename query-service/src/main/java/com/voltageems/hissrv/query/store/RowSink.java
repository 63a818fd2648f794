package com.voltageems.hissrv.query.store;

/** Receives rows while they arrive from the database. */
public interface RowSink {
  /**
   * Handles a row. The row is reused, so the sink must not keep it.
   *
   * @return false to end the scan because no more rows are wanted
   */
  boolean take(Row row);
}
