package com.voltageems.hissrv.query.http;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Counts the bytes that pass, and gives up on a reader that takes almost nothing. A reader that
 * takes nothing at all runs into the connection's own timeout instead. For one thread.
 */
final class CountingStream extends OutputStream {
  /** Bytes per write: small enough that the pace is checked regularly. */
  static final int PIECE = 16 * 1024;

  /** The pace is checked after this time. */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Lowest pace in bytes per second, on average over the answer so far. */
  static final int LEAST_BYTES = 1024;

  private final OutputStream out;
  private final LongSupplier nanos;
  private final long begun;
  private long count;

  /** Wraps a stream, which the caller still has to close. */
  CountingStream(OutputStream out) {
    this(out, System::nanoTime);
  }

  /**
   * @param nanos a monotonic clock
   */
  CountingStream(OutputStream out, LongSupplier nanos) {
    this.out = out;
    this.nanos = nanos;
    this.begun = nanos.getAsLong();
  }

  /** Thrown if the reader is too slow. */
  static final class SlowReaderException extends IOException {
    private static final long serialVersionUID = 1L;

    SlowReaderException(long bytes, long seconds) {
      super(
          "took " + bytes + " bytes in " + seconds + " s, less than " + LEAST_BYTES + " a second");
    }
  }

  long count() {
    return count;
  }

  @Override
  public void write(int one) throws IOException {
    out.write(one);
    count++;
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    for (int at = 0; at < length; at += PIECE) {
      long before = nanos.getAsLong();
      int size = Math.min(PIECE, length - at);
      out.write(bytes, from + at, size);
      count += size;
      requirePace(before);
    }
  }

  /**
   * Checks the pace, but only after a wait for the reader: a pause of the database is not the
   * reader's fault.
   */
  private void requirePace(long before) throws SlowReaderException {
    long now = nanos.getAsLong();
    long seconds = Duration.ofNanos(now - begun).toSeconds();
    if (now - before > Duration.ofSeconds(1).toNanos()
        && seconds >= PATIENCE.toSeconds()
        && count < seconds * LEAST_BYTES) {
      throw new SlowReaderException(count, seconds);
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }
}
