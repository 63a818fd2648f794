package com.voltageems.hissrv.query.health.pipeline;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Detects records that Kafka deleted (retention, somebody's {@code kafka-delete-records}) before
 * the sink committed them: the consumer goes on after them and reports nothing. Pure: no clock, no
 * Kafka. For one thread.
 */
final class LossWatch {
  /**
   * A gap of up to this size that we never looked into may consist only of transaction markers,
   * which are never committed separately.
   */
  private static final long FEW = 50;

  /** Number of losses that are kept to be shown; the records of all losses are counted. */
  private static final int MOST = 20;

  /**
   * A partition as one check found it.
   *
   * @param committed the committed offset, or {@link #NEVER}
   * @param start the first offset that still exists
   * @param end the offset after the last record
   * @param waiting existing records from the committed offset on
   * @param read whether a task of the sink has the partition
   */
  record Seen(long committed, long start, long end, long waiting, boolean read) {
    /** Nothing was ever committed: the sink should begin at the start of the partition. */
    static final long NEVER = -1;

    private Seen from(long offset) {
      return new Seen(offset, start, end, waiting, read);
    }

    private boolean hasGap() {
      return start > committed;
    }
  }

  /**
   * A range of deleted offsets.
   *
   * @param from the first, the committed offset
   * @param to the offset after the last
   * @param since when a check found it first
   * @param open whether the sink has not yet gone on after it
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
   * @param losses the latest losses, the newest last
   * @param records the number of lost records, including transaction markers
   * @param isOpen whether the sink has not yet gone on after all of them
   * @param perhaps small gaps that we never looked into: lost records, or only markers
   */
  record Found(List<Loss> losses, long records, boolean isOpen, List<Loss> perhaps) {
    static final Found NONE = new Found(List.of(), 0, false, List.of());

    Found {
      losses = List.copyOf(losses);
      perhaps = List.copyOf(perhaps);
    }
  }

  /** How many records waited at an offset when they last existed and could be counted. */
  private record Memory(long committed, long waiting, boolean never) {}

  private final Map<TopicPartition, Memory> memories = new HashMap<>();

  /**
   * All open losses without a limit: a loss that was left out would be found again as a new one.
   */
  private final Map<TopicPartition, Loss> open = new HashMap<>();

  private final List<Loss> over = new ArrayList<>();
  private long forgotten;

  /** The last possible loss of each partition, the newest last. */
  private final Map<TopicPartition, Loss> perhaps = new LinkedHashMap<>();

  /**
   * The offset below which nothing can be lost any more: the highest committed offset, which
   * somebody may have set back since; or the end of a loss that is over although no record came to
   * be committed.
   */
  private final Map<TopicPartition, Long> passed = new HashMap<>();

  /** Evaluates the partitions of one check. */
  Found look(Map<TopicPartition, Seen> found, Instant now) {
    memories.keySet().retainAll(found.keySet());
    passed.keySet().retainAll(found.keySet());
    Map<TopicPartition, Seen> seen = new HashMap<>(found);
    seen.replaceAll(this::placed);
    for (Loss loss : List.copyOf(open.values())) {
      looked(loss, seen.get(loss.partition()));
    }
    seen.forEach((partition, one) -> look(partition, one, now));
    while (over.size() > MOST) {
      forgotten += over.remove(0).records();
    }
    return found();
  }

  private Found found() {
    List<Loss> all = new ArrayList<>(over);
    all.addAll(open.values());
    all.sort(Comparator.comparing(Loss::since).thenComparing(loss -> loss.partition().toString()));
    long records = all.stream().mapToLong(Loss::records).sum() + forgotten;
    return new Found(
        all.subList(Math.max(0, all.size() - MOST), all.size()),
        records,
        !open.isEmpty(),
        List.copyOf(perhaps.values()));
  }

  /**
   * Returns the partition with its starting point: without a committed offset, the start of the
   * partition at our first check.
   */
  private Seen placed(TopicPartition partition, Seen seen) {
    if (seen.end() < passed(partition)) {
      // A new topic of the same name.
      passed.remove(partition);
      memories.remove(partition);
    }
    if (seen.committed() != Seen.NEVER) {
      passed.merge(partition, seen.committed(), Math::max);
    }
    long from = passed(partition);
    if (from != Seen.NEVER) {
      memories.computeIfPresent(partition, (key, before) -> before.never() ? null : before);
      return seen.from(from);
    }
    Memory before = memories.get(partition);
    if (before != null && before.never() && before.waiting() > 0) {
      return seen.from(before.committed());
    }
    memories.put(partition, new Memory(seen.start(), seen.waiting(), true));
    return seen.from(seen.start());
  }

  private long passed(TopicPartition partition) {
    return passed.getOrDefault(partition, Seen.NEVER);
  }

  private void looked(Loss loss, @Nullable Seen seen) {
    if (seen == null || seen.committed() != loss.from() || !seen.hasGap()) {
      close(loss);
      return;
    }
    Loss now = loss.until(Math.max(loss.to(), seen.start()), true);
    if (seen.read() && seen.waiting() == 0) {
      // The task is already past them, and commits with the next record, at an unknown time.
      passed.put(loss.partition(), now.to());
      close(now);
    } else {
      open.put(loss.partition(), now);
    }
  }

  private void close(Loss loss) {
    open.remove(loss.partition());
    over.add(loss.until(loss.to(), false));
  }

  private void look(TopicPartition partition, Seen seen, Instant now) {
    if (!seen.hasGap()) {
      Memory known = memories.get(partition);
      memories.put(
          partition, new Memory(seen.committed(), seen.waiting(), known != null && known.never()));
      return;
    }
    if (open.containsKey(partition) || passed(partition) >= seen.start()) {
      return;
    }
    Memory before = memories.get(partition);
    Memory known = before != null && before.committed() == seen.committed() ? before : null;
    Loss gap = new Loss(partition, seen.committed(), seen.start(), now, true);
    Loss earlier = takeOver(partition, seen.committed());
    if (earlier != null) {
      open.put(partition, earlier.until(Math.max(earlier.to(), seen.start()), true));
    } else if (known != null ? known.waiting() > 0 : gap.records() > FEW) {
      open.put(partition, gap);
    } else if (known == null) {
      perhaps(gap.until(gap.to(), false));
    }
  }

  private void perhaps(Loss gap) {
    Loss before = perhaps.get(gap.partition());
    if (before != null && before.from() == gap.from()) {
      return;
    }
    perhaps.remove(gap.partition());
    perhaps.put(gap.partition(), gap);
    if (perhaps.size() > MOST) {
      perhaps.remove(perhaps.keySet().iterator().next());
    }
  }

  /**
   * Removes and returns a loss that seemed to be over, because Kafka did not know the partition for
   * a moment.
   */
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
