package com.voltageems.hissrv.redis.source;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the windows of one length, in the order of the archive's index; where there is no index, by
 * SCAN.
 *
 * <p>By index each slice has a position, the score of its last window: scores only grow, also when
 * a window is written again, so a window is read once for every time it was written. By SCAN the
 * position is the newest window start; windows not older than two lengths before it are watched for
 * changes, and read again after a restart.
 */
final class ArchiveReader implements SourceReader {
  private static final Logger log = LoggerFactory.getLogger(ArchiveReader.class);
  private static final RedisScript TRIM = RedisScript.resource("trim.lua");

  /**
   * Pages of the index that hold nothing for this task, before poll is given a chance to return.
   */
  private static final int MAX_PAGES = 50;

  /** Members of one page of the index; more would hold Redis for longer than it should. */
  private static final int MAX_PAGE = 2000;

  /**
   * Fields of one page: other clients wait while Redis answers a pipeline, and all are in memory.
   */
  private static final int MAX_FIELDS_A_PAGE = 12_500;

  private static final int MAX_BYTES_A_PAGE = 4 << 20;

  /** Windows that one call of the script looks at. */
  private static final int MAX_TRIM = 500;

  /** Windows before the newest that may still be written, or were while we were away. */
  private static final int WATCHED_WINDOWS = 2;

  private final SourceSpec spec;
  private final RedisLink link;
  private final KeyMapper mapper;
  private final SampleRecords records;
  private final SourceLimits limits;
  private final SourceMetrics metrics;
  private final String index;
  private final byte[] keyPrefix;
  private final boolean[] mine = new boolean[Slices.COUNT];
  private final ArchivePosition[] positions = new ArchivePosition[Slices.COUNT];

  /** How far the index was looked at; every slice's own position may be further. */
  private double cursor = -1;

  private final PageSize pageSize = new PageSize(MAX_PAGE, MAX_FIELDS_A_PAGE, MAX_BYTES_A_PAGE);

  private boolean indexSeen;
  private int checkedGeneration = -1;
  private long dueNanos = System.nanoTime();

  /** Only while there is no index: keys to look at, and what was seen of those that exist. */
  private @Nullable KeyScan scan;

  private final List<byte[]> found = new ArrayList<>();
  private final Map<String, Seen> seen = new HashMap<>();

  /** The number of the scan, to tell which keys exist no more. */
  private int scanNumber;

  /** By slice: windows that start earlier were delivered before this task began. */
  private final long[] resumeFrom = new long[Slices.COUNT];

  /** A window found by SCAN, as it was when it was last read. */
  private static final class Seen {
    long content;
    int scanNumber;
  }

  /**
   * @param slices those that this task reads
   * @param offsets the stored offset of a slice, or null
   */
  ArchiveReader(
      SourceSpec spec,
      RedisLink link,
      KeyMapper mapper,
      SampleRecords records,
      SourceLimits limits,
      SourceMetrics metrics,
      List<Integer> slices,
      IntFunction<@Nullable Map<String, ?>> offsets) {
    this.spec = spec;
    this.link = link;
    this.mapper = mapper;
    this.records = records;
    this.limits = limits;
    this.metrics = metrics;
    this.index = "archive:index:" + spec.window();
    this.keyPrefix = Bytes.of("archive:" + spec.window() + ":");
    Arrays.fill(positions, ArchivePosition.NONE);
    double lowest = Double.POSITIVE_INFINITY;
    for (int slice : slices) {
      mine[slice] = true;
      positions[slice] = ArchivePosition.fromOffset(offsets.apply(slice));
      lowest = Math.min(lowest, positions[slice].score());
    }
    cursor = Double.isInfinite(lowest) ? -1 : lowest;
    for (int slice = 0; slice < resumeFrom.length; slice++) {
      resumeFrom[slice] = oldestWatched(slice);
    }
  }

  @Override
  public List<SourceRecord> read(int limit) {
    try {
      if (link.primaries() > 0 && checkedGeneration != link.generation()) {
        checkIndex();
        checkedGeneration = link.generation();
      }
      for (int page = 0; page < MAX_PAGES; page++) {
        int size = pageSize.next(limit);
        List<?> entries = page(size);
        if (entries.isEmpty() && !checkIndex()) {
          metrics.windowLagSeconds.set(0);
          return indexSeen || !spec.scan() ? idle() : readByScan(limit);
        }
        indexSeen |= !entries.isEmpty();
        measureLag(entries, size);
        List<SourceRecord> out = readByIndex(entries);
        if (!out.isEmpty()) {
          return out;
        }
      }
      return List.of();
    } catch (RedisReplyException e) {
      metrics.reject(e.error().isWrongType() ? "wrong_type" : "reply");
      log.warn("Source {}: {} cannot be read: {}", spec.alias(), index, e.getMessage());
      return idle();
    }
  }

