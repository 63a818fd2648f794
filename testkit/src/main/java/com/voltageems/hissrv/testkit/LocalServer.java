package com.voltageems.hissrv.testkit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Base of all servers here: starts a server, waits for it and restarts it. Ends a server that does
 * not answer in time, so a failed start leaves no process behind.
 */
abstract class LocalServer implements Server {
  private final Duration startTimeout;
  private @Nullable ServerProcess process;

  /**
   * @param startTimeout longest time from the launch to the first answer
   */
  LocalServer(Duration startTimeout) {
    this.startTimeout = startTimeout;
  }

  /** Starts the process; returns before it answers. */
  abstract ServerProcess launch();

  /** Returns whether the server answers now. */
  abstract boolean answers();

  @Override
  public void relaunch() {
    if (process != null) {
      process.close();
    }
    process = launch();
  }

  @Override
  public void awaitReady() {
    ServerProcess launched = process();
    try {
      launched.awaitReady(startTimeout, this::answers);
    } catch (RuntimeException e) {
      launched.close();
      throw e;
    }
  }

  @Override
  public ServerProcess process() {
    if (process == null) {
      throw new IllegalStateException("not launched yet");
    }
    return process;
  }

  @Override
  public void restart() {
    relaunch();
    awaitReady();
  }
}
