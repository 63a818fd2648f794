package com.voltageems.hissrv.redis.source.hash;

import com.voltageems.hissrv.redis.source.bytes.ByteKey;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.reader.RejectReason;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.sample.Deadband;
import com.voltageems.hissrv.redis.source.sample.FieldNames;
import com.voltageems.hissrv.redis.source.sample.InternedNames;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.RegexTooSlowException;
import com.voltageems.hissrv.redis.source.sample.Sample;
import com.voltageems.hissrv.redis.source.sample.SampleBuilder;
import com.voltageems.hissrv.redis.source.sample.SampleFilter;
import com.voltageems.hissrv.redis.source.sample.SampleRecords;
import com.voltageems.hissrv.redis.source.sample.SourceLimits;
import com.voltageems.hissrv.redis.source.sample.ValueText;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of hashes that were read: of what changed, or of everything in a snapshot.
 * Remembers the last content in each {@link HashEntry}.
 */
final class HashSamples {
  /** With more keys than this, a series is built again for every record instead of being kept. */
  private static final int MAX_CACHED_SERIES = 20_000;

  private static final byte[] TIMESTAMP = Bytes.of("timestamp");

  private final KeyMapper mapper;
  private final SampleRecords records;
  private final SourceLimits limits;
  private final SourceMetrics metrics;
  private final SampleFilter filter;
  private final Deadband deadband;
  private final HashKeys keys;
  private final InternedNames fieldTexts = new InternedNames();

  HashSamples(HashSource source, ReaderContext context, HashKeys keys) {
    this.mapper = context.mapper();
    this.records = context.records();
    this.limits = context.limits();
    this.metrics = context.metrics();
    this.filter = source.common().filter();
    this.deadband = source.deadband();
    this.keys = keys;
  }

  /**
   * Adds the records of these readings.
   *
   * @param snapshot whether to give everything, changed or not
   */
  void add(List<HashReading> readings, boolean snapshot, List<SourceRecord> out) {
    for (HashReading reading : readings) {
      if (reading instanceof HashReading.Values values) {
        values(values, snapshot, out);
      } else if (reading instanceof HashReading.Unreadable unreadable) {
        unreadable(unreadable.entry(), unreadable.reason());
      }
    }
  }

  private void unreadable(HashEntry entry, HashReading.Reason reason) {
    if (reason == HashReading.Reason.AWAY) {
      // Nothing is left out: it comes when its node is back.
      return;
    }
    boolean otherType = reason == HashReading.Reason.OTHER_TYPE;
    entry.otherType = otherType;
    if (!otherType || !entry.rejected) {
      metrics.reject(otherType ? RejectReason.WRONG_TYPE : RejectReason.REPLY);
    }
    entry.rejected = otherType;
  }

  private void values(HashReading.Values reading, boolean snapshot, List<SourceRecord> out) {
    HashEntry entry = reading.entry();
    List<?> pairs = reading.pairs();
    long now = reading.nowMillis();
    entry.otherType = false;
    entry.rejected = false;
    List<?> times = reading.times();
    if (times == null && !entry.timesRejected) {
      metrics.reject(
          RejectReason.WRONG_TYPE,
          entry.timesKey(),
          "no hash, so the values of its hash get the time of their reading");
    }
    entry.timesRejected = times == null;
    int count = pairs.size() / 2;
    if (count == 0 && entry.size > 0) {
      metrics.expired.increment();
    }
    entry.size = count;
    entry.bytes = 0;
    boolean isWindow = entry.windowMillis != ValueText.NO_TIME;
    long base = isWindow ? entry.windowMillis : now;
    Changes changes = null;
    entry.state.begin(count, deadband.isActive());
    for (int i = 0; i < count; i++) {
      byte[] field = (byte[]) pairs.get(2 * i);
      byte[] value = (byte[]) pairs.get(2 * i + 1);
      entry.bytes += field.length + value.length;
      long fieldHash = Bytes.hash(field);
      boolean changed = entry.state.changed(i, fieldHash, Bytes.hash(value));
      if (Arrays.equals(field, TIMESTAMP)) {
        long time = ValueText.time(value);
        base = isWindow || time == ValueText.NO_TIME ? base : time;
        if (time == ValueText.NO_TIME && (changed || snapshot)) {
          metrics.reject(RejectReason.NO_SAMPLE);
        }
        continue;
      }
      if (snapshot) {
        entry.state.given(deadband, i, value, now);
      } else if (changed
          && deadband.isActive()
          && !entry.state.passes(deadband, i, field, value, now)) {
        metrics.filtered.increment();
        changed = false;
      }
      if (changed || snapshot) {
        if (changes == null) {
          changes = new Changes(entry, times == null ? List.of() : times);
        }
        changes.add(i, field, fieldHash, value);
      }
    }
    entry.state.end(count);
    if (changes == null) {
      metrics.unchanged.increment();
    } else {
      changes.finish(base, out);
    }
  }

