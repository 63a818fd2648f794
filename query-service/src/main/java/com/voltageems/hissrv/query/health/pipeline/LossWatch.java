package com.voltageems.hissrv.query.health.pipeline;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Records that Kafka deleted (retention, somebody's {@code kafka-delete-records}) before the sink
 * committed them: the consumer goes on behind them and says nothing. Pure: no clock, no Kafka. One
 * thread.
 */
final class LossWatch {
  /**
   * A gap so small that nobody has looked into may be nothing but the markers of transactions,
   * which are never committed by themselves.
   */
  private static final long FEW = 50;

  /** So many are kept to be shown; the records of all are counted. */
  private static final int MOST = 20;

  /**
   * A partition as one look found it.
   *
   * @param committed the committed offset
   * @param start the first offset that is still there
   * @param waiting records from the committed offset on that are still there
   */
  record Seen(long committed, long start, long waiting) {}

  /**
   * Offsets that are gone.
   *
   * @param from the first, the committed offset
   * @param to behind the last
   * @param since when a look found it first
   * @param open whether the sink has not gone on behind them yet
   */
  record Loss(TopicPartition partition, long from, long to, Instant since, boolean open) {
    long records() {
      return to - from;
    }
  }

  /**
   * What was lost since this watch began.
   *
   * @param losses the newest last
   * @param records how many, markers of transactions among them
   */
  record Found(List<Loss> losses, long records) {
    static final Found NONE = new Found(List.of(), 0);

    Found {
      losses = List.copyOf(losses);
    }

    boolean isOpen() {
      return losses.stream().anyMatch(Loss::open);
    }
  }

  /** How many records waited at an offset when they were last there to be counted. */
  private record Memory(long committed, long waiting) {}

  private final Map<TopicPartition, Memory> memories = new HashMap<>();
  private final List<Loss> losses = new ArrayList<>();
  private long forgotten;

  /** Takes a look in. */
  Found look(Map<TopicPartition, Seen> seen, Instant now) {
    memories.keySet().retainAll(seen.keySet());
    losses.replaceAll(loss -> loss.open() ? looked(loss, seen.get(loss.partition())) : loss);
    seen.forEach((partition, one) -> look(partition, one, now));
    while (losses.size() > MOST) {
      forgotten += losses.remove(0).records();
    }
    long records = losses.stream().mapToLong(Loss::records).sum() + forgotten;
    return losses.isEmpty() ? Found.NONE : new Found(losses, records);
  }

  private static Loss looked(Loss loss, @Nullable Seen seen) {
    boolean open =
        seen != null && seen.committed() == loss.from() && seen.start() > seen.committed();
    long to = open && seen != null ? Math.max(loss.to(), seen.start()) : loss.to();
    return new Loss(loss.partition(), loss.from(), to, loss.since(), open);
  }

  private void look(TopicPartition partition, Seen seen, Instant now) {
    if (seen.start() <= seen.committed()) {
      memories.put(partition, new Memory(seen.committed(), seen.waiting()));
      return;
    }
    boolean known =
        losses.stream().anyMatch(loss -> loss.open() && loss.partition().equals(partition));
    Memory before = memories.get(partition);
    boolean held =
        (before != null && before.committed() == seen.committed())
            ? before.waiting() > 0
            : seen.start() - seen.committed() > FEW;
    if (!known && held) {
      losses.add(new Loss(partition, seen.committed(), seen.start(), now, true));
    }
  }
}
