package com.voltageems.hissrv.redis.source.archive;

import com.voltageems.hissrv.redis.source.bytes.ByteKey;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.config.SourceSpec;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.CommandRefusedException;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisNotReadyException;
import com.voltageems.hissrv.redis.source.link.RedisScript;
import com.voltageems.hissrv.redis.source.reader.DataSetId;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.SampleRecords;
import com.voltageems.hissrv.redis.source.sample.SourceLimits;
import java.util.ArrayList;
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
 * <p>By index each slice has a position, the score and key of its last window: scores only grow,
 * also when a window is written again, so a window is read once for every time it was written. By
 * SCAN: {@link ArchiveScan}.
 */
public final class ArchiveReader implements SourceReader {
  private static final Logger log = LoggerFactory.getLogger(ArchiveReader.class);
  private static final RedisScript PAGE = RedisScript.resource(ArchiveReader.class, "page.lua");
  private static final RedisScript TRIM = RedisScript.resource(ArchiveReader.class, "trim.lua");

  /**
   * Pages of the index that hold nothing for this task, before poll is given a chance to return.
   */
  private static final int MAX_PAGES = 50;

  /** Windows that one call of the script looks at. */
  private static final int MAX_TRIM = 500;

  private final SourceSpec spec;
  private final RedisLink link;
  private final SourceMetrics metrics;
  private final DataSetId data;
  private final String index;
  private final ArchiveSlices slices;
  private final ArchiveWindows windows;

  /** Only while there is no index. */
  private final ArchiveScan scan;

  /** How far the index was looked at; every slice's own position may be further. */
  private Cursor cursor;

  /** A member of the index; an empty one stands before all of that score. */
  private record Cursor(double score, ByteKey member) {
    static Cursor before(double score) {
      return new Cursor(score, new ByteKey(new byte[0]));
    }
  }

  private boolean indexSeen;

  /** Whether this user may. */
  private boolean countsWaiting = true;

  private int checkedGeneration = -1;
  private long dueNanos = System.nanoTime();

  /**
   * Reads the slices of one task.
   *
   * @param slices those that this task reads
   * @param offsets the stored offset of a slice, or null
   */
  public ArchiveReader(
      SourceSpec spec,
      RedisLink link,
      KeyMapper mapper,
      SampleRecords records,
      SourceLimits limits,
      SourceMetrics metrics,
      List<Integer> slices,
      DataSetId data,
      IntFunction<@Nullable Map<String, ?>> offsets) {
    this.data = data;
    this.spec = spec;
    this.link = link;
    this.metrics = metrics;
    this.index = "archive:index:" + spec.window();
    this.slices = new ArchiveSlices(spec.window(), slices, offsets);
    this.windows = new ArchiveWindows(spec, link, mapper, records, limits, metrics, data);
    this.scan = new ArchiveScan(spec, link, this.slices, windows, metrics);
    this.cursor = Cursor.before(this.slices.lowestScore());
  }

  @Override
  public List<SourceRecord> read(int limit) {
    if (link.primaries() > 0 && checkedGeneration != link.generation()) {
      checkData();
      checkIndex();
      checkedGeneration = link.generation();
    }
    for (int page = 0; page < MAX_PAGES; page++) {
      int size = windows.pageSize(limit);
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
  }

  private List<SourceRecord> idle() {
    dueNanos = System.nanoTime() + spec.pollInterval().toNanos();
    return List.of();
  }

  private List<?> page(int limit) {
    List<byte[]> args =
        List.of(
            Bytes.of(String.valueOf(cursor.score())),
            cursor.member().bytes,
            Bytes.of(String.valueOf(limit)));
    return list(PAGE.run(link, List.of(Bytes.of(index)), args));
  }

  private List<SourceRecord> readByIndex(List<?> entries) {
    List<byte[]> keys = new ArrayList<>();
    List<Double> scores = new ArrayList<>();
    Cursor last = cursor;
    for (int i = 0; i + 1 < entries.size(); i += 2) {
      byte[] key = (byte[]) entries.get(i);
      last = new Cursor(score(entries.get(i + 1)), new ByteKey(key));
      int slice = slices.of(key);
      if (slices.isMine(slice) && slices.position(slice).isBefore(last.score(), key)) {
        keys.add(key);
        scores.add(last.score());
      }
    }
    List<@Nullable Object> sizes = windows.sizes(keys);
    int fit = ArchiveWindows.fitting(sizes);
    if (fit < keys.size()) {
      // The others come with the next page.
      last = new Cursor(scores.get(fit - 1), new ByteKey(keys.get(fit - 1)));
      keys = keys.subList(0, fit);
      scores = scores.subList(0, fit);
    }
    int looked = fit < sizes.size() ? fit : entries.size() / 2;
    List<@Nullable Object> replies = windows.fetch(keys, sizes.subList(0, fit), looked);
    boolean[] writtenAgain = writtenAgain(keys, scores);
    List<SourceRecord> out = new ArrayList<>(keys.size());
    List<byte[]> gone = new ArrayList<>();
    ArchivePosition[] reached = slices.positions();
    for (int i = 0; i < keys.size(); i++) {
      byte[] key = keys.get(i);
      if (replies.get(i) instanceof List<?> fields && fields.isEmpty()) {
        // No position: what is not in the index any more cannot tell whether that went back.
        gone.add(key);
        gone.add(Bytes.of(String.valueOf(scores.get(i))));
        continue;
      }
      ArchivePosition here =
          new ArchivePosition(scores.get(i), Bytes.text(key), ArchiveWindows.startOf(key));
      int slice = slices.of(key);
      if (!writtenAgain[i]) {
        out.addAll(windows.records(slice, replies.get(i), reached[slice], here));
      }
      reached[slice] = here;
    }
    metrics.expired.add(gone.size() / 2);
    trim(gone);
    // Only now: if Redis went away above, the same page is read again.
    slices.reachAll(reached);
    cursor = last;
    return out;
  }

  /** Members whose hash is gone, each with its score. */
  private void trim(List<byte[]> gone) {
    try {
      for (int from = 0; from < gone.size(); from += 2 * MAX_TRIM) {
        List<byte[]> some = gone.subList(from, Math.min(gone.size(), from + 2 * MAX_TRIM));
        TRIM.run(link, List.of(Bytes.of(index)), some);
      }
    } catch (RedisNotReadyException e) {
      // Only tidying up: a Redis that takes no writes now can be read all the same.
      log.debug("Source {}: {} is not trimmed", spec.alias(), index, e);
    }
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
      again[i] = now.get(i) instanceof byte[] score && score(score) > scores.get(i);
    }
    return again;
  }

