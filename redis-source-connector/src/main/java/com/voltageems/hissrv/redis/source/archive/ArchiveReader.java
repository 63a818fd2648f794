package com.voltageems.hissrv.redis.source.archive;

import com.voltageems.hissrv.redis.source.archive.ArchiveIndex.Member;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.CommandRefusedException;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisNotReadyException;
import com.voltageems.hissrv.redis.source.reader.DataSetId;
import com.voltageems.hissrv.redis.source.reader.Slices;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the windows of one length, in the order of the archive's index, or by SCAN if there is no
 * index.
 *
 * <p>With an index each slice has a position: the score and key of its last window. Scores only
 * grow, also when a window is written again, so a window is read once for every time it was
 * written. For SCAN see {@link ArchiveScan}.
 */
public final class ArchiveReader implements SourceReader {
  private static final Logger LOG = LoggerFactory.getLogger(ArchiveReader.class);

  /** Most pages of the index without a window for this task before poll gets a chance to return. */
  private static final int MAX_PAGES = 50;

  private final ArchiveSource source;
  private final String alias;
  private final RedisLink link;
  private final SourceMetrics metrics;
  private final DataSetId data;
  private final WorkerClock clock;
  private final ArchiveIndex index;
  private final ArchiveSlices slices;
  private final ArchiveWindows windows;

  /** Used only while there is no index. */
  private final ArchiveScan scan;

  /** How far the index was read; the position of a slice may be further. */
  private Member cursor;

  private boolean indexSeen;

  /** Whether this user may count the waiting windows. */
  private boolean countsWaiting = true;

  private int checkedGeneration = -1;
  private long dueNanos;

