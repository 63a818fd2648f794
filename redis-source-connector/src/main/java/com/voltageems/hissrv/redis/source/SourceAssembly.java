package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.jedis.Subscription;
import com.voltageems.hissrv.redis.source.jedis.Whereabouts;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisScript;
import com.voltageems.hissrv.redis.source.list.LeftLists;
import com.voltageems.hissrv.redis.source.list.ListSource;
import com.voltageems.hissrv.redis.source.reader.ClockWatch;
import com.voltageems.hissrv.redis.source.reader.DataSetId;
import com.voltageems.hissrv.redis.source.reader.EvictionWatch;
import com.voltageems.hissrv.redis.source.reader.FellowReaders;
import com.voltageems.hissrv.redis.source.reader.ReplicaWatch;
import com.voltageems.hissrv.redis.source.reader.Signal;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.reader.TaskMetrics;
import com.voltageems.hissrv.redis.source.run.Background;
import com.voltageems.hissrv.redis.source.run.Backoff;
import com.voltageems.hissrv.redis.source.run.MessageQueue;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.SampleRecords;
import com.voltageems.hissrv.redis.source.type.ReaderContext;
import com.voltageems.hissrv.redis.source.type.Source;
import com.voltageems.hissrv.redis.source.type.SourceCommon;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.jspecify.annotations.Nullable;

/** Creates a task from its configuration. Does not connect: the first poll does. */
final class SourceAssembly {
  private static final int CONTROL_QUEUE = 1000;
  private static final Duration MAX_BLOCK = Duration.ofSeconds(1);

  /** How long the aggregation script may refuse to work before the task fails. */
  private static final Duration MAX_REFUSED = Duration.ofSeconds(60);

  private final RedisSourceConfig config;
  private final WorkerClock clock;
  private final ReaderContext.Place place;
  private final String name;
  private final TaskMetrics metrics;
  private final Signal signal = new Signal();
  private final SyncTracker sync = new SyncTracker();
  private final KeyMapper mapper;
  private final Whereabouts whereabouts;
  private final RedisLink link;
  private final DataSetId data;
  private final ReplicaWatch replica;
  private final EvictionWatch evictions;
  private final ClockWatch redisClock;
  private final Function<Map<String, String>, @Nullable Map<String, ?>> offsets;
  private final List<Lane> lanes = new ArrayList<>();
  private final List<StatusRecords.Part> parts = new ArrayList<>();
  private final List<Background> background = new ArrayList<>();
  private final List<Runnable> starts = new ArrayList<>();

  private SourceAssembly(
      RedisSourceConfig config,
      Map<String, String> props,
      Function<Map<String, String>, @Nullable Map<String, ?>> offsets,
      WorkerClock clock) {
    this.config = config;
    this.clock = clock;
    this.place =
        new ReaderContext.Place(
            props.getOrDefault("name", "redis-source"),
            Integer.parseInt(props.getOrDefault(RedisSourceConfig.TASK_CONFIG, "0")),
            Integer.parseInt(props.getOrDefault(RedisSourceConfig.TASKS_CONFIG, "1")));
    this.name = "hissrv-" + place.connector() + "-" + place.task();
    this.metrics = new TaskMetrics(clock);
    this.mapper = new KeyMapper(config.mappings());
    this.whereabouts =
        new Whereabouts(config.redis(clientName(name + "-where")), clock, name + "-where");
    background.add(whereabouts);
    starts.add(whereabouts::start);
    this.link =
        new JedisLink(
            config.redis(clientName(name)), metrics.roundTrips::increment, clock, whereabouts);
    this.data = new DataSetId(link, clock);
    this.replica = new ReplicaWatch(link, clock);
    this.evictions = new EvictionWatch(link, clock);
    this.redisClock = new ClockWatch(link, clock);
    this.offsets = offsets;
  }

  static RunningRedisSource start(Map<String, String> props, SourceTaskContext context) {
    SourceAssembly assembly =
        new SourceAssembly(
            SourceRegistry.config(props),
            props,
            context.offsetStorageReader()::offset,
            WorkerClock.system());
    RunningRedisSource running = assembly.assemble();
    // Threads and MBeans last: nothing after this point can fail and leave them behind.
    assembly.metrics.publish(
        assembly.place.connector(), assembly.place.task(), () -> context.pluginMetrics());
    assembly.starts.forEach(Runnable::run);
    return running;
  }

