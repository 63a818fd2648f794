package com.voltageems.hissrv.redis.source;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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

  /**
   * Redis answers the commands of a pipeline one after another, and other clients wait meanwhile:
   * this many take it about 3 ms.
   */
  private static final int MAX_FIELDS_A_CHUNK = 12_500;

  private static final long MAX_BYTES_A_CHUNK = 4L << 20;

  /** Hashes of a chunk that were never read: nobody knows yet how long their values are. */
  private static final int MAX_NEW_KEYS_A_CHUNK = 50;

  /** A hash above this is read by HSCAN in steps: HGETALL would hold Redis for too long. */
  private static final int MAX_FIELDS_AT_ONCE = 10_000;

  private static final long MAX_BYTES_AT_ONCE = 1L << 20;
  private static final int MAX_FIELDS_A_STEP = 1000;

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
  private static final byte[] SCAN_BEGIN = Bytes.of("0");
  private static final byte[] COUNT = Bytes.of("COUNT");
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

  /** Keys of hashes whose companion the discovery under way has found. */
  private final Set<Key> timed = new HashSet<>();

  /** Whether a key that a pattern matches is matched with {@code :ts} behind it, too. */
  private final boolean patternsMatchCompanions;

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
    this.patternsMatchCompanions =
        spec.patterns().stream()
            .allMatch(pattern -> pattern.endsWith("*") && !pattern.endsWith("\\*"));
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

    /** Fields by HLEN or by the last reading; -1 for not known. */
    int size = -1;

    /** Bytes of the last reading; -1 before the first. */
    long bytes = -1;

    boolean hasTimes;
    boolean otherType;
    KeyMapper.@Nullable Mapped mapped;

    Entry(byte[] key) {
      this.key = key;
    }

    boolean isLarge() {
      return size > MAX_FIELDS_AT_ONCE || bytes > MAX_BYTES_AT_ONCE;
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
      timed.clear();
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
      learnTimes(some);
      learnSizes(some);
    }
    timed.clear();
    entries = all;
    metrics.keys.set(all.size());
    discovering = false;
    nextDiscoveryNanos = System.nanoTime() + spec.discoveryInterval().toNanos();
  }

  /** Which hashes have a companion with times: SCAN has shown it, or Redis is asked. */
  private void learnTimes(List<Entry> some) {
    if (patternsMatchCompanions) {
      some.forEach(entry -> entry.hasTimes = timed.contains(new Key(entry.key)));
      return;
    }
    List<@Nullable Object> exist =
        link.pipeline(
            some.stream()
                .map(entry -> Command.keyed("EXISTS", Bytes.concat(entry.key, TS)))
                .toList());
    for (int i = 0; i < some.size(); i++) {
      some.get(i).hasTimes = Long.valueOf(1).equals(exist.get(i));
    }
  }

  /** Before the first reading: a hash may have a million fields. */
  private void learnSizes(List<Entry> some) {
    List<Entry> unknown = some.stream().filter(entry -> entry.size < 0).toList();
    List<@Nullable Object> sizes =
        link.pipeline(unknown.stream().map(entry -> Command.keyed("HLEN", entry.key)).toList());
    for (int i = 0; i < sizes.size(); i++) {
      // Of another type: the reading will say so.
      unknown.get(i).size = sizes.get(i) instanceof Long size ? size.intValue() : 0;
    }
  }

  private void found(byte[] key) {
    if (Bytes.endsWith(key, TS)) {
      timed.add(new Key(Arrays.copyOf(key, key.length - TS.length)));
      return;
    }
    if (Bytes.endsWith(key, RAW) || !Slices.isMine(Slices.of(key, 0), task, tasks)) {
      return;
    }
    if (key.length > KeyMapper.MAX_KEY) {
      metrics.reject("key");
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
    List<Entry> first = announced.values().stream().limit(maxKeys).toList();
    learnSizes(first);
    List<Entry> chunk = new ArrayList<>();
    addChunk(chunk, first, 0, maxKeys);
    boolean inSnapshot = snapshot;
    snapshot = false;
    try {
      read(chunk);
    } finally {
      snapshot = inSnapshot;
    }
    chunk.forEach(entry -> announced.remove(new Key(entry.key)));
  }

  private void readChunk(int maxKeys) {
    List<Entry> chunk = new ArrayList<>(maxKeys);
    int at = addChunk(chunk, entries, nextEntry, maxKeys);
    chunk.removeIf(entry -> entry.otherType && !snapshot);
    read(chunk);
    nextEntry = at;
    if (at >= entries.size()) {
      endPass();
    }
  }

  /**
   * Adds as many entries as are to be read together, at least one.
   *
   * @return where the next chunk begins
   */
  private static int addChunk(List<Entry> chunk, List<Entry> from, int start, int maxKeys) {
    int fields = 0;
    long bytes = 0;
    int fresh = 0;
    int at = start;
    while (at < from.size() && chunk.size() < maxKeys) {
      Entry entry = from.get(at);
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

  private void read(List<Entry> chunk) {
    readAtOnce(chunk.stream().filter(entry -> !entry.isLarge()).toList());
    chunk.stream().filter(Entry::isLarge).forEach(this::readInSteps);
  }

  private void readAtOnce(List<Entry> chunk) {
    if (chunk.isEmpty()) {
      return;
    }
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
      if (transaction) {
        commands.add(Command.hgetall(Bytes.concat(entry.key, TS)));
        commands.add(EXEC);
      }
    }
    List<@Nullable Object> replies = link.pipeline(commands);
    List<@Nullable Object> later = together ? List.of() : timesOf(chunk);
    long now = redisMillis(replies.get(0));
    int reply = 1;
    for (int i = 0; i < chunk.size(); i++) {
      Entry entry = chunk.get(i);
      Object values;
      Object times = together ? null : later.get(i);
      if (together && entry.hasTimes) {
        Object both = replies.get(reply + 3);
        boolean whole = both instanceof List<?> pair && pair.size() == 2;
        values = whole ? ((List<?>) Objects.requireNonNull(both)).get(0) : both;
        times = whole ? ((List<?>) Objects.requireNonNull(both)).get(1) : null;
        reply += 4;
      } else {
        values = replies.get(reply++);
      }
      if (values instanceof List<?> pairs) {
        entry.otherType = false;
        convert(entry, pairs, times instanceof List<?> list ? list : List.of(), now);
      } else {
        rejectEntry(entry, values instanceof RedisError error && error.isWrongType());
      }
    }
  }

  /**
   * The companions of hashes that were read just before. In this order: a value with a time that
   * came after it is given again with the next reading, which finds the value that belongs to that
   * time; the other way round a point that is right would be overwritten, and stay so.
   *
   * @return one reply for each entry; null where there is no companion
   */
  private List<@Nullable Object> timesOf(List<Entry> chunk) {
    List<Entry> timed = chunk.stream().filter(entry -> entry.hasTimes).toList();
    Iterator<@Nullable Object> replies =
        link.pipeline(
                timed.stream().map(entry -> Command.hgetall(Bytes.concat(entry.key, TS))).toList())
            .iterator();
    List<@Nullable Object> all = new ArrayList<>(chunk.size());
    for (Entry entry : chunk) {
      all.add(entry.hasTimes ? replies.next() : null);
    }
    return all;
  }

  /** A large hash, and after it its times: see {@link #timesOf}. */
  private void readInSteps(Entry entry) {
    try {
      long now = redisMillis(link.call(TIME));
      int step = MAX_FIELDS_A_STEP;
      if (entry.bytes > 0) {
        step = (int) Math.max(1, Math.min(step, MAX_BYTES_AT_ONCE * entry.size / entry.bytes));
      }
      List<byte[]> pairs = scanHash(entry.key, step);
      List<byte[]> times =
          entry.hasTimes ? scanHash(Bytes.concat(entry.key, TS), MAX_FIELDS_A_STEP) : List.of();
      entry.otherType = false;
      convert(entry, pairs, times, now);
    } catch (RedisReplyException e) {
      rejectEntry(entry, e.error().isWrongType());
    }
  }

  /** All fields and values in turn, each field once. */
  private List<byte[]> scanHash(byte[] key, int step) {
    Map<Key, byte[]> all = new LinkedHashMap<>();
    byte[] cursor = SCAN_BEGIN;
    do {
      Command command = Command.keyed("HSCAN", key, cursor, COUNT, Bytes.of(String.valueOf(step)));
      List<?> reply = (List<?>) Objects.requireNonNull(link.call(command));
      cursor = (byte[]) Objects.requireNonNull(reply.get(0));
      List<?> some = (List<?>) Objects.requireNonNull(reply.get(1));
      for (int i = 0; i + 1 < some.size(); i += 2) {
        all.put(new Key((byte[]) some.get(i)), (byte[]) some.get(i + 1));
      }
    } while (!Arrays.equals(cursor, SCAN_BEGIN));
    List<byte[]> pairs = new ArrayList<>(2 * all.size());
    all.forEach(
        (field, value) -> {
          pairs.add(field.bytes);
          pairs.add(value);
        });
    return pairs;
  }

  private void rejectEntry(Entry entry, boolean otherType) {
    entry.otherType = otherType;
    metrics.reject(otherType ? "wrong_type" : "reply");
  }

  private void convert(Entry entry, List<?> pairs, List<?> times, long now) {
    int count = pairs.size() / 2;
    if (count == 0 && entry.size > 0) {
      metrics.expired.increment();
    }
    entry.size = count;
    entry.bytes = 0;
    long base = now;
    Changes changes = null;
    entry.state.begin(count, damping.isActive());
    for (int i = 0; i < count; i++) {
      byte[] field = (byte[]) pairs.get(2 * i);
      byte[] value = (byte[]) pairs.get(2 * i + 1);
      entry.bytes += field.length + value.length;
      boolean changed = entry.state.changed(i, field, value);
      if (Arrays.equals(field, TIMESTAMP)) {
        long time = ValueText.time(value);
        base = time == ValueText.NO_TIME ? base : time;
        if (time == ValueText.NO_TIME && (changed || snapshot)) {
          metrics.reject("no_sample");
        }
        continue;
      }
      if (snapshot) {
        damping.given(entry.state, i, value, now);
      } else if (changed
          && damping.isActive()
          && !damping.passes(entry.state, i, field, value, now)) {
        metrics.filtered.increment();
        changed = false;
      }
      if (changed || snapshot) {
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

    /** The companion's times by field; only where its fields stand in another order. */
    private @Nullable Map<Key, byte[]> timeOf;

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
      if (timeOf == null) {
        timeOf = new HashMap<>();
        for (int i = 0; i + 1 < times.size(); i += 2) {
          timeOf.put(new Key((byte[]) times.get(i)), (byte[]) times.get(i + 1));
        }
      }
      byte[] time = timeOf.get(new Key(field));
      return time == null ? ValueText.NO_TIME : ValueText.time(time);
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
      metrics.points.add(sample.points());
      for (Sample part : sample.parts()) {
        metrics.records.increment();
        pending.add(records.record(part, Bytes.text(entry.key), null, null));
      }
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
