package com.voltageems.hissrv.redis.source.run;

import org.jspecify.annotations.Nullable;

/** Thread in addition to the task's own thread. The task must notice when it ends. */
public interface Background extends AutoCloseable {
  /** Returns why the thread ended, or null if nothing is wrong. */
  @Nullable Throwable failure();

  /** Tells the thread to end; {@link #close} waits for that. */
  void stop();

  @Override
  void close();
}
