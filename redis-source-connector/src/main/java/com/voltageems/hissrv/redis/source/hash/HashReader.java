package com.voltageems.hissrv.redis.source.hash;

import com.voltageems.hissrv.redis.source.bytes.ByteKey;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.config.SourceSpec;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads the hashes behind some key patterns again and again, and gives what changed.
 *
 * <p>Keys are looked for by SCAN from time to time, read by pipelined HGETALL at every poll
 * interval with Redis's clock in the same round trip. A reading in which nothing changed makes no
 * record. No position is kept: the first reading gives everything.
 */
public final class HashReader implements SourceReader, HashFetch.Target {
  private static final int MAX_KEYS_A_CHUNK = 500;

  /**
   * Redis answers the commands of a pipeline one after another, and other clients wait meanwhile:
   * this many take it about 3 ms.
   */
  private static final int MAX_FIELDS_A_CHUNK = 12_500;

  private static final long MAX_BYTES_A_CHUNK = 4L << 20;

  /** Hashes of a chunk that were never read: nobody knows yet how long their values are. */
  private static final int MAX_NEW_KEYS_A_CHUNK = 50;

  /** Above this many keys their series are built anew for every record instead of being kept. */
  private static final int MAX_CACHED_SERIES = 20_000;

  /** Chunks without a record, before poll is given a chance to return. */
  private static final int MAX_CHUNKS = 20;

  private static final int MAX_ANNOUNCED = 100_000;

  /** Far enough for a program's life, near enough for the arithmetic of nanoTime. */
  private static final Duration FAR = Duration.ofDays(10_000);

  private static final byte[] TIMESTAMP = Bytes.of("timestamp");
  private final SourceSpec spec;
  private final KeyMapper mapper;
  private final SampleRecords records;
  private final SourceLimits limits;
  private final SourceMetrics metrics;

  /** Whether passes come only when {@link #wake} asks for one. */
  private final boolean onDemand;

  /**
   * Not for a repair: what comes as a message meanwhile is newer, perhaps within the same
   * millisecond, and must not be given before it. Not in a cluster, where times are read after the
   * values, and soon: see HashFetch.
   */
  private final boolean readsAhead;

  private final SampleFilter filter;
  private final Deadband deadband;

  private final HashKeys keys;
  private final HashFetch fetch;
  private final InternedNames fieldTexts = new InternedNames();

  /** Keys that somebody announced as written: read before anything else. */
  private final Map<ByteKey, HashEntry> announced = new LinkedHashMap<>();

  /** Found and not given yet: it stays when Redis goes away in the middle of a chunk. */
  private List<SourceRecord> pending = new ArrayList<>();

  private long nextDiscoveryNanos = System.nanoTime();

  /** The pass's first entry that was not given yet; -1 between two passes. */
  private int nextEntry = -1;

  /**
   * The chunk that begins at {@code nextEntry}, if it was asked for: Redis works on it while
   * Connect converts and sends what was given before.
   */
  private @Nullable Chunk ahead;

  private boolean snapshot;

  /** Woken in the middle of a pass: another one follows at once. */
  private boolean again;

  private long nextSnapshotNanos;
  private long passStartNanos;
  private long dueNanos = System.nanoTime();

  public HashReader(
      SourceSpec spec,
      RedisLink link,
      KeyMapper mapper,
      SampleRecords records,
      SourceLimits limits,
      SourceMetrics metrics,
      int task,
      int tasks,
      boolean onDemand) {
    this.spec = spec;
    this.mapper = mapper;
    this.records = records;
    this.limits = limits;
    this.metrics = metrics;
    this.onDemand = onDemand;
    this.readsAhead = !onDemand && !link.isCluster();
    this.keys = new HashKeys(spec.patterns(), link, metrics, task, tasks);
    this.fetch = new HashFetch(link);
    this.filter = spec.filter();
    this.deadband = spec.deadband();
    this.nextSnapshotNanos = System.nanoTime() + spec.snapshotInterval().toNanos();
    if (onDemand) {
      dueNanos += FAR.toNanos();
    }
  }

