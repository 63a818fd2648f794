package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.archive.ArchivePosition;
import com.voltageems.hissrv.redis.source.archive.ArchiveReader;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.config.SourceSpec;
import com.voltageems.hissrv.redis.source.hash.HashReader;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.jedis.Subscription;
import com.voltageems.hissrv.redis.source.link.Background;
import com.voltageems.hissrv.redis.source.link.Backoff;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisScript;
import com.voltageems.hissrv.redis.source.list.ListPosition;
import com.voltageems.hissrv.redis.source.list.ListReader;
import com.voltageems.hissrv.redis.source.pubsub.PubSubReader;
import com.voltageems.hissrv.redis.source.reader.DataSetId;
import com.voltageems.hissrv.redis.source.reader.Signal;
import com.voltageems.hissrv.redis.source.reader.Slices;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import com.voltageems.hissrv.redis.source.reader.SourceReader;
import com.voltageems.hissrv.redis.source.reader.TaskMetrics;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.SampleRecords;
import com.voltageems.hissrv.redis.source.sample.SourceLimits;
import com.voltageems.hissrv.redis.source.stream.StreamPosition;
import com.voltageems.hissrv.redis.source.stream.StreamReader;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.jspecify.annotations.Nullable;

/** Puts a task together from its configuration. Connects to nothing: that is for the first poll. */
final class SourceAssembly {
  private static final int CONTROL_QUEUE = 1000;
  private static final Duration MAX_BLOCK = Duration.ofSeconds(1);

  /** How long the aggregation script may refuse to work before the task fails by it. */
  private static final Duration MAX_REFUSED = Duration.ofSeconds(60);

  private final RedisSourceConfig config;
  private final int task;
  private final int tasks;
  private final String name;
  private final TaskMetrics metrics = new TaskMetrics();
  private final Signal signal = new Signal();
  private final KeyMapper mapper;
  private final RedisLink link;
  private final DataSetId data;
  private final Function<Map<String, String>, @Nullable Map<String, ?>> offsets;
  private final String connector;
  private final List<Lane> lanes = new ArrayList<>();
  private final List<StatusRecords.Part> parts = new ArrayList<>();
  private final List<Background> background = new ArrayList<>();
  private final List<Runnable> starts = new ArrayList<>();

  private SourceAssembly(
      RedisSourceConfig config,
      Map<String, String> props,
      Function<Map<String, String>, @Nullable Map<String, ?>> offsets) {
    this.config = config;
    this.task = Integer.parseInt(props.getOrDefault(RedisSourceConfig.TASK_CONFIG, "0"));
    this.tasks = Integer.parseInt(props.getOrDefault(RedisSourceConfig.TASKS_CONFIG, "1"));
    this.connector = connector(props);
    this.name = "hissrv-" + connector + "-" + task;
    this.mapper = new KeyMapper(config.mappings());
    this.link = new JedisLink(config.redis(clientName(name)), metrics.roundTrips::increment);
    this.data = new DataSetId(link);
    this.offsets = offsets;
  }

  private static String connector(Map<String, String> props) {
    return props.getOrDefault("name", "redis-source");
  }

  static RunningRedisSource start(Map<String, String> props, SourceTaskContext context) {
    SourceAssembly assembly =
        new SourceAssembly(
            new RedisSourceConfig(props), props, context.offsetStorageReader()::offset);
    RunningRedisSource running = assembly.assemble();
    // Threads and MBeans last: nothing after this point can fail and leave them behind.
    assembly.metrics.publish(connector(props), assembly.task, () -> context.pluginMetrics());
    assembly.starts.forEach(Runnable::run);
    return running;
  }