  private RunningRedisSource assemble() {
    for (Source source : TaskPlan.of(config.sources(), place.task(), place.tasks())) {
      SourceCommon common = source.common();
      SourceMetrics counts = metrics.source(common.alias());
      counts.unseenNamesBy(common.filter()::unseen);
      counts.steadyBy(source.steady(counts));
      SourceReader reader = source.reader(context(common, counts));
      lanes.add(new Lane(common, reader, counts, backoff(), clock, this::generalTrouble));
      parts.add(
          new StatusRecords.Part(
              common.alias(),
              common.type(),
              counts.state,
              reader::waiting,
              counts.newestSampleMillis::get,
              counts::lost,
              counts::lostMillis,
              counts::back,
              counts::isSteady,
              source.windowMillis()));
    }
    if (config.aggregationEnabled() && place.task() == 0) {
      AggregationScheduler scheduler =
          new AggregationScheduler(
              new JedisLink(
                  config.redis(clientName(name + "-aggregation")), () -> {}, clock, whereabouts),
              RedisScript.resource(SourceAssembly.class, "/hissrv.lua"),
              config.aggregationWindows(),
              config.aggregationScript(),
              backoff(),
              MAX_REFUSED,
              clock,
              name + "-aggregation");
      background.add(scheduler);
      starts.add(scheduler::start);
      metrics.aggregation(scheduler.state(), scheduler.calls, scheduler.losses());
      parts.add(new StatusRecords.Part("aggregation", "aggregation", scheduler.state()));
    }
    List<Runnable> watches =
        new ArrayList<>(
            List.of(link::follow, data::look, replica::look, evictions::look, redisClock::look));
    FellowReaders fellows = fellows();
    if (place.task() == 0) {
      watches.add(leftLists()::look);
      watches.add(fellows::look);
    }
    if (!config.controlChannel().isEmpty()) {
      control();
    }
    return new RunningRedisSource(
        lanes,
        link,
        backoff(),
        config.maxRecords(),
        maxBlock(),
        background,
        signal,
        metrics,
        new StatusRecords(
            config.statusTopic(),
            place.connector(),
            place.task(),
            config.statusInterval().toMillis(),
            redisClock::aheadMillis,
            fellows::shared,
            parts),
        sync,
        watches,
        clock);
  }

  private FellowReaders fellows() {
    List<FellowReaders.Reads> own =
        config.sources().stream()
            .filter(source -> !source.reads().isEmpty())
            .map(
                source ->
                    new FellowReaders.Reads(
                        source.common().alias(),
                        source.common().type(),
                        source.reads(),
                        source.common().topic()))
            .toList();
    return new FellowReaders(own, place.connector(), UUID.randomUUID().toString(), link, clock);
  }

  private LeftLists leftLists() {
    List<String> own =
        config.sources().stream()
            .filter(ListSource.class::isInstance)
            .map(source -> ((ListSource) source).key())
            .toList();
    LeftLists lists = new LeftLists(own, place.connector(), link, clock);
    parts.add(new StatusRecords.Part("left-lists", StatusRecords.LEFT, lists.state()));
    return lists;
  }

  /** Returns what is wrong with everything that is read; null if nothing is. */
  private @Nullable String generalTrouble() {
    String missing = whereabouts.missing();
    String old = missing != null ? missing : replica.trouble();
    return old != null ? old : evictions.trouble();
  }

  /**
   * Limits the wait of a poll: a worker stops a task between two polls, and allows a few seconds
   * for it.
   */
  private Duration maxBlock() {
    Duration interval = config.pollInterval();
    return interval.compareTo(MAX_BLOCK) < 0 ? interval : MAX_BLOCK;
  }

  private ReaderContext context(SourceCommon source, SourceMetrics counts) {
    return new ReaderContext(
        place,
        link,
        data,
        offsets,
        mapper,
        new SampleRecords(source.alias(), source.topic(), clock, counts.newestSampleMillis),
        config.limits(),
        counts,
        clock,
        (patterns, capacity) ->
            subscribe(source.alias(), patterns, queue(capacity, queue -> signal.raise()), null));
  }

  private Subscription subscribe(
      String what, List<String> patterns, MessageQueue queue, @Nullable String dispensable) {
    Subscription subscription =
        new Subscription(
            config.redis(clientName(name + "-" + what)),
            patterns,
            queue,
            backoff(),
            clock,
            whereabouts,
            name + "-" + what,
            dispensable);
    background.add(subscription);
    starts.add(subscription::start);
    return subscription;
  }

  private MessageQueue queue(int capacity, Consumer<MessageQueue> onChange) {
    return new MessageQueue(capacity, config.limits().maxValueBytes(), clock, onChange);
  }

  /**
   * Subscribes to the control channel: any message makes all sources look now; some request an
   * answer.
   */
  private void control() {
    MessageQueue messages =
        queue(
            CONTROL_QUEUE,
            queue -> {
              queue.take(CONTROL_QUEUE).forEach(message -> sync.request(message.payload()));
              signal.raiseLookNow();
            });
    subscribe(
        "control",
        List.of(globEscape(config.controlChannel())),
        messages,
        config.dispensableControl());
  }

  private static String globEscape(String channel) {
    return channel.replaceAll("([*?\\[\\]\\\\])", "\\\\$1");
  }

  private Backoff backoff() {
    return new Backoff(config.backoffMin(), config.backoffMax(), new Random());
  }

  /** Replaces blanks and control characters, which Redis refuses in a client's name. */
  private static String clientName(String name) {
    return name.replaceAll("[^!-~]", "_");
  }
}
