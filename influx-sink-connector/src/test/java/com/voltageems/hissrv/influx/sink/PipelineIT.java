package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The installable archive in a real worker, from a real broker to a real database, while each of
 * them is killed at times: exactly the produced points are stored.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PipelineIT {
  private static final long T = 1_790_000_000_000L;
  private static final int CHANNELS = 20;
  private static final int TICKS = 1_500;
  private static final int PARTITIONS = 3;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path dir;
  private static KafkaBroker broker;
  private static ConnectWorker worker;

  @BeforeAll
  static void start() {
    broker = KafkaBroker.start(dir.resolve("kafka"));
    worker =
        ConnectWorker.start(
            dir.resolve("connect"),
            broker.bootstrapServers(),
            List.of(Path.of("target/voltageems-influx-sink-connector-0.1.0-SNAPSHOT.zip")),
            Map.of());
  }

  @AfterAll
  static void stop() {
    worker.close();
    broker.close();
  }

  private static Map<String, String> connector(String topic, Map<String, String> more) {
    Map<String, String> config = new TreeMap<>();
    config.put("connector.class", InfluxSinkConnector.class.getName());
    config.put("topics", topic);
    config.put("tasks.max", "2");
    config.put("errors.tolerance", "all");
    config.put("errors.deadletterqueue.topic.name", topic + "-dead");
    config.put("errors.deadletterqueue.topic.replication.factor", "-1");
    config.put("errors.deadletterqueue.context.headers.enable", "true");
    config.putAll(more);
    return config;
  }

  private static void createTopic(String name) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin
          .createTopics(List.of(new NewTopic(name, PARTITIONS, (short) 1)))
          .all()
          .get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("cannot create topic " + name, e);
    }
  }

  private static KafkaProducer<String, String> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", broker.bootstrapServers(), "acks", "all", "linger.ms", "5"),
        new StringSerializer(),
        new StringSerializer());
  }

  private static String sample(int channel, int tick, Object first) {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("1", first);
    fields.put("2", -0.5 * tick);
    try {
      return JSON.writeValueAsString(
          Map.of(
              "measurement",
              "telemetry",
              "tags",
              Map.of("channel", Integer.toString(channel), "type", "T"),
              "fields",
              fields,
              "timestamp",
              T + 1000L * tick));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double value(int channel, int tick) {
    return channel + tick / 1000.0;
  }

  /**
   * Produces every channel's ticks, a few thousand records a second, and bad records in between.
   */
  private static final class Traffic implements AutoCloseable {
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final KafkaProducer<String, String> producer = producer();
    private final AtomicInteger ticks = new AtomicInteger();
    private final Queue<Future<?>> sent = new ConcurrentLinkedQueue<>();
    private final Future<?> ticking;
    private final String topic;

    Traffic(String topic) {
      this.topic = topic;
      ticking = clock.scheduleAtFixedRate(this::tick, 0, 10, TimeUnit.MILLISECONDS);
    }

    private void tick() {
      int tick = ticks.get();
      if (tick >= TICKS) {
        return;
      }
      for (int channel = 0; channel < CHANNELS; channel++) {
        send(channel, sample(channel, tick, value(channel, tick)));
      }
      if (tick % 500 == 250) {
        send(0, null);
        send(0, "\"no sample\"");
        // The text is refused; the number next to it is not.
        send(0, sample(0, TICKS + tick, "ERR"));
      }
      ticks.incrementAndGet();
    }

    private void send(int channel, @Nullable String value) {
      sent.add(producer.send(new ProducerRecord<>(topic, "telemetry,channel=" + channel, value)));
    }

    void awaitTicks(int count) {
      await().atMost(Duration.ofMinutes(2)).until(() -> ticks.get() >= count);
    }

    void awaitEnd() throws Exception {
      awaitTicks(TICKS);
      producer.flush();
      for (Future<?> each : sent) {
        each.get(30, TimeUnit.SECONDS);
      }
    }

    @Override
    public void close() {
      ticking.cancel(false);
      clock.shutdownNow();
      producer.close();
    }
  }

  /** Reads a field's values, by channel and time. The extra rows have field 2 but not field 1. */
  private interface Reader {
    Map<String, Double> values(String field);
  }

  private static void killEverythingInTurn(
      String topic, Map<String, String> settings, Runnable killDatabase, Reader reader)
      throws Exception {
    createTopic(topic);
    worker.submit(topic + "-sink", connector(topic, settings));
    await().atMost(Duration.ofMinutes(1)).until(() -> worker.isRunning(topic + "-sink", 2));
    try (Traffic traffic = new Traffic(topic)) {
      traffic.awaitTicks(300);
      await().atMost(Duration.ofMinutes(1)).until(() -> !reader.values("1").isEmpty());
      worker.kill();
      worker.restart();
      traffic.awaitTicks(900);
      killDatabase.run();
      traffic.awaitEnd();
    }
    int rounds = Integer.getInteger("hissrv.kill.rounds", 1);
    for (int round = 1; round < rounds; round++) {
      worker.kill();
      worker.restart();
      killDatabase.run();
    }
    Map<String, Double> expected = new HashMap<>();
    for (int channel = 0; channel < CHANNELS; channel++) {
      for (int tick = 0; tick < TICKS; tick++) {
        expected.put(channel + "@" + (T + 1000L * tick), value(channel, tick));
      }
    }
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> reader.values("1").size() >= expected.size());
    assertThat(reader.values("1")).isEqualTo(expected);
    Map<String, Double> second = reader.values("2");
    for (int tick : new int[] {250, 750, 1250}) {
      assertThat(second).containsEntry("0@" + (T + 1000L * (TICKS + tick)), -0.5 * (TICKS + tick));
    }
    assertThat(second).hasSize(expected.size() + 3);
    assertThat(worker.isRunning(topic + "-sink", 2)).isTrue();
    assertDeadLetters(topic);
    worker.delete(topic + "-sink");
  }

  /**
   * Asserts that each bad record is in the queue at least once, with its place and its reason, and
   * that nothing else is.
   */
  private static void assertDeadLetters(String topic) {
    Map<String, String> reasons = new TreeMap<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringDeserializer(),
            new StringDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      consumer
          .partitionsFor(topic + "-dead")
          .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                for (ConsumerRecord<String, String> record :
                    consumer.poll(Duration.ofMillis(200))) {
                  reasons.put(
                      header(record, "__connect.errors.partition")
                          + "@"
                          + header(record, "__connect.errors.offset"),
                      header(record, "__connect.errors.exception.message"));
                }
                return reasons.size() >= 9;
              });
    }
    assertThat(reasons).hasSize(9);
    assertThat(reasons.values()).filteredOn(text -> text.contains("tombstone")).hasSize(3);
    assertThat(reasons.values()).filteredOn(text -> text.contains("is a text, not")).hasSize(3);
    assertThat(reasons.values())
        .filteredOn(text -> text.contains("field '1' (string) is refused: HTTP 400"))
        .hasSize(3);
    reasons.forEach((place, text) -> assertThat(text).startsWith(topic + "-" + place + ": "));
  }

  private static String header(ConsumerRecord<String, String> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  @Test
  void questDb_everythingKilled_nothingLost() throws Exception {
    try (QuestDb database = QuestDb.start(dir.resolve("questdb"))) {
      killEverythingInTurn(
          "to-questdb",
          Map.of("influxdb.version", "questdb", "influxdb.url", database.url()),
          () -> {
            database.kill();
            database.restart();
          },
          field -> {
            Map<String, Double> values = new HashMap<>();
            // A table without de-duplication may have a point twice; both rows must have the same
            // value.
            for (JsonNode row :
                HttpJson.questDb(
                        database,
                        "select distinct channel, timestamp::long / 1000, \""
                            + field
                            + "\" from telemetry where \""
                            + field
                            + "\" != null")
                    .path("dataset")) {
              Double other =
                  values.put(
                      row.path(0).asText() + "@" + row.path(1).asLong(), row.path(2).asDouble());
              assertThat(other).isNull();
            }
            return values;
          });
    }
  }

  @Test
  @RequiresServer(RequiresServer.Server.INFLUXDB_1)
  void influxDb1_everythingKilled_nothingLost() throws Exception {
    try (InfluxDb1 database = InfluxDb1.start(dir.resolve("influxdb1"))) {
      HttpJson.influx1(database, "", "CREATE DATABASE ems");
      killEverythingInTurn(
          "to-influxdb",
          Map.of(
              "influxdb.version", "1",
              "influxdb.url", database.url(),
              "influxdb.database", "ems",
              "write.workers", "2"),
          () -> {
            database.kill();
            database.restart();
          },
          field -> {
            Map<String, Double> values = new HashMap<>();
            for (JsonNode series :
                HttpJson.influx1(
                        database, "ems", "select \"" + field + "\" from telemetry group by channel")
                    .path("results")
                    .path(0)
                    .path("series")) {
              String channel = series.path("tags").path("channel").asText();
              for (JsonNode row : series.path("values")) {
                values.put(channel + "@" + row.path(0).asLong(), row.path(1).asDouble());
              }
            }
            return values;
          });
    }
  }

  @Test
  void mistakes_areRefusedOnTheRightKey() {
    Map<String, String> config =
        connector("any", Map.of("influxdb.url", "http://127.0.0.1:1", "name", "x"));
    assertThat(errors(config)).containsOnlyKeys("influxdb.bucket");
    config.put("influxdb.bucket", "ems");
    assertThat(errors(config)).containsOnlyKeys("influxdb.url");
    assertThat(errors(config).get("influxdb.url")).contains("the database does not answer");
    config.put("batch.size.max", "none");
    assertThat(errors(config)).containsOnlyKeys("batch.size.max", "influxdb.url");
  }

  private static Map<String, String> errors(Map<String, String> config) {
    Map<String, String> errors = new TreeMap<>();
    for (JsonNode entry : worker.validate("InfluxSinkConnector", config).path("configs")) {
      JsonNode messages = entry.path("value").path("errors");
      if (!messages.isEmpty()) {
        errors.put(entry.path("value").path("name").asText(), messages.path(0).asText());
      }
    }
    return errors;
  }
}
