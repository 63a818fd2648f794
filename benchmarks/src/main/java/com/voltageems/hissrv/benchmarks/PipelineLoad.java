package com.voltageems.hissrv.benchmarks;

import com.voltageems.hissrv.quickstart.HistorySystem;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.params.ZParams;

/**
 * Puts the data into Redis that the source reads, and counts how much of it has reached the topic.
 */
final class PipelineLoad implements AutoCloseable {
  static final int CHANNELS = 100;
  static final int FIELDS = 50;
  private static final long FIRST_WINDOW = 1_704_067_200L;
  private static final String PREPARED = "archive:index:prepared";
  private static final String INDEX = "archive:index:1m";
  private static final String TOPIC = "hissrv.archive1m";
  private static final String LIST = "archive:pending";

  private final HistorySystem system;
  private final RedisClient redis;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private long counted;
  private int windows;
  private long sequence;

  PipelineLoad(HistorySystem system) {
    this.system = system;
    this.redis = RedisClient.create(system.redis().uri());
    this.consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                system.kafka().bootstrapServers(),
                "isolation.level",
                "read_committed",
                "max.poll.records",
                5000),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
  }

  /** Returns the source's configuration with the archive only. */
  Map<String, String> archiveSource() {
    return source("archive1m", "sources.live.", "sources.pending.");
  }

  private Map<String, String> source(String alone, String... without) {
    Map<String, String> source = system.sourceConfig(List.of("1m"));
    source.put("sources", alone);
    source.put("aggregation.enabled", "false");
    source.put("poll.interval.ms", "100");
    for (String prefix : without) {
      source.keySet().removeIf(key -> key.startsWith(prefix));
    }
    return source;
  }

  /** Writes hashes as the aggregation script leaves them, with their index under another name. */
  void prepare(int count) {
    for (int window = 0; window < count; window++) {
      long start = FIRST_WINDOW + 60L * windows++;
      try (AbstractPipeline pipeline = redis.pipelined()) {
        for (int channel = 1001; channel < 1001 + CHANNELS; channel++) {
          String key = "archive:1m:" + start + ":" + channel;
          Map<String, String> hash = new HashMap<>();
          for (int field = 1; field <= FIELDS; field++) {
            hash.put(
                field + "_avg",
                String.format(Locale.ROOT, "%.6f", 220 + field + Math.sin(window + channel)));
          }
          hash.put("timestamp", String.valueOf(start));
          pipeline.hset(key, hash);
          pipeline.zadd(PREPARED, (double) ++sequence, key);
        }
        pipeline.sync();
      }
    }
  }

  /** Closes the prepared windows: adds them to the index that the source reads. */
  void release() {
    redis.zunionstore(INDEX, new ZParams().aggregate(ZParams.Aggregate.MAX), INDEX, PREPARED);
    redis.del(PREPARED);
  }

  /** Makes {@link #counted} count the records that reach the windows' topic from now on. */
  void startCounting() {
    List<TopicPartition> partitions =
        consumer.partitionsFor(TOPIC).stream()
            .map(info -> new TopicPartition(TOPIC, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position); // seekToEnd is lazy without this
    counted = 0;
  }

  /**
   * Returns the number of records so far. Counts records, because offsets would include the
   * transaction markers.
   */
  long counted() {
    counted += consumer.poll(Duration.ZERO).count();
    return counted;
  }

  /**
   * Returns the list elements per second that the source takes from Redis: measured after the first
   * tenth, until the list and its in-flight copy are empty.
   */
  double list(int elements) throws InterruptedException {
    try (AbstractPipeline pipeline = redis.pipelined()) {
      for (int i = 0; i < elements; i++) {
        pipeline.lpush(
            LIST,
            "{\"measurement\":\"custom\",\"timestamp\":%d,\"tags\":{\"n\":\"%d\"},\"fields\":{\"v\":%d}}"
                .formatted(FIRST_WINDOW + i / 100, i % 100, i));
        if (i % 1000 == 999) {
          pipeline.sync();
        }
      }
      pipeline.sync();
    }
    Map<String, String> source = source("pending", "sources.live.", "sources.archive1m.");
    source.put("batch.max.records", "2000");
    system.worker().submit("bench-list", source);
    Figures.await("the first tenth", () -> redis.llen(LIST) < elements * 0.9);
    long left = redis.llen(LIST);
    long start = System.nanoTime();
    Figures.await(
        "the list to be empty", () -> redis.llen(LIST) == 0 && !redis.exists(LIST + ":inflight"));
    return left / ((System.nanoTime() - start) / 1e9);
  }

  @Override
  public void close() {
    redis.close();
    consumer.close();
  }
}
