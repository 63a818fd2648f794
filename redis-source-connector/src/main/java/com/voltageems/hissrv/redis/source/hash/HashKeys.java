package com.voltageems.hissrv.redis.source.hash;

import com.voltageems.hissrv.redis.source.bytes.ByteKey;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.KeyScan;
import com.voltageems.hissrv.redis.source.link.RedisError;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.reader.RejectReason;
import com.voltageems.hissrv.redis.source.reader.Slices;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keys of the hashes that match some patterns. SCAN looks for them from time to time, step by step.
 */
final class HashKeys {
  private static final int MAX_KEYS_AT_ONCE = 500;

  /** Announced keys are remembered only while fewer keys than this are known. */
  private static final int MAX_ANNOUNCED = 100_000;

  private static final byte[] RAW = Bytes.of(":raw");

  private final List<String> patterns;
  private final RedisLink link;
  private final SourceMetrics metrics;
  private final ReaderContext.Place place;
  private final Map<ByteKey, HashEntry> known = new HashMap<>();
  private List<HashEntry> found = List.of();
  private final Deque<KeyScan> scans = new ArrayDeque<>();

  /** Keys of hashes whose companion the current discovery has found. */
  private final Set<ByteKey> timed = new HashSet<>();

  /** Whether every pattern that matches a key also matches the key with {@code :ts} appended. */
  private final boolean patternsMatchCompanions;

  /** Whether every step of the current discovery could ask all nodes. */
  private boolean whole;

  private int discovery;
  private boolean underWay;

  /** Creates the set of keys in those slices that the task has. */
  HashKeys(List<String> patterns, ReaderContext context) {
    this.patterns = patterns;
    this.link = context.link();
    this.metrics = context.metrics();
    this.place = context.place();
    this.patternsMatchCompanions =
        patterns.stream().allMatch(pattern -> pattern.endsWith("*") && !pattern.endsWith("\\*"));
  }

  /** Returns the hashes that the last complete discovery has found. */
  List<HashEntry> found() {
    return found;
  }

  boolean isUnderWay() {
    return underWay;
  }

  void begin() {
    underWay = true;
    whole = true;
    discovery++;
    scans.clear();
    timed.clear();
    for (String pattern : patterns) {
      scans.add(new KeyScan(link, pattern));
    }
  }

  /**
   * Does one step of the current discovery, which is finished when {@link #isUnderWay} returns
   * false.
   */
  void step() {
    KeyScan scan = scans.peek();
    if (scan != null) {
      if (scan.step(this::consider)) {
        scans.remove();
      }
      whole &= link.isComplete();
      return;
    }
    forgetUnseen();
    List<HashEntry> all = new ArrayList<>(known.values());
    for (int from = 0; from < all.size(); from += MAX_KEYS_AT_ONCE) {
      List<HashEntry> some = all.subList(from, Math.min(all.size(), from + MAX_KEYS_AT_ONCE));
      learnTimes(some);
      learnSizes(some);
    }
    // A key that was a list may be a hash by now.
    all.forEach(entry -> entry.otherType = false);
    timed.clear();
    found = all;
    metrics.keys.set(all.size());
    underWay = false;
  }

  /**
   * Forgets the hashes that were not found. What is on a node that could not be asked stays known,
   * with its last values: otherwise all of them would count as new when the node is back.
   */
  private void forgetUnseen() {
    List<HashEntry> unseen =
        known.values().stream().filter(entry -> entry.seenIn != discovery).toList();
    for (int from = 0; !whole && from < unseen.size(); from += MAX_KEYS_AT_ONCE) {
      List<HashEntry> some = unseen.subList(from, Math.min(unseen.size(), from + MAX_KEYS_AT_ONCE));
      List<@Nullable Object> exist =
          link.pipeline(some.stream().map(entry -> Command.keyed("EXISTS", entry.key)).toList());
      for (int i = 0; i < some.size(); i++) {
        if (exist.get(i) instanceof RedisError error && error.isAway()) {
          some.get(i).seenIn = discovery;
        }
      }
    }
    known.values().removeIf(entry -> entry.seenIn != discovery);
  }

  /** Finds out which hashes have a companion with times: SCAN has shown it, or Redis is asked. */
  private void learnTimes(List<HashEntry> some) {
    if (patternsMatchCompanions && whole) {
      some.forEach(entry -> entry.hasTimes = timed.contains(new ByteKey(entry.key)));
      return;
    }
    List<@Nullable Object> exist =
        link.pipeline(
            some.stream().map(entry -> Command.keyed("EXISTS", entry.timesKey())).toList());
    for (int i = 0; i < some.size(); i++) {
      // If nobody can say, as in a cluster without the companion's node, it may have one.
      some.get(i).hasTimes =
          exist.get(i) instanceof RedisError || Long.valueOf(1).equals(exist.get(i));
    }
  }

  /** Reads the sizes before the first reading: a hash may have a million fields. */
  void learnSizes(List<HashEntry> some) {
    List<HashEntry> unknown = some.stream().filter(entry -> entry.size < 0).toList();
    List<@Nullable Object> sizes =
        link.pipeline(unknown.stream().map(entry -> Command.keyed("HLEN", entry.key)).toList());
    for (int i = 0; i < sizes.size(); i++) {
      // If the key is of another type, the reading will report it. If its node is away, its size
      // must be known before it is read.
      if (!(sizes.get(i) instanceof RedisError error && error.isAway())) {
        unknown.get(i).size = sizes.get(i) instanceof Long size ? size.intValue() : 0;
      }
    }
  }

  private void consider(byte[] key) {
    if (Bytes.endsWith(key, HashEntry.TIMES_SUFFIX)) {
      timed.add(new ByteKey(Arrays.copyOf(key, key.length - HashEntry.TIMES_SUFFIX.length)));
      return;
    }
    if (Bytes.endsWith(key, RAW)
        || !Slices.isMine(Slices.of(key, 0), place.task(), place.tasks())) {
      return;
    }
    if (key.length > KeyMapper.MAX_KEY) {
      metrics.reject(RejectReason.KEY, key, "the key is too long");
      return;
    }
    known.computeIfAbsent(new ByteKey(key), k -> new HashEntry(k.bytes)).seenIn = discovery;
  }

  /** Returns the hash of a key that somebody has announced. */
  HashEntry announced(ByteKey name) {
    HashEntry entry = known.get(name);
    if (entry == null) {
      entry = new HashEntry(name.bytes);
      // Also read its times until the next discovery shows whether it has any.
      entry.hasTimes = true;
      if (known.size() < MAX_ANNOUNCED) {
        known.put(name, entry);
      }
    }
    entry.seenIn = discovery;
    return entry;
  }
}
