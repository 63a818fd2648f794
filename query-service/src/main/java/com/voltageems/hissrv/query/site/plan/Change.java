package com.voltageems.hissrv.query.site.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The change that one connector needs.
 *
 * @param settings the settings that differ
 */
public record Change(Kind kind, String connector, List<Setting> settings) {
  /** The kind of change. */
  public enum Kind {
    CREATE,
    UPDATE,
    DELETE,
    /** The connector already runs as the file asks for. */
    NONE,
    /** The connector exists but was not created from this file: leave it alone. */
    FOREIGN
  }

  /** A setting before and after; null where it is absent. */
  public record Setting(String name, @Nullable String before, @Nullable String after) {
    /** Returns the name only: values may be secrets. */
    @Override
    public String toString() {
      return name;
    }
  }

  public Change {
    settings = List.copyOf(settings);
  }
}
