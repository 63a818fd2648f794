package com.voltageems.hissrv.query.health;

import com.voltageems.hissrv.query.config.QueryConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Whether the brokers answer, and how far the sink connector is, by the offsets that its consumer
 * group committed: so the figures are true whoever restarts. In the detail:
 *
 * <ul>
 *   <li>{@code processed}: sum of the committed offsets, that is all records of these topics that
 *       the database has acknowledged or whose fate is otherwise sealed (transaction markers
 *       included, where the source writes in transactions);
 *   <li>{@code queue_size}: records not yet committed;
 *   <li>{@code failed}: records ever written to the dead-letter topic;
 *   <li>{@code last_sync}: the newest sample time among the last committed records of each
 *       partition, ISO; null before the first.
 * </ul>
 */
public final class KafkaProbe implements Probe {
  /** A lag this small is counted record by record: it may be nothing but transaction markers. */
  private static final long FEW = 50;

  private final Map<String, Object> clientConfig = new HashMap<>();
  private final String group;
  private final String deadLetterTopic;
  private final Duration timeout;
  private @Nullable Admin admin;
  private @Nullable KafkaConsumer<byte[], byte[]> consumer;

  /** Time of the record before this committed offset, by partition. */
  private final Map<TopicPartition, Committed> lastCommitted = new HashMap<>();

  private record Committed(long offset, long timestampMillis) {}

