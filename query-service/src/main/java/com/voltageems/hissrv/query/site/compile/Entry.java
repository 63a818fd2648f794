package com.voltageems.hissrv.query.site.compile;

import org.jspecify.annotations.Nullable;

/**
 * The value of a setting.
 *
 * @param origin the key that it comes from; null where it is ours
 */
public record Entry(String value, @Nullable Origin origin) {
  /** Never the value: it may be a secret. */
  @Override
  public String toString() {
    return "Entry[origin=" + origin + "]";
  }
}
