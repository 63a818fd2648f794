package com.voltageems.hissrv.redis.source.stream;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.reader.RejectReason;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.PendingElement;
import com.voltageems.hissrv.redis.source.sample.Sample;
import com.voltageems.hissrv.redis.source.sample.SampleBuilder;
import com.voltageems.hissrv.redis.source.sample.SourceLimits;
import com.voltageems.hissrv.redis.source.sample.ValueText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Converts the entries of a stream to samples. An entry is either one field {@code json} that
 * contains the element of a pending list, or the fields themselves. What is left out is counted.
 */
final class StreamSamples {
  private static final String JSON = "json";
  private static final String TIMESTAMP = "timestamp";

  private final byte[] key;
  private final KeyMapper.Mapped mapped;
  private final SourceLimits limits;
  private final SourceMetrics metrics;

  /**
   * @param key the stream
   */
  StreamSamples(byte[] key, KeyMapper.Mapped mapped, SourceLimits limits, SourceMetrics metrics) {
    this.key = key;
    this.mapped = mapped;
    this.limits = limits;
    this.metrics = metrics;
  }

  /**
   * Returns one sample; several if values have their own times; none if the entry contains none.
   *
   * @param idMillis time for values that have none
   * @param idNanos nanoseconds beyond that millisecond
   */
  List<Sample> of(List<?> fields, long idMillis, int idNanos) {
    return fields.size() == 2 && JSON.equals(Bytes.text((byte[]) fields.get(0)))
        ? element((byte[]) fields.get(1), idMillis, idNanos)
        : plain(fields, idMillis, idNanos);
  }

  private List<Sample> element(byte[] json, long idMillis, int idNanos) {
    PendingElement parsed =
        PendingElement.parse(json, limits.maxValueBytes(), limits.nonFinite(), idMillis);
    metrics.reject(RejectReason.NON_FINITE, parsed.nonFinite());
    metrics.rounded.add(parsed.rounded());
    if (parsed.sample() == null) {
      metrics.reject(
          RejectReason.ELEMENT,
          key,
          "the json of an entry is not a sample: " + Objects.requireNonNull(parsed.fault()).text());
      return List.of();
    }
    return List.of(parsed.timed() ? parsed.sample() : parsed.sample().within(idNanos));
  }

  private List<Sample> plain(List<?> fields, long idMillis, int idNanos) {
    long base = idMillis;
    int nanos = idNanos;
    SampleBuilder untimed = builder();
    Map<Long, SampleBuilder> timed = new LinkedHashMap<>(2);
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      String name = Bytes.text((byte[]) fields.get(i));
      byte[] value = (byte[]) fields.get(i + 1);
      if (name.equals(TIMESTAMP)) {
        long own = ValueText.time(value);
        if (own == ValueText.NO_TIME) {
          metrics.reject(RejectReason.NO_SAMPLE);
        } else {
          base = own;
          nanos = 0;
        }
      } else if (value.length > limits.maxValueBytes()) {
        metrics.reject(RejectReason.TOO_LONG, key, limits.tooLong(name, value.length));
      } else {
        ValueText parsed = ValueText.parse(value);
        long time = parsed.epochMillis();
        SampleBuilder builder =
            time == ValueText.NO_TIME ? untimed : timed.computeIfAbsent(time, millis -> builder());
        builder.add(name, parsed);
      }
    }
    List<Sample> samples = new ArrayList<>(1);
    build(untimed, base, nanos, samples);
    timed.forEach((time, builder) -> build(builder, time, 0, samples));
    if (samples.isEmpty()) {
      metrics.reject(RejectReason.NO_FIELD);
    }
    return samples;
  }

  private SampleBuilder builder() {
    return new SampleBuilder(key, mapped.names(), limits, metrics);
  }

  private void build(SampleBuilder builder, long time, int nanos, List<Sample> samples) {
    if (!builder.isEmpty()) {
      samples.add(builder.build(mapped.series(), time).within(nanos));
    }
  }
}
