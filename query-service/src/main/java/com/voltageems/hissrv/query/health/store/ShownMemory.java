package com.voltageems.hissrv.query.health.store;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps a text from one start of the service to the next. Nothing of it waits. */
public interface ShownMemory extends AutoCloseable {
  /** Of a service that has nowhere to keep it. */
  ShownMemory NONE =
      new ShownMemory() {
        @Override
        public boolean isKnown() {
          return true;
        }

        @Override
        public @Nullable String before() {
          return null;
        }

        @Override
        public void keep(String text) {}

        @Override
        public Optional<String> problem() {
          return Optional.of("kafka.bootstrap.servers is not set");
        }

        @Override
        public void close() {}
      };

  /** Whether it is known by now what was kept before. */
  boolean isKnown();

  /** What was kept before this start; null for nothing. */
  @Nullable String before();

  /** Keeps it, as soon as it can be. */
  void keep(String text);

  /** Why nothing can be kept now. */
  Optional<String> problem();

  @Override
  void close();
}
