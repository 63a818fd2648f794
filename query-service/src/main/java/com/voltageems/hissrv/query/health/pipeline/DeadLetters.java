package com.voltageems.hissrv.query.health.pipeline;

import com.voltageems.hissrv.query.health.ProbeException;
import com.voltageems.hissrv.query.health.Redaction;
import com.voltageems.hissrv.query.health.kafka.KafkaAccess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The latest records of the dead-letter topics: when, from where, and why, according to Connect's
 * headers ({@code errors.deadletterqueue.context.headers.enable}), with the Redis key that our
 * source has added, and the size. The records themselves are not shown. Reads only if there are new
 * ones. For one thread.
 */
final class DeadLetters implements AutoCloseable {
  private static final int MOST = 10;
  private static final int FETCH_BYTES = 256 * 1024;
  private static final String PREFIX = "__connect.errors.";

  /** The source's header with the Redis key or channel that a record comes from. */
  private static final String REDIS_KEY = "hissrv.key";

  private static final int MOST_KEY = 200;

  private final KafkaAccess kafka;
  private Map<TopicPartition, Long> seen = Map.of();
  private List<Map<String, @Nullable Object>> last = List.of();
  private @Nullable KafkaConsumer<byte[], byte[]> consumer;

  DeadLetters(KafkaAccess kafka) {
    this.kafka = kafka;
  }

  /**
   * Returns the latest dead letters, newest first.
   *
   * @param ends the topics' present ends
   */
  List<Map<String, @Nullable Object>> last(Map<TopicPartition, Long> ends)
      throws ProbeException, InterruptedException {
    if (!ends.equals(seen)) {
      last = kafka.read(() -> read(ends));
      seen = Map.copyOf(ends);
    }
    return last;
  }

  private List<Map<String, @Nullable Object>> read(Map<TopicPartition, Long> ends) {
    KafkaConsumer<byte[], byte[]> reader = consumer;
    if (reader == null) {
      reader = kafka.consumer(FETCH_BYTES);
      consumer = reader;
    }
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    long deadline = System.nanoTime() + kafka.timeout().toNanos() / 2;
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      TopicPartition partition = end.getKey();
      if (end.getValue() == 0) {
        continue;
      }
      reader.assign(List.of(partition));
      reader.seek(partition, Math.max(0, end.getValue() - MOST));
      while (reader.position(partition) < end.getValue() && System.nanoTime() < deadline) {
        reader.poll(Duration.ofMillis(200)).forEach(found::add);
      }
    }
    return found.stream()
        .sorted(Comparator.comparingLong(ConsumerRecord<byte[], byte[]>::timestamp).reversed())
        .limit(MOST)
        .map(DeadLetters::shown)
        .toList();
  }

  static Map<String, @Nullable Object> shown(ConsumerRecord<byte[], byte[]> record) {
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    shown.put("time", Instant.ofEpochMilli(record.timestamp()).toString());
    shown.put("connector", header(record, "connector.name"));
    shown.put("topic", header(record, "topic"));
    shown.put("partition", number(header(record, "partition")));
    shown.put("offset", number(header(record, "offset")));
    String key = text(record.headers().lastHeader(REDIS_KEY));
    shown.put("redis_key", key == null ? null : Redaction.oneLine(shortened(key)));
    shown.put("bytes", record.value() == null ? 0 : record.value().length);
    String reason = header(record, "exception.message");
    shown.put("reason", reason == null ? null : Redaction.oneLine(reason.replaceAll("\\s+", " ")));
    return shown;
  }

  private static @Nullable Long number(@Nullable String text) {
    return text != null && text.matches("[0-9]{1,18}") ? Long.valueOf(text) : null;
  }

  private static @Nullable String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return text(record.headers().lastHeader(PREFIX + name));
  }

  private static String shortened(String key) {
    return key.length() <= MOST_KEY ? key : key.substring(0, MOST_KEY - 1) + "…";
  }

  private static @Nullable String text(@Nullable Header header) {
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    if (consumer != null) {
      consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    }
  }
}
