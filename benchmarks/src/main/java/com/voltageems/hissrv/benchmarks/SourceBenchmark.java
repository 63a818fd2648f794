package com.voltageems.hissrv.benchmarks;

import com.voltageems.hissrv.quickstart.Closer;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.quickstart.TemporaryFolder;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.resps.Slowlog;

/**
 * The Redis source in a real worker at 1,000 channels of 50 points, JSON converter, one task:
 * against a connector that only emits such records, prebuilt, in the same worker; when nothing
 * changes; with a million points; and listening to channels.
 */
public final class SourceBenchmark {
  private static final int CHANNELS = 1000;
  private static final int POINTS = 50;
  private static final String SOURCE = "bench-source";

  private final int seconds;
  private final RedisServer server;
  private final Jedis redis;
  private final ConnectWorker worker;
  private final Admin admin;

  private SourceBenchmark(
      int seconds, RedisServer server, Jedis redis, ConnectWorker worker, Admin admin) {
    this.seconds = seconds;
    this.server = server;
    this.redis = redis;
    this.worker = worker;
    this.admin = admin;
  }

  public static void main(String[] args) throws Exception {
    int seconds = args.length > 0 && args[0].equals("--short") ? 5 : 15;
    Installation installation = Installation.find();
    TemporaryFolder folder = TemporaryFolder.create();
    try (Closer closer = new Closer(folder)) {
      Path dir = folder.path();
      RedisServer server = closer.add(RedisServer.start(dir.resolve("redis")));
      KafkaBroker broker = closer.add(KafkaBroker.start(dir.resolve("kafka")));
      ConnectWorker worker =
          closer.add(
              ConnectWorker.start(
                  dir.resolve("connect"),
                  broker.bootstrapServers(),
                  List.of(installation.sourceArchive(), ceilingPlugin(dir)),
                  Map.of("exactly.once.source.support", "disabled")));
      Jedis redis = closer.add(new Jedis("127.0.0.1", server.port(), 60_000));
      Admin admin =
          closer.add(Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers())));
      new SourceBenchmark(seconds, server, redis, worker, admin).run();
    }
  }

  private void run() throws Exception {
    redis.configSet("slowlog-log-slower-than", "500");
    fill(CHANNELS);
    double ceiling = ceiling();
    double source = hashesToTopic();
    Figures.print("source.ceiling_records_per_s", ceiling, "records/s");
    Figures.print("source.records_per_s", source, "records/s");
    Figures.print("source.vs_ceiling", source / ceiling, "ratio");
    unchanged();
    idle();
    pubSub();
    Figures.print("source.max_redis_block_ms", longestCommandMs(), "ms");
    millionPoints();
  }

  /** The connector that does nothing but emit, as a plugin archive. */
  private static Path ceilingPlugin(Path dir) throws IOException {
    Path zip = dir.resolve("ceiling.zip");
    Path jar = dir.resolve("ceiling.jar");
    String service = "META-INF/services/org.apache.kafka.connect.source.SourceConnector";
    String[] entries = {
      service,
      classFile(CeilingSourceConnector.class),
      classFile(CeilingSourceConnector.CeilingTask.class)
    };
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String entry : entries) {
        out.putNextEntry(new ZipEntry(entry));
        try (var in = SourceBenchmark.class.getClassLoader().getResourceAsStream(entry)) {
          if (in == null) {
            throw new IllegalStateException(entry + " is not on the class path");
          }
          in.transferTo(out);
        }
      }
    }
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("ceiling/ceiling.jar"));
      Files.copy(jar, out);
    }
    return zip;
  }

  private static String classFile(Class<?> type) {
    return type.getName().replace('.', '/') + ".class";
  }

  private void fill(int channels) {
    try (AbstractPipeline pipeline = redis.pipelined()) {
      for (int channel = 1; channel <= channels; channel++) {
        Map<String, String> hash = new HashMap<>();
        for (int point = 1; point <= POINTS; point++) {
          hash.put(
              String.valueOf(point),
              String.format(Locale.ROOT, "%.6f", 220 + point + channel / 7.0));
        }
        pipeline.hset("comsrv:" + (1000 + channel) + ":m", hash);
      }
      pipeline.sync();
    }
  }

  private double ceiling() throws Exception {
    Figures.say("a connector that only emits %d prebuilt records of %d points", CHANNELS, POINTS);
    Map<String, String> config = converters(CeilingSourceConnector.class.getName());
    config.put("topic", "ceiling");
    return recordsPerSecond("ceiling", config);
  }

  private double hashesToTopic() throws Exception {
    Figures.say("the source, every poll a snapshot of %d hashes of %d points", CHANNELS, POINTS);
    Map<String, String> config = source();
    config.put("poll.interval.ms", "10");
    config.put("snapshot.interval.ms", "1");
    return recordsPerSecond("hissrv.live", config);
  }

  private Map<String, String> source() {
    Map<String, String> config =
        converters("com.voltageems.hissrv.redis.source.RedisSourceConnector");
    config.put("redis.uri", server.uri());
    config.put("sources", "live");
    config.put("sources.live.type", "hash");
    config.put("sources.live.pattern", "comsrv:*");
    return config;
  }

  private static Map<String, String> converters(String connector) {
    Map<String, String> config = new HashMap<>();
    config.put("connector.class", connector);
    config.put("tasks.max", "1");
    config.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
    config.put("value.converter", "org.apache.kafka.connect.json.JsonConverter");
    config.put("value.converter.schemas.enable", "false");
    return config;
  }

  private double recordsPerSecond(String topic, Map<String, String> config) throws Exception {
    worker.submit(SOURCE, config);
    // Warm: the rate of the first seconds is the compiler's.
    awaitRecords(topic, 100_000);
    long before = records(topic);
    long start = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds);
    long after = records(topic);
    double rate = (after - before) / ((System.nanoTime() - start) / 1e9);
    worker.delete(SOURCE);
    return rate;
  }

  private void unchanged() throws Exception {
    Figures.say("the source, polling as fast as it can, nothing changes");
    Map<String, String> config = source();
    config.put("poll.interval.ms", "10");
    worker.submit(SOURCE, config);
    long base = records("hissrv.live") + CHANNELS;
    Figures.await("the first snapshot", () -> records("hissrv.live") >= base);
    long before = commandCalls("hgetall");
    long start = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds);
    double rate =
        (commandCalls("hgetall") - before) * (double) POINTS / ((System.nanoTime() - start) / 1e9);
    Figures.print("source.hgetall_fields_per_s", rate, "fields/s");
    Figures.print(
        "source.records_when_unchanged", (double) (records("hissrv.live") - base), "records");
    worker.delete(SOURCE);
  }

  private void idle() throws Exception {
    Figures.say("the source at its default of one poll a second, nothing changes");
    Duration without = cpuFor(() -> {});
    worker.submit(SOURCE, source());
    long base = records("hissrv.live") + CHANNELS;
    Figures.await("the first snapshot", () -> records("hissrv.live") >= base);
    Duration with = cpuFor(() -> {});
    Figures.print(
        "source.idle_cost", with.minus(without).toMillis() / 1000.0 / seconds, "share of a core");
    worker.delete(SOURCE);
  }

  private Duration cpuFor(Runnable load) throws InterruptedException {
    Duration before = worker.process().cpuTime().plus(server.process().cpuTime());
    load.run();
    TimeUnit.SECONDS.sleep(seconds);
    return worker.process().cpuTime().plus(server.process().cpuTime()).minus(before);
  }

  private void pubSub() throws Exception {
    int messages = 100_000 * seconds;
    Figures.say("%d messages published at once, to a source that listens", messages);
    Map<String, String> config = source();
    config.put("sources", "updates");
    config.put("sources.updates.type", "pubsub");
    config.put("sources.updates.pattern", "point:update:*");
    config.put("sources.updates.queue.max", "5000000");
    config.keySet().removeIf(key -> key.startsWith("sources.live"));
    // Redis cuts off a subscriber that lags by more than this; its own default is 32 MB.
    redis.configSet("client-output-buffer-limit", "pubsub 512mb 256mb 60");
    worker.submit(SOURCE, config);
    Figures.await("the subscription", () -> redis.pubsubNumPat() > 0);
    long start = System.nanoTime();
    try (AbstractPipeline pipeline = redis.pipelined()) {
      for (int i = 0; i < messages; i++) {
        pipeline.publish("point:update:" + i % 1000, String.valueOf(i));
        if (i % 10_000 == 9_999) {
          pipeline.sync();
        }
      }
      pipeline.sync();
    }
    Figures.await("every message", () -> records("hissrv.updates") >= messages);
    Figures.print(
        "source.pubsub_messages_per_s",
        messages / ((System.nanoTime() - start) / 1e9),
        "messages/s");
    Figures.print(
        "source.pubsub_lost", (double) (messages - records("hissrv.updates")), "messages");
    worker.delete(SOURCE);
  }

  private void millionPoints() throws Exception {
    int channels = 1_000_000 / POINTS;
    Figures.say("%d hashes of %d points, the worker's heap after a collection", channels, POINTS);
    double without = heapMb();
    fill(channels);
    Map<String, String> config = source();
    config.put("poll.interval.ms", "1000");
    worker.submit(SOURCE, config);
    long base = records("hissrv.live") + channels;
    Figures.await("the first snapshot", () -> records("hissrv.live") >= base);
    Figures.print("source.heap_mb_at_1m_points", heapMb() - without, "MB");
    worker.delete(SOURCE);
  }

  /** What is reachable: a full collection first, then the class histogram's total. */
  private double heapMb() {
    try {
      Process jcmd =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  String.valueOf(worker.process().pid()),
                  "GC.class_histogram")
              .redirectErrorStream(true)
              .start();
      String text = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String total =
          text.lines()
              .filter(line -> line.startsWith("Total"))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("jcmd says: " + text));
      return Long.parseLong(total.trim().split("\\s+", -1)[2]) / 1048576.0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitRecords(String topic, long more) throws InterruptedException {
    long wanted = records(topic) + more;
    Figures.await(more + " records in " + topic, () -> records(topic) >= wanted);
  }

  /** Records ever written to the topic; 0 while there is none. */
  private long records(String topic) {
    try {
      if (!admin.listTopics().names().get().contains(topic)) {
        return 0;
      }
      Map<TopicPartition, OffsetSpec> wanted =
          admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
              .flatMap(description -> description.partitions().stream())
              .collect(
                  Collectors.toMap(
                      info -> new TopicPartition(topic, info.partition()),
                      info -> OffsetSpec.latest()));
      return admin.listOffsets(wanted).all().get().values().stream()
          .mapToLong(ListOffsetsResult.ListOffsetsResultInfo::offset)
          .sum();
    } catch (ExecutionException e) {
      throw new IllegalStateException("asking for the end of " + topic, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private long commandCalls(String command) {
    return redis
        .info("commandstats")
        .lines()
        .filter(line -> line.startsWith("cmdstat_" + command + ":"))
        .map(line -> line.replaceAll(".*calls=(\\d+).*", "$1"))
        .mapToLong(Long::parseLong)
        .sum();
  }

  /** The longest command that is the source's: not the benchmark's own loading. */
  private double longestCommandMs() {
    return redis.slowlogGet(1000).stream()
            .filter(entry -> !entry.getArgs().get(0).equalsIgnoreCase("info"))
            .mapToLong(Slowlog::getExecutionTime)
            .max()
            .orElse(0)
        / 1000.0;
  }
}
