package com.voltageems.hissrv.query.alert;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what was told, and which of several services looks after the alerts. For one thread, except
 * {@link #problem}.
 */
interface Keeper extends AutoCloseable {
  /**
   * Waits for about {@code wait}.
   *
   * @return whether this service looks after the alerts now
   */
  boolean look(Duration wait);

  /** What was kept when this service began to look after the alerts, by their names. */
  Map<String, String> kept();

  /** Keeps {@code text} under {@code name}; null forgets it. Does not wait for long. */
  void keep(String name, @Nullable String text);

  /** Why nothing can be kept now. */
  Optional<String> problem();

  @Override
  void close();
}
