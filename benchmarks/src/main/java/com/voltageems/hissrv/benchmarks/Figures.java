package com.voltageems.hissrv.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Printing and waiting for all benchmarks. */
public final class Figures {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private Figures() {}

  /** Prints a figure as one line: name, value, unit. */
  public static void print(String name, double value, String unit) {
    System.out.printf(Locale.ROOT, "%s %.3f %s%n", name, value, unit);
  }

  /** Prints as a comment what is measured next. */
  public static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, "# " + format + "%n", values);
  }

  public static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  public static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("waited " + LIMIT.toSeconds() + " s for " + what);
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
