package com.voltageems.hissrv.query.lease;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.kafka.KafkaRefusal;
import com.voltageems.hissrv.query.health.kafka.KeptTopic;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease and its memory in Kafka, which exists anyway: all services of a site form one consumer
 * group on a compacted topic of one partition. The service that has the partition has the lease,
 * and finds in the partition what was kept before. While Kafka is down, the last owner keeps the
 * lease, so that this outage is also reported, and only once.
 */
public final class KafkaKeeper implements Keeper {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaKeeper.class);

  private static final Duration CLOSE = Duration.ofSeconds(2);

  /** A service without the lease checks at this interval whether the topic still exists. */
  private static final Duration LOOK_FOR_TOPIC = Duration.ofSeconds(10);

  private final String subject;
  private final QueryConfig.Kafka kafka;
  private final String topic;
  private final String site;
  private final Duration timeout;
  private final TopicPartition partition;
  private final Map<String, String> kept = new LinkedHashMap<>();

  private @Nullable KafkaConsumer<String, String> consumer;
  private @Nullable Outbox outbox;
  private boolean assigned;
  private boolean loaded;

  /** When to check for the topic next; by {@code nanoTime}. */
  private long nextTopicLook;

  /** Whether the lease was taken away during this look, even if it came back at once. */
  private boolean revoked;

  /** Whether the lease was taken away during the last look. */
  private boolean forgets;

  private volatile @Nullable String problem = "not connected to Kafka yet";

  /**
   * @param subject what the lease is for, as named in the log
   * @param topic the topic that keeps the texts; created if it does not exist
   * @param site the site whose services share one lease
   */
  public KafkaKeeper(
      String subject, QueryConfig.Kafka kafka, String topic, String site, Duration timeout) {
    this.subject = subject;
    this.kafka = kafka;
    this.topic = topic;
    this.site = site;
    this.timeout = timeout;
    this.partition = new TopicPartition(topic, 0);
  }

  @Override
  public boolean look(Duration wait) {
    Outbox box = outbox;
    if (forgets && box != null) {
      // Another service may have had the lease meanwhile: what it kept counts.
      box.forget();
    }
    revoked = false;
    boolean mine = poll(wait);
    // Returns false once in any case, so that the caller reads what was kept meanwhile.
    forgets = revoked;
    return mine && !revoked;
  }

  private boolean poll(Duration wait) {
    try {
      KafkaConsumer<String, String> reader = consumer();
      Outbox box = outbox();
      for (ConsumerRecord<String, String> record : reader.poll(wait)) {
        take(record);
      }
      if (assigned && !loaded) {
        load(reader);
      }
      if (assigned && loaded) {
        box.sendAgain();
      }
      if (!assigned) {
        requireTopic(reader);
      }
      // Polling works from memory while Kafka is down; only records that were not taken show the
      // outage.
      if (assigned && box.isEmpty()) {
        problem = null;
      }
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      fail(e);
      pause(wait);
    } catch (ExecutionException e) {
      fail(e.getCause() == null ? e : e.getCause());
      pause(wait);
    } catch (TimeoutException e) {
      fail(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return assigned && loaded;
  }

  /**
   * Creates the topic again if it is missing, because somebody deleted it or Kafka was set up
   * again. Without its partition no service would have the lease, and each service would believe
   * that another one is the owner.
   */
  private void requireTopic(KafkaConsumer<String, String> reader)
      throws ExecutionException, InterruptedException, TimeoutException {
    if (nextTopicLook - System.nanoTime() > 0) {
      return;
    }
    nextTopicLook = System.nanoTime() + LOOK_FOR_TOPIC.toNanos();
    if (reader.partitionsFor(topic, timeout).isEmpty()) {
      LOG.warn("{}: the topic {} is not there any more; it is made again", subject, topic);
      makeTopic();
    }
    problem = null;
  }

  private static void pause(Duration wait) {
    try {
      TimeUnit.MILLISECONDS.sleep(wait.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fail(Throwable failure) {
    fail(failure, "Read");
  }

  /**
   * Tells it.
   *
   * @param right what Kafka may refuse on the topic
   */
  private void fail(Throwable failure, String right) {
    String words =
        "topic "
            + topic
            + " (kafka.bootstrap.servers) cannot be used: "
            + KafkaRefusal.words(failure, clients(), right, timeout);
    if (!words.equals(problem)) {
      LOG.warn("{}: {}", subject, words);
    }
    problem = words;
  }

  private void take(ConsumerRecord<String, String> record) {
    String prefix = site + "/";
    if (loaded || record.key() == null || !record.key().startsWith(prefix)) {
      return;
    }
    String name = record.key().substring(prefix.length());
    if (record.value() == null) {
      kept.remove(name);
    } else {
      kept.put(name, record.value());
    }
  }

  /** Reads the partition to its end, which is everything that was kept before. */
  private void load(KafkaConsumer<String, String> reader) {
    long end = reader.endOffsets(List.of(partition), timeout).getOrDefault(partition, 0L);
    long deadline = System.nanoTime() + timeout.toNanos();
    while (assigned && reader.position(partition, timeout) < end) {
      if (System.nanoTime() > deadline) {
        return;
      }
      for (ConsumerRecord<String, String> record : reader.poll(Duration.ofMillis(200))) {
        take(record);
      }
    }
    loaded = assigned;
    if (loaded) {
      LOG.info("{}: this service looks after them", subject);
    }
  }

  @Override
  public Map<String, String> kept() {
    return Map.copyOf(kept);
  }

  @Override
  public void keep(String name, @Nullable String text) {
    Outbox box = outbox;
    if (box == null) {
      return;
    }
    if (text == null) {
      kept.remove(name);
    } else {
      kept.put(name, text);
    }
    box.send(name);
  }

  @Override
  public boolean isKept(String name) {
    Outbox box = outbox;
    return box == null || box.isTaken(name);
  }

  @Override
  public Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  private KafkaConsumer<String, String> consumer()
      throws ExecutionException, InterruptedException, TimeoutException {
    KafkaConsumer<String, String> reader = consumer;
    if (reader != null) {
      return reader;
    }
    makeTopic();
    Map<String, Object> reading = clients();
    reading.put(ConsumerConfig.GROUP_ID_CONFIG, topic + "." + site);
    reading.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    reading.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    reading.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    reading.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, "10000");
    reading.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, "3000");
    reading.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, "60000");
    // A topic that was created again is not seen before this time.
    reading.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, "30000");
    // Sticky: a service that joins takes the lease from nobody.
    reading.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    reader = new KafkaConsumer<>(reading, new StringDeserializer(), new StringDeserializer());
    reader.subscribe(List.of(topic), new Lease(reader));
    consumer = reader;
    nextTopicLook = System.nanoTime() + LOOK_FOR_TOPIC.toNanos();
    problem = null;
    return reader;
  }

  private Outbox outbox() {
    Outbox box = outbox;
    if (box == null) {
      Map<String, Object> writing = clients();
      writing.put(ProducerConfig.ACKS_CONFIG, "all");
      writing.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeout.toMillis());
      // An idempotent producer that may not write never works again, and does not name the topic.
      // One request at a time keeps the order without it.
      writing.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "false");
      writing.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
      writing.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 1024 * 1024);
      box =
          new Outbox(
              new KafkaProducer<>(writing, new StringSerializer(), new StringSerializer()),
              name -> new ProducerRecord<>(topic, 0, site + "/" + name, kept.get(name)),
              failure -> fail(failure, "Write"));
      outbox = box;
    }
    return box;
  }

  /** The service that has the partition has the lease. */
  private final class Lease implements ConsumerRebalanceListener {
    private final KafkaConsumer<String, String> reader;

    Lease(KafkaConsumer<String, String> reader) {
      this.reader = reader;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      if (partitions.contains(partition)) {
        assigned = true;
        loaded = false;
        kept.clear();
        reader.seekToBeginning(List.of(partition));
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      if (partitions.contains(partition)) {
        assigned = false;
        loaded = false;
        revoked = true;
        LOG.info("{}: another service looks after them", subject);
      }
    }
  }

  private void makeTopic() throws ExecutionException, InterruptedException, TimeoutException {
    if (KeptTopic.make(clients(), topic, timeout)) {
      LOG.info("{}: made the topic {}", subject, topic);
    }
  }

  private Map<String, Object> clients() {
    Map<String, Object> config = new HashMap<>();
    config.put("request.timeout.ms", (int) timeout.toMillis());
    config.put("default.api.timeout.ms", (int) timeout.toMillis());
    config.put("delivery.timeout.ms", (int) timeout.toMillis() * 2 + 1000);
    config.put("reconnect.backoff.max.ms", "5000");
    return kafka.client(config);
  }

  @Override
  public void close() {
    if (outbox != null) {
      outbox.close(CLOSE);
    }
    if (consumer != null) {
      // Leaves the group, so that another service gets the lease at once.
      consumer.close(CloseOptions.timeout(CLOSE));
    }
  }
}
