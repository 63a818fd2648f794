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
 * Requests without an answer, which may still be carried out: a slow database goes on with what
 * nobody waits for any more, and a proxy may have kept it. One that takes effect behind a later
 * request puts its older values over newer ones, and nothing in line protocol tells the database
 * not to. So a line waits while an older one of its point may be on its way; repeating the request
 * itself does no harm. For one thread at a time.
 */
final class GivenUp {
  /** How many points are kept in mind, 70 bytes each; with more of them every line waits. */
  static final int MOST = 500_000;

  private final long lingerNanos;
  private final Deque<Request> requests = new ArrayDeque<>();
  private int pointCount;

  /** A record, without what it holds: that is much, and done with by then. */
  private record Key(OffsetTracker tracker, long offset) {
    static Key of(Pending pending) {
      return new Key(pending.tracker(), pending.offset());
    }
  }

  /** One of them. */
  private static final class Request {
    /** Hashes, in order; two that are equal by chance make a line wait, no more. */
    private final long[] points;

    private final Set<Key> records;

    /** Until when it may be carried out. */
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
   * @param linger for how long after it was given up a request may still be carried out
   */
  GivenUp(Duration linger) {
    this.lingerNanos = linger.toNanos();
  }

  /** A request was given up; answers until when it may be carried out. */
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
    // Two requests may be of one record, which has many points.
    if (last != null && last.records.equals(records) && Arrays.equals(last.points, points)) {
      requests.removeLast(); // the same once more
      pointCount -= last.points.length;
    }
    Request request = new Request(points, records, now + lingerNanos);
    requests.addLast(request);
    pointCount += points.length;
    return request.until;
  }

  /** For how many nanoseconds a batch has to wait; 0 or less is not at all. */
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
