package com.voltageems.hissrv.testkit;

/** A real server on loopback ports, with its data in its own folder. */
public interface Server extends AutoCloseable {
  /** Returns the running process; a new one after each {@link #restart()}. */
  ServerProcess process();

  /** Ends the server at once, like {@code kill -9}. */
  default void kill() {
    process().kill();
  }

  /**
   * Waits until the server answers.
   *
   * @throws IllegalStateException with the end of its log if it died or did not answer in time
   */
  void awaitReady();

  /**
   * Starts the server again as {@link #restart} does, but returns before it answers: for servers
   * that wait for one another.
   */
  void relaunch();

  /** Restarts the server on the same ports with the same data; ends it first if it still runs. */
  void restart();

  /** Asks the server to end; ends it by force if that takes longer than a few seconds. */
  @Override
  default void close() {
    process().close();
  }
}
