package com.voltageems.hissrv.redis.source.type;

import com.voltageems.hissrv.redis.source.jedis.Subscription;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.reader.DataSetId;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.SampleRecords;
import com.voltageems.hissrv.redis.source.sample.SourceLimits;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a reader works with.
 *
 * @param place whose task it is in
 * @param link to Redis; shared by the readers of a task
 * @param data which data the link leads to
 * @param offsets the offset that Connect has stored for a partition, or null
 * @param records makes its records
 * @param metrics its own
 * @param subscriber makes subscriptions that begin and end with the task
 */
public record ReaderContext(
    Place place,
    RedisLink link,
    DataSetId data,
    Function<Map<String, String>, @Nullable Map<String, ?>> offsets,
    KeyMapper mapper,
    SampleRecords records,
    SourceLimits limits,
    SourceMetrics metrics,
    WorkerClock clock,
    Subscriber subscriber) {

  /**
   * A task of a connector.
   *
   * @param task from 0 on
   * @param tasks how many there are
   */
  public record Place(String connector, int task, int tasks) {}

  /** Listens to channels. */
  public interface Subscriber {
    /**
     * Subscribes once the task runs.
     *
     * @param capacity messages that may wait
     */
    Subscription subscribe(List<String> patterns, int capacity);
  }

  /** The same for a reader that is not divided over tasks. */
  public ReaderContext undivided() {
    return new ReaderContext(
        new Place(place.connector(), 0, 1),
        link,
        data,
        offsets,
        mapper,
        records,
        limits,
        metrics,
        clock,
        subscriber);
  }
}
