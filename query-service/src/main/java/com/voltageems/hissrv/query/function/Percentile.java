package com.voltageems.hissrv.query.function;

import java.util.Arrays;

/**
 * The value below which the given part of a window's values lies. The values are sorted, and the
 * result is interpolated between the two ranks nearest to (n - 1) * part (definition 7 of Hyndman
 * and Fan, as in spreadsheets). The median is the percentile with part 0.5.
 *
 * @param part from 0 to 1
 */
public record Percentile(String name, double part) implements PointFunction {
  public Percentile {
    if (!(part >= 0 && part <= 1)) {
      throw new IllegalArgumentException("a percentile of " + part);
    }
  }

  @Override
  public boolean keepsPoints() {
    return true;
  }

  @Override
  public Calculation begin() {
    return new Sorting();
  }

  private final class Sorting implements Calculation {
    private double[] values = new double[64];
    private int count;

    @Override
    public void add(long epochMicros, double value) {
      if (count == values.length) {
        values = Arrays.copyOf(values, count * 2);
      }
      values[count++] = value;
    }

    @Override
    public double end(long startMicros, long endMicros, long nextMicros, double nextValue) {
      if (count == 0) {
        return Double.NaN;
      }
      Arrays.sort(values, 0, count);
      double rank = (count - 1) * part;
      int below = (int) Math.floor(rank);
      int above = Math.min(below + 1, count - 1);
      double value = values[below] + (values[above] - values[below]) * (rank - below);
      count = 0;
      return value;
    }
  }
}
