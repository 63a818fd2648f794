package com.voltageems.hissrv.query.completeness;

import com.voltageems.hissrv.query.store.RowSink;
import java.util.List;

/**
 * Receives the samples of series: the time of each, or their number if the times are unknown. The
 * samples of each series come in the order of time. For one thread.
 */
public interface SampleSink extends RowSink {
  /** What is known about a range. */
  enum Known {
    /** The time of each sample. */
    TIMES,
    /** The number of samples. */
    COUNTS,
    /**
     * The number of samples of numeric fields. A series without any may have had texts or flags,
     * which are gone.
     */
    COUNTS_OF_NUMBERS,
    /** The number of samples, in windows too long to show how many were to be expected. */
    COUNTS_ONLY,
    /** Nothing: samples are gone, although some may still exist. */
    NOTHING
  }

  /** Begins a range; what follows belongs to it. */
  void range(long startMillis, long endMillis, Known known);

  /**
   * Adds a number of samples of a series, in one window of a range where they are counted.
   *
   * @param key the values of its tags
   * @param samples at least one
   */
  void count(List<String> key, long startMillis, long endMillis, long samples);

  /**
   * A stretch of windows of one series that lack samples, where the copy does not show at which
   * times.
   *
   * @param stepMicros its usual step there
   */
  record Doubt(List<String> key, long startMillis, long endMillis, long stepMicros) {
    public Doubt {
      key = List.copyOf(key);
    }
  }

  /** Returns the stretches that the samples' own times would make clear, the newest first. */
  List<Doubt> doubts();

  /**
   * Adds the times of the samples of such a stretch.
   *
   * @param micros in the order of time, from shortly before the stretch to shortly after it
   */
  void seen(Doubt doubt, long[] micros);
}
