package com.voltageems.hissrv.query.site.compile;

import org.jspecify.annotations.Nullable;

/**
 * The value of a setting.
 *
 * @param origin the key that it comes from; null if the value is our own
 */
public record Entry(String value, @Nullable Origin origin) {
  /** Returns the origin only: the value may be a secret. */
  @Override
  public String toString() {
    return "Entry[origin=" + origin + "]";
  }
}
