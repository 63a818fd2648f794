package com.voltageems.hissrv.redis.source.stream;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.reader.DataSetId;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import com.voltageems.hissrv.redis.source.sample.Sample;
import com.voltageems.hissrv.redis.source.sample.SampleRecords;
import com.voltageems.hissrv.redis.source.sample.ValueText;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a stream from where the last reading stopped. */
public final class StreamReader implements SourceReader {
  private static final Logger LOG = LoggerFactory.getLogger(StreamReader.class);

  /** Approximate limit for the bytes of all pages of one poll. */
  private static final long MAX_BYTES_A_POLL = 4 << 20;

  /**
   * Time between two checks for entries that were lost unread, while entries keep coming. A reading
   * that finds no entry always checks.
   */
  private static final long COUNT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final StreamSource source;
  private final String alias;
  private final RedisLink link;
  private final WorkerClock clock;
  private final StreamPages pages;
  private final StreamSamples samples;
  private final SampleRecords records;
  private final SourceMetrics metrics;
  private final Map<String, String> partition;
  private final int maxRecordBytes;
  private final DataSetId data;
  private String dataOfPosition;
  private StreamPosition position;
  private final StreamCount count;
  private long nextCountNanos;

  /** Whether the last reading reached the end of the stream. */
  private boolean atEnd;

  private int checkedGeneration = -1;

  private long dueNanos;

  public StreamReader(StreamSource source, ReaderContext context) {
    this.source = source;
    this.alias = source.common().alias();
    this.link = context.link();
    this.clock = context.clock();
    this.pages = new StreamPages(source.key(), link, context.limits().maxBatchBytes());
    this.records = context.records();
    this.metrics = context.metrics();
    this.maxRecordBytes = context.limits().maxRecordBytes();
    this.samples =
        new StreamSamples(
            Bytes.of(source.key()), context.mapper().map(source.key()), context.limits(), metrics);
    this.data = context.data();
    this.partition = StreamPosition.partition(source.key());
    Map<String, ?> offset = context.offsets().apply(partition);
    this.dataOfPosition = DataSetId.of(offset);
    this.position = StreamPosition.fromOffset(offset);
    this.count = new StreamCount(offset);
    this.nextCountNanos = clock.nanos();
    this.dueNanos = clock.nanos();
  }

  @Override
  public List<SourceRecord> read(int limit) {
    if (link.primaries() > 0 && checkedGeneration != link.generation()) {
      checkData();
      // Not at the start: a position set by hand need not be the id of an entry.
      if (checkedGeneration >= 0 && isAnotherStream()) {
        readFromBeginning();
      }
      checkedGeneration = link.generation();
    }
    // Before more is read, so that the next offsets carry the result.
    if (clock.nanos() - nextCountNanos >= 0) {
      count(pages.information());
    }
    List<StreamPages.Entry> entries = new ArrayList<>();
    boolean more = addPages(entries, limit);
    if (entries.isEmpty()) {
      StreamInfo info = pages.information();
      // If the newest id is before the position, this is another stream, created again or gone
      // back.
      if (info != null && position.isAfter(info.lastGeneratedId())) {
        readFromBeginning();
        more = addPages(entries, limit);
      } else {
        count(info);
      }
    }
    atEnd = !more;
    dueNanos = clock.nanos() + (more ? 0 : source.common().intervals().poll().toNanos());
    return convert(entries);
  }

  /** Drops a position that belongs to other data: it means nothing here, whatever its number is. */
  private void checkData() {
    String current = data.current();
    if (DataSetId.differ(dataOfPosition, current) && !position.equals(StreamPosition.NONE)) {
      LOG.warn(
          "Source {}: the position belongs to other data than Redis has now (another server, or one"
              + " that was emptied)",
          alias);
      readFromBeginning();
    }
    dataOfPosition = current.isEmpty() ? dataOfPosition : current;
  }

