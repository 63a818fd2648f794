package com.voltageems.hissrv.redis.source;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads the hashes behind some key patterns again and again, and gives what changed.
 *
 * <p>Keys are looked for by SCAN from time to time, read by pipelined HGETALL at every poll
 * interval with Redis's clock in the same round trip. A reading in which nothing changed makes no
 * record. No position is kept: the first reading gives everything.
 */
final class HashReader implements SourceReader {
  private static final int MAX_KEYS_A_CHUNK = 500;
  private static final int MAX_FIELDS_A_CHUNK = 30_000;

  /** Above this many keys their series are built anew for every record instead of being kept. */
  private static final int MAX_CACHED_SERIES = 20_000;

  /** Chunks without a record, before poll is given a chance to return. */
  private static final int MAX_CHUNKS = 20;

  private static final int MAX_ANNOUNCED = 100_000;

  /** Far enough for a program's life, near enough for the arithmetic of nanoTime. */
  private static final Duration FAR = Duration.ofDays(10_000);

  private static final byte[] TIMESTAMP = Bytes.of("timestamp");
  private static final byte[] TS = Bytes.of(":ts");
  private static final byte[] RAW = Bytes.of(":raw");
  private static final Command TIME = Command.of("TIME");
  private static final Command MULTI = Command.of("MULTI");
  private static final Command EXEC = Command.of("EXEC");

  private final SourceSpec spec;
  private final RedisLink link;
  private final KeyMapper mapper;
  private final SampleRecords records;
  private final SourceLimits limits;
  private final SourceMetrics metrics;
  private final int task;
  private final int tasks;

  /** Whether passes come only when {@link #wake} asks for one. */
  private final boolean onDemand;

  private final SampleFilter filter;
  private final Damping damping;

  private final Map<Key, Entry> known = new HashMap<>();
  private List<Entry> entries = List.of();

  /** Keys that somebody announced as written: read before anything else. */
  private final Map<Key, Entry> announced = new LinkedHashMap<>();

  private final Deque<SourceRecord> pending = new ArrayDeque<>();

  private final Deque<KeyScan> scans = new ArrayDeque<>();
  private int discovery;
  private boolean discovering;
  private long nextDiscoveryNanos = System.nanoTime();
  private int nextEntry = -1;
  private boolean snapshot;

  /** Woken in the middle of a pass: another one follows at once. */
  private boolean again;

  private long nextSnapshotNanos;
  private long passStartNanos;
  private long dueNanos = System.nanoTime();

  HashReader(
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
    this.link = link;
    this.mapper = mapper;
    this.records = records;
    this.limits = limits;
    this.metrics = metrics;
    this.task = task;
    this.tasks = tasks;
    this.onDemand = onDemand;
    this.filter = spec.filter();
    this.damping = spec.damping();
    this.nextSnapshotNanos = System.nanoTime() + spec.snapshotInterval().toNanos();
  }

  /** A key as a map's key. */
  private static final class Key {
    private final byte[] bytes;
    private final int hash;

