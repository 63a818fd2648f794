package com.voltageems.hissrv.query.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer to a {@link HistoryQuery}.
 *
 * @param truncated whether there is more than the limit let through
 * @param parts from which resolution the parts of its range are answered, in the order of time;
 *     none: all of it from the samples
 * @param expiredBefore epoch milliseconds before which the samples are gone, where the range begins
 *     earlier and that part is answered from them; null otherwise
 * @param keptInterval the windows of a coarser copy that has something of what is gone; null where
 *     none has, or nothing is gone
 */
public record HistoryAnswer(
    List<Series> series,
    boolean truncated,
    List<Part> parts,
    @Nullable Long expiredBefore,
    @Nullable String keptInterval) {
  public HistoryAnswer {
    series = List.copyOf(series);
    parts = List.copyOf(parts);
  }

  public HistoryAnswer(
      List<Series> series, boolean truncated, List<Part> parts, @Nullable Long expiredBefore) {
    this(series, truncated, parts, expiredBefore, null);
  }

  /** From the samples. */
  public HistoryAnswer(List<Series> series, boolean truncated) {
    this(series, truncated, List.of(), null);
  }

  /**
   * A part of the range.
   *
   * @param resolution the policy that keeps what it is answered from; {@code raw}: the samples
   */
  public record Part(String resolution, long startMillis, long endMillis) {
    /** What the samples are called. */
    public static final String RAW = "raw";
  }

  /** The same with other rows. */
  public HistoryAnswer with(List<Series> others) {
    return new HistoryAnswer(others, truncated, parts, expiredBefore, keptInterval);
  }

  /** The same, which tells over which windows there is more. */
  public HistoryAnswer kept(@Nullable String interval) {
    return new HistoryAnswer(series, truncated, parts, expiredBefore, interval);
  }

  /** Rows over all series. */
  public int rows() {
    return series.stream().mapToInt(one -> one.points().size()).sum();
  }
}
