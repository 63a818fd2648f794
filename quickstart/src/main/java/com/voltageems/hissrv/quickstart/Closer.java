package com.voltageems.hissrv.quickstart;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes the added parts, newest first and exactly once, then removes the temporary folder. Both
 * the end of the command and Ctrl-C call {@link #close}, from two threads: the second one waits for
 * the first.
 */
public final class Closer implements AutoCloseable {
  private static final int LIMIT_SECONDS = 10;

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final @Nullable TemporaryFolder folder;
  private final CountDownLatch done = new CountDownLatch(1);
  private boolean closing;

  public Closer(@Nullable TemporaryFolder folder) {
    this.folder = folder;
  }

  /** Adds a part; closes it at once if closing has already begun. */
  public <T extends AutoCloseable> T add(T part) {
    synchronized (this) {
      if (!closing) {
        parts.push(part);
        return part;
      }
    }
    closeQuietly(part);
    throw new IllegalStateException("stopped while starting");
  }

  synchronized boolean isClosing() {
    return closing;
  }

  @Override
  public void close() {
    boolean first;
    synchronized (this) {
      first = !closing;
      closing = true;
    }
    if (!first) {
      awaitOther();
      return;
    }
    parts.forEach(Closer::closeQuietly);
    if (folder != null) {
      folder.close();
    }
    done.countDown();
  }

  private void awaitOther() {
    try {
      if (!done.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("some parts did not end within " + LIMIT_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes a part; only reports a failure, so that it does not keep the other parts open. */
  public static void closeQuietly(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      System.err.println("closing " + part.getClass().getSimpleName() + ": " + e);
    }
  }
}
