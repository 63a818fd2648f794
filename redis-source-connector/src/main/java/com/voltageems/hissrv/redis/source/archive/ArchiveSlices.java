package com.voltageems.hissrv.redis.source.archive;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.reader.DataSetId;
import com.voltageems.hissrv.redis.source.reader.Slices;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The slices of an archive that a task reads, and its position in each. Not thread-safe: used only
 * by poll.
 */
final class ArchiveSlices {
  private final byte[] keyPrefix;
  private final boolean[] mine = new boolean[Slices.COUNT];
  private ArchivePosition[] positions = new ArchivePosition[Slices.COUNT];

  /** Which data each position belongs to: see {@link DataSetId}. */
  private final String[] data = new String[Slices.COUNT];

  /**
   * Reads the stored positions.
   *
   * @param slices the slices that this task reads
   * @param offsets returns the stored offset of a slice, or null
   */
  ArchiveSlices(
      String window, List<Integer> slices, IntFunction<@Nullable Map<String, ?>> offsets) {
    keyPrefix = Bytes.of("archive:" + window + ":");
    Arrays.fill(positions, ArchivePosition.NONE);
    Arrays.fill(data, "");
    for (int slice : slices) {
      mine[slice] = true;
      Map<String, ?> offset = offsets.apply(slice);
      positions[slice] = ArchivePosition.fromOffset(offset);
      data[slice] = DataSetId.of(offset);
    }
  }

  /**
   * Forgets the positions that belong to other data.
   *
   * @return whether there were any
   */
  boolean belongTo(String current) {
    boolean others = false;
    for (int slice = 0; slice < data.length; slice++) {
      if (DataSetId.differ(data[slice], current)) {
        others |= !positions[slice].equals(ArchivePosition.NONE);
        positions[slice] = ArchivePosition.NONE;
      }
      data[slice] = current.isEmpty() ? data[slice] : current;
    }
    return others;
  }

  /**
   * Returns the slice of a window's key. It depends on the channel part, so that a series stays in
   * its slice from window to window.
   */
  int of(byte[] key) {
    int from = 0;
    if (key.length > keyPrefix.length
        && Arrays.equals(key, 0, keyPrefix.length, keyPrefix, 0, keyPrefix.length)) {
      from = keyPrefix.length;
      while (from < key.length && key[from] != ':') {
        from++;
      }
    }
    return Slices.of(key, from);
  }

  boolean isMine(int slice) {
    return mine[slice];
  }

  ArchivePosition position(int slice) {
    return positions[slice];
  }

  void reach(int slice, ArchivePosition position) {
    positions[slice] = position;
  }

  /** Returns a copy, to be passed to {@link #reachAll} once all of it is certain. */
  ArchivePosition[] positions() {
    return positions.clone();
  }

  void reachAll(ArchivePosition[] reached) {
    positions = reached.clone();
  }

  /** Forgets the positions because they have become meaningless. */
  void reset() {
    Arrays.fill(positions, ArchivePosition.NONE);
  }

  /** Returns the position with the highest score; {@link ArchivePosition#NONE} if there is none. */
  ArchivePosition furthest() {
    ArchivePosition furthest = ArchivePosition.NONE;
    for (ArchivePosition position : positions) {
      furthest = position.score() > furthest.score() ? position : furthest;
    }
    return furthest;
  }

  /**
   * Returns the lowest score of this task's slices; that of {@link ArchivePosition#NONE} if it has
   * none.
   */
  double lowestScore() {
    double lowest = Double.POSITIVE_INFINITY;
    for (int slice = 0; slice < mine.length; slice++) {
      if (mine[slice]) {
        lowest = Math.min(lowest, positions[slice].score());
      }
    }
    return Double.isInfinite(lowest) ? ArchivePosition.NONE.score() : lowest;
  }
}
