package com.voltageems.hissrv.redis.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads topics from their beginning, committed records only. */
final class TopicReader implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final KafkaConsumer<String, String> consumer;
  private final Pattern topics;
  private long assignedNanos = System.nanoTime() - 1_000_000_000L;
  private final List<Received> received = new ArrayList<>();

  /** A record with its value as JSON. */
  record Received(
      String topic, String key, JsonNode value, long timestamp, Map<String, String> headers) {
    double field(String name) {
      return value.path("fields").path(name).asDouble(Double.NaN);
    }
  }

  TopicReader(String bootstrapServers, String topicPattern) {
    consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", bootstrapServers,
                "auto.offset.reset", "earliest",
                "isolation.level", "read_committed",
                "metadata.max.age.ms", "500",
                "enable.auto.commit", "false"),
            new StringDeserializer(),
            new StringDeserializer());
    topics = Pattern.compile(topicPattern);
  }

  /**
   * Assigns new partitions. It does not subscribe: with every new topic, a group without commits
   * would begin again and return records twice.
   */
  private void assign() {
    if (System.nanoTime() - assignedNanos < 500_000_000L) {
      return;
    }
    assignedNanos = System.nanoTime();
    Set<TopicPartition> all = new HashSet<>(consumer.assignment());
    consumer
        .listTopics(Duration.ofSeconds(10))
        .forEach(
            (topic, partitions) -> {
              if (topics.matcher(topic).matches()) {
                partitions.forEach(
                    partition -> all.add(new TopicPartition(topic, partition.partition())));
              }
            });
    all.removeAll(consumer.assignment());
    if (!all.isEmpty()) {
      Set<TopicPartition> added = Set.copyOf(all);
      all.addAll(consumer.assignment());
      consumer.assign(all);
      consumer.seekToBeginning(added);
    }
  }

  /** Polls once, and returns everything read so far. */
  List<Received> received() {
    received.addAll(next());
    return List.copyOf(received);
  }

  /** Polls once and returns what is new without keeping it: for more than fits into memory. */
  List<Received> next() {
    assign();
    if (consumer.assignment().isEmpty()) {
      return List.of();
    }
    List<Received> some = new ArrayList<>();
    for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
      Map<String, String> headers = new LinkedHashMap<>();
      record
          .headers()
          .forEach(
              header ->
                  headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
      try {
        some.add(
            new Received(
                record.topic(),
                record.key(),
                JSON.readTree(record.value()),
                record.timestamp(),
                headers));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return some;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
