package com.voltageems.hissrv.redis.source.sample;

import java.util.Locale;

/** How {@code NaN} and infinities are handled. */
public enum NonFinite {
  /** They are not samples: they are dropped and counted. */
  DROP,
  /** They are kept as text. */
  TEXT;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
