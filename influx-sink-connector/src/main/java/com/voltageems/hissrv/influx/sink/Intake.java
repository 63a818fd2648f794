package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.batch.OffsetTracker.Pending;
import com.voltageems.hissrv.influx.batch.RejectReason;
import com.voltageems.hissrv.influx.config.Destinations;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.lane.LaneWriters;
import com.voltageems.hissrv.influx.lane.Monitor;
import com.voltageems.hissrv.influx.mapping.Mapped;
import com.voltageems.hissrv.influx.mapping.RecordToPoint;
import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import com.voltageems.hissrv.influx.point.Point;
import java.util.List;
import org.apache.kafka.connect.sink.SinkRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * First step of the sink: turns records into lines and appends them to their lanes. For the task's
 * thread.
 */
final class Intake {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

  private final RecordToPoint recordToPoint;
  private final Destinations destinations;
  private final Partitions partitions;
  private final LaneWriters writers;
  private final Monitor monitor;
  private final SinkMetrics metrics;
  private final AbsentPlaces absent;

  Intake(
      InfluxSinkConfig config,
      Partitions partitions,
      LaneWriters writers,
      Monitor monitor,
      SinkMetrics metrics) {
    this.recordToPoint = config.recordToPoint();
    this.destinations = config.destinations();
    this.partitions = partitions;
    this.writers = writers;
    this.monitor = monitor;
    this.metrics = metrics;
    this.absent = new AbsentPlaces(recordToPoint::places, metrics, LOG::warn);
  }

  void accept(SinkRecord record) {
    Mapped mapped = recordToPoint.map(record);
    if (mapped instanceof Mapped.Points some) {
      absent.look(record, some.absent());
    }
    monitor.run(() -> accept(record, mapped));
  }

  private void accept(SinkRecord record, Mapped mapped) {
    Pending pending = partitions.add(record);
    if (mapped instanceof Mapped.Points some) {
      for (String complaint : some.complaints()) {
        pending.complain(complaint);
        metrics.rejected(RejectReason.FIELD);
      }
      enqueue(destinations.of(record.topic()), pending, some.points());
    } else if (mapped instanceof Mapped.Rejected rejected) {
      pending.complain(rejected.reason());
      metrics.rejected(RejectReason.RECORD);
    } else {
      metrics.ignored();
    }
    partitions.sealIfAnswered(pending);
  }

  private void enqueue(Destination destination, Pending pending, List<Point> points) {
    pending.expect(points.size());
    for (Point point : points) {
      writers.enqueue(destination, pending, point);
    }
  }
}