  /**
   * @param sink the sink connector's name
   */
  public KafkaProbe(QueryConfig.Kafka config, String sink, Duration timeout) {
    this.group = "connect-" + sink;
    this.deadLetterTopic = config.deadLetterTopic();
    this.timeout = timeout;
    clientConfig.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
    clientConfig.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
    clientConfig.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, "5000");
    clientConfig.putAll(config.properties());
    clientConfig.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
  }

  @Override
  public String name() {
    return "kafka";
  }

  @Override
  public Report check() throws ExecutionException, InterruptedException, TimeoutException {
    Admin client = admin;
    if (client == null) {
      client = Admin.create(clientConfig);
      admin = client;
    }
    int brokers = get(client.describeCluster().nodes()).size();
    Map<TopicPartition, Long> committed = committed(client);
    Map<TopicPartition, Long> ends =
        offsets(client, partitions(client, committed), OffsetSpec.latest());
    Set<TopicPartition> untouched = new HashSet<>(ends.keySet());
    untouched.removeAll(committed.keySet());
    Map<TopicPartition, Long> positions = new HashMap<>(committed);
    positions.putAll(offsets(client, untouched, OffsetSpec.earliest()));

    long queued = 0;
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      long position = positions.getOrDefault(end.getKey(), 0L);
      long lag = Math.max(0, end.getValue() - position);
      queued += lag > 0 && lag <= FEW ? count(end.getKey(), position, end.getValue()) : lag;
    }
    committed.keySet().retainAll(ends.keySet());
    Map<String, @Nullable Object> detail = new LinkedHashMap<>();
    detail.put("brokers", brokers);
    detail.put("consumer_group", group);
    detail.put("processed", committed.values().stream().mapToLong(Long::longValue).sum());
    detail.put("queue_size", queued);
    detail.put("failed", deadLetters(client));
    detail.put("last_sync", lastSync(committed));
    return new Report(true, brokers + (brokers == 1 ? " broker" : " brokers"), detail);
  }

  private <T> T get(KafkaFuture<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  private Map<TopicPartition, Long> committed(Admin client)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<TopicPartition, Long> committed = new HashMap<>();
    try {
      Map<TopicPartition, OffsetAndMetadata> answer =
          get(client.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
      answer.forEach(
          (partition, offset) -> {
            if (offset != null) {
              committed.put(partition, offset.offset());
            }
          });
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw e;
      }
      // The sink has not committed anything yet.
    }
    return committed;
  }

  /** Those with a committed offset or a task that reads them, and that still exist. */
  private Set<TopicPartition> partitions(Admin client, Map<TopicPartition, Long> committed)
      throws ExecutionException, InterruptedException, TimeoutException {
    Set<TopicPartition> wanted = new HashSet<>(committed.keySet());
    try {
      @Nullable ConsumerGroupDescription description =
          get(client.describeConsumerGroups(List.of(group)).all()).get(group);
      if (description != null) {
        description
            .members()
            .forEach(member -> wanted.addAll(member.assignment().topicPartitions()));
      }
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw e;
      }
      // No task has joined it yet.
    }
    Set<String> topics = new HashSet<>();
    wanted.forEach(partition -> topics.add(partition.topic()));
    Set<TopicPartition> existing = new HashSet<>();
    for (TopicDescription topic : topics(client, topics)) {
      topic
          .partitions()
          .forEach(info -> existing.add(new TopicPartition(topic.name(), info.partition())));
    }
    wanted.retainAll(existing);
    return wanted;
  }

  /** Those of the topics that are there. */
  private List<TopicDescription> topics(Admin client, Set<String> names)
      throws ExecutionException, InterruptedException, TimeoutException {
    List<TopicDescription> found = new java.util.ArrayList<>();
    for (KafkaFuture<TopicDescription> topic :
        client.describeTopics(names).topicNameValues().values()) {
      try {
        found.add(get(topic));
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
        // Deleted, or never made: nothing to count in it.
      }
    }
    return found;
  }

  private Map<TopicPartition, Long> offsets(
      Admin client, Set<TopicPartition> partitions, OffsetSpec which)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    partitions.forEach(partition -> request.put(partition, which));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (Map.Entry<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> entry :
        get(client
                .listOffsets(request, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all())
            .entrySet()) {
      offsets.put(entry.getKey(), entry.getValue().offset());
    }
    return offsets;
  }

  private long deadLetters(Admin client)
      throws ExecutionException, InterruptedException, TimeoutException {
    Set<TopicPartition> partitions = new HashSet<>();
    for (TopicDescription topic : topics(client, Set.of(deadLetterTopic))) {
      topic
          .partitions()
          .forEach(info -> partitions.add(new TopicPartition(topic.name(), info.partition())));
    }
    return offsets(client, partitions, OffsetSpec.latest()).values().stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  private @Nullable String lastSync(Map<TopicPartition, Long> committed) {
    lastCommitted.keySet().retainAll(committed.keySet());
    committed.forEach(
        (partition, offset) -> {
          Committed known = lastCommitted.get(partition);
          if (offset > 0 && (known == null || known.offset() != offset)) {
            Long timestamp = timestampBefore(partition, offset);
            if (timestamp != null) {
              lastCommitted.put(partition, new Committed(offset, timestamp));
            }
          }
        });
    return lastCommitted.values().stream()
        .map(Committed::timestampMillis)
        .max(Long::compare)
        .map(millis -> Instant.ofEpochMilli(millis).toString())
        .orElse(null);
  }

  /** The timestamp of the record just before an offset, or null when it is not there any more. */
  private @Nullable Long timestampBefore(TopicPartition partition, long offset) {
    KafkaConsumer<byte[], byte[]> reader = reader(partition, offset - 1);
    long deadline = System.nanoTime() + timeout.toNanos() / 4;
    while (reader.position(partition) < offset && System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(200))) {
        return record.offset() < offset ? record.timestamp() : null;
      }
    }
    return null;
  }

  /** Records from {@code position} to {@code end}: offsets less the markers of transactions. */
  private long count(TopicPartition partition, long position, long end) {
    KafkaConsumer<byte[], byte[]> reader = reader(partition, position);
    long deadline = System.nanoTime() + timeout.toNanos() / 4;
    long count = 0;
    long reached = position;
    while (reached < end && System.nanoTime() < deadline) {
      ConsumerRecords<byte[], byte[]> records = reader.poll(Duration.ofMillis(200));
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (record.offset() < end) {
          count++;
        }
      }
      reached = reader.position(partition);
    }
    // What could not be read in time counts as it stands in the offsets.
    return count + Math.max(0, end - reached);
  }

  private KafkaConsumer<byte[], byte[]> reader(TopicPartition partition, long offset) {
    KafkaConsumer<byte[], byte[]> reader = consumer;
    if (reader == null) {
      Map<String, Object> config = new HashMap<>(clientConfig);
      config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
      config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
      config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
      config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, "16384");
      config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "100");
      config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
      reader =
          new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      consumer = reader;
    }
    reader.assign(List.of(partition));
    reader.seek(partition, offset);
    return reader;
  }

  @Override
  public void close() {
    if (admin != null) {
      admin.close(Duration.ofSeconds(1));
    }
    if (consumer != null) {
      consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(1)));
    }
  }
}