    Key(byte[] bytes) {
      this.bytes = bytes;
      this.hash = Arrays.hashCode(bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private static final class Entry {
    final byte[] key;
    final HashState state = new HashState();
    int seenIn;
    int size;
    boolean hasTimes;
    boolean otherType;
    KeyMapper.@Nullable Mapped mapped;

    Entry(byte[] key) {
      this.key = key;
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
      if (discovering) {
        discover();
      } else {
        readChunk(Math.min(limit, MAX_KEYS_A_CHUNK));
      }
    }
    List<SourceRecord> out = new ArrayList<>(Math.min(limit, pending.size()));
    while (out.size() < limit && !pending.isEmpty()) {
      out.add(pending.remove());
    }
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
      discovering = true;
      discovery++;
      scans.clear();
      for (String pattern : spec.patterns()) {
        scans.add(new KeyScan(link, pattern));
      }
    }
    return true;
  }

  private void discover() {
    KeyScan scan = scans.peek();
    if (scan != null) {
      if (scan.step(this::found)) {
        scans.remove();
      }
      return;
    }
    known.values().removeIf(entry -> entry.seenIn != discovery);
    List<Entry> all = new ArrayList<>(known.values());
    for (int from = 0; from < all.size(); from += MAX_KEYS_A_CHUNK) {
      List<Entry> some = all.subList(from, Math.min(all.size(), from + MAX_KEYS_A_CHUNK));
      List<@Nullable Object> exist =
          link.pipeline(
              some.stream()
                  .map(entry -> Command.keyed("EXISTS", Bytes.concat(entry.key, TS)))
                  .toList());
      for (int i = 0; i < some.size(); i++) {
        some.get(i).hasTimes = Long.valueOf(1).equals(exist.get(i));
      }
    }
    entries = all;
    metrics.keys.set(all.size());
    discovering = false;
    nextDiscoveryNanos = System.nanoTime() + spec.discoveryInterval().toNanos();
  }

  private void found(byte[] key) {
    if (Bytes.endsWith(key, TS)
        || Bytes.endsWith(key, RAW)
        || !Slices.isMine(Slices.of(key, 0), task, tasks)) {
      return;
    }
    known.computeIfAbsent(new Key(key), k -> new Entry(k.bytes)).seenIn = discovery;
  }

  /** Reads a hash as soon as possible, and gives what changed in it. */
  void announce(byte[] key) {
    Key name = new Key(key);
    Entry entry = known.get(name);
    if (entry == null) {
      entry = new Entry(key);
      // The times beside it are looked at once the next discovery has told whether there are any.
      entry.hasTimes = true;
      if (known.size() < MAX_ANNOUNCED) {
        known.put(name, entry);
      }
    }
    entry.seenIn = discovery;
    if (announced.size() < MAX_ANNOUNCED) {
      announced.put(name, entry);
    } else {
      wake();
    }
  }

  private void readAnnounced(int maxKeys) {
    List<Entry> chunk = announced.values().stream().limit(maxKeys).toList();
    boolean inSnapshot = snapshot;
    snapshot = false;
    read(chunk);
    snapshot = inSnapshot;
    chunk.forEach(entry -> announced.remove(new Key(entry.key)));
  }

  private void readChunk(int maxKeys) {
    List<Entry> chunk = new ArrayList<>(maxKeys);
    int fields = 0;
    int at = nextEntry;
    while (at < entries.size() && chunk.size() < maxKeys && fields < MAX_FIELDS_A_CHUNK) {
      Entry entry = entries.get(at++);
      if (entry.otherType && !snapshot) {
        continue;
      }
      chunk.add(entry);
      fields += Math.max(entry.size, 16);
    }
    read(chunk);
    nextEntry = at;
    if (at >= entries.size()) {
      endPass();
    }
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

  private void read(List<Entry> chunk) {
    List<Command> commands = new ArrayList<>(2 * chunk.size() + 1);
    commands.add(TIME);
    // Together: a value of now with the time of before would overwrite the point of before. In a
    // cluster the two hashes may be on different nodes, where no transaction spans them.
    boolean together = !link.isCluster();
    for (Entry entry : chunk) {
      boolean transaction = together && entry.hasTimes;
      if (transaction) {
        commands.add(MULTI);
      }
      commands.add(Command.hgetall(entry.key));
      if (entry.hasTimes) {
        commands.add(Command.hgetall(Bytes.concat(entry.key, TS)));
      }
      if (transaction) {
        commands.add(EXEC);
      }
    }
    List<@Nullable Object> replies = link.pipeline(commands);
    long now = redisMillis(replies.get(0));
    int reply = 1;
    for (Entry entry : chunk) {
      Object values;
      Object times = null;
      if (together && entry.hasTimes) {
        Object both = replies.get(reply + 3);
        boolean whole = both instanceof List<?> pair && pair.size() == 2;
        values = whole ? ((List<?>) Objects.requireNonNull(both)).get(0) : both;
        times = whole ? ((List<?>) Objects.requireNonNull(both)).get(1) : null;
        reply += 4;
      } else {
        values = replies.get(reply++);
        times = entry.hasTimes ? replies.get(reply++) : null;
      }
      if (values instanceof List<?> pairs) {
        entry.otherType = false;
        convert(entry, pairs, times instanceof List<?> list ? list : List.of(), now);
      } else {
        entry.otherType = values instanceof RedisError error && error.isWrongType();
        metrics.reject(entry.otherType ? "wrong_type" : "reply");
      }
    }
  }

  private void convert(Entry entry, List<?> pairs, List<?> times, long now) {
    int count = pairs.size() / 2;
    if (count == 0 && entry.size > 0) {
      metrics.expired.increment();
    }
    entry.size = count;
    long base = now;
    Changes changes = null;
    entry.state.begin(count, damping.isActive());
    for (int i = 0; i < count; i++) {
      byte[] field = (byte[]) pairs.get(2 * i);
      byte[] value = (byte[]) pairs.get(2 * i + 1);
      boolean changed = entry.state.changed(i, field, value);
      if (changed && damping.isActive() && !damping.passes(entry.state, i, field, value, now)) {
        metrics.filtered.increment();
        changed = false;
      }
      if (Arrays.equals(field, TIMESTAMP)) {
        long time = ValueText.time(value);
        base = time == ValueText.NO_TIME ? base : time;
      } else if (changed || snapshot) {
        if (changes == null) {
          changes = new Changes(entry, times);
        }
        changes.add(i, field, value);
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
    private final Entry entry;
    private final List<?> times;
    private KeyMapper.@Nullable Mapped mapped;
    private @Nullable SampleBuilder untimed;
    private final Map<Long, SampleBuilder> timed = new LinkedHashMap<>(2);

    Changes(Entry entry, List<?> times) {
      this.entry = entry;
      this.times = times;
      try {
        this.mapped = entry.mapped != null ? entry.mapped : mapper.map(Bytes.text(entry.key));
      } catch (RegexTooSlowException e) {
        metrics.reject("regex");
      }
      if (entries.size() <= MAX_CACHED_SERIES) {
        entry.mapped = mapped;
      }
    }

    void add(int position, byte[] field, byte[] value) {
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
      String name = Bytes.text(field);
      if (time == ValueText.NO_TIME) {
        if (untimed == null) {
          untimed = new SampleBuilder(mapped.names(), limits, metrics);
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
      int at = 2 * position;
      if (at + 1 < times.size() && Arrays.equals((byte[]) times.get(at), field)) {
        return ValueText.time((byte[]) times.get(at + 1));
      }
      for (int i = 0; i + 1 < times.size(); i += 2) {
        if (Arrays.equals((byte[]) times.get(i), field)) {
          return ValueText.time((byte[]) times.get(i + 1));
        }
      }
      return ValueText.NO_TIME;
    }

    void finish(long base) {
      KeyMapper.Mapped series = mapped;
      if (series == null) {
        return;
      }
      if (untimed != null) {
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
      metrics.records.increment();
      metrics.points.add(sample.points());
      pending.add(records.record(sample, Bytes.text(entry.key), null, null));
    }
  }

  /** Redis's clock, from the reply to TIME. */
  static long redisMillis(@Nullable Object reply) {
    List<?> parts = (List<?>) Objects.requireNonNull(reply);
    return Long.parseLong(Bytes.text((byte[]) parts.get(0))) * 1000
        + Long.parseLong(Bytes.text((byte[]) parts.get(1))) / 1000;
  }

  @Override
  public long dueNanos() {
    return nextEntry >= 0 || !pending.isEmpty() || !announced.isEmpty()
        ? System.nanoTime()
        : dueNanos;
  }

  @Override
  public void wake() {
    // What the running pass has read already is read once more after it.
    again = nextEntry >= 0;
    dueNanos = System.nanoTime();
    nextDiscoveryNanos = dueNanos;
  }
}
