package com.voltageems.hissrv.redis.source.sample;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Values of one series at one time.
 *
 * @param fields numbers by field name, all finite; owned by this sample
 * @param texts values that are not numbers, by field name; may be empty
 * @param epochMillis time of the sample
 * @param nanos nanoseconds beyond that millisecond: 0 to 999,999
 */
public record Sample(
    Series series,
    Map<String, Double> fields,
    Map<String, String> texts,
    long epochMillis,
    int nanos) {
  static final int NANOS_PER_MILLI = 1_000_000;

  public Sample {
    if (nanos < 0 || nanos >= NANOS_PER_MILLI) {
      throw new IllegalArgumentException(nanos + " ns are not within a millisecond");
    }
  }

  /** Creates a sample at a whole millisecond. */
  public Sample(
      Series series, Map<String, Double> fields, Map<String, String> texts, long epochMillis) {
    this(series, fields, texts, epochMillis, 0);
  }

  /** Returns the same values, this many nanoseconds after the sample's millisecond. */
  public Sample within(int nanosOfMilli) {
    return nanosOfMilli == nanos
        ? this
        : new Sample(series, fields, texts, epochMillis, nanosOfMilli);
  }

  /**
   * Bytes of a number and the punctuation around it, as JSON: {@code "":-1.2345678901234567E-300,}.
   */
  private static final int NUMBER_BYTES = 28;

  public boolean isEmpty() {
    return fields.isEmpty() && texts.isEmpty();
  }

  public int points() {
    return fields.size() + texts.size();
  }

  /**
   * Returns this sample, or, if it is too large for one record, several samples that together have
   * its values. Kafka ends the task if a record exceeds what the producer (max.request.size) or the
   * topic (max.message.bytes) takes.
   *
   * @param maxBytes approximate limit for the bytes of a record's value as JSON
   */
  public List<Sample> parts(int maxBytes) {
    // Nearly all samples are small, so their field names need not be measured.
    if (texts.isEmpty() && fields.size() < maxBytes / 256) {
      return List.of(this);
    }
    List<Sample> parts = new ArrayList<>();
    Sample part = empty();
    int bytes = 0;
    for (Map.Entry<String, Double> field : fields.entrySet()) {
      int more = jsonBytes(field.getKey()) + NUMBER_BYTES;
      if (bytes + more > maxBytes && !part.isEmpty()) {
        parts.add(part);
        part = empty();
        bytes = 0;
      }
      part.fields().put(field.getKey(), field.getValue());
      bytes += more;
    }
    for (Map.Entry<String, String> text : texts.entrySet()) {
      int more = jsonBytes(text.getKey()) + jsonBytes(text.getValue());
      if (bytes + more > maxBytes && !part.isEmpty()) {
        parts.add(part);
        part = empty();
        bytes = 0;
      }
      part.texts().put(text.getKey(), text.getValue());
      bytes += more;
    }
    if (parts.isEmpty()) {
      return List.of(this);
    }
    parts.add(part);
    return parts;
  }

  private Sample empty() {
    return new Sample(series, new HashMap<>(), new HashMap<>(), epochMillis, nanos);
  }

  private static int jsonBytes(String text) {
    int bytes = 6;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      bytes += c < 0x20 ? 6 : c == '"' || c == '\\' ? 2 : c < 0x80 ? 1 : 3;
    }
    return bytes;
  }
}
