package com.voltageems.hissrv.redis.source.archive;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.KeyScan;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.reader.Slices;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import com.voltageems.hissrv.redis.source.type.WindowLength;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Finds windows by SCAN while there is no index. The position is the newest window start. Windows
 * that start at most two lengths before it are watched for changes, and read again after a restart.
 */
final class ArchiveScan {
  /**
   * Number of windows before the newest that may still change, or may have changed while we were
   * away.
   */
  private static final int WATCHED_WINDOWS = 2;

  private final String window;
  private final RedisLink link;
  private final ArchiveSlices slices;
  private final ArchiveWindows windows;
  private final SourceMetrics metrics;

  /** The running scan. Below: keys to read, and what was seen of windows that exist. */
  private @Nullable KeyScan scan;

  private final List<byte[]> found = new ArrayList<>();
  private final Map<String, Seen> seen = new HashMap<>();

  /** Number of the scan; shows which keys are gone. */
  private int scanNumber;

  /** By slice: windows that start earlier were delivered before this task began. */
  private final long[] resumeFrom = new long[Slices.COUNT];

  /** Window found by SCAN, as it was at the last reading. */
  private static final class Seen {
    long content;
    int scanNumber;
  }

  ArchiveScan(
      ArchiveSource source, ReaderContext context, ArchiveSlices slices, ArchiveWindows windows) {
    this.window = source.window();
    this.link = context.link();
    this.slices = slices;
    this.windows = windows;
    this.metrics = context.metrics();
    begin();
  }

  /** Starts again with the slices' positions. */
  void begin() {
    scan = null;
    found.clear();
    seen.clear();
    for (int slice = 0; slice < resumeFrom.length; slice++) {
      resumeFrom[slice] = oldestWatched(slice);
    }
  }

  /**
   * Does the next step: of the scan, or of reading what it has found.
   *
   * @return records of at most {@code limit} windows, perhaps none
   */
  List<SourceRecord> read(int limit) {
    if (found.isEmpty() && scan == null) {
      scan = new KeyScan(link, "archive:" + window + ":*");
      scanNumber++;
    }
    KeyScan running = scan;
    if (running != null) {
      if (!running.step(this::consider)) {
        return List.of();
      }
      scan = null;
      seen.values().removeIf(each -> each.scanNumber != scanNumber);
      // Windows are taken from the end, so oldest first: the position, the newest start, then only
      // grows.
      found.sort(Comparator.comparingLong(ArchiveWindows::startOf).reversed());
    }
    List<SourceRecord> out = readFound(windows.pageSize(limit));
    if (!found.isEmpty()) {
      long behind =
          ArchiveWindows.startOf(found.get(0))
              - ArchiveWindows.startOf(found.get(found.size() - 1));
      metrics.windowLagSeconds.set(behind);
    } else {
      metrics.windowLagSeconds.set(0);
    }
    return out;
  }

  /**
   * Returns whether everything found is read. The next scan can wait, since it walks over all keys
   * of Redis.
   */
  boolean isDone() {
    return found.isEmpty() && scan == null;
  }

  /**
   * Handles a key that SCAN found: reads it unless it was read and can hardly have changed since.
   */
  private void consider(byte[] key) {
    int slice = slices.of(key);
    long start = ArchiveWindows.startOf(key);
    if (start == Long.MIN_VALUE || !slices.isMine(slice)) {
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
    List<@Nullable Object> sizes = windows.sizes(keys);
    size = ArchiveWindows.fitting(sizes);
    keys = keys.subList(0, size);
    List<@Nullable Object> replies = windows.fetch(keys, sizes.subList(0, size), size);
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
        metrics.lost(metrics.expired, 1);
        continue;
      }
      Seen now = before == null ? new Seen() : before;
      now.content = content;
      now.scanNumber = scanNumber;
      seen.put(text, now);
      int slice = slices.of(key);
      long start = Math.max(slices.position(slice).startSeconds(), ArchiveWindows.startOf(key));
      ArchivePosition reached = new ArchivePosition(slices.position(slice).score(), text, start);
      out.addAll(windows.records(slice, replies.get(i), slices.position(slice), reached));
      slices.reach(slice, reached);
    }
    found.subList(found.size() - size, found.size()).clear();
    return out;
  }

  /** Returns the earliest start of a watched window; earlier windows are assumed to be complete. */
  private long oldestWatched(int slice) {
    long newest = slices.position(slice).startSeconds();
    return newest == Long.MIN_VALUE
        ? Long.MIN_VALUE
        : newest - WATCHED_WINDOWS * WindowLength.seconds(window);
  }

  private static long contentHash(@Nullable Object reply) {
    long hash = 0;
    if (reply instanceof List<?> fields) {
      for (Iterator<?> i = fields.iterator(); i.hasNext(); ) {
        // A sum over the pairs, because Redis may return the fields in another order.
        hash += Bytes.hash((byte[]) i.next()) * 31 ^ Bytes.hash((byte[]) i.next());
      }
    }
    return hash;
  }
}
