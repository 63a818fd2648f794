package com.voltageems.hissrv.influx.culprit;

import com.voltageems.hissrv.influx.answer.WriteOutcome.Cause;
import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.RejectReason;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Search for lines of series that are new to a database which takes no more series (InfluxDB 1's
 * {@code max-series-per-database} and {@code max-values-per-tag}). All lines of a series share its
 * fate, so the search halves the set of series, not of lines, down to one series: if the database
 * has room for a few new series but gets many, it refuses them all. From then on, series refused
 * this way are sent together in a request of their own, so that other lines do not wait for them in
 * each request.
 */
final class NewSeries {
  /** How many refused series are remembered. */
  private static final int MOST = 20_000;

  /**
   * How often the refused series are sent together; after that there may be room for some of them.
   */
  private static final int TOGETHER = 100;

  private final Refuser refuser;
  private int together;

  private final Set<String> refused =
      Collections.newSetFromMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > MOST;
            }
          });

  NewSeries(Refuser refuser) {
    this.refuser = refuser;
  }

  /** Refuses the part if all of it is guilty, else divides it. */
  void find(Part part, Cause.SeriesLimit limit, String reason, Deque<Part> parts) {
    Batch batch = part.batch();
    List<String> ofLine = IntStream.range(0, part.size()).mapToObj(batch::series).toList();
    Set<String> all = new LinkedHashSet<>(ofLine);
    List<String> known = all.stream().filter(refused::contains).toList();
    boolean allKnown = known.size() == all.size();
    if (allKnown && all.size() > 1 && ++together == TOGETHER) {
      together = 0;
      refused.clear();
      allKnown = false;
    }
    if (part.size() == 1 || (allKnown && limit.dropped() == part.size())) {
      refused.addAll(all);
      refuser.lines(part, RejectReason.SERIES, "its series is new: " + reason);
    } else if (allKnown && all.size() == 1 && divideByTime(part, parts)) {
      // The answer counts what one shard dropped; lines of other times may belong to other shards.
      return;
    } else if (all.size() == 1) {
      // The answer counts each line as a series: if there is room for one, the first line creates
      // it.
      parts.push(part.with(part.batch().part(1, part.size())));
      parts.push(part.with(part.batch().part(0, 1)));
    } else {
      boolean divided = !known.isEmpty() && known.size() < all.size();
      Set<String> first =
          new LinkedHashSet<>(divided ? known : List.copyOf(all).subList(0, all.size() / 2));
      push(part, i -> !first.contains(ofLine.get(i)), parts);
      push(part, i -> first.contains(ofLine.get(i)), parts);
    }
  }

  /**
   * Divides a part by time; lines of the same time stay together and in order. Returns false if
   * there is only one time.
   */
  private static boolean divideByTime(Part part, Deque<Part> parts) {
    List<Batch.Line> lines = part.batch().lines();
    long[] times = lines.stream().mapToLong(Batch.Line::epochNanos).distinct().sorted().toArray();
    if (times.length == 1) {
      return false;
    }
    long middle = times[times.length / 2];
    push(part, i -> lines.get(i).epochNanos() >= middle, parts);
    push(part, i -> lines.get(i).epochNanos() < middle, parts);
    return true;
  }

  private static void push(Part part, IntPredicate wanted, Deque<Part> parts) {
    Batch some = part.batch().another();
    for (int i = 0; i < part.size(); i++) {
      if (wanted.test(i)) {
        some.copy(part.batch(), i);
      }
    }
    parts.push(part.with(some));
  }
}
