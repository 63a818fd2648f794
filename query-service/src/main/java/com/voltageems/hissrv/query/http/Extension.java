package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.resolution.Resolutions;
import io.javalin.config.RoutesConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls, and parts of {@code /status}, that another package of the service adds. */
public interface Extension {
  /** Adds nothing. */
  Extension NONE =
      new Extension() {
        @Override
        public void routes(RoutesConfig routes) {}

        @Override
        public Map<String, @Nullable Object> status() {
          return Map.of();
        }
      };

  /** Adds its routes. */
  void routes(RoutesConfig routes);

  /** Returns what to add to {@code /status}: JSON-like values by name. */
  Map<String, @Nullable Object> status();

  /** Returns what to add to {@code /metrics}. */
  default List<Gauge> gauges() {
    return List.of();
  }

  /** Returns the resolutions that can answer queries besides the raw samples. */
  default Resolutions resolutions() {
    return Resolutions.RAW;
  }
}
