package com.voltageems.hissrv.influx.metrics;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.stats.Percentiles;
import org.apache.kafka.common.metrics.stats.Percentiles.BucketSizing;

/** The distribution of values in the last minute, by Kafka's own statistics. Thread-safe. */
final class Distribution {
  private static final int BYTES = 8 * 1024;

  private final MetricConfig window =
      new MetricConfig().samples(2).timeWindow(30, TimeUnit.SECONDS);
  private final Percentiles values;
  private final LongSupplier millis;

  /**
   * Creates a distribution without values.
   *
   * @param most larger values count as this one
   * @param millis returns the current time in milliseconds
   */
  Distribution(long most, LongSupplier millis) {
    this.values = new Percentiles(BYTES, (double) most, BucketSizing.LINEAR);
    this.millis = millis;
  }

  synchronized void add(long value) {
    values.record(window, (double) value, millis.getAsLong());
  }

  /** Returns a percentile; 0 if there was no value. */
  synchronized long percentile(double percent) {
    double value = values.value(window, millis.getAsLong(), percent / 100);
    return Double.isFinite(value) ? Math.round(value) : 0;
  }
}
