package com.voltageems.hissrv.query.store.window;

import java.util.List;

/** A whole range as one window. */
public record OneWindow(long startMillis, long endMillis) implements Windows {
  public OneWindow {
    if (endMillis <= startMillis) {
      throw new IllegalArgumentException("the end is not after the start");
    }
  }

  @Override
  public long floor(long epochMillis) {
    return startMillis;
  }

  @Override
  public long next(long epochMillis) {
    return endMillis;
  }

  @Override
  public List<Run> runs(long start, long end) {
    return List.of(new Run(startMillis, longestMillis(), 1));
  }

  @Override
  public long longestMillis() {
    return endMillis - startMillis;
  }

  @Override
  public long shortestMillis() {
    return longestMillis();
  }
}
