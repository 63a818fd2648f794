package com.voltageems.hissrv.query.store.window;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Computed values have twelve significant digits: the last ones of a floating-point number depend
 * on the order in which a database adds, which changes from request to request. Stored values are
 * never touched. Pure.
 */
public final class Digits {
  private static final int DIGITS = 12;
  private static final MathContext CONTEXT = new MathContext(DIGITS, RoundingMode.HALF_EVEN);

  /** Powers of ten up to this one are exact. */
  private static final int EXACT = 22;

  private static final double[] POWERS = new double[EXACT + 1];

  static {
    for (int i = 0; i <= EXACT; i++) {
      POWERS[i] = Double.parseDouble("1e" + i);
    }
  }

  private Digits() {}

  /** The nearest number of twelve significant digits. */
  public static double computed(double value) {
    double size = Math.abs(value);
    if (!(size > 1e-9 && size < 1e15)) {
      return size == 0 || !Double.isFinite(value) ? value : slow(value);
    }
    int power = DIGITS - 1 - (int) Math.floor(Math.log10(size));
    double scaled = power >= 0 ? value * POWERS[power] : value / POWERS[-power];
    double whole = Math.rint(scaled);
    if (Math.abs(Math.abs(scaled - whole) - 0.5) < 1e-3) {
      // So near to the middle the multiplication's own rounding could decide.
      return slow(value);
    }
    return power >= 0 ? whole / POWERS[power] : whole * POWERS[-power];
  }

  private static double slow(double value) {
    return new BigDecimal(value).round(CONTEXT).doubleValue();
  }
}
