package com.voltageems.hissrv.query.lease;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells which of several services looks after something, and keeps for it what the next one has to
 * know. For one thread, except {@link #problem}.
 */
public interface Keeper extends AutoCloseable {
  /**
   * Waits for about {@code wait}.
   *
   * @return whether this service looks after it now
   */
  boolean look(Duration wait);

  /** What was kept when this service began to look after it, by their names. */
  Map<String, String> kept();

  /** Keeps {@code text} under {@code name}; null forgets it. Does not wait for long. */
  void keep(String name, @Nullable String text);

  /**
   * Whether what was to be kept last under this name is known to be: what is not, the next one who
   * looks after it will not find.
   */
  default boolean isKept(String name) {
    return true;
  }

  /** Why nothing can be kept now. */
  Optional<String> problem();

  @Override
  void close();
}
