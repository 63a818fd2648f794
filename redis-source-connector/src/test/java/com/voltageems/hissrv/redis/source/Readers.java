package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.reader.DataSetId;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.SampleRecords;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import com.voltageems.hissrv.redis.source.type.Source;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Everything that a reader needs, without a task around it. */
public final class Readers {
  private Readers() {}

  /** Returns a configuration with all types of sources. */
  public static RedisSourceConfig config(Map<String, String> properties) {
    return SourceRegistry.config(properties);
  }

  /** Returns the first source of a configuration. */
  public static <S extends Source> S source(RedisSourceConfig config, Class<S> type) {
    return type.cast(config.sources().get(0));
  }

  /**
   * Returns the context of the first source of a configuration, in the only task of connector
   * {@code c}.
   */
  public static ReaderContext context(
      RedisSourceConfig config,
      RedisLink link,
      WorkerClock clock,
      SourceMetrics metrics,
      Function<Map<String, String>, @Nullable Map<String, ?>> offsets) {
    return new ReaderContext(
        new ReaderContext.Place("c", 0, 1),
        link,
        new DataSetId(link, clock),
        offsets,
        new KeyMapper(List.of()),
        new SampleRecords("p", "p", clock),
        config.limits(),
        metrics,
        clock,
        (patterns, capacity) -> {
          throw new AssertionError("nobody subscribes here");
        });
  }

  /** As {@link #context}, with no stored position. */
  public static ReaderContext context(
      RedisSourceConfig config, RedisLink link, WorkerClock clock, SourceMetrics metrics) {
    return context(config, link, clock, metrics, partition -> null);
  }
}
