package com.voltageems.hissrv.benchmarks;

import com.voltageems.hissrv.quickstart.Closer;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/**
 * Shared by the measurements of the source: a Redis, a broker, a worker, and calls to query them.
 */
final class SourceRig {
  static final int POINTS = 50;
  private static final int KEYS_A_PIPELINE = 1000;

  final int seconds;
  final Path dir;
  final RedisServer server;
  final Jedis redis;
  final ConnectWorker worker;
  final WorkerMetrics metrics;
  private final Admin admin;
  private final String bootstrapServers;

  private SourceRig(
      int seconds,
      Path dir,
      RedisServer server,
      Jedis redis,
      ConnectWorker worker,
      WorkerMetrics metrics,
      Admin admin,
      String bootstrapServers) {
    this.seconds = seconds;
    this.dir = dir;
    this.server = server;
    this.redis = redis;
    this.worker = worker;
    this.metrics = metrics;
    this.admin = admin;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * @param seconds length of one measuring window
   */
  static SourceRig start(Path dir, int seconds, Closer closer) throws IOException {
    RedisServer server = closer.add(RedisServer.start(dir.resolve("redis")));
    KafkaBroker broker = closer.add(KafkaBroker.start(dir.resolve("kafka")));
    WorkerMetrics.Endpoint endpoint = WorkerMetrics.Endpoint.free();
    List<String> jvmArgs = new ArrayList<>(endpoint.jvmArgs());
    // The same heap as connect-distributed.sh sets; the tests' workers are smaller.
    jvmArgs.addAll(List.of("-Xms256m", "-Xmx2g"));
    ConnectWorker worker =
        closer.add(
            ConnectWorker.start(
                dir.resolve("connect"),
                broker.bootstrapServers(),
                List.of(Installation.find().sourceArchive(), CeilingPlugin.source(dir)),
                Map.of("exactly.once.source.support", "disabled"),
                ConnectWorker.Version.CURRENT,
                jvmArgs));
    return new SourceRig(
        seconds,
        dir,
        server,
        closer.add(
            new Jedis(
                new HostAndPort("127.0.0.1", server.port()),
                DefaultJedisClientConfig.builder().resp2().timeoutMillis(60_000).build())),
        worker,
        closer.add(WorkerMetrics.connect(endpoint)),
        closer.add(Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))),
        broker.bootstrapServers());
  }

  /** Replaces everything in Redis by {@code hashes} hashes {@code comsrv:<c>:m} of 50 points. */
  void fill(int hashes) {
    redis.flushAll();
    for (int from = 0; from < hashes; from += KEYS_A_PIPELINE) {
      try (AbstractPipeline pipeline = redis.pipelined()) {
        for (int i = from; i < Math.min(hashes, from + KEYS_A_PIPELINE); i++) {
          pipeline.hset(hashKey(i), values(POINTS, i));
        }
        pipeline.sync();
      }
    }
  }

  static String hashKey(int number) {
    return "comsrv:" + (1001 + number) + ":m";
  }

  /** Returns fields as a driver writes them. */
  static Map<String, String> values(int fields, int number) {
    Map<String, String> hash = new HashMap<>();
    for (int point = 1; point <= fields; point++) {
      hash.put(
          String.valueOf(point), String.format(Locale.ROOT, "%.6f", 220 + point + number / 7.0));
    }
    return hash;
  }

  /** Returns the configuration of a connector with one source, {@code live}, of hashes. */
  Map<String, String> source() {
    Map<String, String> config = bareSource();
    config.put("sources", "live");
    config.put("sources.live.type", "hash");
    config.put("sources.live.pattern", "comsrv:*");
    return config;
  }

  Map<String, String> bareSource() {
    Map<String, String> config =
        connector("com.voltageems.hissrv.redis.source.RedisSourceConnector");
    config.put("redis.uri", server.uri());
    return config;
  }

  static Map<String, String> connector(String type) {
    Map<String, String> config = new HashMap<>();
    config.put("connector.class", type);
    config.put("tasks.max", "1");
    config.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
    config.put("value.converter", "org.apache.kafka.connect.json.JsonConverter");
    config.put("value.converter.schemas.enable", "false");
    return config;
  }

  void submit(String name, Map<String, String> config) throws InterruptedException {
    worker.submit(name, config);
    Figures.await(name + " to run", () -> worker.isRunning(name, 1));
  }

  void pause(String name) {
    worker.send("PUT", "/connectors/" + name + "/pause", null);
  }

  void resume(String name) {
    worker.send("PUT", "/connectors/" + name + "/resume", null);
  }

  /** Deletes a connector, and waits until its task is gone. */
  void delete(String name) throws InterruptedException {
    worker.delete(name);
    Figures.await(name + " to be gone", () -> worker.status(name).path("tasks").isMissingNode());
  }

  void awaitRecords(String topic, long more) throws InterruptedException {
    long wanted = records(topic) + more;
    Figures.await(more + " records in " + topic, () -> records(topic) >= wanted);
  }

  /** Returns the number of records ever written to the topic; 0 if the topic does not exist. */
  long records(String topic) {
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

  /** Returns the topic's first record with this key; the topic must have one. */
  ConsumerRecord<String, byte[]> first(String topic, String key) {
    try (Consumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (true) {
        ConsumerRecords<String, byte[]> some = consumer.poll(Duration.ofSeconds(10));
        if (some.isEmpty()) {
          throw new IllegalStateException("no record " + key + " in " + topic);
        }
        for (ConsumerRecord<String, byte[]> record : some) {
          if (record.key().equals(key)) {
            return record;
          }
        }
      }
    }
  }
}
