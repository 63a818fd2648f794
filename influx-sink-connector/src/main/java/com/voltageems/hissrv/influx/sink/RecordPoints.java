package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.mapping.Mapped;
import com.voltageems.hissrv.influx.mapping.RecordToPoint;
import com.voltageems.hissrv.influx.point.Point;
import java.util.List;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * The points of records. A batch keeps lines only, so that a point is mapped again where a refusal
 * asks for it: that is rare, and points are large.
 */
final class RecordPoints {
  private final RecordToPoint recordToPoint;
  private final Batch.PointSource first = again(0);

  /** The record that was asked for last: its other points are often asked for next. */
  private volatile @Nullable Again last;

  private record Again(Pending pending, List<Point> points) {}

  RecordPoints(RecordToPoint recordToPoint) {
    this.recordToPoint = recordToPoint;
  }

  Mapped map(SinkRecord record) {
    return recordToPoint.map(record);
  }

  /** Gives a record's point of this number again. */
  Batch.PointSource source(int index) {
    return index == 0 ? first : again(index);
  }

  private Batch.PointSource again(int index) {
    return pending -> again(pending, index);
  }

  private Point again(Pending pending, int index) {
    Again known = last;
    if (known == null || known.pending() != pending) {
      if (!(recordToPoint.map(pending.record()) instanceof Mapped.Points again)) {
        throw new ConnectException(pending.where() + ": the record no longer maps to a point");
      }
      known = new Again(pending, again.points());
      last = known;
    }
    return known.points().get(index);
  }
}
