package com.voltageems.hissrv.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.testkit.KafkaBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Looks into topics as a consumer that sees committed transactions only. */
final class Topics {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Topics() {}

  /** How many committed records of the topic hold {@code text}, by the time in their value. */
  static Map<Long, Integer> recordsByTime(KafkaBroker kafka, String topic, String text) {
    Map<String, Object> config =
        Map.of("bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed");
    Map<Long, Integer> counts = new TreeMap<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
          if (record.value().contains(text)) {
            counts.merge(timestamp(record.value()), 1, Integer::sum);
          }
        }
      }
    }
    return counts;
  }

  /** A topic's setting as the broker tells it. */
  static String config(HistorySystem system, String topic, String setting) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", system.kafka().bootstrapServers()))) {
      return admin.describeConfigs(List.of(resource)).all().get().values().stream()
          .map(config -> config.get(setting).value())
          .findFirst()
          .orElseThrow();
    }
  }

  private static long timestamp(String value) {
    try {
      return JSON.readTree(value).path("timestamp").asLong();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
