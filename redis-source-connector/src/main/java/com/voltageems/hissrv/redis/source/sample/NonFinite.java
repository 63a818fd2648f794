package com.voltageems.hissrv.redis.source.sample;

import java.util.Locale;

/** What becomes of {@code NaN} and infinities. */
public enum NonFinite {
  /** They are not samples: dropped and counted. */
  DROP,
  /** They are kept as text. */
  TEXT;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
