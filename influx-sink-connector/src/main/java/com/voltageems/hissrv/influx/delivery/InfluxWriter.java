package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.batch.Destination;

/** The database, as far as the sink needs it. Safe for use by several threads. */
public interface InfluxWriter extends AutoCloseable {
  /**
   * Writes lines in one request; returns within the configured time. Never throws for what the
   * network or the database do: that is in the answer.
   *
   * @param lines line protocol, times in the precision of the settings
   * @param length how many bytes of it count
   */
  WriteOutcome write(Destination destination, byte[] lines, int length);

  /** Ends what is under way and frees connections and threads. */
  @Override
  void close();
}
