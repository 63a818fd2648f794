package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.batch.Destination;

/** Client of the database, as far as the sink needs it. Thread-safe. */
public interface InfluxWriter extends AutoCloseable {
  /**
   * Writes lines in one request; returns within the configured time. Does not throw if the network
   * or the database fails: the returned outcome says so.
   *
   * @param lines line protocol, times in the precision of the settings
   * @param length how many bytes of {@code lines} are sent
   */
  WriteOutcome write(Destination destination, byte[] lines, int length);

  /** Ends requests under way and frees connections and threads. */
  @Override
  void close();
}
