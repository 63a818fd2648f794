package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.OffsetTracker;
import com.voltageems.hissrv.influx.batch.OffsetTracker.Pending;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Requests that got no answer but may still be executed: a slow database goes on with a request for
 * which nobody waits any more, and a proxy may have kept it. If such a request takes effect after a
 * later one, it overwrites newer values with older ones, and line protocol has no means to prevent
 * that. So a line waits while an older line of the same point may still be on its way. Repeating
 * the same request does no harm. Not thread-safe: one thread at a time.
 */
final class GivenUp {
  /** How many points are remembered, 70 bytes each; if there are more, every line waits. */
  static final int MOST = 500_000;

  private final long lingerNanos;
  private final Deque<Request> requests = new ArrayDeque<>();
  private int pointCount;

  /** Identifies a record without holding its content, which is large and no longer needed here. */
  private record Key(OffsetTracker tracker, long offset) {
    static Key of(Pending pending) {
      return new Key(pending.tracker(), pending.offset());
    }
  }

  /** A request that got no answer. */
  private static final class Request {
    /** Hashes of the points, sorted. Two points with the same hash only make a line wait. */
    private final long[] points;

    private final Set<Key> records;

    /** Until when the request may be executed. */
    private final long until;

    private Request(long[] points, Set<Key> records, long until) {
      this.points = points;
      this.records = records;
      this.until = until;
    }

    private boolean has(long point) {
      return Arrays.binarySearch(points, point) >= 0;
    }
  }

  /**
   * @param linger how long a request may still be executed after it was given up
   */
  GivenUp(Duration linger) {
    this.lingerNanos = linger.toNanos();
  }

  /** Remembers a request that was given up; returns until when it may be executed. */
  long add(Batch batch, long now) {
    forget(now);
    long[] points = new long[batch.size()];
    Set<Key> records = new HashSet<>();
    for (int i = 0; i < batch.size(); i++) {
      points[i] = batch.pointHash(i);
      records.add(Key.of(batch.lines().get(i).pending()));
    }
    Arrays.sort(points);
    Request last = requests.peekLast();
    // Equal points are not enough: two requests may hold different points of one record.
    if (last != null && last.records.equals(records) && Arrays.equals(last.points, points)) {
      requests.removeLast(); // the same request, repeated
      pointCount -= last.points.length;
    }
    Request request = new Request(points, records, now + lingerNanos);
    requests.addLast(request);
    pointCount += points.length;
    return request.until;
  }

  /** Returns for how many nanoseconds a batch has to wait; 0 or less if it need not wait. */
  long holds(Batch batch, long now) {
    forget(now);
    if (requests.isEmpty()) {
      return 0;
    }
    long until = pointCount > MOST ? requests.peekFirst().until : now;
    for (int i = 0; i < batch.size(); i++) {
      long point = batch.pointHash(i);
      Key record = Key.of(batch.lines().get(i).pending());
      for (Request request : requests) {
        if (request.until - until > 0 && request.has(point) && !request.records.contains(record)) {
          until = request.until;
        }
      }
    }
    return until - now;
  }

  private void forget(long now) {
    while (!requests.isEmpty() && requests.peekFirst().until - now <= 0) {
      pointCount -= requests.removeFirst().points.length;
    }
  }
}
