package com.voltageems.hissrv.query.completeness;

import com.voltageems.hissrv.query.store.RowSink;
import java.util.List;

/**
 * Takes the samples of series: the time of each, or how many there were where nobody tells when.
 * Those of a series come in the order of time. For one thread.
 */
public interface SampleSink extends RowSink {
  /** What is known of a range. */
  enum Known {
    /** When each sample came. */
    TIMES,
    /** How many there were. */
    COUNTS,
    /**
     * How many there were of numbers. A series of which none is counted may have had texts or
     * flags, which are gone.
     */
    COUNTS_OF_NUMBERS,
    /** How many there were, in windows too long to tell how many were to be expected. */
    COUNTS_ONLY,
    /** Nothing: samples are gone, though some may be there still. */
    NOTHING
  }

  /** What comes from now on is of this range. */
  void range(long startMillis, long endMillis, Known known);

  /**
   * So many samples of a series in a window of a range that is counted.
   *
   * @param key its tags
   * @param samples more than none
   */
  void count(List<String> key, long startMillis, long endMillis, long samples);

  /**
   * A stretch of windows of one series that lack samples, of which the copy does not tell when.
   *
   * @param stepMicros its usual step there
   */
  record Doubt(List<String> key, long startMillis, long endMillis, long stepMicros) {
    public Doubt {
      key = List.copyOf(key);
    }
  }

  /** What the samples' own times would tell better: the newest first. */
  List<Doubt> doubts();

  /**
   * When the samples of such a stretch came.
   *
   * @param micros in order; from shortly before it to shortly after it
   */
  void seen(Doubt doubt, long[] micros);
}
