package com.voltageems.hissrv.testkit;

/** A real server on loopback ports, with data in a folder of its own. */
public interface Server extends AutoCloseable {
  /** The running process; another one after each {@link #restart()}. */
  ServerProcess process();

  /** Ends it at once, as {@code kill -9} does. */
  default void kill() {
    process().kill();
  }

  /** Starts it again on the same ports with the same data, ending it first if it still runs. */
  void restart();

  /** Asks it to end, and ends it with force if that takes longer than some seconds. */
  @Override
  default void close() {
    process().close();
  }
}
