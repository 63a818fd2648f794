package com.voltageems.hissrv.query.health.store;

import com.voltageems.hissrv.query.config.QueryConfig;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps a text from one start of the service to the next. No method blocks. */
public interface ShownMemory extends AutoCloseable {
  /** For a service without a place to keep it. */
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
          return Optional.of(QueryConfig.Kafka.NOT_SET);
        }

        @Override
        public void close() {}
      };

  /** Returns whether the text of earlier starts has been read by now. */
  boolean isKnown();

  /** Returns the text that was kept before this start; null if there is none. */
  @Nullable String before();

  /** Keeps the text as soon as possible. */
  void keep(String text);

  /** Returns why nothing can be kept now; empty if it can. */
  Optional<String> problem();

  @Override
  void close();
}
