package com.voltageems.hissrv.query.completeness;

/**
 * A time without samples that is much longer than usual: from the last sample before it to the
 * first one after it.
 */
public record Silence(long fromMicros, long toMicros) {
  public long micros() {
    return toMicros - fromMicros;
  }
}
