package com.voltageems.hissrv.query.store.window;

import java.util.List;

/** Windows of equal length, aligned to the epoch in UTC: window n is [n * length, ...). */
public record FixedWindows(long lengthMillis) implements Windows {
  public FixedWindows {
    if (lengthMillis <= 0) {
      throw new IllegalArgumentException("a window of " + lengthMillis + " ms");
    }
  }

  @Override
  public long floor(long epochMillis) {
    return Math.floorDiv(epochMillis, lengthMillis) * lengthMillis;
  }

  @Override
  public long next(long epochMillis) {
    return floor(epochMillis) + lengthMillis;
  }

  @Override
  public List<Run> runs(long startMillis, long endMillis) {
    long start = floor(startMillis);
    return List.of(new Run(start, lengthMillis, (ceil(endMillis) - start) / lengthMillis));
  }

  @Override
  public long longestMillis() {
    return lengthMillis;
  }

  @Override
  public long shortestMillis() {
    return lengthMillis;
  }
}
