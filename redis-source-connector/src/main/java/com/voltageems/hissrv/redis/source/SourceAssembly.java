package com.voltageems.hissrv.redis.source;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Puts a task together from its configuration. Connects to nothing: that is for the first poll. */
final class SourceAssembly {
  private SourceAssembly() {}

  /**
   * @param offsets the stored offset of a partition, or null
   */
  static RunningRedisSource start(
      Map<String, String> props, Function<Map<String, String>, @Nullable Map<String, ?>> offsets) {
    RedisSourceConfig config = new RedisSourceConfig(props);
    int task = Integer.parseInt(props.getOrDefault(RedisSourceConfig.TASK_CONFIG, "0"));
    int tasks = Integer.parseInt(props.getOrDefault(RedisSourceConfig.TASKS_CONFIG, "1"));
    String name = "hissrv-" + props.getOrDefault("name", "source") + "-" + task;
    TaskMetrics metrics = new TaskMetrics();
    RedisLink link = new JedisLink(config.redis(clientName(name)), metrics.roundTrips::increment);
    KeyMapper mapper = new KeyMapper(config.mappings());
    List<SourceReader> readers = new ArrayList<>();
    Map<String, SourceReader> byTopic = new HashMap<>();
    for (SourceSpec spec : TaskPlan.of(config.sources(), task, tasks)) {
      SampleRecords records = new SampleRecords(spec.alias(), spec.topic());
      SourceMetrics sourceMetrics = metrics.source(spec.alias());
      switch (spec.type()) {
        case LIST -> {
          SourceReader reader =
              new ListReader(
                  spec,
                  link,
                  records,
                  config.limits(),
                  sourceMetrics,
                  offsets.apply(ListPosition.partition(spec.key())));
          readers.add(reader);
          byTopic.put(spec.topic(), reader);
        }
        case ARCHIVE ->
            readers.add(
                new ArchiveReader(
                    spec,
                    link,
                    mapper,
                    records,
                    config.limits(),
                    sourceMetrics,
                    Slices.ofTask(task, tasks),
                    slice -> offsets.apply(ArchivePosition.partition(spec.window(), slice))));
        case HASH ->
            readers.add(
                new HashReader(
                    spec, link, mapper, records, config.limits(), sourceMetrics, task, tasks));
      }
    }
    List<RunningRedisSource.Background> background = new ArrayList<>();
    if (config.aggregationEnabled() && task == 0) {
      background.add(scheduler(config, name));
    }
    return new RunningRedisSource(
        readers,
        byTopic,
        link,
        backoff(config),
        config.maxRecords(),
        config.pollInterval(),
        background,
        metrics);
  }

  private static AggregationScheduler scheduler(RedisSourceConfig config, String name) {
    AggregationScheduler scheduler =
        new AggregationScheduler(
            new JedisLink(config.redis(clientName(name + "-aggregation")), () -> {}),
            RedisScript.resource("/hissrv.lua"),
            config.aggregationWindows(),
            Map.of(),
            backoff(config),
            name + "-aggregation");
    scheduler.start();
    return scheduler;
  }

  private static Backoff backoff(RedisSourceConfig config) {
    return new Backoff(config.backoffMin(), config.backoffMax(), new Random());
  }

  /** Redis refuses blanks and control characters in a client's name. */
  private static String clientName(String name) {
    return name.replaceAll("[^!-~]", "_");
  }
}
