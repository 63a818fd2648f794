package com.voltageems.hissrv.redis.source.reader;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Fixed parts into which a source's keys are divided. A slice belongs to one task at a time and has
 * its own position. So tasks can be added and removed: slices move, positions stay.
 */
public final class Slices {
  /** Number of slices; part of the stored positions, so it never changes. */
  public static final int COUNT = 16;

  private Slices() {}

  /**
   * Returns the slice of a series, by the bytes of its key from {@code from} on. It never changes.
   */
  public static int of(byte[] key, int from) {
    return (int) Long.remainderUnsigned(Bytes.hash(key, from, key.length), COUNT);
  }

  /**
   * Returns whether {@code task} of {@code tasks} has the slice. Each slice has exactly one task as
   * long as {@code tasks} is at most {@link #COUNT}.
   */
  public static boolean isMine(int slice, int task, int tasks) {
    return slice % tasks == task;
  }

  public static List<Integer> ofTask(int task, int tasks) {
    List<Integer> mine = new ArrayList<>();
    for (int slice = 0; slice < COUNT; slice++) {
      if (isMine(slice, task, tasks)) {
        mine.add(slice);
      }
    }
    return mine;
  }
}
