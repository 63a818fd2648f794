package com.voltageems.hissrv.query.http;

import java.io.IOException;
import java.io.OutputStream;

/** Counts what goes through. For one thread. */
final class CountingStream extends OutputStream {
  private final OutputStream out;
  private long count;

  /** The stream stays the caller's. */
  CountingStream(OutputStream out) {
    this.out = out;
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
    out.write(bytes, from, length);
    count += length;
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }
}
