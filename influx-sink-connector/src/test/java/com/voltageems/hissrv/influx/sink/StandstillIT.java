package com.voltageems.hissrv.influx.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.influx.sink.FaultyServer.Answer;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a user can see of records that do not get through: with a real worker and a real broker. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class StandstillIT {
  private static final Duration LONG = Duration.ofMinutes(3);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path dir;
  private static KafkaBroker broker;
  private static ConnectWorker worker;
  private final FaultyServer server = new FaultyServer();

  @BeforeAll
  static void start() {
    broker = KafkaBroker.start(dir.resolve("kafka"));
    worker =
        ConnectWorker.start(
            dir.resolve("connect"),
            broker.bootstrapServers(),
            List.of(Path.of("target/voltageems-influx-sink-connector-0.1.0-SNAPSHOT.zip")),
            // So long that only the task's own requests cause the commits below.
            Map.of("offset.flush.interval.ms", "3600000"));
  }

  @AfterAll
  static void stop() {
    worker.close();
    broker.close();
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private void submit(String topic) throws Exception {
    submit(topic, Map.of());
  }

  private void submit(String topic, Map<String, String> more) throws Exception {
    try (Admin admin = admin()) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(topic, 1, (short) 1)
                      .configs(Map.of("max.message.bytes", "20000000"))))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
    Map<String, String> config = new TreeMap<>();
    config.put("connector.class", InfluxSinkConnector.class.getName());
    config.put("topics", topic);
    config.put("influxdb.url", server.url());
    config.put("influxdb.token", "a-secret-token");
    config.put("influxdb.bucket", "ems");
    config.put("linger.ms", "10");
    config.put("errors.tolerance", "all");
    config.put("errors.deadletterqueue.topic.name", topic + "-dead");
    config.put("errors.deadletterqueue.topic.replication.factor", "-1");
    config.put("errors.deadletterqueue.context.headers.enable", "true");
    config.putAll(more);
    worker.submit(topic + "-sink", config);
    await().atMost(LONG).until(() -> worker.isRunning(topic + "-sink", 1));
  }

  private static Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }

  private static void produce(String topic, List<String> values) throws Exception {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers", broker.bootstrapServers(),
            "compression.type", "gzip",
            "max.request.size", "20000000");
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      for (String value : values) {
        producer.send(new ProducerRecord<>(topic, "key", value)).get(30, TimeUnit.SECONDS);
      }
    }
  }

  private static String sample(int value) {
    return "{\"measurement\":\"m\",\"fields\":{\"v\":%d},\"timestamp\":%d}"
        .formatted(value, 1_790_000_000_000L + value);
  }

  private static OffsetAndMetadata awaitCommit(String topic, Predicate<OffsetAndMetadata> wanted) {
    try (Admin admin = admin()) {
      return await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(200))
          .until(
              () ->
                  admin
                      .listConsumerGroupOffsets("connect-" + topic + "-sink")
                      .partitionsToOffsetAndMetadata()
                      .get(30, TimeUnit.SECONDS)
                      .get(new TopicPartition(topic, 0)),
              offset -> offset != null && wanted.test(offset));
    }
  }

  /** The contract in docs/status.md. */
  @Test
  void requestThatFails_isInTheCommitMetadata_untilItPasses() throws Exception {
    submit("stuck");
    produce("stuck", List.of(sample(0), sample(1)));
    await().atMost(LONG).until(() -> server.stored.size() == 2);
    long before = System.currentTimeMillis();
    server.behave(
        request ->
            Answer.of(
                503,
                "{\"message\":\"shutting down; Token a-secret-token \\u0001"
                    + "x".repeat(900)
                    + "\"}"));
    produce("stuck", List.of(sample(2), sample(3)));

    OffsetAndMetadata stuck = awaitCommit("stuck", offset -> !offset.metadata().isEmpty());

    assertThat(stuck.offset()).isEqualTo(2);
    assertThat(stuck.metadata()).hasSizeLessThanOrEqualTo(1000).doesNotContain("a-secret-token");
    JsonNode told = JSON.readTree(stuck.metadata());
    assertThat(told.path("version").asInt()).isEqualTo(1);
    assertThat(told.path("task").asInt(-1)).isZero();
    assertThat(told.path("offset").asLong()).isEqualTo(2);
    assertThat(told.path("tries").asInt()).isPositive();
    assertThat(told.path("since").asLong()).isBetween(before, System.currentTimeMillis());
    assertThat(told.path("reason").asText()).startsWith("HTTP 503: shutting down");
    assertThat(told.path("reason").asText()).hasSizeLessThanOrEqualTo(300);

    server.behave(request -> Answer.OK);
    await().atMost(LONG).until(() -> server.stored.size() == 4);
    OffsetAndMetadata free = awaitCommit("stuck", offset -> offset.metadata().isEmpty());
    assertThat(free.offset()).isBetween(2L, 4L);
    worker.delete("stuck-sink");
  }

  /** Field case I2: Connect forgets that a record was too large for the dead-letter queue. */
  @Test
  void recordTooLargeForTheDeadLetterQueue_isThereWithoutItsValue() throws Exception {
    // The transform renames the record's topic; the report names the topic where the record is.
    submit(
        "large",
        Map.of(
            "transforms", "rename",
            "transforms.rename.type", "org.apache.kafka.connect.transforms.RegexRouter",
            "transforms.rename.regex", "large",
            "transforms.rename.replacement", "renamed"));
    produce(
        "large",
        List.of(
            sample(0),
            "{\"measurement\":7,\"pad\":\"" + "x".repeat(3_000_000) + "\"}",
            "{\"measurement\":7}",
            sample(3)));
    List<ConsumerRecord<String, String>> dead = deadLetters("large", 2);
    assertThat(dead).extracting(ConsumerRecord::value).containsExactly(null, "{\"measurement\":7}");
    assertThat(header(dead.get(0), "__connect.errors.offset")).isEqualTo("1");
    assertThat(header(dead.get(0), "__connect.errors.topic")).isEqualTo("large");
    assertThat(header(dead.get(0), "__connect.errors.exception.message"))
        .startsWith("large-0@1: 'measurement' is a number, not a text. The value is left out here");
    assertThat(worker.isRunning("large-sink", 1)).isTrue();
    worker.delete("large-sink");
  }

  private static List<ConsumerRecord<String, String>> deadLetters(String topic, int count) {
    List<ConsumerRecord<String, String>> dead = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringDeserializer(),
            new StringDeserializer())) {
      TopicPartition partition = new TopicPartition(topic + "-dead", 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      await()
          .atMost(LONG)
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(dead::add);
                return dead.size() >= count;
              });
    }
    return dead;
  }

  /** Connect writes the reason into two headers, which no shorter report would leave out. */
  @Test
  void recordWithTensOfThousandsOfFlaws_isThere_withTheFirstOnes() throws Exception {
    submit("flaws");
    String fields =
        IntStream.range(0, 20_000)
            .mapToObj(i -> "\"p" + i + "\":[]")
            .collect(Collectors.joining(","));
    produce(
        "flaws",
        List.of(
            "{\"measurement\":\"m\",\"fields\":{\"v\":1,"
                + fields
                + "},\"timestamp\":1790000000000}",
            sample(3)));

    ConsumerRecord<String, String> dead = deadLetters("flaws", 1).get(0);

    assertThat(dead.value()).contains("\"p19999\":[]");
    assertThat(header(dead, "__connect.errors.exception.message"))
        .startsWith("flaws-0@0: field 'p")
        .endsWith(" more")
        .hasSizeLessThan(20_000);
    awaitCommit("flaws", offset -> offset.offset() == 2);
    assertThat(server.stored).hasSize(2);
    assertThat(worker.isRunning("flaws-sink", 1)).isTrue();
    worker.delete("flaws-sink");
  }

  private static String header(ConsumerRecord<String, String> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