  /** Changed fields of one hash, as one sample per distinct time. */
  private final class Changes {
    private final HashEntry entry;
    private final List<?> times;
    private KeyMapper.@Nullable Mapped mapped;
    private @Nullable SampleBuilder untimed;
    private final Map<Long, SampleBuilder> timed = new LinkedHashMap<>(2);

    /** The companion's times by field; used only if its fields are in another order. */
    private @Nullable Map<ByteKey, byte[]> timeOf;

    Changes(HashEntry entry, List<?> times) {
      this.entry = entry;
      this.times = times;
      try {
        this.mapped = entry.mapped != null ? entry.mapped : mapper.map(Bytes.text(entry.key));
      } catch (RegexTooSlowException e) {
        metrics.reject(RejectReason.REGEX, entry.key, String.valueOf(e.getMessage()));
      }
      if (keys.found().size() <= MAX_CACHED_SERIES) {
        entry.mapped = mapped;
      }
    }

    void add(int position, byte[] field, long fieldHash, byte[] value) {
      if (mapped == null) {
        return;
      }
      if (value.length > limits.maxValueBytes()) {
        metrics.reject(
            RejectReason.TOO_LONG, entry.key, limits.tooLong(Bytes.text(field), value.length));
        return;
      }
      ValueText parsed = ValueText.parse(value);
      long time = parsed.epochMillis();
      if (time == ValueText.NO_TIME) {
        time = companionTime(position, field);
      }
      String name = fieldTexts.of(field, fieldHash);
      if (time == ValueText.NO_TIME) {
        if (untimed == null) {
          untimed = new SampleBuilder(entry.key, mapped.names(), limits, metrics, entry.given);
        }
        untimed.add(name, parsed);
      } else {
        FieldNames names = mapped.names();
        timed
            .computeIfAbsent(time, t -> new SampleBuilder(entry.key, names, limits, metrics))
            .add(name, parsed);
      }
    }

    private long companionTime(int position, byte[] field) {
      if (times.isEmpty()) {
        return ValueText.NO_TIME;
      }
      int at = 2 * position;
      if (at + 1 < times.size() && Arrays.equals((byte[]) times.get(at), field)) {
        return ValueText.time((byte[]) times.get(at + 1));
      }
      if (timeOf == null) {
        timeOf = new HashMap<>();
        for (int i = 0; i + 1 < times.size(); i += 2) {
          timeOf.put(new ByteKey((byte[]) times.get(i)), (byte[]) times.get(i + 1));
        }
      }
      byte[] time = timeOf.get(new ByteKey(field));
      return time == null ? ValueText.NO_TIME : ValueText.time(time);
    }

    void finish(long base, List<SourceRecord> out) {
      KeyMapper.Mapped series = mapped;
      if (series == null) {
        return;
      }
      entry.given = 0;
      if (untimed != null) {
        entry.given = untimed.size();
        emit(series, untimed, base, out);
      }
      timed.forEach((time, sample) -> emit(series, sample, time, out));
    }

    private void emit(
        KeyMapper.Mapped series, SampleBuilder builder, long time, List<SourceRecord> out) {
      if (builder.isEmpty()) {
        return;
      }
      Sample sample = filter.apply(builder.build(series.series(), time));
      if (sample == null) {
        metrics.filtered.increment();
        return;
      }
      metrics.points.add(sample.points());
      for (Sample part : sample.parts(limits.maxRecordBytes())) {
        metrics.records.increment();
        out.add(records.record(part, Bytes.text(entry.key), null, null));
      }
    }
  }
}
