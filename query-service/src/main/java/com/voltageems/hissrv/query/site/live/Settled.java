package com.voltageems.hissrv.query.site.live;

/**
 * Whether something that is looked at from time to time has become another, and stays so: a file
 * may be caught while it is written, and half of it may be a good one, without the alerts or the
 * tokens that stand in the other half. Pure. One thread.
 */
final class Settled {
  private int last;

  /**
   * @param first what it is now
   */
  Settled(int first) {
    this.last = first;
  }

  /**
   * Takes a look in.
   *
   * @param taken what it was when it was taken last
   * @return whether it is another, and a second look has found it again
   */
  boolean isNew(int taken, int now) {
    boolean again = now == last;
    last = now;
    return again && now != taken;
  }
}
