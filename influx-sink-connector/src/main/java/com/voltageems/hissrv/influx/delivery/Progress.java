package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.batch.Fates;
import java.time.Duration;

/** Callbacks of a delivery, by which it reports and asks. Called by the delivering thread. */
public interface Progress extends Fates {
  /** Returns the time of a clock for durations. */
  long nanoTime();

  /** Returns the time of day, in epoch milliseconds. */
  long wallMillis();

  /**
   * Returns when the task may take its partitions for its own, usually at once; some of them may be
   * closed then.
   *
   * @throws InterruptedException if the task stops
   */
  void awaitOwnership() throws InterruptedException;

  /** The database has accepted these lines, in a request that began at {@code startNanos}. */
  void written(Batch batch, long startNanos, Duration took);

  /** Returns whether the destination has accepted a request that began after this moment. */
  boolean acceptedSince(Destination destination, long nanos);

  /** Returns whether the database has already accepted a request of this task. */
  boolean hasWritten();

  /** A request was too large, or gets no answer. */
  void tooLarge(int lines);

  /**
   * A request failed and the lane pauses; returns when the pause is over.
   *
   * @throws InterruptedException if there is to be no further try
   */
  void pause(Batch batch, Duration pause, String reason) throws InterruptedException;

  /**
   * The database may execute a request without an answer until {@code until}, a time of {@code
   * nanoTime} that is later than those reported before.
   */
  void gaveUp(Batch batch, long until);

  /**
   * A request has not begun because it has to wait; returns when the pause is over.
   *
   * @throws InterruptedException if the request is not to be sent any more
   */
  void hold(Batch batch, Duration pause, String reason) throws InterruptedException;

  /** A line that is set aside has failed again. */
  void failedAgain(Batch line, String reason);
}