  @Override
  public List<SourceRecord> read(int limit) {
    for (int chunk = 0; pending.isEmpty() && chunk < MAX_CHUNKS; chunk++) {
      if (!announced.isEmpty()) {
        readAnnounced(Math.min(limit, MAX_KEYS_A_CHUNK));
        continue;
      }
      if (nextEntry < 0 && !beginPass()) {
        return List.of();
      }
      if (keys.isUnderWay()) {
        discover();
      } else {
        readChunk(Math.min(limit, MAX_KEYS_A_CHUNK));
      }
    }
    List<SourceRecord> out = pending;
    pending = new ArrayList<>();
    return out;
  }

  private boolean beginPass() {
    long now = System.nanoTime();
    if (now - dueNanos < 0) {
      return false;
    }
    passStartNanos = now;
    nextEntry = 0;
    long snapshotNanos = spec.snapshotInterval().toNanos();
    // A pass on demand repairs a gap: what was given meanwhile came by other ways, so that a value
    // equal to the one last seen here may be news all the same.
    snapshot = onDemand || (snapshotNanos > 0 && now - nextSnapshotNanos >= 0);
    if (snapshot) {
      nextSnapshotNanos = now + snapshotNanos;
    }
    if (now - nextDiscoveryNanos >= 0) {
      keys.begin();
    }
    return true;
  }

  private void discover() {
    keys.step();
    if (!keys.isUnderWay()) {
      nextDiscoveryNanos = System.nanoTime() + spec.discoveryInterval().toNanos();
    }
  }

  /** Reads a hash as soon as possible, and gives what changed in it. */
  public void announce(byte[] key) {
    ByteKey name = new ByteKey(key);
    HashEntry entry = keys.announced(name);
    if (announced.size() < MAX_ANNOUNCED) {
      announced.put(name, entry);
    } else {
      wake();
    }
  }

  private void readAnnounced(int maxKeys) {
    List<HashEntry> first = announced.values().stream().limit(maxKeys).toList();
    keys.learnSizes(first);
    List<HashEntry> chunk = new ArrayList<>();
    addChunk(chunk, first, 0, maxKeys);
    boolean inSnapshot = snapshot;
    snapshot = false;
    try {
      HashFetch.Reading reading = fetch.begin(chunk);
      reading.await();
      reading.tell(this);
    } finally {
      snapshot = inSnapshot;
    }
    chunk.forEach(entry -> announced.remove(new ByteKey(entry.key)));
  }

  private void readChunk(int maxKeys) {
    Chunk chunk = ahead == null || ahead.reading.isLost() ? begin(nextEntry, maxKeys) : ahead;
    // Should Redis go away now, the chunk is read again: nextEntry still tells where it begins.
    ahead = null;
    chunk.reading.await();
    boolean last = chunk.end >= keys.found().size();
    Chunk following = readsAhead && !last ? begin(chunk.end, maxKeys) : null;
    chunk.reading.tell(this);
    ahead = following;
    nextEntry = chunk.end;
    if (last) {
      endPass();
      if (readsAhead && beginPass() && !keys.isUnderWay()) {
        // The next pass is due already.
        ahead = begin(0, maxKeys);
      }
    }
  }

  /**
   * Some hashes that are being read.
   *
   * @param end the first entry after them
   */
  private record Chunk(HashFetch.Reading reading, int end) {}

  private Chunk begin(int start, int maxKeys) {
    List<HashEntry> chunk = new ArrayList<>(maxKeys);
    int end = addChunk(chunk, keys.found(), start, maxKeys);
    chunk.removeIf(entry -> entry.otherType && !snapshot);
    return new Chunk(fetch.begin(chunk), end);
  }

