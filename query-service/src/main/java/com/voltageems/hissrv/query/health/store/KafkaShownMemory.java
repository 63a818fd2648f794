package com.voltageems.hissrv.query.health.store;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.kafka.KafkaRefusal;
import com.voltageems.hissrv.query.health.kafka.KeptTopic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory in Kafka, which exists anyway and does not become empty together with the database: a
 * compacted topic of one partition, with a key for each database. It is read once and written every
 * few minutes, by clients that live only that long. A separate thread waits for Kafka.
 */
public final class KafkaShownMemory implements ShownMemory {
  public static final String TOPIC = "hissrv-shown";

  private static final Logger LOG = LoggerFactory.getLogger(KafkaShownMemory.class);
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

  /** Kafka may be down for long, and a retry is not urgent. */
  private static final Duration PAUSE = Duration.ofSeconds(20);

  private final QueryConfig.Kafka kafka;
  private final String key;
  private final Duration timeout;
  private final Thread thread;
  private boolean known;
  private @Nullable String before;
  private @Nullable String wanted;
  private @Nullable String problem = "Kafka has not been asked yet";

  /**
   * Starts to read the memory.
   *
   * @param key the key of the database
   */
  public KafkaShownMemory(QueryConfig.Kafka kafka, String key, Duration timeout) {
    this.kafka = kafka;
    this.key = key;
    this.timeout = timeout;
    this.thread = new Thread(this::run, "shown-memory");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public synchronized boolean isKnown() {
    return known;
  }

  @Override
  public synchronized @Nullable String before() {
    return before;
  }

  @Override
  public synchronized void keep(String text) {
    wanted = text;
    notifyAll();
  }

  @Override
  public synchronized Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  private void run() {
    try {
      while (true) {
        try {
          step();
          fine();
        } catch (ExecutionException e) {
          fail(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
          fail(e);
        } catch (InterruptException e) {
          return;
        } catch (RuntimeException | LinkageError e) {
          // This thread must not end before the service, whichever exception comes.
          fail(e);
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void step() throws ExecutionException, InterruptedException, TimeoutException {
    if (!isKnown()) {
      KeptTopic.make(clients(), TOPIC, timeout);
      String found = read();
      synchronized (this) {
        before = found;
        known = true;
      }
      return;
    }
    String text = next();
    // The topic may be missing by now, if Kafka was set up again.
    KeptTopic.make(clients(), TOPIC, timeout);
    write(text);
    synchronized (this) {
      if (text.equals(wanted)) {
        wanted = null;
      }
    }
  }

  private synchronized String next() throws InterruptedException {
    while (wanted == null) {
      wait();
    }
    return wanted;
  }

  private synchronized void fine() {
    problem = null;
  }

  private void fail(Throwable failure) throws InterruptedException {
    String words =
        "topic "
            + TOPIC
            + " (kafka.bootstrap.servers) cannot be used: "
            + KafkaRefusal.words(failure, clients(), isKnown() ? "Write" : "Read", timeout);
    synchronized (this) {
      if (!words.equals(problem)) {
        LOG.warn("What the database has shown is not kept for the next start: {}", words);
      }
      problem = words;
    }
    TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
  }

  private @Nullable String read() throws TimeoutException {
    Map<String, Object> config = clients();
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    try (KafkaConsumer<String, String> reader =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      reader.assign(List.of(PARTITION));
      reader.seekToBeginning(List.of(PARTITION));
      long end = reader.endOffsets(List.of(PARTITION), timeout).getOrDefault(PARTITION, 0L);
      long deadline = System.nanoTime() + timeout.multipliedBy(10).toNanos();
      String found = null;
      while (reader.position(PARTITION, timeout) < end) {
        if (System.nanoTime() > deadline) {
          throw new TimeoutException("it was not read to its end");
        }
        for (ConsumerRecord<String, String> record : reader.poll(Duration.ofMillis(200))) {
          if (key.equals(record.key())) {
            found = record.value();
          }
        }
      }
      return found;
    }
  }

  private void write(String text)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, Object> config = clients();
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeout.toMillis());
    // Without the right to write, an idempotent producer fails without naming the topic.
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "false");
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 1024 * 1024);
    try (KafkaProducer<String, String> writer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      writer
          .send(new ProducerRecord<>(TOPIC, 0, key, text))
          .get(timeout.toMillis() * 3, TimeUnit.MILLISECONDS);
    }
  }

  private Map<String, Object> clients() {
    Map<String, Object> config = new HashMap<>();
    config.put("request.timeout.ms", (int) timeout.toMillis());
    config.put("default.api.timeout.ms", (int) timeout.toMillis());
    config.put("delivery.timeout.ms", (int) timeout.toMillis() * 2 + 1000);
    return kafka.client(config);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
