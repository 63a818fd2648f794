package com.voltageems.hissrv.query.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a {@link HistoryQuery}.
 *
 * @param truncated true if there are more rows than the limit allows
 * @param parts the resolution that answers each part of the range, in the order of time; empty if
 *     the samples answer the whole range
 * @param expiredBefore epoch milliseconds before which the samples have expired, if the range
 *     begins earlier and that part is answered from the samples; null otherwise
 * @param keptInterval the window length of a coarser copy that still has some of the expired data;
 *     null if no copy has any or nothing has expired
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

  /** Creates an answer that comes from the samples alone. */
  public HistoryAnswer(List<Series> series, boolean truncated) {
    this(series, truncated, List.of(), null);
  }

  /**
   * A part of the range.
   *
   * @param resolution name of the policy whose data answers this part; {@code raw} for the samples
   */
  public record Part(String resolution, long startMillis, long endMillis) {
    /** Name of the samples in {@code resolution}. */
    public static final String RAW = "raw";
  }

  /** Returns the same answer with other rows. */
  public HistoryAnswer with(List<Series> others) {
    return new HistoryAnswer(others, truncated, parts, expiredBefore, keptInterval);
  }

  /** Returns the same answer with this {@code keptInterval}. */
  public HistoryAnswer kept(@Nullable String interval) {
    return new HistoryAnswer(series, truncated, parts, expiredBefore, interval);
  }

  /** Returns the number of rows over all series. */
  public int rows() {
    return series.stream().mapToInt(one -> one.points().size()).sum();
  }
}
