package com.voltageems.hissrv.query.site.live;

/**
 * Whether something that is looked at from time to time has become another, and stays so: a file
 * may be caught while it is written, and half of it may be a good one, without the alerts or the
 * tokens that stand in the other half. Pure. One thread.
 */
final class Settled {
  private int taken;
  private int last;

  /**
   * @param taken what it is now
   */
  Settled(int taken) {
    this.taken = taken;
    this.last = taken;
  }

  /** Takes a look in; true once for each new content, when a second look finds it again. */
  boolean isNew(int now) {
    boolean again = now == last;
    last = now;
    if (!again || now == taken) {
      return false;
    }
    taken = now;
    return true;
  }
}
