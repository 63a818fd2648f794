package com.voltageems.hissrv.query.sample;

import com.voltageems.hissrv.query.function.Calculation;
import com.voltageems.hissrv.query.function.PointFunction;

/** {@code function=spread}: the largest value less the smallest. */
public final class Spread implements PointFunction {
  @Override
  public String name() {
    return "spread";
  }

  @Override
  public Calculation begin() {
    return new Calculation() {
      private double least = Double.POSITIVE_INFINITY;
      private double most = Double.NEGATIVE_INFINITY;

      @Override
      public void add(long epochMicros, double value) {
        least = Math.min(least, value);
        most = Math.max(most, value);
      }

      @Override
      public double end(long startMicros, long endMicros, long nextMicros, double nextValue) {
        double spread = most < least ? Double.NaN : most - least;
        least = Double.POSITIVE_INFINITY;
        most = Double.NEGATIVE_INFINITY;
        return spread;
      }
    };
  }
}