  /**
   * Adds as many entries as are to be read together, at least one.
   *
   * @return where the next chunk begins
   */
  private static int addChunk(List<HashEntry> chunk, List<HashEntry> from, int start, int maxKeys) {
    int fields = 0;
    long bytes = 0;
    int fresh = 0;
    int at = start;
    while (at < from.size() && chunk.size() < maxKeys) {
      HashEntry entry = from.get(at);
      fields += Math.max(entry.size, 16) * (entry.hasTimes ? 2 : 1);
      bytes += Math.max(entry.bytes, 0);
      fresh += entry.bytes < 0 ? 1 : 0;
      boolean full =
          fields > MAX_FIELDS_A_CHUNK || bytes > MAX_BYTES_A_CHUNK || fresh > MAX_NEW_KEYS_A_CHUNK;
      if (full && !chunk.isEmpty()) {
        break;
      }
      chunk.add(entry);
      at++;
    }
    return at;
  }

  private void endPass() {
    nextEntry = -1;
    snapshot = false;
    if (again) {
      again = false;
      wake();
    } else if (onDemand) {
      dueNanos = System.nanoTime() + FAR.toNanos();
    } else {
      dueNanos = passStartNanos + spec.pollInterval().toNanos();
    }
  }

  @Override
  public void unreadable(HashEntry entry, boolean otherType) {
    entry.otherType = otherType;
    if (!otherType || !entry.rejected) {
      metrics.reject(otherType ? "wrong_type" : "reply");
    }
    entry.rejected = otherType;
  }

  @Override
  public void values(HashEntry entry, List<?> pairs, List<?> times, long now) {
    entry.otherType = false;
    entry.rejected = false;
    int count = pairs.size() / 2;
    if (count == 0 && entry.size > 0) {
      metrics.expired.increment();
    }
    entry.size = count;
    entry.bytes = 0;
    long base = now;
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
        base = time == ValueText.NO_TIME ? base : time;
        if (time == ValueText.NO_TIME && (changed || snapshot)) {
          metrics.reject("no_sample");
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
          changes = new Changes(entry, times);
        }
        changes.add(i, field, fieldHash, value);
      }
    }
    entry.state.end(count);
    if (changes == null) {
      metrics.unchanged.increment();
    } else {
      changes.finish(base);
    }
  }

  /** The changed fields of one hash, as one sample for every distinct time. */
  private final class Changes {
    private final HashEntry entry;
    private final List<?> times;
    private KeyMapper.@Nullable Mapped mapped;
    private @Nullable SampleBuilder untimed;
    private final Map<Long, SampleBuilder> timed = new LinkedHashMap<>(2);

    /** The companion's times by field; only where its fields stand in another order. */
    private @Nullable Map<ByteKey, byte[]> timeOf;

    Changes(HashEntry entry, List<?> times) {
      this.entry = entry;
      this.times = times;
      try {
        this.mapped = entry.mapped != null ? entry.mapped : mapper.map(Bytes.text(entry.key));
      } catch (RegexTooSlowException e) {
        metrics.reject("regex");
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
        metrics.reject("too_long");
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
          untimed = new SampleBuilder(mapped.names(), limits, metrics, entry.given);
        }
        untimed.add(name, parsed);
      } else {
        FieldNames names = mapped.names();
        timed
            .computeIfAbsent(time, t -> new SampleBuilder(names, limits, metrics))
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

    void finish(long base) {
      KeyMapper.Mapped series = mapped;
      if (series == null) {
        return;
      }
      entry.given = 0;
      if (untimed != null) {
        entry.given = untimed.size();
        emit(series, untimed, base);
      }
      timed.forEach((time, sample) -> emit(series, sample, time));
    }

    private void emit(KeyMapper.Mapped series, SampleBuilder builder, long time) {
      if (builder.isEmpty()) {
        return;
      }
      Sample sample = filter.apply(builder.build(series.series(), time));
      if (sample == null) {
        metrics.filtered.increment();
        return;
      }
      metrics.points.add(sample.points());
      for (Sample part : sample.parts()) {
        metrics.records.increment();
        pending.add(records.record(part, Bytes.text(entry.key), null, null));
      }
    }
  }

  @Override
  public long dueNanos() {
    return nextEntry >= 0 || !announced.isEmpty() ? System.nanoTime() : dueNanos;
  }

  @Override
  public void wake() {
    // What the running pass has read already is read once more after it.
    again = nextEntry >= 0;
    dueNanos = System.nanoTime();
    nextDiscoveryNanos = dueNanos;
  }
}
