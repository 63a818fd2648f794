package com.voltageems.hissrv.query.store;

/** Takes rows as they come from the database. */
public interface RowSink {
  /**
   * Takes a row, which it must not keep.
   *
   * @return false when it wants no more; the scan ends then
   */
  boolean take(Row row);
}
