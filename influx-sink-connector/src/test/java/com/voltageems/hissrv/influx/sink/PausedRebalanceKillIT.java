package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pauses and resumes the connector all the time while partitions change hands, under load. Kafka
 * Connect then throws records away and does not open partitions ({@link Continuity}). After each
 * round every partition is committed up to its end, and every record is in the database.
 */
class PausedRebalanceKillIT {
  private static final int PARTITIONS = 6;
  private static final int ROUNDS = 10 * Integer.getInteger("hissrv.kill.rounds", 1);
  private static final String TOPIC = "paused";
  private static final String SINK = "paused-sink";
  private static final String GROUP = "connect-" + SINK;
  private static final Duration LONG = Duration.ofMinutes(3);
  private static final Pattern LINE = Pattern.compile("m,p=(\\d+) v=(\\d+)\\D.*");

  @TempDir Path dir;

  private final Map<Integer, Set<Long>> stored = new ConcurrentHashMap<>();
  private final AtomicLongArray sent = new AtomicLongArray(PARTITIONS);
  private final Random random = new Random();

  @ParameterizedTest
  @ValueSource(classes = {RangeAssignor.class, CooperativeStickyAssignor.class})
  void pausedWhilePartitionsChangeHands_nothingIsMissed_nothingStandsStill(Class<?> assignor)
      throws Exception {
    Map<String, String> consumers =
        Map.of(
            "partition.assignment.strategy", assignor.getName(),
            "session.timeout.ms", "6000",
            "heartbeat.interval.ms", "100");
    Map<String, String> settings = new HashMap<>();
    consumers.forEach((name, value) -> settings.put("consumer." + name, value));
    try (FaultyServer database = new FaultyServer();
        KafkaBroker broker = KafkaBroker.start(dir.resolve("kafka"));
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      database.behave(this::store);
      admin
          .createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
          .all()
          .get(30, TimeUnit.SECONDS);
      try (ConnectWorker worker =
              ConnectWorker.start(
                  dir.resolve("connect"),
                  broker.bootstrapServers(),
                  List.of(Path.of("target/voltageems-influx-sink-connector-0.1.0-SNAPSHOT.zip")),
                  settings);
          Load load = new Load(broker)) {
        worker.submit(SINK, sink(database));
        await().atMost(LONG).until(() -> worker.isRunning(SINK, 2));
        for (int round = 0; round < ROUNDS; round++) {
          pauseDuringRebalance(worker, broker, consumers);
          check(admin);
        }
        assertThat(load.thread.isAlive()).isTrue();
        assertThat(Files.readString(worker.process().log()))
            .as("the moment was met")
            .contains("reading again from");
      }
    }
  }

  private Map<String, String> sink(FaultyServer database) {
    Map<String, String> config = new TreeMap<>();
    config.put("connector.class", InfluxSinkConnector.class.getName());
    config.put("topics", TOPIC);
    config.put("tasks.max", "2");
    config.put("influxdb.version", "1");
    config.put("influxdb.database", "ems");
    config.put("influxdb.url", database.url());
    config.put("validate.connection", "false");
    config.put("linger.ms", "5");
    return config;
  }

  private FaultyServer.Answer store(FaultyServer.Request request) {
    for (String line : request.lines()) {
      Matcher point = LINE.matcher(line);
      assertThat(point.matches()).as(line).isTrue();
      stored
          .computeIfAbsent(
              Integer.valueOf(point.group(1)), partition -> ConcurrentHashMap.newKeySet())
          .add(Long.valueOf(point.group(2)));
    }
    return FaultyServer.Answer.of(204, "");
  }

  /** Lets another member join the group, and leave it while the connector is paused and resumed. */
  private void pauseDuringRebalance(
      ConnectWorker worker, KafkaBroker broker, Map<String, String> consumers) throws Exception {
    Map<String, Object> member = new HashMap<>(consumers);
    member.put("bootstrap.servers", broker.bootstrapServers());
    member.put("group.id", GROUP);
    member.put("enable.auto.commit", "false");
    member.put("auto.offset.reset", "earliest");
    AtomicBoolean pausing = new AtomicBoolean(true);
    Thread thread = new Thread(() -> pauseAndResume(worker, pausing), "pausing");
    try (KafkaConsumer<String, String> other =
        new KafkaConsumer<>(member, new StringDeserializer(), new StringDeserializer())) {
      other.subscribe(List.of(TOPIC));
      await()
          .pollInSameThread()
          .atMost(LONG)
          .until(
              () -> {
                other.poll(Duration.ofMillis(50));
                return !other.assignment().isEmpty();
              });
      thread.start();
      LockSupport.parkNanos(random.nextInt(60_000_000));
    }
    LockSupport.parkNanos(100_000_000 + random.nextInt(300_000_000));
    pausing.set(false);
    thread.join();
    await()
        .atMost(LONG)
        .until(() -> worker.send("PUT", "/connectors/" + SINK + "/resume", null).status() < 300);
  }

  private static void pauseAndResume(ConnectWorker worker, AtomicBoolean pausing) {
    Random random = new Random();
    for (boolean pause = true; pausing.get(); pause = !pause) {
      worker.send("PUT", "/connectors/" + SINK + (pause ? "/pause" : "/resume"), null);
      LockSupport.parkNanos(random.nextInt(8_000_000));
    }
  }

  private void check(Admin admin) {
    Map<Integer, Long> soFar = new TreeMap<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      soFar.put(partition, sent.get(partition));
    }
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              Map<TopicPartition, OffsetAndMetadata> committed =
                  admin
                      .listConsumerGroupOffsets(GROUP)
                      .partitionsToOffsetAndMetadata()
                      .get(10, TimeUnit.SECONDS);
              soFar.forEach(
                  (partition, end) ->
                      assertThat(committed.get(new TopicPartition(TOPIC, partition)))
                          .as("partition %d", partition)
                          .isNotNull()
                          .extracting(OffsetAndMetadata::offset)
                          .satisfies(offset -> assertThat(offset).isGreaterThanOrEqualTo(end)));
            });
    soFar.forEach(
        (partition, end) -> {
          Set<Long> missing = new HashSet<>(LongStream.range(0, end).boxed().toList());
          missing.removeAll(stored.getOrDefault(partition, Set.of()));
          assertThat(missing).as("committed but not written, partition %d", partition).isEmpty();
        });
  }

  /**
   * Sends a record to each partition every few milliseconds; record {@code n} has offset {@code n}.
   */
  private final class Load implements AutoCloseable {
    private final KafkaProducer<String, String> producer;
    private final Thread thread = new Thread(this::run, "load");
    private volatile boolean stopping;

    Load(KafkaBroker broker) {
      producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", broker.bootstrapServers(), "acks", "all"),
              new StringSerializer(),
              new StringSerializer());
      thread.start();
    }

    private void run() {
      while (!stopping) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
          long n = sent.get(partition);
          try {
            producer
                .send(new ProducerRecord<>(TOPIC, partition, "p", value(partition, n)))
                .get(1, TimeUnit.MINUTES);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          sent.set(partition, n + 1);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
    }

    private static String value(int partition, long n) {
      return "{\"measurement\":\"m\",\"tags\":{\"p\":\"%d\"},\"fields\":{\"v\":%d},\"timestamp\":%d}"
          .formatted(partition, n, 1_790_000_000_000L + n);
    }

    @Override
    public void close() {
      stopping = true;
      await().atMost(LONG).until(() -> !thread.isAlive());
      producer.close(Duration.ofSeconds(5));
    }
  }
}
