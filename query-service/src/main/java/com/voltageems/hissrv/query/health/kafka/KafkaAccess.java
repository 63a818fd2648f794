package com.voltageems.hissrv.query.health.kafka;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.ProbeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka clients that the probes share. Every call has a timeout, and every failure is explained
 * in words that name the setting. Thread-safe; consumers are not shared.
 */
public final class KafkaAccess implements AutoCloseable {
  private final Map<String, Object> clientConfig;
  private final Duration timeout;
  private final KafkaFailures failures;
  private @Nullable Admin admin;
  private boolean closed;

  public KafkaAccess(QueryConfig.Kafka config, Duration timeout) {
    this.timeout = timeout;
    clientConfig =
        config.client(
            Map.of(
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                (int) timeout.toMillis(),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) timeout.toMillis(),
                AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                "5000"));
    failures = new KafkaFailures(config.bootstrapServers(), clientConfig, timeout);
  }

  public Duration timeout() {
    return timeout;
  }

  /** A call to the cluster. */
  public interface Call<T> {
    T on(Admin client) throws ExecutionException, InterruptedException, TimeoutException;
  }

  public <T> T call(Call<T> call) throws ProbeException, InterruptedException {
    try {
      T answer = call.on(admin());
      failures.answered();
      return answer;
    } catch (ExecutionException e) {
      throw failures.inWords(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException | KafkaException e) {
      throw failures.inWords(e);
    }
  }

  /** A consumer's work, whose failures are also explained in words. */
  public interface Reading<T> {
    T get();
  }

  public <T> T read(Reading<T> reading) throws ProbeException, InterruptedException {
    try {
      return reading.get();
    } catch (InterruptException e) {
      throw new InterruptedException("interrupted while reading from Kafka");
    } catch (KafkaException e) {
      throw failures.inWords(e);
    }
  }

  private Admin admin() {
    if (!isMade()) {
      // Not under the lock: servers that do not answer take their time.
      KafkaGreeting.require(clientConfig, timeout);
    }
    return made();
  }

  private synchronized boolean isMade() {
    return admin != null;
  }

  private synchronized Admin made() {
    if (closed) {
      throw new KafkaException("its client is closed");
    }
    Admin client = admin;
    if (client == null) {
      client = Admin.create(clientConfig);
      admin = client;
    }
    return client;
  }

  public <T> T get(KafkaFuture<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Likewise, for a call about one topic: adds its name, which the client's own message does not
   * contain.
   */
  public <T> T get(String topic, KafkaFuture<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    try {
      return get(future);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof TopicAuthorizationException
          ? new ExecutionException(
              new TopicAuthorizationException(
                  "the right Describe on the topic " + topic + " is missing"))
          : e;
    }
  }

  /**
   * Returns the partitions of those topics that exist.
   *
   * @throws NoLeaderException if one of them has no leader: a question for its offsets would only
   *     run into the timeout
   */
  public Set<TopicPartition> partitions(Collection<String> topics)
      throws ProbeException, InterruptedException {
    Set<TopicPartition> leaderless = new HashSet<>();
    Set<TopicPartition> partitions =
        call(
            client -> {
              Set<TopicPartition> found = new HashSet<>();
              for (TopicDescription topic : describe(client, topics)) {
                for (TopicPartitionInfo info : topic.partitions()) {
                  TopicPartition partition = new TopicPartition(topic.name(), info.partition());
                  found.add(partition);
                  if (isLeaderless(info)) {
                    leaderless.add(partition);
                  }
                }
              }
              return found;
            });
    if (!leaderless.isEmpty()) {
      throw new NoLeaderException(failures.kafka(), leaderless);
    }
    return partitions;
  }

  /** The client says "no leader" in two ways: by null, and by an empty node. */
  private static boolean isLeaderless(TopicPartitionInfo partition) {
    Node leader = partition.leader();
    return leader == null || leader.isEmpty();
  }

  private List<TopicDescription> describe(Admin client, Collection<String> names)
      throws ExecutionException, InterruptedException, TimeoutException {
    List<TopicDescription> found = new ArrayList<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
        client.describeTopics(names).topicNameValues().entrySet()) {
      try {
        found.add(get(topic.getKey(), topic.getValue()));
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
        // Deleted, or never created: nothing to count in it.
      }
    }
    return found;
  }

  /**
   * How many copies of partitions there are.
   *
   * @param partitions the number of partitions
   * @param lacking how many of them have a leader and a copy that is not in sync: its broker is
   *     away or behind
   * @param topics their topics
   * @param leaderless the partitions that nothing can be written to or read from
   */
  public record Copies(
      int partitions, int lacking, Set<String> topics, Set<TopicPartition> leaderless) {}

  /** Counts the partitions of those topics that exist and that we may see. */
  public Copies copies(Collection<String> topics) throws ProbeException, InterruptedException {
    return call(
        client -> {
          int partitions = 0;
          int lacking = 0;
          Set<String> lackingTopics = new TreeSet<>();
          Set<TopicPartition> leaderless = new HashSet<>();
          for (KafkaFuture<TopicDescription> future :
              client.describeTopics(topics).topicNameValues().values()) {
            try {
              TopicDescription topic = get(future);
              for (TopicPartitionInfo one : topic.partitions()) {
                partitions++;
                if (isLeaderless(one)) {
                  leaderless.add(new TopicPartition(topic.name(), one.partition()));
                } else if (one.isr().size() < one.replicas().size()) {
                  lacking++;
                  lackingTopics.add(topic.name());
                }
              }
            } catch (ExecutionException e) {
              if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
                  && !(e.getCause() instanceof TopicAuthorizationException)) {
                throw e;
              }
            }
          }
          return new Copies(partitions, lacking, lackingTopics, leaderless);
        });
  }

  /** Returns those topics that do not exist; a topic that we may not see counts as existing. */
  public Set<String> missing(Collection<String> topics)
      throws ProbeException, InterruptedException {
    return call(
        client -> {
          Set<String> missing = new HashSet<>();
          for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
              client.describeTopics(topics).topicNameValues().entrySet()) {
            try {
              get(topic.getValue());
            } catch (ExecutionException e) {
              if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                missing.add(topic.getKey());
              } else if (!(e.getCause() instanceof TopicAuthorizationException)) {
                throw e;
              }
            }
          }
          return missing;
        });
  }

  /**
   * Returns those topics of which Kafka keeps only the newest record of each key; without topics
   * whose configuration we may not read ({@code DescribeConfigs}).
   */
  public Set<String> compacted(Collection<String> topics)
      throws ProbeException, InterruptedException {
    Map<String, String> policies = settings(topics, TopicConfig.CLEANUP_POLICY_CONFIG);
    policies.values().removeIf(policy -> !policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT));
    return policies.keySet();
  }

  /** Returns the size of the largest record that each topic takes, in bytes; likewise. */
  public Map<String, String> largest(Collection<String> topics)
      throws ProbeException, InterruptedException {
    return settings(topics, TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
  }

  private Map<String, String> settings(Collection<String> topics, String name)
      throws ProbeException, InterruptedException {
    return call(
        client -> {
          Map<String, String> found = new TreeMap<>();
          List<ConfigResource> asked =
              topics.stream()
                  .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                  .toList();
          for (Map.Entry<ConfigResource, KafkaFuture<Config>> topic :
              client.describeConfigs(asked).values().entrySet()) {
            try {
              ConfigEntry setting = get(topic.getValue()).get(name);
              if (setting != null) {
                found.put(topic.getKey().name(), String.valueOf(setting.value()));
              }
            } catch (ExecutionException e) {
              if (!(e.getCause() instanceof AuthorizationException)
                  && !(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw e;
              }
            }
          }
          return found;
        });
  }

  /** Returns all topics that we may see, without Kafka's internal ones. */
  public Set<String> topics() throws ProbeException, InterruptedException {
    return call(client -> get(client.listTopics().names()));
  }

  /** Returns offsets as a reader of committed records sees them. */
  public Map<TopicPartition, Long> offsets(Set<TopicPartition> partitions, OffsetSpec which)
      throws ProbeException, InterruptedException {
    return offsets(partitions, which, IsolationLevel.READ_COMMITTED);
  }

  /** Returns the ends of the partitions, including records of open transactions. */
  public Map<TopicPartition, Long> written(Set<TopicPartition> partitions)
      throws ProbeException, InterruptedException {
    return offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
  }

  private Map<TopicPartition, Long> offsets(
      Set<TopicPartition> partitions, OffsetSpec which, IsolationLevel isolation)
      throws ProbeException, InterruptedException {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    partitions.forEach(partition -> request.put(partition, which));
    return call(
        client -> {
          Map<TopicPartition, Long> offsets = new HashMap<>();
          get(client.listOffsets(request, new ListOffsetsOptions(isolation)).all())
              .forEach((partition, info) -> offsets.put(partition, info.offset()));
          return offsets;
        });
  }

  /**
   * Creates a consumer of committed records that belongs to no group.
   *
   * @param fetchBytes limit for the bytes of a partition per fetch
   */
  public KafkaConsumer<byte[], byte[]> consumer(int fetchBytes) {
    Map<String, Object> config = new HashMap<>(clientConfig);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    // Records may be deleted while we read; then reading goes on with the first record that is
    // left.
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Integer.toString(fetchBytes));
    config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "100");
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (admin != null) {
      admin.close(Duration.ofSeconds(1));
    }
  }
}