  private void count(@Nullable StreamInfo info) {
    nextCountNanos = clock.nanos() + COUNT_NANOS;
    long lost = info == null ? 0 : count.lost(info, position);
    if (lost > 0) {
      metrics.lost(metrics.trimmed, lost);
      LOG.warn(
          "Source {}: {} entries of the stream {} were trimmed or deleted before they were read:"
              + " its producer keeps too few for the time that reading was behind or stood still"
              + " (XADD ... MAXLEN or MINID)",
          alias,
          lost,
          source.key());
    }
  }

  /** Returns the number of waiting entries, as far as Redis reported it at the last look. */
  @Override
  public @Nullable Long waiting() {
    return atEnd ? Long.valueOf(0) : count.waiting();
  }

  /**
   * Adds the entries after the position, page by page. If Redis goes away, none of them is
   * converted.
   *
   * @return whether there may be more
   */
  private boolean addPages(List<StreamPages.Entry> entries, int limit) {
    String last = position.id();
    long bytes = 0;
    while (entries.size() < limit && bytes < MAX_BYTES_A_POLL) {
      StreamPages.Page page = pages.after(last, limit - entries.size());
      for (StreamPages.Entry entry : page.entries()) {
        entries.add(entry);
        bytes += entry.bytes();
        last = entry.id();
      }
      if (!page.mayHaveMore()) {
        return false;
      }
    }
    return true;
  }

  private List<SourceRecord> convert(List<StreamPages.Entry> entries) {
    List<SourceRecord> out = new ArrayList<>(entries.size());
    // Read before the position moves: another source may have made the id unknown.
    String current = data.current();
    for (StreamPages.Entry entry : entries) {
      StreamPosition reached = new StreamPosition(entry.id());
      List<Sample> parts = new ArrayList<>(1);
      for (Sample sample : samples.of(entry.fields(), timeOf(reached), reached.nanos())) {
        Sample passed = source.common().filter().apply(sample);
        if (passed == null) {
          metrics.filtered.increment();
        } else {
          metrics.points.add(passed.points());
          parts.addAll(passed.parts(maxRecordBytes));
        }
      }
      // The entry is delivered with its last record; earlier records keep the previous position.
      for (int i = 0; i < parts.size(); i++) {
        StreamPosition done = i < parts.size() - 1 ? position : reached;
        metrics.records.increment();
        // The count, too, includes the entry only with its last record.
        if (i == parts.size() - 1) {
          count.read(reached);
        }
        Map<String, Object> offset = done.toOffset(current, count.added());
        out.add(records.record(parts.get(i), source.key(), partition, offset));
      }
      if (parts.isEmpty()) {
        count.read(reached);
      }
      position = reached;
    }
    return out;
  }

  private long timeOf(StreamPosition entry) {
    long millis = entry.epochMillis();
    // A larger number was chosen for its order and is not a time.
    return millis >= 0 && millis <= ValueText.MAX_MILLIS ? millis : clock.millis();
  }

  private void readFromBeginning() {
    LOG.warn(
        "Source {}: stream {} went back behind {}; it is read from its beginning",
        alias,
        source.key(),
        position.id());
    metrics.wentBack(0);
    // Ask first: if Redis goes away now, all this is found out again.
    data.forget();
    String current = data.current();
    position = StreamPosition.NONE;
    count.forget();
    nextCountNanos = clock.nanos();
    dataOfPosition = current.isEmpty() ? dataOfPosition : current;
  }

  /**
   * Returns, after a reconnect, whether the last read entry is missing although older ones exist
   * and it was not deleted. A replica that lagged may have taken over, and may already have new
   * entries on both sides of the position. Redis before 7.0 does not report what was deleted; then
   * the answer is false.
   */
  private boolean isAnotherStream() {
    StreamInfo info = position.equals(StreamPosition.NONE) ? null : pages.information();
    StreamPosition deleted = info == null ? null : info.maxDeletedId();
    if (deleted == null || !position.isAfter(deleted)) {
      return false;
    }
    String upTo = pages.newestUpTo(position.id());
    return upTo != null && !upTo.equals(position.id());
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