  /** Positions in another server's data mean nothing here, whatever their numbers are. */
  private void checkData() {
    if (slices.belongTo(data.current())) {
      log.warn(
          "Source {}: the positions belong to other data than Redis has now (another server, or one"
              + " that was emptied); everything in {} is read again",
          spec.alias(),
          index);
      metrics.indexResets.increment();
      cursor = Cursor.before(slices.lowestScore());
      scan.begin();
    }
  }

  /**
   * Finds out whether the index went back, as after a fail-over to a replica that lagged, or after
   * a flush: then positions mean nothing, and everything still there is read again.
   *
   * @return whether it did
   */
  private boolean checkIndex() {
    ArchivePosition newest = slices.furthest();
    boolean exists = Long.valueOf(1).equals(link.call(Command.keyed("EXISTS", index)));
    if (checkedGeneration != link.generation()) {
      indexSeen = exists;
    }
    if (!exists) {
      // It may come again in other data.
      data.forget();
      checkData();
    }
    if (newest.score() < 0 || !exists) {
      return false;
    }
    List<?> top = list(newest("WITHSCORES"));
    double highest = top.size() < 2 ? -1 : score(top.get(1));
    boolean back = highest < newest.score();
    if (!back && !newest.key().isEmpty()) {
      Object score = link.call(Command.keyed("ZSCORE", index, newest.key()));
      back =
          score != null
              ? score(score) < newest.score()
              : Long.valueOf(1).equals(link.call(Command.keyed("EXISTS", newest.key())));
    }
    if (back) {
      log.warn(
          "Source {}: {} went back behind score {}; everything in it is read again",
          spec.alias(),
          index,
          newest.score());
      metrics.indexResets.increment();
      slices.reset();
      data.forget();
      slices.belongTo(data.current());
      cursor = Cursor.before(ArchivePosition.NONE.score());
    }
    return back;
  }

  /** How far the windows of this page are behind the newest of the index. */
  private void measureLag(List<?> entries, int size) {
    long lag = 0;
    if (entries.size() >= 2 * size) {
      List<?> top = list(newest());
      long newest = top.isEmpty() ? Long.MIN_VALUE : ArchiveWindows.startOf((byte[]) top.get(0));
      long here = ArchiveWindows.startOf((byte[]) entries.get(entries.size() - 2));
      lag = here == Long.MIN_VALUE ? 0 : Math.max(0, newest - here);
    }
    metrics.windowLagSeconds.set(lag);
  }

  private List<SourceRecord> readByScan(int limit) {
    List<SourceRecord> out = scan.read(limit);
    if (scan.isDone()) {
      dueNanos = System.nanoTime() + spec.discoveryInterval().toNanos();
    }
    return out;
  }

  /** The member with the highest score that has a place in the order: see page.lua. */
  private @Nullable Object newest(String... more) {
    List<String> args = new ArrayList<>(List.of(index, "(inf", "-inf"));
    args.addAll(List.of(more));
    args.addAll(List.of("LIMIT", "0", "1"));
    return link.call(Command.keyed("ZREVRANGEBYSCORE", args.toArray(String[]::new)));
  }

  /** As Redis writes it. */
  private static double score(@Nullable Object reply) {
    String text = Bytes.text((byte[]) Objects.requireNonNull(reply));
    return switch (text) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  private static List<?> list(@Nullable Object reply) {
    return (List<?>) Objects.requireNonNull(reply);
  }

  /** Windows of the index that were not looked at, of all tasks' slices. */
  @Override
  public @Nullable Long waiting() {
    if (!countsWaiting) {
      return null;
    }
    try {
      return (Long) link.call(Command.keyed("ZCOUNT", index, "(" + cursor.score(), "+inf"));
    } catch (CommandRefusedException e) {
      log.info("Source {}: how many windows wait is not known: {}", spec.alias(), e.getMessage());
      countsWaiting = false;
      return null;
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
