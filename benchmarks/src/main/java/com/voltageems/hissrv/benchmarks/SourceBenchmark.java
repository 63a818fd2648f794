package com.voltageems.hissrv.benchmarks;

import com.voltageems.hissrv.quickstart.Closer;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.quickstart.TemporaryFolder;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * The Redis source in a real worker at 1,000 channels of 50 points, JSON converter, one task,
 * against a connector that only emits such records, prebuilt, in the same worker.
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
    Figures.print("source.max_redis_block_ms", longestCommandMs(), "ms");
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
