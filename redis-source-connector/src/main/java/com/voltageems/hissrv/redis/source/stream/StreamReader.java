package com.voltageems.hissrv.redis.source.stream;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.config.SourceSpec;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisScript;
import com.voltageems.hissrv.redis.source.reader.DataSetId;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.PendingElement;
import com.voltageems.hissrv.redis.source.sample.Sample;
import com.voltageems.hissrv.redis.source.sample.SampleBuilder;
import com.voltageems.hissrv.redis.source.sample.SampleRecords;
import com.voltageems.hissrv.redis.source.sample.SourceLimits;
import com.voltageems.hissrv.redis.source.sample.ValueText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a stream from where it stopped. An entry is either one field {@code json} with a pending
 * list's element in it, or the fields themselves, its time the field {@code timestamp} or the id.
 */
public final class StreamReader implements SourceReader {
  private static final Logger log = LoggerFactory.getLogger(StreamReader.class);

  private static final RedisScript ENTRIES =
      RedisScript.resource(StreamReader.class, "entries.lua");

  // What the script says of the rest of the stream.
  private static final Long NO_MORE = 0L;
  private static final Long MORE = 1L;
  private static final Long NEXT_IS_LARGE = 2L;

  /** Behind it there is nothing, and to ask for it is an error: the script knows. */
  private static final String LARGEST_ID = "18446744073709551615-18446744073709551615";

  /** A page of more holds Redis for longer than a few milliseconds. */
  private static final int MAX_FIELDS_A_PAGE = 1000;

  private static final int MAX_ENTRIES_A_PAGE = 250;

  /** Bytes of all pages of one poll, about. */
  private static final long MAX_BYTES_A_POLL = 4 << 20;

  private final SourceSpec spec;
  private final RedisLink link;
  private final KeyMapper.Mapped mapped;
  private final SampleRecords records;
  private final SourceLimits limits;
  private final SourceMetrics metrics;
  private final Map<String, String> partition;
  private final DataSetId data;
  private String dataOfPosition;
  private StreamPosition position;

  /** More than a page, as far as known. */
  private boolean nextIsLarge;

  /** Whether the last reading came to the end of the stream. */
  private boolean atEnd;

  private int checkedGeneration = -1;

  private long dueNanos = System.nanoTime();

  public StreamReader(
      SourceSpec spec,
      RedisLink link,
      KeyMapper mapper,
      SampleRecords records,
      SourceLimits limits,
      SourceMetrics metrics,
      DataSetId data,
      @Nullable Map<String, ?> offset) {
    this.data = data;
    this.dataOfPosition = DataSetId.of(offset);
    this.spec = spec;
    this.link = link;
    this.mapped = mapper.map(spec.key());
    this.records = records;
    this.limits = limits;
    this.metrics = metrics;
    this.partition = StreamPosition.partition(spec.key());
    this.position = StreamPosition.fromOffset(offset);
  }

  @Override
  public List<SourceRecord> read(int limit) {
    if (link.primaries() > 0 && checkedGeneration != link.generation()) {
      checkData();
      // Not at the start: a position set by hand need not be that of an entry.
      if (checkedGeneration >= 0 && isAnotherStream()) {
        readFromBeginning();
      }
      checkedGeneration = link.generation();
    }
    List<Object> entries = new ArrayList<>();
    boolean more = pages(entries, limit);
    if (entries.isEmpty() && wentBack()) {
      readFromBeginning();
      more = pages(entries, limit);
    }
    atEnd = !more;
    dueNanos = System.nanoTime() + (more ? 0 : spec.pollInterval().toNanos());
    return convert(entries);
  }

  /** A position in another server's data means nothing here, whatever its number is. */
  private void checkData() {
    String current = data.current();
    if (DataSetId.differ(dataOfPosition, current) && !position.equals(StreamPosition.NONE)) {
      log.warn(
          "Source {}: the position belongs to other data than Redis has now (another server, or one"
              + " that was emptied)",
          spec.alias());
      readFromBeginning();
    }
    dataOfPosition = current.isEmpty() ? dataOfPosition : current;
  }

  /** How many there are behind a position, Redis does not tell; that there are none is seen. */
  @Override
  public @Nullable Long waiting() {
    return atEnd ? 0L : null;
  }

  /**
   * Adds the entries behind the position, page by page: all or, when Redis goes away, none of them
   * are converted.
   *
   * @return whether there may be more
   */
  private boolean pages(List<Object> entries, int limit) {
    String last = position.id();
    long bytes = 0;
    while (entries.size() < limit && bytes < MAX_BYTES_A_POLL) {
      List<?> reply = page(last, Math.min(MAX_ENTRIES_A_PAGE, limit - entries.size()));
      List<?> page = (List<?>) reply.get(0);
      for (Object entry : page) {
        entries.add(entry);
        bytes += bytesOf((List<?>) entry);
      }
      nextIsLarge = NEXT_IS_LARGE.equals(reply.get(1));
      if (NO_MORE.equals(reply.get(1))) {
        return false;
      }
      if (!page.isEmpty()) {
        last = Bytes.text((byte[]) ((List<?>) page.get(page.size() - 1)).get(0));
      }
    }
    return true;
  }

  /** As the script replies. */
  private List<?> page(String after, int count) {
    if (nextIsLarge && !after.equals(LARGEST_ID)) {
      return large(after);
    }
    List<byte[]> args =
        List.of(
            Bytes.of(after),
            Bytes.of(String.valueOf(count)),
            Bytes.of(String.valueOf(MAX_FIELDS_A_PAGE)),
            Bytes.of(String.valueOf(limits.maxBatchBytes())));
    return (List<?>) Objects.requireNonNull(ENTRIES.run(link, List.of(Bytes.of(spec.key())), args));
  }

