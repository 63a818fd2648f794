package com.voltageems.hissrv.influx.metrics;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.stats.Percentiles;
import org.apache.kafka.common.metrics.stats.Percentiles.BucketSizing;

/**
 * How values were distributed in the last minute, by Kafka's own statistics. Safe for use by
 * several threads.
 */
final class Distribution {
  private static final int BYTES = 8 * 1024;

  private final MetricConfig window =
      new MetricConfig().samples(2).timeWindow(30, TimeUnit.SECONDS);
  private final Percentiles values;
  private final LongSupplier millis;

  /**
   * Without a value yet.
   *
   * @param most values above it count as this
   * @param millis a clock
   */
  Distribution(long most, LongSupplier millis) {
    this.values = new Percentiles(BYTES, (double) most, BucketSizing.LINEAR);
    this.millis = millis;
  }

  synchronized void add(long value) {
    values.record(window, (double) value, millis.getAsLong());
  }

  /** 0 when there was none. */
  synchronized long percentile(double percent) {
    double value = values.value(window, millis.getAsLong(), percent / 100);
    return Double.isFinite(value) ? Math.round(value) : 0;
  }
}
