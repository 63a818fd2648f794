package com.voltageems.hissrv.query.health.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.query.health.ProbeException;
import com.voltageems.hissrv.query.health.SinkTopics;
import com.voltageems.hissrv.query.health.kafka.KafkaAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Watches one request to read now (docs/status.md): the progress of the source's tasks by the
 * status topic, and the progress of the sink by its committed offsets. For one thread and one
 * request.
 */
public class SyncWatch implements AutoCloseable {
  private static final int FETCH_BYTES = 1024 * 1024;

  private final KafkaAccess kafka;
  private final String statusTopic;
  private final String source;
  private final SinkOffsets sink;
  private final Supplier<SinkTopics> topics;
  private final RecordReader records;
  private final Map<Integer, JsonNode> told = new TreeMap<>();
  private @Nullable KafkaConsumer<byte[], byte[]> consumer;

  /** The ends of topics at one moment. */
  public record Ends(Map<TopicPartition, Long> offsets) {
    public Ends {
      offsets = Map.copyOf(offsets);
    }
  }

  /**
   * @param source the source connector's name
   * @param sink the sink connector's name
   * @param topics the topics that the sink reads, even if none of its tasks has them
   */
  public SyncWatch(
      KafkaAccess kafka,
      String statusTopic,
      String source,
      String sink,
      Supplier<SinkTopics> topics) {
    this.kafka = kafka;
    this.statusTopic = statusTopic;
    this.source = source;
    this.sink = new SinkOffsets(kafka, sink);
    this.topics = topics;
    this.records = new RecordReader(kafka);
  }

  /**
   * Begins to read the status topic at its present end; must be called before the request is sent.
   *
   * @throws ProbeException if there is no such topic, or Kafka does not answer
   */
  public void begin() throws ProbeException, InterruptedException {
    Set<TopicPartition> partitions = kafka.partitions(Set.of(statusTopic));
    if (partitions.isEmpty()) {
      throw new ProbeException(
          "the source reports nothing: there is no topic " + statusTopic + " (kafka.status.topic)");
    }
    Map<TopicPartition, Long> ends = kafka.offsets(partitions, OffsetSpec.latest());
    kafka.read(
        () -> {
          KafkaConsumer<byte[], byte[]> reader = kafka.consumer(FETCH_BYTES);
          consumer = reader;
          reader.assign(partitions);
          ends.forEach(reader::seek);
          return true;
        });
  }

  /**
   * Returns what the source's tasks still have to read, for people; empty when everything is in
   * Kafka.
   *
   * @param tasks how many tasks must report; 0 if unknown: then at least one
   * @param wait how long to wait for further reports
   */
  public List<String> sources(String id, int tasks, Duration wait)
      throws ProbeException, InterruptedException {
    KafkaConsumer<byte[], byte[]> reader = consumer;
    if (reader == null) {
      throw new IllegalStateException("begin first");
    }
    kafka.read(
        () -> {
          for (ConsumerRecord<byte[], byte[]> record : reader.poll(wait)) {
            take(id, record.value());
          }
          return true;
        });
    List<String> waiting = new ArrayList<>();
    for (int task = 0; task < Math.max(1, tasks); task++) {
      JsonNode sync = told.get(task);
      if (sync == null) {
        waiting.add(source + " task " + task + ": no answer");
      } else {
        for (JsonNode part : sync.path("waiting")) {
          waiting.add(source + " task " + task + ": " + part.asText() + " is being read");
        }
      }
    }
    return waiting;
  }

  private void take(String id, byte @Nullable [] value) {
    Optional<JsonNode> status = value == null ? Optional.empty() : StatusText.object(value);
    status
        .filter(node -> node.path("connector").asText().equals(source))
        .filter(node -> node.path("sync").path("id").asText().equals(id))
        .ifPresent(node -> told.put(node.path("task").asInt(), node.path("sync")));
  }

  /** Returns the present ends of the sink's topics. */
  public Ends ends() throws ProbeException, InterruptedException {
    return new Ends(
        kafka.offsets(
            sink.reading(sink.committed().keySet(), topics.get()).partitions(),
            OffsetSpec.latest()));
  }

  /** Returns how many records before these ends are not in the database yet, for people. */
  public List<String> sink(Ends ends) throws ProbeException, InterruptedException {
    Map<TopicPartition, OffsetAndMetadata> committed = sink.committed();
    committed.keySet().retainAll(ends.offsets().keySet());
    committed.keySet().removeAll(sink.madeAnew(committed, ends.offsets()));
    Map<String, Long> behind = new TreeMap<>();
    Map<TopicPartition, Long> untouched = new HashMap<>();
    for (Map.Entry<TopicPartition, Long> end : ends.offsets().entrySet()) {
      OffsetAndMetadata offset = committed.get(end.getKey());
      if (offset == null) {
        untouched.put(end.getKey(), end.getValue());
      } else {
        count(end.getKey(), offset.offset(), end.getValue(), behind);
      }
    }
    Map<TopicPartition, Long> starts = kafka.offsets(untouched.keySet(), OffsetSpec.earliest());
    for (Map.Entry<TopicPartition, Long> end : untouched.entrySet()) {
      count(end.getKey(), starts.getOrDefault(end.getKey(), 0L), end.getValue(), behind);
    }
    return behind.entrySet().stream()
        .map(entry -> entry.getKey() + ": " + entry.getValue() + " records before the database")
        .toList();
  }

  private void count(TopicPartition partition, long from, long end, Map<String, Long> behind)
      throws ProbeException, InterruptedException {
    long waiting = records.waiting(partition, from, end);
    if (waiting > 0) {
      behind.merge(partition.topic(), waiting, Long::sum);
    }
  }

  @Override
  public void close() {
    records.close();
    if (consumer != null) {
      consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    }
  }
}
