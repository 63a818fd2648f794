package com.voltageems.hissrv.influx.batch;

import java.util.List;

/** Callbacks that learn what becomes of lines. Called by the thread that writes the lines. */
public interface Fates {
  /** A line, or a field of it, is refused for good. */
  void refused(OffsetTracker.Pending pending, RejectReason kind, String reason);

  /** These lines are done: nothing of them is left to write. Called once for each line. */
  void done(List<Batch.Line> lines);

  /** From now on, one line of this record counts as two. */
  void split(OffsetTracker.Pending pending);
}
