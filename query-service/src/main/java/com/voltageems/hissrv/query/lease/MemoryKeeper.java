package com.voltageems.hissrv.query.lease;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** For a service without Kafka: it is always the owner, and forgets everything when it ends. */
public final class MemoryKeeper implements Keeper {
  private final Map<String, String> kept;

  /** Creates a keeper that begins with nothing. */
  public MemoryKeeper() {
    this(new ConcurrentHashMap<>());
  }

  /**
   * @param kept what earlier keepers of this service have left; used from now on
   */
  public MemoryKeeper(Map<String, String> kept) {
    this.kept = kept;
  }

  @Override
  public boolean look(Duration wait) {
    try {
      TimeUnit.MILLISECONDS.sleep(wait.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  @Override
  public Map<String, String> kept() {
    return Map.copyOf(kept);
  }

  @Override
  public void keep(String name, @Nullable String text) {
    if (text == null) {
      kept.remove(name);
    } else {
      kept.put(name, text);
    }
  }

  @Override
  public Optional<String> problem() {
    return Optional.empty();
  }

  @Override
  public void close() {}
}
