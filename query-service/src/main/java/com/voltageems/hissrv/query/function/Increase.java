package com.voltageems.hissrv.query.function;

import java.time.Duration;

/**
 * The increase of a counter within a window. Each step from one point to the next belongs to the
 * window of the later point, so the windows add up to the whole range. A counter that goes down was
 * reset and counts from zero.
 *
 * @param perSecond true to divide the increase by the time that its steps took
 */
record Increase(String name, boolean perSecond) implements PointFunction {
  private static final double SECOND = 1e6;

  @Override
  public Duration lookBack() {
    return Duration.ofHours(1);
  }

  @Override
  public boolean isOfOneSeries() {
    return true;
  }

  @Override
  public String unit(String unit) {
    return perSecond ? unit + "/s" : unit;
  }

  @Override
  public Calculation begin() {
    return new Steps();
  }

  private final class Steps implements Calculation {
    private long lastTime;
    private double last = Double.NaN;
    private double sum;
    private long took;

    @Override
    public void add(long epochMicros, double value) {
      if (!Double.isNaN(last)) {
        sum += value >= last ? value - last : value;
        took += epochMicros - lastTime;
      }
      last = value;
      lastTime = epochMicros;
    }

    @Override
    public double end(long startMicros, long endMicros, long nextMicros, double nextValue) {
      double value = took == 0 ? Double.NaN : perSecond ? sum / (took / SECOND) : sum;
      sum = 0;
      took = 0;
      return value;
    }
  }
}