  /** The next entry alone; after a large one there is often another. */
  private List<?> large(String after) {
    Command next = Command.keyed("XRANGE", spec.key(), "(" + after, "+", "COUNT", "1");
    List<?> page = (List<?>) Objects.requireNonNull(link.call(next));
    if (page.isEmpty()) {
      return List.of(page, NO_MORE);
    }
    boolean isLarge = bytesOf((List<?>) page.get(0)) > limits.maxBatchBytes();
    return List.of(page, isLarge ? NEXT_IS_LARGE : MORE);
  }

  private static long bytesOf(List<?> entry) {
    long bytes = 0;
    for (Object text : (List<?>) entry.get(1)) {
      bytes += ((byte[]) text).length;
    }
    return bytes;
  }

  private List<SourceRecord> convert(List<?> entries) {
    List<SourceRecord> out = new ArrayList<>(entries.size());
    for (Object each : entries) {
      List<?> entry = (List<?>) each;
      StreamPosition reached = new StreamPosition(Bytes.text((byte[]) entry.get(0)));
      Sample sample = sample((List<?>) entry.get(1), timeOf(reached));
      Sample passed = sample == null ? null : spec.filter().apply(sample);
      if (passed != null) {
        metrics.points.add(passed.points());
        // The entry is delivered with its last record: those before leave the position behind it.
        List<Sample> parts = passed.parts();
        for (int i = 0; i < parts.size(); i++) {
          StreamPosition done = i < parts.size() - 1 ? position : reached;
          metrics.records.increment();
          out.add(
              records.record(parts.get(i), spec.key(), partition, done.toOffset(data.current())));
        }
      } else if (sample != null) {
        metrics.filtered.increment();
      }
      position = reached;
    }
    return out;
  }

  private long timeOf(StreamPosition entry) {
    long millis = entry.epochMillis();
    // An id beyond it was chosen for its order, and is no time.
    return millis >= 0 && millis <= ValueText.MAX_MILLIS ? millis : System.currentTimeMillis();
  }

  private @Nullable Sample sample(List<?> fields, long idMillis) {
    if (fields.size() == 2 && "json".equals(Bytes.text((byte[]) fields.get(0)))) {
      PendingElement parsed =
          PendingElement.parse(
              (byte[]) fields.get(1), limits.maxValueBytes(), limits.nonFinite(), idMillis);
      metrics.reject("non_finite", parsed.nonFinite());
      if (parsed.sample() == null) {
        metrics.reject("element");
      }
      return parsed.sample();
    }
    SampleBuilder builder = new SampleBuilder(mapped.names(), limits, metrics);
    long time = idMillis;
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      String name = Bytes.text((byte[]) fields.get(i));
      byte[] value = (byte[]) fields.get(i + 1);
      long asTime = name.equals("timestamp") ? ValueText.time(value) : ValueText.NO_TIME;
      if (asTime != ValueText.NO_TIME) {
        time = asTime;
      } else {
        builder.add(name, value);
      }
    }
    if (builder.isEmpty()) {
      metrics.reject("no_field");
      return null;
    }
    return builder.build(mapped.series(), time);
  }

  private void readFromBeginning() {
    log.warn(
        "Source {}: stream {} went back behind {}; it is read from its beginning",
        spec.alias(),
        spec.key(),
        position.id());
    metrics.indexResets.increment();
    position = StreamPosition.NONE;
    data.forget();
    String current = data.current();
    dataOfPosition = current.isEmpty() ? dataOfPosition : current;
  }

  /**
   * After a reconnect: whether the entry last read is not there although older ones are, and was
   * not deleted. A replica that lagged may have taken over and have new entries on both sides of
   * the position already. Redis before 7.0 does not tell what was deleted, and is believed.
   */
  private boolean isAnotherStream() {
    StreamPosition deleted = information("max-deleted-entry-id");
    if (deleted == null || !position.isAfter(deleted)) {
      return false;
    }
    List<?> upTo =
        (List<?>)
            Objects.requireNonNull(
                link.call(
                    Command.keyed("XREVRANGE", spec.key(), position.id(), "-", "COUNT", "1")));
    return !upTo.isEmpty()
        && upTo.get(0) instanceof List<?> entry
        && !position.id().equals(Bytes.text((byte[]) entry.get(0)));
  }

  /** A stream whose newest id is behind the position is another one, made anew or gone back. */
  private boolean wentBack() {
    StreamPosition newest = information("last-generated-id");
    return newest != null && position.isAfter(newest);
  }

  /** An id of XINFO; null where there is no position, no stream, or no such information. */
  private @Nullable StreamPosition information(String field) {
    if (position.equals(StreamPosition.NONE)
        || !Long.valueOf(1).equals(link.call(Command.keyed("EXISTS", spec.key())))) {
      return null;
    }
    Command info = new Command(Bytes.of("XINFO"), 1, Command.bytes("STREAM", spec.key()));
    List<?> pairs = (List<?>) Objects.requireNonNull(link.call(info));
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      if (pairs.get(i) instanceof byte[] name && Bytes.text(name).equals(field)) {
        return new StreamPosition(Bytes.text((byte[]) pairs.get(i + 1)));
      }
    }
    return null;
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
