package com.voltageems.hissrv.query.lease;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** For a service without Kafka: it is always the owner, and forgets everything when it ends. */
public final class MemoryKeeper implements Keeper {
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
    return Map.of();
  }

  @Override
  public void keep(String name, @Nullable String text) {}

  @Override
  public Optional<String> problem() {
    return Optional.empty();
  }

  @Override
  public void close() {}
}
