package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.OffsetTracker.Pending;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Requests without an answer, which may still be carried out: a slow database goes on with what
 * nobody waits for any more, and a proxy may have kept it. One that takes effect behind a later
 * request puts its older values over newer ones, and nothing in line protocol tells the database
 * not to. So a line waits while an older one of its point may be on its way; repeating the request
 * itself does no harm. For one thread at a time.
 */
final class GivenUp {
  /** How many points are kept in mind, 50 bytes each; with more of them every line waits. */
  static final int MOST = 500_000;

  private final long lingerNanos;
  private final Deque<Request> requests = new ArrayDeque<>();
  private int pointCount;

  /**
   * One of them: hashes of its points (two that are equal by chance make a line wait, no more), its
   * records, and until when it may be carried out.
   */
  private record Request(Set<Long> points, Set<Pending> records, long until) {}

  /**
   * @param linger for how long after it was given up a request may still be carried out
   */
  GivenUp(Duration linger) {
    this.lingerNanos = linger.toNanos();
  }

  /** A request was given up; answers until when it may be carried out. */
  long add(Batch batch, long now) {
    forget(now);
    Set<Long> points = new HashSet<>();
    Set<Pending> records = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < batch.size(); i++) {
      points.add(batch.pointHash(i));
      records.add(batch.lines().get(i).pending());
    }
    Request last = requests.peekLast();
    if (last != null && last.records().equals(records)) {
      requests.removeLast(); // the same once more
      pointCount -= last.points().size();
    }
    Request request = new Request(points, records, now + lingerNanos);
    requests.addLast(request);
    pointCount += points.size();
    return request.until();
  }

  /** For how many nanoseconds a batch has to wait; 0 or less is not at all. */
  long holds(Batch batch, long now) {
    forget(now);
    if (requests.isEmpty()) {
      return 0;
    }
    long until = pointCount > MOST ? requests.peekFirst().until() : now;
    for (int i = 0; i < batch.size(); i++) {
      Long point = batch.pointHash(i);
      Pending record = batch.lines().get(i).pending();
      for (Request request : requests) {
        if (request.until() - until > 0
            && request.points().contains(point)
            && !request.records().contains(record)) {
          until = request.until();
        }
      }
    }
    return until - now;
  }

  private void forget(long now) {
    while (!requests.isEmpty() && requests.peekFirst().until() - now <= 0) {
      pointCount -= requests.removeFirst().points().size();
    }
  }
}
