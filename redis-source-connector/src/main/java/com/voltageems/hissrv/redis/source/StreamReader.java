package com.voltageems.hissrv.redis.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a stream from where it stopped. An entry is either one field {@code json} with a pending
 * list's element in it, or the fields themselves, its time the field {@code timestamp} or the id.
 */
final class StreamReader implements SourceReader {
  private static final Logger log = LoggerFactory.getLogger(StreamReader.class);

  private final SourceSpec spec;
  private final RedisLink link;
  private final KeyMapper.Mapped mapped;
  private final SampleRecords records;
  private final SourceLimits limits;
  private final SourceMetrics metrics;
  private final Map<String, String> partition;
  private StreamPosition position;
  private int checkedGeneration = -1;
  private long dueNanos = System.nanoTime();

  StreamReader(
      SourceSpec spec,
      RedisLink link,
      KeyMapper mapper,
      SampleRecords records,
      SourceLimits limits,
      SourceMetrics metrics,
      @Nullable Map<String, ?> offset) {
    this.spec = spec;
    this.link = link;
    this.mapped = mapper.map(spec.key());
    this.records = records;
    this.limits = limits;
    this.metrics = metrics;
    this.partition = StreamPosition.partition(spec.key());
    this.position = StreamPosition.fromOffset(offset);
  }

  @Override
  public List<SourceRecord> read(int limit) {
    try {
      if (link.primaries() > 0 && checkedGeneration != link.generation()) {
        checkStream();
        checkedGeneration = link.generation();
      }
      List<?> entries =
          (List<?>)
              Objects.requireNonNull(
                  link.call(
                      Command.keyed(
                          "XRANGE",
                          spec.key(),
                          "(" + position.id(),
                          "+",
                          "COUNT",
                          String.valueOf(limit))));
      dueNanos = System.nanoTime() + (entries.size() < limit ? spec.pollInterval().toNanos() : 0);
      return convert(entries);
    } catch (RedisReplyException e) {
      metrics.reject(e.error().isWrongType() ? "wrong_type" : "reply");
      log.warn("Source {}: {} cannot be read: {}", spec.alias(), spec.key(), e.getMessage());
      dueNanos = System.nanoTime() + spec.pollInterval().toNanos();
      return List.of();
    }
  }

  private List<SourceRecord> convert(List<?> entries) {
    List<SourceRecord> out = new ArrayList<>(entries.size());
    for (Object each : entries) {
      List<?> entry = (List<?>) each;
      StreamPosition reached = new StreamPosition(Bytes.text((byte[]) entry.get(0)));
      Sample sample = sample((List<?>) entry.get(1), reached.epochMillis());
      Sample passed = sample == null ? null : spec.filter().apply(sample);
      if (passed != null) {
        metrics.records.increment();
        metrics.points.add(passed.points());
        out.add(records.record(passed, spec.key(), partition, reached.toOffset()));
      } else if (sample != null) {
        metrics.filtered.increment();
      }
      position = reached;
    }
    return out;
  }

  private @Nullable Sample sample(List<?> fields, long idMillis) {
    if (fields.size() == 2 && "json".equals(Bytes.text((byte[]) fields.get(0)))) {
      PendingElement parsed =
          PendingElement.parse(
              (byte[]) fields.get(1), limits.maxValueBytes(), limits.nonFinite(), idMillis);
      if (parsed.sample() == null) {
        metrics.reject("element");
      }
      return parsed.sample();
    }
    SampleBuilder builder = new SampleBuilder(mapped.names(), limits, metrics);
    long time = idMillis;
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      String name = Bytes.text((byte[]) fields.get(i));
      byte[] value = (byte[]) fields.get(i + 1);
      long asTime = name.equals("timestamp") ? ValueText.time(value) : ValueText.NO_TIME;
      if (asTime != ValueText.NO_TIME) {
        time = asTime;
      } else {
        builder.add(name, value);
      }
    }
    if (builder.isEmpty()) {
      metrics.reject("no_field");
      return null;
    }
    return builder.build(mapped.series(), time);
  }

  /**
   * A stream whose newest id is behind the position is another one: it is read from its beginning.
   */
  private void checkStream() {
    Object type = link.call(Command.keyed("TYPE", spec.key()));
    if (!(type instanceof byte[] name) || !Bytes.text(name).equals("stream")) {
      return;
    }
    List<?> info =
        (List<?>)
            Objects.requireNonNull(
                link.call(
                    new Command(
                        Bytes.of("XINFO"),
                        1,
                        new byte[][] {Bytes.of("STREAM"), Bytes.of(spec.key())})));
    for (int i = 0; i + 1 < info.size(); i += 2) {
      if (info.get(i) instanceof byte[] field
          && Bytes.text(field).equals("last-generated-id")
          && position.isAfter(new StreamPosition(Bytes.text((byte[]) info.get(i + 1))))) {
        log.warn(
            "Source {}: stream {} went back behind {}; it is read from its beginning",
            spec.alias(),
            spec.key(),
            position.id());
        metrics.indexResets.increment();
        position = StreamPosition.NONE;
        return;
      }
    }
  }

  @Override
  public long dueNanos() {
    return dueNanos;
  }

  @Override
  public void wake() {
    dueNanos = System.nanoTime();
  }
}
