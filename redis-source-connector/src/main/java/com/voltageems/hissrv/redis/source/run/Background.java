package com.voltageems.hissrv.redis.source.run;

import org.jspecify.annotations.Nullable;

/** A thread beside the task's own, whose end is the task's concern. */
public interface Background extends AutoCloseable {
  /** Why the thread ended, or null while all is well. */
  @Nullable Throwable failure();

  /** Tells it to end; {@link #close} waits for that. */
  void stop();

  @Override
  void close();
}
