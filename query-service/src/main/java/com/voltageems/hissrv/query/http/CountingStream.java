package com.voltageems.hissrv.query.http;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Counts what goes through, and gives up on a reader that takes next to nothing of it: one that
 * takes nothing at all is given up by the connection's own timeout. For one thread.
 */
final class CountingStream extends OutputStream {
  /** So much is sent at once, so that the pace is looked at now and then. */
  static final int PIECE = 16 * 1024;

  /** From then on the pace counts. */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  /** The least of a second, of the whole answer so far. */
  static final int LEAST_BYTES = 1024;

  private final OutputStream out;
  private final LongSupplier nanos;
  private final long begun;
  private long count;

  /** The stream stays the caller's. */
  CountingStream(OutputStream out) {
    this(out, System::nanoTime);
  }

  /**
   * @param nanos a clock that nobody sets
   */
  CountingStream(OutputStream out, LongSupplier nanos) {
    this.out = out;
    this.nanos = nanos;
    this.begun = nanos.getAsLong();
  }

  /** Its reader is too slow. */
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

  /** A pause of the database is not the reader's: only after a wait for the reader. */
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