  private List<SourceRecord> idle() {
    dueNanos = System.nanoTime() + spec.pollInterval().toNanos();
    return List.of();
  }

  private List<?> page(int limit) {
    return list(
        link.call(
            Command.keyed(
                "ZRANGEBYSCORE",
                index,
                "(" + cursor,
                "+inf",
                "WITHSCORES",
                "LIMIT",
                "0",
                String.valueOf(limit))));
  }

  private List<SourceRecord> readByIndex(List<?> entries) {
    List<byte[]> keys = new ArrayList<>();
    List<Double> scores = new ArrayList<>();
    double last = cursor;
    for (int i = 0; i + 1 < entries.size(); i += 2) {
      byte[] key = (byte[]) entries.get(i);
      last = Double.parseDouble(Bytes.text((byte[]) entries.get(i + 1)));
      int slice = sliceOf(key);
      if (mine[slice] && last > positions[slice].score()) {
        keys.add(key);
        scores.add(last);
      }
    }
    List<Command> commands = new ArrayList<>(keys.size());
    for (byte[] key : keys) {
      commands.add(Command.hgetall(key));
    }
    List<@Nullable Object> replies = requireReadable(link.pipeline(commands));
    learnPageSize(entries.size() / 2, replies);
    boolean[] writtenAgain = writtenAgain(keys, scores);
    List<SourceRecord> out = new ArrayList<>(keys.size());
    List<byte[]> gone = new ArrayList<>();
    ArchivePosition[] reached = positions.clone();
    for (int i = 0; i < keys.size(); i++) {
      byte[] key = keys.get(i);
      if (replies.get(i) instanceof List<?> fields && fields.isEmpty()) {
        // No position: what is not in the index any more cannot tell whether that went back.
        gone.add(key);
        gone.add(Bytes.of(String.valueOf(scores.get(i))));
        continue;
      }
      ArchivePosition here = position(key, scores.get(i));
      int slice = sliceOf(key);
      if (!writtenAgain[i]) {
        out.addAll(convert(key, replies.get(i), reached[slice], here));
      }
      reached[slice] = here;
    }
    metrics.expired.add(gone.size() / 2);
    for (int from = 0; from < gone.size(); from += 2 * MAX_TRIM) {
      List<byte[]> some = gone.subList(from, Math.min(gone.size(), from + 2 * MAX_TRIM));
      TRIM.run(link, List.of(Bytes.of(index)), some);
    }
    // Only now: if Redis went away above, the same page is read again.
    System.arraycopy(reached, 0, positions, 0, reached.length);
    cursor = last;
    return out;
  }

  /**
   * Which windows were written again after the page was read: their hash may already hold what
   * belongs to their new score, and comes with that.
   */
  private boolean[] writtenAgain(List<byte[]> keys, List<Double> scores) {
    boolean[] again = new boolean[keys.size()];
    if (keys.isEmpty()) {
      return again;
    }
    byte[][] args = new byte[keys.size() + 1][];
    args[0] = Bytes.of(index);
    for (int i = 0; i < keys.size(); i++) {
      args[i + 1] = keys.get(i);
    }
    List<?> now = list(link.call(Command.keyed("ZMSCORE", args)));
    for (int i = 0; i < again.length; i++) {
      again[i] =
          now.get(i) instanceof byte[] score
              && Double.parseDouble(Bytes.text(score)) > scores.get(i);
    }
    return again;
  }

  /**
   * An error that is not the key's own fault: to go on would skip windows, so all is read again.
   */
  private static List<@Nullable Object> requireReadable(List<@Nullable Object> replies) {
    for (Object reply : replies) {
      if (reply instanceof RedisError error && !error.isWrongType()) {
        throw new RedisReplyException("HGETALL", error);
      }
    }
    return replies;
  }

  private static ArchivePosition position(byte[] key, double score) {
    String text = Bytes.text(key);
    ArchiveKey parsed = ArchiveKey.parse(text);
    return new ArchivePosition(
        score, text, parsed == null ? Long.MIN_VALUE : parsed.startSeconds());
  }

