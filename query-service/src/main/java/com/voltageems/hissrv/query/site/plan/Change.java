package com.voltageems.hissrv.query.site.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has to happen to one connector.
 *
 * @param settings those that differ
 */
public record Change(Kind kind, String connector, List<Setting> settings) {
  /** What happens. */
  public enum Kind {
    CREATE,
    UPDATE,
    DELETE,
    /** It runs as the file has it. */
    NONE,
    /** It is there, and was not made from this file: not to be touched. */
    FOREIGN
  }

  /** A setting before and after; null where it is absent. */
  public record Setting(String name, @Nullable String before, @Nullable String after) {
    /** Never the values: they may be secrets. */
    @Override
    public String toString() {
      return name;
    }
  }

  public Change {
    settings = List.copyOf(settings);
  }
}
