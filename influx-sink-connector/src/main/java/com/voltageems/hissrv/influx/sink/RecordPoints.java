package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.delivery.Batch;
import com.voltageems.hissrv.influx.delivery.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.mapping.Mapped;
import com.voltageems.hissrv.influx.mapping.RecordToPoint;
import com.voltageems.hissrv.influx.point.Point;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;

/**
 * The points of records. A batch keeps lines only, so that a point is mapped again where a refusal
 * asks for it: that is rare, and points are large.
 */
final class RecordPoints {
  private final RecordToPoint recordToPoint;
  private final Batch.PointSource first = again(0);

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
    if (recordToPoint.map(pending.record()) instanceof Mapped.Points again) {
      return again.points().get(index);
    }
    throw new ConnectException(pending.where() + ": the record no longer maps to a point");
  }
}
