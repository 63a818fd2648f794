package com.voltageems.hissrv.query.function;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * The area under the curve, in value times hours: kW become kWh. Between two points the curve is a
 * straight line. It is cut at the boundaries of windows, so the windows add up to the whole range.
 * A silence longer than an hour contributes nothing.
 */
record Integral(String name) implements PointFunction {
  private static final Duration LONGEST_STEP = Duration.ofHours(1);
  private static final double HOUR = 3.6e9;
  private static final Pattern POWERS = Pattern.compile("[mkMG]?(W|VA|var|A)");

  @Override
  public Duration lookBack() {
    return LONGEST_STEP;
  }

  @Override
  public Duration lookAhead() {
    return LONGEST_STEP;
  }

  @Override
  public boolean isOfOneSeries() {
    return true;
  }

  /** Returns kWh for kW, and °C·h for °C. */
  @Override
  public String unit(String unit) {
    return POWERS.matcher(unit).matches() ? unit + "h" : unit + "·h";
  }

  @Override
  public Calculation begin() {
    return new Area();
  }

  private static final class Area implements Calculation {
    private long lastTime;
    private double last = Double.NaN;
    private double area;
    private boolean any;

    @Override
    public void add(long epochMicros, double value) {
      step(epochMicros, value);
      last = value;
      lastTime = epochMicros;
    }

    private void step(long time, double value) {
      // The end of the window has already stepped to a point at its boundary.
      if (!Double.isNaN(last) && time > lastTime && isBridged(time)) {
        area += (last + value) / 2 * ((time - lastTime) / HOUR);
        any = true;
      }
    }

    private boolean isBridged(long nextMicros) {
      return nextMicros - lastTime <= LONGEST_STEP.toNanos() / 1000;
    }

    @Override
    public double end(long startMicros, long endMicros, long nextMicros, double nextValue) {
      if (nextMicros != NONE && isBridged(nextMicros) && !Double.isNaN(last)) {
        double part = (double) (endMicros - lastTime) / (nextMicros - lastTime);
        double there = last + (nextValue - last) * part;
        step(endMicros, there);
        last = there;
        lastTime = endMicros;
      } else {
        last = Double.NaN;
      }
      double value = any ? area : Double.NaN;
      area = 0;
      any = false;
      return value;
    }
  }
}
