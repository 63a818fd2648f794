package com.voltageems.hissrv.redis.source.archive;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.HashScan;
import com.voltageems.hissrv.redis.source.link.RedisError;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.reader.DataSetId;
import com.voltageems.hissrv.redis.source.reader.RejectReason;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.sample.ArchiveKey;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.RegexTooSlowException;
import com.voltageems.hissrv.redis.source.sample.Sample;
import com.voltageems.hissrv.redis.source.sample.SampleBuilder;
import com.voltageems.hissrv.redis.source.sample.SampleRecords;
import com.voltageems.hissrv.redis.source.sample.SourceLimits;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Fetches windows page by page, and makes records of them. */
final class ArchiveWindows {
  /** Most members of the index in one page; more would block Redis for too long. */
  private static final int MAX_PAGE = 2000;

  /**
   * Most fields in one page: other clients wait while Redis answers a pipeline, and all fields are
   * in memory.
   */
  private static final int MAX_FIELDS_A_PAGE = 12_500;

  /** Most fields in memory if windows have suddenly grown. */
  private static final int FIELDS_TOLERATED_A_PAGE = 4 * MAX_FIELDS_A_PAGE;

  private static final int MAX_BYTES_A_PAGE = 4 << 20;

  private final ArchiveSource source;
  private final RedisLink link;
  private final KeyMapper mapper;
  private final SampleRecords records;
  private final SourceLimits limits;
  private final SourceMetrics metrics;
  private final DataSetId data;
  private final PageSize pageSize = new PageSize(MAX_PAGE, MAX_FIELDS_A_PAGE, MAX_BYTES_A_PAGE);

  ArchiveWindows(ArchiveSource source, ReaderContext context) {
    this.source = source;
    this.link = context.link();
    this.mapper = context.mapper();
    this.records = context.records();
    this.limits = context.limits();
    this.metrics = context.metrics();
    this.data = context.data();
  }

  /** Returns how many windows the next page may have, estimated from the last pages. */
  int pageSize(int limit) {
    return pageSize.next(limit);
  }

  /**
   * Returns the fields of each window, name and value alternating; none if the window is gone.
   *
   * @param sizes result of {@link #sizes} for the same keys
   * @param looked how many windows of the index page were looked at to find these
   * @return one reply per key, in the order of the keys; a {@link RedisError} for a key of another
   *     type
   * @throws RedisReplyException for an error that is not the key's own fault
   */
  List<@Nullable Object> fetch(List<byte[]> keys, List<@Nullable Object> sizes, int looked) {
    List<Command> commands = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      if (!isLarge(sizes.get(i))) {
        commands.add(Command.hgetall(keys.get(i)));
      }
    }
    Iterator<@Nullable Object> small = requireReadable(link.pipeline(commands)).iterator();
    List<@Nullable Object> replies = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      replies.add(isLarge(sizes.get(i)) ? readInSteps(keys.get(i)) : small.next());
    }
    learnPageSize(looked, replies);
    return replies;
  }

  /** Returns how many fields each window has; a {@link RedisError} for a key of another type. */
  List<@Nullable Object> sizes(List<byte[]> keys) {
    return link.pipeline(keys.stream().map(key -> Command.keyed("HLEN", key)).toList());
  }

  /**
   * Returns how many of these windows fit into one page, by their number of fields. Normally all,
   * because the page was planned for them; fewer if they are larger than the previous ones. At
   * least one, if there are any.
   */
  static int fitting(List<@Nullable Object> sizes) {
    long fields = 0;
    int windows = 0;
    for (Object size : sizes) {
      fields += size instanceof Long count ? count : 0;
      if (windows > 0 && fields > FIELDS_TOLERATED_A_PAGE) {
        break;
      }
      windows++;
    }
    return windows;
  }

  private static boolean isLarge(@Nullable Object size) {
    return size instanceof Long fields && fields > HashScan.MAX_FIELDS_AT_ONCE;
  }

  private Object readInSteps(byte[] key) {
    try {
      return HashScan.read(link, key, HashScan.MAX_FIELDS_A_STEP);
    } catch (RedisReplyException e) {
      if (e.error().isWrongType()) {
        return e.error();
      }
      throw e;
    }
  }

  /**
   * Throws for an error that is not the key's own fault: going on would skip windows, so all are
   * read again.
   */
  private static List<@Nullable Object> requireReadable(List<@Nullable Object> replies) {
    for (Object reply : replies) {
      if (reply instanceof RedisError error && !error.isWrongType()) {
        throw new RedisReplyException("HGETALL", error);
      }
    }
    return replies;
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
   * Returns the records of one window: none, one, or several if it is too large for one.
   *
   * @param before the position to store with all records except the last: the last record delivers
   *     the window
   */
  List<SourceRecord> records(
      int slice, @Nullable Object reply, ArchivePosition before, ArchivePosition reached) {
    Sample sample = sample(reply, reached.key());
    if (sample == null) {
      return List.of();
    }
    metrics.points.add(sample.points());
    metrics.newestWindowStart.accumulateAndGet(sample.epochMillis() / 1000, Math::max);
    Map<String, String> partition = ArchivePosition.partition(source.window(), slice);
    List<SourceRecord> out = new ArrayList<>(1);
    List<Sample> parts = sample.parts(limits.maxRecordBytes());
    for (int i = 0; i < parts.size(); i++) {
      ArchivePosition done = i < parts.size() - 1 ? before : reached;
      metrics.records.increment();
      out.add(
          records.record(parts.get(i), reached.key(), partition, done.toOffset(data.current())));
    }
    return out;
  }

  /** Returns a window's sample, or null after counting why there is none. */
  private @Nullable Sample sample(@Nullable Object reply, String key) {
    if (!(reply instanceof List<?> fields)) {
      metrics.reject(RejectReason.WRONG_TYPE);
      return null;
    }
    ArchiveKey parsed = ArchiveKey.parse(key);
    if (parsed == null) {
      metrics.reject(RejectReason.KEY, Bytes.of(key), "not the key of a window");
      return null;
    }
    KeyMapper.Mapped mapped;
    try {
      mapped = mapper.map(key);
    } catch (RegexTooSlowException e) {
      metrics.reject(RejectReason.REGEX, Bytes.of(key), String.valueOf(e.getMessage()));
      return null;
    }
    SampleBuilder sample = new SampleBuilder(Bytes.of(key), mapped.names(), limits, metrics);
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      String field = Bytes.text((byte[]) fields.get(i));
      if (!field.equals("timestamp")) {
        sample.add(field, (byte[]) fields.get(i + 1));
      }
    }
    if (sample.isEmpty()) {
      metrics.reject(RejectReason.NO_FIELD);
      return null;
    }
    Sample passed =
        source.common().filter().apply(sample.build(mapped.series(), parsed.startSeconds() * 1000));
    if (passed == null) {
      metrics.filtered.increment();
    }
    return passed;
  }

  /** Returns epoch seconds, or {@link Long#MIN_VALUE} if the key is not the key of a window. */
  static long startOf(byte[] key) {
    ArchiveKey parsed = ArchiveKey.parse(Bytes.text(key));
    return parsed == null ? Long.MIN_VALUE : parsed.startSeconds();
  }
}
