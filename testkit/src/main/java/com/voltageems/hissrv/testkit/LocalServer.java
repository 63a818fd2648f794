package com.voltageems.hissrv.testkit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How every server here is started, awaited and started again. A server that does not answer in
 * time is ended: none is left behind by a start that failed.
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

  /** Whether it answers now. */
  abstract boolean answers();

  /** Launches it, ending the process of before if there is one; see {@link #awaitReady()}. */
  public void relaunch() {
    if (process != null) {
      process.close();
    }
    process = launch();
  }

  /**
   * Waits until it answers.
   *
   * @throws IllegalStateException with the end of its log when it died or the time is over
   */
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
