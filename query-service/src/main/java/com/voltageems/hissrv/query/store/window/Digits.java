package com.voltageems.hissrv.query.store.window;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Rounds computed values to twelve significant digits. The last digits of a floating-point result
 * depend on the order in which the database adds, which changes from request to request. Stored
 * values are never rounded. Pure.
 */
public final class Digits {
  private static final int DIGITS = 12;
  private static final MathContext CONTEXT = new MathContext(DIGITS, RoundingMode.HALF_EVEN);

  /** Powers of ten up to this exponent are exact. */
  private static final int EXACT = 22;

  private static final double[] POWERS = new double[EXACT + 1];

  static {
    for (int i = 0; i <= EXACT; i++) {
      POWERS[i] = Double.parseDouble("1e" + i);
    }
  }

  private Digits() {}

  /** Returns the nearest number with twelve significant digits. */
  public static double computed(double value) {
    double size = Math.abs(value);
    if (!(size > 1e-9 && size < 1e15)) {
      return size == 0 || !Double.isFinite(value) ? value : slow(value);
    }
    int power = DIGITS - 1 - (int) Math.floor(Math.log10(size));
    double scaled = power >= 0 ? value * POWERS[power] : value / POWERS[-power];
    double whole = Math.rint(scaled);
    if (Math.abs(Math.abs(scaled - whole) - 0.5) < 1e-3) {
      // This close to the middle, the rounding of the multiplication could decide.
      return slow(value);
    }
    return power >= 0 ? whole / POWERS[power] : whole * POWERS[-power];
  }

  private static double slow(double value) {
    return new BigDecimal(value).round(CONTEXT).doubleValue();
  }
}
