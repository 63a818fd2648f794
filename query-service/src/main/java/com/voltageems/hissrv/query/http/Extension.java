package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.resolution.Resolutions;
import io.javalin.config.RoutesConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls, and parts of {@code /status}, that another part of the service adds. */
public interface Extension {
  /** Nothing more. */
  Extension NONE =
      new Extension() {
        @Override
        public void routes(RoutesConfig routes) {}

        @Override
        public Map<String, @Nullable Object> status() {
          return Map.of();
        }
      };

  /** Adds its calls. */
  void routes(RoutesConfig routes);

  /** Adds to {@code /status}; JSON-like values by name. */
  Map<String, @Nullable Object> status();

  /** Adds to {@code /metrics}. */
  default List<Gauge> gauges() {
    return List.of();
  }

  /** Answers questions from other resolutions than the samples'. */
  default Resolutions resolutions() {
    return Resolutions.RAW;
  }
}
