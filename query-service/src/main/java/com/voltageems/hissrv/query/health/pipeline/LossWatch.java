package com.voltageems.hissrv.query.health.pipeline;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
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
   * @param committed the committed offset, or {@link #NEVER}
   * @param start the first offset that is still there
   * @param waiting records from the committed offset on that are still there
   */
  record Seen(long committed, long start, long waiting) {
    /** Nothing was ever committed: the sink is to begin where the partition does. */
    static final long NEVER = -1;
  }

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

    private Loss until(long end, boolean stillOpen) {
      return new Loss(partition, from, end, since, stillOpen);
    }
  }

  /**
   * What was lost since this watch began.
   *
   * @param losses the last of them, the newest last
   * @param records how many, markers of transactions among them
   * @param isOpen whether the sink has not gone on behind all of them yet
   */
  record Found(List<Loss> losses, long records, boolean isOpen) {
    static final Found NONE = new Found(List.of(), 0, false);

    Found {
      losses = List.copyOf(losses);
    }
  }

  /** How many records waited at an offset when they were last there to be counted. */
  private record Memory(long committed, long waiting, boolean never) {}

  private final Map<TopicPartition, Memory> memories = new HashMap<>();

  /** All that are open, however many: one that was left out would be found anew. */
  private final Map<TopicPartition, Loss> open = new HashMap<>();

  private final List<Loss> over = new ArrayList<>();
  private long forgotten;

  /** Takes a look in. */
  Found look(Map<TopicPartition, Seen> found, Instant now) {
    memories.keySet().retainAll(found.keySet());
    Map<TopicPartition, Seen> seen = new HashMap<>(found);
    seen.replaceAll(this::placed);
    for (Loss loss : List.copyOf(open.values())) {
      looked(loss, seen.get(loss.partition()));
    }
    seen.forEach((partition, one) -> look(partition, one, now));
    while (over.size() > MOST) {
      forgotten += over.remove(0).records();
    }
    List<Loss> all = new ArrayList<>(over);
    all.addAll(open.values());
    if (all.isEmpty()) {
      return Found.NONE;
    }
    all.sort(Comparator.comparing(Loss::since).thenComparing(loss -> loss.partition().toString()));
    long records = all.stream().mapToLong(Loss::records).sum() + forgotten;
    return new Found(
        all.subList(Math.max(0, all.size() - MOST), all.size()), records, !open.isEmpty());
  }

  /** Where nothing was committed, the place that the sink was to begin at when we looked first. */
  private Seen placed(TopicPartition partition, Seen seen) {
    if (seen.committed() != Seen.NEVER) {
      memories.computeIfPresent(partition, (key, before) -> before.never() ? null : before);
      return seen;
    }
    Memory before = memories.get(partition);
    if (before != null && before.never() && before.waiting() > 0) {
      return new Seen(before.committed(), seen.start(), seen.waiting());
    }
    memories.put(partition, new Memory(seen.start(), seen.waiting(), true));
    return new Seen(seen.start(), seen.start(), seen.waiting());
  }

  private void looked(Loss loss, @Nullable Seen seen) {
    if (seen != null && seen.committed() == loss.from() && seen.start() > seen.committed()) {
      open.put(loss.partition(), loss.until(Math.max(loss.to(), seen.start()), true));
    } else {
      open.remove(loss.partition());
      over.add(loss.until(loss.to(), false));
    }
  }

  private void look(TopicPartition partition, Seen seen, Instant now) {
    if (seen.start() <= seen.committed()) {
      Memory known = memories.get(partition);
      memories.put(
          partition, new Memory(seen.committed(), seen.waiting(), known != null && known.never()));
      return;
    }
    if (open.containsKey(partition)) {
      return;
    }
    Memory before = memories.get(partition);
    boolean held =
        (before != null && before.committed() == seen.committed())
            ? before.waiting() > 0
            : seen.start() - seen.committed() > FEW;
    if (held) {
      Loss known = takeOver(partition, seen.committed());
      open.put(
          partition,
          known == null
              ? new Loss(partition, seen.committed(), seen.start(), now, true)
              : known.until(Math.max(known.to(), seen.start()), true));
    }
  }

  /** One that was thought to be over, since Kafka did not know the partition for a moment. */
  private @Nullable Loss takeOver(TopicPartition partition, long from) {
    for (Loss loss : over) {
      if (loss.partition().equals(partition) && loss.from() == from) {
        over.remove(loss);
        return loss;
      }
    }
    return null;
  }
}