  private void learnPageSize(int items, List<@Nullable Object> replies) {
    long values = 0;
    long bytes = 0;
    for (Object reply : replies) {
      if (reply instanceof List<?> texts) {
        values += texts.size();
        for (Object text : texts) {
          bytes += ((byte[]) text).length;
        }
      }
    }
    pageSize.learn(items, values / 2, bytes);
  }

  /**
   * The records of one window: none, one, or several when it is too large for one.
   *
   * @param before the position to be stored with all but the last of them: the window is delivered
   *     with that
   */
  private List<SourceRecord> convert(
      byte[] key, @Nullable Object reply, ArchivePosition before, ArchivePosition reached) {
    Sample sample = sample(reply, reached.key());
    if (sample == null) {
      return List.of();
    }
    metrics.points.add(sample.points());
    metrics.newestWindowStart.accumulateAndGet(sample.epochMillis() / 1000, Math::max);
    Map<String, String> partition = ArchivePosition.partition(spec.window(), sliceOf(key));
    List<SourceRecord> out = new ArrayList<>(1);
    List<Sample> parts = sample.parts();
    for (int i = 0; i < parts.size(); i++) {
      ArchivePosition done = i < parts.size() - 1 ? before : reached;
      metrics.records.increment();
      out.add(records.record(parts.get(i), reached.key(), partition, done.toOffset()));
    }
    return out;
  }

