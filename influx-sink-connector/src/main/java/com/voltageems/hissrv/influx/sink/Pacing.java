package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.batch.Trouble;
import com.voltageems.hissrv.influx.config.WritingSettings;
import com.voltageems.hissrv.influx.lane.Lanes;
import com.voltageems.hissrv.influx.lane.Monitor;
import com.voltageems.hissrv.influx.metrics.SinkMetrics;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkTaskContext;

/**
 * Control of the sink's pace: checks, at each {@code put}, how much is held and what is stuck,
 * pauses and resumes the topics, and asks for commits. For the task's thread.
 */
final class Pacing {
  private final Partitions partitions;
  private final Lanes lanes;
  private final Monitor monitor;
  private final Standstills standstills;
  private final SinkTaskContext context;
  private final SinkMetrics metrics;
  private final IdleCommit idleCommit = new IdleCommit();
  private final Throttle throttle;

  /** What is held at one moment, and what is stuck. */
  private record Held(Throttle.Held buffered, boolean retrying, List<Trouble> troubles) {}

  Pacing(
      WritingSettings settings,
      Shared shared,
      Standstills standstills,
      SinkTaskContext context,
      SinkMetrics metrics) {
    this.partitions = shared.partitions();
    this.lanes = shared.lanes();
    this.monitor = shared.monitor();
    this.standstills = standstills;
    this.context = context;
    this.metrics = metrics;
    this.throttle = new Throttle(settings, context, metrics);
  }

  /** The objects shared with the writers. */
  record Shared(Partitions partitions, Lanes lanes, Monitor monitor) {}

  void opened(Collection<TopicPartition> opened) {
    throttle.opened(opened);
  }

  /** The worker commits. */
  void committed() {
    idleCommit.committed(monitor.time().nanos());
  }

  /** Records came. */
  void received() {
    idleCommit.received();
  }

  void balance() {
    Held held =
        monitor.get(
            () -> {
              monitor.changed();
              return new Held(
                  new Throttle.Held(
                      partitions.openCount(), partitions.openBytes(), lanes.bufferedBytes()),
                  lanes.isRetrying(),
                  lanes.troubles());
            });
    long open = held.buffered().records();
    boolean wasPaused = throttle.isPaused();
    boolean looksAgain = throttle.balance(held.buffered(), held.retrying());
    if (throttle.isPaused() != wasPaused) {
      monitor.run(
          () -> {
            lanes.hurry(throttle.isPaused());
            monitor.changed();
          });
    }
    if (standstills.update(held.troubles()) || idleCommit.isDue(open, monitor.time().nanos())) {
      context.requestCommit();
    }
    if (!looksAgain && idleCommit.isWanted(open)) {
      context.timeout(IdleCommit.AT_MOST_EVERY.toMillis());
    }
    metrics.retrying(Standstills.oldest(held.troubles()));
  }
}
