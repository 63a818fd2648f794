package com.voltageems.hissrv.influx.delivery;

import com.voltageems.hissrv.influx.batch.Batch;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.batch.Fates;
import java.time.Duration;

/** What a delivery tells and asks, in the thread that delivers. */
public interface Progress extends Fates {
  /** A clock for durations. */
  long nanoTime();

  /** A clock for people, in epoch milliseconds. */
  long wallMillis();

  /** The database has these lines, of a request that began at {@code startNanos}. */
  void written(Batch batch, long startNanos, Duration took);

  /** Whether a request that began after this moment has been accepted at the destination. */
  boolean acceptedSince(Destination destination, long nanos);

  /** Whether the database has accepted a request of this task before. */
  boolean hasWritten();

  /** A request was too long. */
  void tooLarge(int lines);

  /**
   * A request failed and the lane rests; returns when the pause is over.
   *
   * @throws InterruptedException when there is to be no further try
   */
  void pause(Batch batch, Duration pause, String reason) throws InterruptedException;

  /**
   * A request without an answer may be carried out until then, a time of {@code nanoTime}: longer
   * than what was told before.
   */
  void gaveUp(Batch batch, long until);

  /**
   * A request has not begun, for it has to wait; returns when the pause is over.
   *
   * @throws InterruptedException when it is not to be sent any more
   */
  void hold(Batch batch, Duration pause, String reason) throws InterruptedException;

  /** One of the lines that are set aside has failed again. */
  void failedAgain(Batch line, String reason);
}
