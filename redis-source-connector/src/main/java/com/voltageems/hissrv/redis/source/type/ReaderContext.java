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
 * @param place the task that the reader runs in
 * @param link connection to Redis, shared by the readers of a task
 * @param data identifies the data that the link leads to
 * @param offsets returns the offset that Connect has stored for a partition, or null
 * @param records creates the reader's records
 * @param metrics the reader's own metrics
 * @param subscriber creates subscriptions that begin and end with the task
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
   * Task of a connector.
   *
   * @param task number of the task, from 0
   * @param tasks number of tasks
   */
  public record Place(String connector, int task, int tasks) {}

  /** Subscribes to channels. */
  public interface Subscriber {
    /**
     * Creates a subscription that begins when the task runs.
     *
     * @param capacity most messages that may wait
     */
    Subscription subscribe(List<String> patterns, int capacity);
  }

  /** Returns the same context for a reader that is not divided over tasks. */
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
