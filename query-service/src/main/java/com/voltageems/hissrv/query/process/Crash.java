package com.voltageems.hissrv.query.process;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process when one of its threads ends by an {@link Error}, such as out of memory. A
 * service that lacks one of its threads goes on answering, and no longer checks, alerts or
 * restarts; one that ends is seen, and started again by whatever runs it. Thread-safe.
 */
public final class Crash {
  /** The exit code, which is also that of {@code -XX:+ExitOnOutOfMemoryError}. */
  public static final int CODE = 3;

  private static final Logger LOG = LoggerFactory.getLogger(Crash.class);

  private Crash() {}

  /** Ends the process when any thread ends by an {@link Error} from now on. */
  public static void onLostThreads() {
    Thread.setDefaultUncaughtExceptionHandler(Crash::lost);
  }

  private static void lost(Thread thread, Throwable failure) {
    if (failure instanceof Error error) {
      end("the thread \"" + thread.getName() + "\"", error);
    } else {
      LOG.error("The thread \"{}\" ended", thread.getName(), failure);
    }
  }

  /**
   * Ends the process at once: nothing is closed, because that may need memory, too.
   *
   * @param where what failed, as in "the thread x"
   */
  public static void end(String where, Error error) {
    try {
      LOG.error("{} failed; the service ends with code {}", where, CODE, error);
    } finally {
      Runtime.getRuntime().halt(CODE);
    }
  }
}
