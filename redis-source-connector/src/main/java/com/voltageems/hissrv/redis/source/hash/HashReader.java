package com.voltageems.hissrv.redis.source.hash;

import com.voltageems.hissrv.redis.source.bytes.ByteKey;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import com.voltageems.hissrv.redis.source.type.SourceCommon;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads the hashes that match some key patterns again and again, and gives what changed.
 *
 * <p>It looks for keys by SCAN from time to time. At every poll interval it reads them by pipelined
 * HGETALL, with Redis's clock in the same round trip. A reading in which nothing changed makes no
 * record. It stores no position: the first reading gives everything.
 */
public final class HashReader implements SourceReader {
  private static final int MAX_KEYS_A_CHUNK = 500;

  /**
   * Redis answers the commands of a pipeline one after another while other clients wait; this many
   * fields take it about 3 ms.
   */
  private static final int MAX_FIELDS_A_CHUNK = 12_500;

  private static final long MAX_BYTES_A_CHUNK = 4L << 20;

  /** Most hashes of a chunk that were never read: it is not known yet how long their values are. */
  private static final int MAX_NEW_KEYS_A_CHUNK = 50;

  /** Most chunks without a record before poll gets a chance to return. */
  private static final int MAX_CHUNKS = 20;

  private static final int MAX_ANNOUNCED = 100_000;

  /** Longer than any program runs, but short enough for the arithmetic of nanoTime. */
  private static final Duration FAR = Duration.ofDays(10_000);

  private final SourceCommon.Intervals intervals;
  private final WorkerClock clock;

  /** Whether passes start only when {@link #wake} asks for one. */
  private final boolean onDemand;

  /**
   * False for a repair: a message that arrives meanwhile is newer, perhaps within the same
   * millisecond, and must not be given before older values. False in a cluster, where times must be
   * read shortly after the values: see HashFetch.
   */
  private final boolean readsAhead;

  private final HashKeys keys;
  private final HashFetch fetch;
  private final HashSamples samples;

  /** Keys that were announced as written: they are read before anything else. */
  private final Map<ByteKey, HashEntry> announced = new LinkedHashMap<>();

  /**
   * Records that were made but not given yet: they are kept if Redis goes away in the middle of a
   * chunk.
   */
  private List<SourceRecord> pending = new ArrayList<>();

  private long nextDiscoveryNanos;

  /** First entry of the pass that was not given yet; -1 between two passes. */
  private int nextEntry = -1;

  /**
   * Chunk that begins at {@code nextEntry}, if it was already requested: Redis works on it while
   * Connect converts and sends the previous records.
   */
  private @Nullable Chunk ahead;

  private boolean snapshot;

  /** Whether {@link #wake} was called in the middle of a pass: another pass follows at once. */
  private boolean again;

  private long nextSnapshotNanos;
  private long passStartNanos;
  private long dueNanos;

  /**
   * Creates the reader.
   *
   * @param onDemand whether passes start only when {@link #wake} asks for one
   */
  public HashReader(HashSource source, ReaderContext context, boolean onDemand) {
    this.intervals = source.common().intervals();
    this.clock = context.clock();
    this.onDemand = onDemand;
    this.readsAhead = !onDemand && !context.link().isCluster();
    this.keys = new HashKeys(source.patterns(), context);
    this.fetch = new HashFetch(context.link());
    this.samples = new HashSamples(source, context, keys);
    long now = clock.nanos();
    this.nextDiscoveryNanos = now;
    this.nextSnapshotNanos = now + intervals.snapshot().toNanos();
    this.dueNanos = onDemand ? now + FAR.toNanos() : now;
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
    long now = clock.nanos();
    if (now - dueNanos < 0) {
      return false;
    }
    passStartNanos = now;
    nextEntry = 0;
    long snapshotNanos = intervals.snapshot().toNanos();
    // A pass on demand repairs a gap. Other values were given meanwhile by other ways, so a value
    // equal to the one last seen here may still be news.
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
      nextDiscoveryNanos = clock.nanos() + intervals.discovery().toNanos();
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
    HashFetch.Reading reading = fetch.begin(chunk);
    reading.await();
    samples.add(reading.all(), false, pending);
    chunk.forEach(entry -> announced.remove(new ByteKey(entry.key)));
  }

  private void readChunk(int maxKeys) {
    Chunk chunk = ahead == null || ahead.reading.isLost() ? begin(nextEntry, maxKeys) : ahead;
    // If Redis goes away now, the chunk is read again: nextEntry still says where it begins.
    ahead = null;
    chunk.reading.await();
    boolean last = chunk.end >= keys.found().size();
    Chunk following = readsAhead && !last ? begin(chunk.end, maxKeys) : null;
    samples.add(chunk.reading.all(), snapshot, pending);
    ahead = following;
    nextEntry = chunk.end;
    if (last) {
      endPass();
      if (readsAhead && beginPass() && !keys.isUnderWay()) {
        // The next pass is already due.
        ahead = begin(0, maxKeys);
      }
    }
  }

  /**
   * Hashes that are being read.
   *
   * @param end index of the first entry after them
   */
  private record Chunk(HashFetch.Reading reading, int end) {}

  private Chunk begin(int start, int maxKeys) {
    List<HashEntry> chunk = new ArrayList<>(maxKeys);
    int end = addChunk(chunk, keys.found(), start, maxKeys);
    chunk.removeIf(entry -> entry.otherType && !snapshot);
    keys.learnSizes(chunk);
    return new Chunk(fetch.begin(chunk), end);
  }

  /**
   * Adds as many entries as may be read together, at least one.
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
      dueNanos = clock.nanos() + FAR.toNanos();
    } else {
      dueNanos = passStartNanos + intervals.poll().toNanos();
    }
  }

  @Override
  public long dueNanos() {
    return nextEntry >= 0 || !announced.isEmpty() ? clock.nanos() : dueNanos;
  }

  @Override
  public void wake() {
    // Hashes that the current pass has already read are read once more after it.
    again = nextEntry >= 0;
    dueNanos = clock.nanos();
    nextDiscoveryNanos = dueNanos;
  }
}
