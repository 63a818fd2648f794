package com.voltageems.hissrv.query.lease;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides which of several services looks after something, and keeps for it what the next owner
 * must know. For one thread, except {@link #problem}.
 */
public interface Keeper extends AutoCloseable {
  /**
   * Waits for about {@code wait}.
   *
   * @return whether this service is the owner now
   */
  boolean look(Duration wait);

  /** Returns the texts, by name, that were kept when this service became the owner. */
  Map<String, String> kept();

  /** Keeps {@code text} under {@code name}; null forgets it. Does not wait for long. */
  void keep(String name, @Nullable String text);

  /**
   * Returns whether the last text of this name is known to be kept; if not, the next owner will not
   * find it.
   */
  default boolean isKept(String name) {
    return true;
  }

  /** Returns why nothing can be kept now; empty if it can. */
  Optional<String> problem();

  @Override
  void close();
}