  /** A window's sample, or null, counted with its reason. */
  private @Nullable Sample sample(@Nullable Object reply, String key) {
    if (!(reply instanceof List<?> fields)) {
      metrics.reject("wrong_type");
      return null;
    }
    ArchiveKey parsed = ArchiveKey.parse(key);
    if (parsed == null) {
      metrics.reject("key");
      return null;
    }
    KeyMapper.Mapped mapped;
    try {
      mapped = mapper.map(key);
    } catch (RegexTooSlowException e) {
      metrics.reject("regex");
      return null;
    }
    SampleBuilder sample = new SampleBuilder(mapped.names(), limits, metrics);
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      String field = Bytes.text((byte[]) fields.get(i));
      if (!field.equals("timestamp")) {
        sample.add(field, (byte[]) fields.get(i + 1));
      }
    }
    if (sample.isEmpty()) {
      metrics.reject("no_field");
      return null;
    }
    Sample passed =
        spec.filter().apply(sample.build(mapped.series(), parsed.startSeconds() * 1000));
    if (passed == null) {
      metrics.filtered.increment();
    }
    return passed;
  }

  /** By the channel part, so that a series stays in its slice from window to window. */
  private int sliceOf(byte[] key) {
    int from = 0;
    if (key.length > keyPrefix.length
        && Arrays.equals(key, 0, keyPrefix.length, keyPrefix, 0, keyPrefix.length)) {
      from = keyPrefix.length;
      while (from < key.length && key[from] != ':') {
        from++;
      }
    }
    return Slices.of(key, from);
  }

  /**
   * Finds out whether the index went back, as after a fail-over to a replica that lagged, or after
   * a flush: then positions mean nothing, and everything still there is read again.
   *
   * @return whether it did
   */
  private boolean checkIndex() {
    ArchivePosition newest = ArchivePosition.NONE;
    for (ArchivePosition position : positions) {
      newest = position.score() > newest.score() ? position : newest;
    }
    boolean exists = Long.valueOf(1).equals(link.call(Command.keyed("EXISTS", index)));
    if (checkedGeneration != link.generation()) {
      indexSeen = exists;
    }
    if (newest.score() < 0 || !exists) {
      return false;
    }
    List<?> top = list(link.call(Command.keyed("ZREVRANGE", index, "0", "0", "WITHSCORES")));
    double highest = top.size() < 2 ? -1 : Double.parseDouble(Bytes.text((byte[]) top.get(1)));
    boolean back = highest < newest.score();
    if (!back && !newest.key().isEmpty()) {
      Object score = link.call(Command.keyed("ZSCORE", index, newest.key()));
      back =
          score instanceof byte[] text
              ? Double.parseDouble(Bytes.text(text)) < newest.score()
              : Long.valueOf(1).equals(link.call(Command.keyed("EXISTS", newest.key())));
    }
    if (back) {
      log.warn(
          "Source {}: {} went back behind score {}; everything in it is read again",
          spec.alias(),
          index,
          newest.score());
      metrics.indexResets.increment();
      for (int slice = 0; slice < positions.length; slice++) {
        positions[slice] = ArchivePosition.NONE;
      }
      cursor = -1;
    }
    return back;
  }

  /** How far the windows of this page are behind the newest of the index. */
  private void measureLag(List<?> entries, int size) {
    long lag = 0;
    if (entries.size() >= 2 * size) {
      List<?> top = list(link.call(Command.keyed("ZREVRANGE", index, "0", "0")));
      long newest = top.isEmpty() ? Long.MIN_VALUE : startOf((byte[]) top.get(0));
      long here = startOf((byte[]) entries.get(entries.size() - 2));
      lag = here == Long.MIN_VALUE ? 0 : Math.max(0, newest - here);
    }
    metrics.windowLagSeconds.set(lag);
  }

  private List<SourceRecord> readByScan(int limit) {
    if (found.isEmpty() && scan == null) {
      scan = new KeyScan(link, "archive:" + spec.window() + ":*");
      scanNumber++;
    }
    KeyScan running = scan;
    if (running != null) {
      if (!running.step(this::consider)) {
        return List.of();
      }
      scan = null;
      seen.values().removeIf(window -> window.scanNumber != scanNumber);
      // Taken from the end: oldest first, so that the position, the newest start, only grows.
      found.sort(Comparator.comparingLong(ArchiveReader::startOf).reversed());
    }
    List<SourceRecord> out = readFound(pageSize.next(limit));
    if (!found.isEmpty()) {
      long behind = startOf(found.get(0)) - startOf(found.get(found.size() - 1));
      metrics.windowLagSeconds.set(behind);
    } else {
      metrics.windowLagSeconds.set(0);
      // A scan walks over all keys of Redis: no more often than discovery does.
      dueNanos = System.nanoTime() + spec.discoveryInterval().toNanos();
    }
    return out;
  }

  /** A key that SCAN gave: to be read unless it was, and can hardly have been written since. */
  private void consider(byte[] key) {
    int slice = sliceOf(key);
    long start = startOf(key);
    if (start == Long.MIN_VALUE || !mine[slice]) {
      return;
    }
    Seen before = seen.get(Bytes.text(key));
    if (before != null) {
      boolean twice = before.scanNumber == scanNumber;
      before.scanNumber = scanNumber;
      if (twice || start < oldestWatched(slice)) {
        return;
      }
    } else if (start < resumeFrom[slice]) {
      return;
    }
    found.add(key);
  }

  private List<SourceRecord> readFound(int limit) {
    int size = Math.min(limit, found.size());
    List<byte[]> keys = new ArrayList<>(found.subList(found.size() - size, found.size()));
    Collections.reverse(keys);
    List<@Nullable Object> replies =
        requireReadable(link.pipeline(keys.stream().map(Command::hgetall).toList()));
    learnPageSize(keys.size(), replies);
    List<SourceRecord> out = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      byte[] key = keys.get(i);
      String text = Bytes.text(key);
      long content = contentHash(replies.get(i));
      Seen before = seen.get(text);
      if (before != null && before.content == content) {
        metrics.unchanged.increment();
        continue;
      }
      if (replies.get(i) instanceof List<?> fields && fields.isEmpty()) {
        metrics.expired.increment();
        continue;
      }
      Seen now = before == null ? new Seen() : before;
      now.content = content;
      now.scanNumber = scanNumber;
      seen.put(text, now);
      int slice = sliceOf(key);
      long start = Math.max(positions[slice].startSeconds(), startOf(key));
      ArchivePosition reached = new ArchivePosition(positions[slice].score(), text, start);
      out.addAll(convert(key, replies.get(i), positions[slice], reached));
      positions[slice] = reached;
    }
    found.subList(found.size() - size, found.size()).clear();
    return out;
  }

  /** Windows that start earlier than this are taken to be complete. */
  private long oldestWatched(int slice) {
    long newest = positions[slice].startSeconds();
    return newest == Long.MIN_VALUE
        ? Long.MIN_VALUE
        : newest - WATCHED_WINDOWS * WindowLength.seconds(spec.window());
  }

  private static long startOf(byte[] key) {
    ArchiveKey parsed = ArchiveKey.parse(Bytes.text(key));
    return parsed == null ? Long.MIN_VALUE : parsed.startSeconds();
  }

  private static long contentHash(@Nullable Object reply) {
    long hash = 0;
    if (reply instanceof List<?> fields) {
      for (Iterator<?> i = fields.iterator(); i.hasNext(); ) {
        // A sum over the pairs: Redis may give the fields in another order.
        hash += Bytes.hash((byte[]) i.next()) * 31 ^ Bytes.hash((byte[]) i.next());
      }
    }
    return hash;
  }

  private static List<?> list(@Nullable Object reply) {
    return (List<?>) Objects.requireNonNull(reply);
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