  private RunningRedisSource assemble() {
    for (SourceSpec spec : TaskPlan.of(config.sources(), task, tasks)) {
      SourceMetrics counts = metrics.source(spec.alias());
      SourceReader reader = reader(spec, counts);
      lanes.add(new Lane(spec, reader, counts, backoff()));
      parts.add(
          new StatusRecords.Part(
              spec.alias(),
              spec.type().name().toLowerCase(Locale.ROOT),
              counts.state,
              reader::waiting,
              counts.newestSampleMillis::get));
    }
    if (config.aggregationEnabled() && task == 0) {
      AggregationScheduler scheduler =
          new AggregationScheduler(
              new JedisLink(config.redis(clientName(name + "-aggregation")), () -> {}),
              RedisScript.resource(SourceAssembly.class, "/hissrv.lua"),
              config.aggregationWindows(),
              Map.of(),
              backoff(),
              MAX_REFUSED,
              InstantSource.system(),
              name + "-aggregation");
      background.add(scheduler);
      starts.add(scheduler::start);
      metrics.aggregation(scheduler.state(), scheduler.calls);
      parts.add(
          new StatusRecords.Part(
              "aggregation", "aggregation", scheduler.state(), () -> null, () -> 0));
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
            config.statusTopic(), connector, task, config.statusInterval().toMillis(), parts),
        InstantSource.system());
  }

  /** A worker stops a task between two polls, and gives it some seconds for that. */
  private Duration maxBlock() {
    Duration interval = config.pollInterval();
    return interval.compareTo(MAX_BLOCK) < 0 ? interval : MAX_BLOCK;
  }

  private SourceReader reader(SourceSpec spec, SourceMetrics counts) {
    SampleRecords records =
        new SampleRecords(
            spec.alias(), spec.topic(), InstantSource.system(), counts.newestSampleMillis);
    SourceLimits limits = config.limits();
    return switch (spec.type()) {
      case LIST ->
          new ListReader(
              spec,
              link,
              records,
              limits,
              counts,
              connector,
              offsets.apply(ListPosition.partition(spec.key())));
      case ARCHIVE ->
          new ArchiveReader(
              spec,
              link,
              mapper,
              records,
              limits,
              counts,
              Slices.ofTask(task, tasks),
              data,
              slice -> offsets.apply(ArchivePosition.partition(spec.window(), slice)));
      case STREAM ->
          new StreamReader(
              spec,
              link,
              mapper,
              records,
              limits,
              counts,
              data,
              offsets.apply(StreamPosition.partition(spec.key())));
      case HASH -> new HashReader(spec, link, mapper, records, limits, counts, task, tasks, false);
      case PUBSUB -> {
        Subscription subscription =
            subscribe(spec.patterns(), spec.maxQueued(), spec.alias(), signal::raise, null);
        counts.droppedBy(subscription.dropped::sum);
        HashReader hashes =
            new HashReader(
                spec.withPatterns(PubSubReader.keyPatterns(spec.patterns())),
                link,
                mapper,
                records,
                limits,
                counts,
                0,
                1,
                true);
        yield new PubSubReader(spec, link, subscription, hashes, mapper, records, limits, counts);
      }
    };
  }

  private Subscription subscribe(
      List<String> patterns,
      int capacity,
      String what,
      Runnable onMessage,
      @Nullable String dispensable) {
    Subscription subscription =
        new Subscription(
            config.redis(clientName(name + "-" + what)),
            patterns,
            capacity,
            config.limits().maxValueBytes(),
            backoff(),
            onMessage,
            name + "-" + what,
            dispensable);
    background.add(subscription);
    starts.add(subscription::start);
    return subscription;
  }

  /** A message on the control channel: look now, whatever it says. */
  private void control() {
    AtomicReference<@Nullable Subscription> self = new AtomicReference<>();
    Subscription subscription =
        subscribe(
            List.of(globEscape(config.controlChannel())),
            CONTROL_QUEUE,
            "control",
            () -> {
              Subscription control = self.get();
              if (control != null) {
                control.take(CONTROL_QUEUE);
              }
              signal.raiseLookNow();
            },
            config.dispensableControl());
    self.set(subscription);
  }

  private static String globEscape(String channel) {
    return channel.replaceAll("([*?\\[\\]\\\\])", "\\\\$1");
  }

  private Backoff backoff() {
    return new Backoff(config.backoffMin(), config.backoffMax(), new Random());
  }

  /** Redis refuses blanks and control characters in a client's name. */
  private static String clientName(String name) {
    return name.replaceAll("[^!-~]", "_");
  }
}
