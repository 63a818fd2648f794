package com.voltageems.hissrv.query.completeness;

/** No sample for much longer than usual: from the last one before to the first one after. */
public record Silence(long fromMicros, long toMicros) {
  public long micros() {
    return toMicros - fromMicros;
  }
}
