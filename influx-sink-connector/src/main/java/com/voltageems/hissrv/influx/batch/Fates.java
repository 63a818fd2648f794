package com.voltageems.hissrv.influx.batch;

import java.util.List;

/** Told what becomes of lines, by the thread that writes them. */
public interface Fates {
  /** A line, or a field of it, is refused for good. */
  void refused(OffsetTracker.Pending pending, RejectReason kind, String reason);

  /** These lines are done: nothing of them is left to write. Called once for each line. */
  void done(List<Batch.Line> lines);

  /** One line of this record is two from now on. */
  void split(OffsetTracker.Pending pending);
}