  /** Creates a reader of one task's slices. */
  public ArchiveReader(ArchiveSource source, ReaderContext context) {
    this.source = source;
    this.alias = source.common().alias();
    this.link = context.link();
    this.metrics = context.metrics();
    this.data = context.data();
    this.clock = context.clock();
    this.index = new ArchiveIndex(source.window(), link);
    this.slices =
        new ArchiveSlices(
            source.window(),
            Slices.ofTask(context.place().task(), context.place().tasks()),
            slice -> context.offsets().apply(ArchivePosition.partition(source.window(), slice)));
    this.windows = new ArchiveWindows(source, context);
    this.scan = new ArchiveScan(source, context, slices, windows);
    this.cursor = Member.before(slices.lowestScore());
    this.dueNanos = clock.nanos();
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
      List<Member> members = index.after(cursor, size);
      if (members.isEmpty() && !checkIndex()) {
        metrics.windowLagSeconds.set(0);
        return indexSeen || !source.scan() ? idle() : readByScan(limit);
      }
      if (members.isEmpty()) {
        // The index went back: start at its beginning.
        continue;
      }
      indexSeen = true;
      measureLag(members, size);
      List<SourceRecord> out = readByIndex(members);
      if (!out.isEmpty()) {
        return out;
      }
    }
    return List.of();
  }

  private List<SourceRecord> idle() {
    dueNanos = clock.nanos() + source.common().intervals().poll().toNanos();
    return List.of();
  }

  private List<SourceRecord> readByIndex(List<Member> page) {
    List<Member> mine = new ArrayList<>();
    for (Member member : page) {
      int slice = slices.of(member.bytes());
      if (slices.isMine(slice) && slices.position(slice).isBefore(member.score(), member.bytes())) {
        mine.add(member);
      }
    }
    Member last = page.get(page.size() - 1);
    List<byte[]> keys = mine.stream().map(Member::bytes).toList();
    List<@Nullable Object> sizes = windows.sizes(keys);
    int fit = ArchiveWindows.fitting(sizes);
    int looked = page.size();
    if (fit < mine.size()) {
      // The others come with the next page.
      mine = mine.subList(0, fit);
      last = mine.get(fit - 1);
      keys = keys.subList(0, fit);
      looked = fit;
    }
    List<@Nullable Object> replies = windows.fetch(keys, sizes.subList(0, fit), looked);
    boolean[] writtenAgain = index.writtenAgain(mine);
    List<SourceRecord> out = new ArrayList<>(mine.size());
    List<Member> gone = new ArrayList<>();
    ArchivePosition[] reached = slices.positions();
    for (int i = 0; i < mine.size(); i++) {
      Member member = mine.get(i);
      if (replies.get(i) instanceof List<?> fields && fields.isEmpty()) {
        // No position for it: once it is no longer in the index, it cannot show whether the index
        // went back.
        gone.add(member);
        continue;
      }
      byte[] key = member.bytes();
      ArchivePosition here =
          new ArchivePosition(member.score(), Bytes.text(key), ArchiveWindows.startOf(key));
      int slice = slices.of(key);
      if (!writtenAgain[i]) {
        out.addAll(windows.records(slice, replies.get(i), reached[slice], here));
      }
      reached[slice] = here;
    }
    metrics.lost(metrics.expired, gone.size());
    trim(gone);
    // Only now: if Redis went away above, the same page is read again.
    slices.reachAll(reached);
    cursor = last;
    return out;
  }

  private void trim(List<Member> gone) {
    try {
      index.trim(gone);
    } catch (RedisNotReadyException e) {
      // This only tidies up: a Redis that accepts no writes now can still be read.
      LOG.debug("Source {}: {} is not trimmed", alias, index, e);
    }
  }

  /**
   * Drops positions that belong to other data: they mean nothing here, whatever their numbers are.
   */
  private void checkData() {
    if (slices.belongTo(data.current())) {
      LOG.warn(
          "Source {}: the positions belong to other data than Redis has now (another server, or one"
              + " that was emptied); everything in {} is read again",
          alias,
          index);
      metrics.wentBack(0);
      cursor = Member.before(slices.lowestScore());
      scan.begin();
    }
  }

  /**
   * Finds out whether the index went back, for example after a fail-over to a replica that lagged,
   * or after a flush. Positions then mean nothing, and everything that still exists is read again.
   *
   * @return whether the index went back
   */
  private boolean checkIndex() {
    ArchivePosition newest = slices.furthest();
    boolean exists = index.exists();
    boolean isNewConnection = checkedGeneration != link.generation();
    if (isNewConnection) {
      indexSeen = exists;
    }
    if (!exists) {
      // The index may come back in other data.
      data.forget();
      checkData();
    }
    if (newest.score() < 0 || !exists) {
      return false;
    }
    Member top = index.newest();
    boolean back = (top == null ? -1 : top.score()) < newest.score();
    if (!back && !newest.key().isEmpty()) {
      Double score = index.scoreOf(newest.key());
      if (score != null) {
        back = score < newest.score();
      } else {
        back = windowExists(newest.key()) || (isNewConnection && isOlderThan(newest));
      }
    }
    if (back) {
      LOG.warn(
          "Source {}: {} went back behind score {}; everything in it is read again",
          alias,
          index,
          newest.score());
      metrics.wentBack(0);
      // Ask first: if Redis goes away now, all this is found out again.
      data.forget();
      String current = data.current();
      slices.reset();
      slices.belongTo(current);
      cursor = Member.before(ArchivePosition.NONE.score());
    }
    return back;
  }

  /**
   * Returns whether an older window still exists, although the newest delivered one is not in the
   * index. Windows expire in the order in which they were written, so this is an earlier state, for
   * example from a snapshot, even if it has gone on since.
   */
  private boolean isOlderThan(ArchivePosition newest) {
    Member oldest = index.oldest();
    return oldest != null
        && oldest.score() < newest.score()
        && windowExists(Bytes.text(oldest.bytes()));
  }

  private boolean windowExists(String key) {
    return Long.valueOf(1).equals(link.call(Command.keyed("EXISTS", key)));
  }

  /** Measures how far the windows of this page are behind the newest of the index. */
  private void measureLag(List<Member> page, int size) {
    long lag = 0;
    if (page.size() >= size) {
      Member top = index.newest();
      long newest = top == null ? Long.MIN_VALUE : ArchiveWindows.startOf(top.bytes());
      long here = ArchiveWindows.startOf(page.get(page.size() - 1).bytes());
      lag = here == Long.MIN_VALUE ? 0 : Math.max(0, newest - here);
    }
    metrics.windowLagSeconds.set(lag);
  }

  private List<SourceRecord> readByScan(int limit) {
    // Without a connection nothing is known to be missing.
    if (link.primaries() > 0 && !link.isComplete()) {
      // A window that is found later than newer ones would count as delivered after a restart.
      throw new RedisNotReadyException(
          "windows are looked for by SCAN only while all slots of the cluster can be reached",
          null);
    }
    List<SourceRecord> out = scan.read(limit);
    if (scan.isDone()) {
      dueNanos = clock.nanos() + source.common().intervals().discovery().toNanos();
    }
    return out;
  }

  /**
   * Returns the number of windows in the index that were not read, including the slices of other
   * tasks.
   */
  @Override
  public @Nullable Long waiting() {
    if (!countsWaiting) {
      return null;
    }
    try {
      return index.countAfter(cursor.score());
    } catch (CommandRefusedException e) {
      LOG.info("Source {}: how many windows wait is not known: {}", alias, e.getMessage());
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
    dueNanos = clock.nanos();
  }
}
