package com.voltageems.hissrv.redis.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads topics from their beginning, committed records only, and keeps what it has read. */
final class TopicReader implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final KafkaConsumer<String, String> consumer;
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
                "group.id", "test-" + System.nanoTime(),
                "auto.offset.reset", "earliest",
                "isolation.level", "read_committed",
                "metadata.max.age.ms", "500",
                "enable.auto.commit", "false"),
            new StringDeserializer(),
            new StringDeserializer());
    consumer.subscribe(Pattern.compile(topicPattern));
  }

  /** Polls once, and gives all that was read so far. */
  List<Received> received() {
    for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
      Map<String, String> headers = new LinkedHashMap<>();
      record
          .headers()
          .forEach(
              header ->
                  headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
      try {
        received.add(
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
    return List.copyOf(received);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
