package com.voltageems.hissrv.redis.source.sample;

import com.voltageems.hissrv.redis.source.reader.RejectReason;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import java.util.HashMap;
import java.util.Map;

/** Collects the fields of one sample, and applies the rules for numbers and texts. */
public final class SampleBuilder {
  /** Most characters of a field's name; databases refuse names of many kilobytes. */
  private static final int MAX_NAME = 4096;

  private final byte[] key;
  private final FieldNames names;
  private final SourceLimits limits;
  private final SourceMetrics metrics;
  private final Map<String, Double> numbers;
  private Map<String, String> texts = Map.of();

  public SampleBuilder(byte[] key, FieldNames names, SourceLimits limits, SourceMetrics metrics) {
    this(key, names, limits, metrics, 0);
  }

  /**
   * Starts a sample.
   *
   * @param key the Redis key or channel that its fields come from
   * @param expected approximate number of numbers in the sample
   */
  public SampleBuilder(
      byte[] key, FieldNames names, SourceLimits limits, SourceMetrics metrics, int expected) {
    this.key = key;
    this.numbers = new HashMap<>(Math.max(16, expected * 4 / 3 + 1));
    this.names = names;
    this.limits = limits;
    this.metrics = metrics;
  }

  /** Adds a field, renames it, or leaves it out and counts why. */
  public void add(String field, byte[] value) {
    if (value.length > limits.maxValueBytes()) {
      metrics.reject(RejectReason.TOO_LONG, key, limits.tooLong(field, value.length));
      return;
    }
    add(field, ValueText.parse(value));
  }

  public void add(String field, ValueText value) {
    if (field.length() > MAX_NAME) {
      metrics.reject(
          RejectReason.TOO_LONG, key, "a field's name has " + field.length() + " characters");
      return;
    }
    String name = names.of(field);
    if (name == null) {
      metrics.filtered.increment();
      return;
    }
    switch (value.kind()) {
      case NUMBER -> {
        numbers.put(name, value.number());
        if (value.text() != null) {
          metrics.rounded.increment();
        }
      }
      case NON_FINITE -> {
        if (limits.nonFinite() == NonFinite.TEXT) {
          text(name, String.valueOf(value.text()));
        } else {
          metrics.reject(RejectReason.NON_FINITE);
        }
      }
      case TEXT -> text(name, String.valueOf(value.text()));
    }
    if (value.source() != null && !value.source().isEmpty()) {
      text(name + "_source", value.source());
    }
  }

  private void text(String name, String value) {
    if (texts.isEmpty()) {
      texts = new HashMap<>();
    }
    texts.put(name, value);
  }

  /** Returns how many numbers there are. */
  public int size() {
    return numbers.size();
  }

  public boolean isEmpty() {
    return numbers.isEmpty() && texts.isEmpty();
  }

  public Sample build(Series series, long epochMillis) {
    return new Sample(series, numbers, texts, epochMillis);
  }
}
