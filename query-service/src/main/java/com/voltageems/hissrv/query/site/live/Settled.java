package com.voltageems.hissrv.query.site.live;

/**
 * Detects that something checked from time to time has changed and stays changed. A check may come
 * in the middle of writing a file, and half of a file may be valid, but without the alerts or
 * tokens in the other half. Pure. For one thread.
 */
final class Settled {
  private int last;

  /**
   * @param first the present value
   */
  Settled(int first) {
    this.last = first;
  }

  /**
   * Records a check.
   *
   * @param taken the value that was last in use
   * @param now the present value
   * @return whether the value differs from {@code taken} and two checks in a row have found it
   */
  boolean isNew(int taken, int now) {
    boolean again = now == last;
    last = now;
    return again && now != taken;
  }
}
