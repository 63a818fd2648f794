package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import okhttp3.tls.HeldCertificate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/**
 * Topics that are deleted under a running pipeline, on a broker that creates none by itself, and a
 * topic that takes no large records any more: each is told by name, and no element of a list is
 * lost.
 */
class LostTopicsIT {
  private static final String SINK = "hissrv-influx-sink";
  private static final String SOURCE = "hissrv-redis-source";
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Installation installation = Installation.find();
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final Map<Long, Double> pushed = new TreeMap<>();
  private HistoryClient history;
  private RedisServer redis;
  private KafkaBroker kafka;
  private ConnectWorker worker;

  @TempDir Path dir;

  @AfterEach
  void stop() {
    parts.forEach(Closer::closeQuietly);
  }

  private <T extends AutoCloseable> T part(T part) {
    parts.add(0, part);
    return part;
  }

  @BeforeEach
  void start() throws Exception {
    redis = part(RedisServer.start(dir.resolve("redis")));
    QuestDb database = part(QuestDb.prepare(dir.resolve("questdb")));
    HeldCertificate signer = new HeldCertificate.Builder().certificateAuthority(0).build();
    // A broker that creates no topics; nobody comes by TLS here.
    kafka =
        part(
            KafkaBroker.startSecured(
                dir.resolve("kafka"),
                KafkaBroker.Login.PLAIN,
                Map.of("nobody", "no-password"),
                signer.privateKeyPkcs8Pem() + signer.certificatePem(),
                signer.certificatePem()));
    worker =
        part(
            ConnectWorker.start(
                dir.resolve("connect"),
                kafka.bootstrapServers(),
                List.of(installation.sourceArchive(), installation.sinkArchive()),
                Map.of(
                    "consumer.metadata.max.age.ms",
                    "2000",
                    "producer.metadata.max.age.ms",
                    "5000")));
    database.awaitReady();
    Map<String, String> source = installation.connectorConfig("redis-source.json");
    source.put("redis.uri", redis.uri());
    source.put("status.interval.ms", "1000");
    worker.submit(SOURCE, source);
    Map<String, String> sink = installation.connectorConfig("influx-sink-questdb.json");
    sink.put("influxdb.url", database.url());
    worker.submit(SINK, sink);
    int port = Ports.free();
    history = new HistoryClient("http://127.0.0.1:" + port);
    Path config =
        Files.writeString(
            dir.resolve("query-service.yml"),
            """
            http.port: %d
            store.type: questdb
            store.questdb.url: %s
            kafka.bootstrap.servers: %s
            connect.url: %s
            connect.source: %s
            connect.sink: %s
            connect.commit.interval: 1s
            stuck.after.ms: 5000
            health.interval: 1s
            """
                .formatted(
                    port,
                    database.jdbcUrl(),
                    kafka.bootstrapServers(),
                    worker.url(),
                    SOURCE,
                    SINK));
    part(QueryService.start(installation, config, port));
    push(0);
    awaitAll();
  }

  @Test
  void deletedTopics_areNamed_andNoElementIsLost() throws Exception {
    // Told within seconds of stuck.after.ms, which is a minute by default.
    delete("hissrv.pending");
    push(0);
    awaitTold("source", "degraded", "there is no topic", "hissrv.pending");
    push(0);
    worker.send("POST", "/connectors/" + SOURCE + "/tasks/0/restart", null);
    awaitAll();

    delete("hissrv-status");
    awaitTold("source", "degraded", "there is no topic hissrv-status");
    create("hissrv-status");
    push(0);
    awaitAll();

    delete("hissrv-dead-letters");
    sendWhatIsNoSample();
    push(0);
    awaitTold("sink", "degraded", "hissrv-dead-letters");
    create("hissrv-dead-letters");
    awaitAll();
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> history.get("/status").path("failed").asLong() == 1);
  }

  @Test
  void recordsThatATopicDoesNotTake_failTheTask_andNoElementIsLost() throws Exception {
    bound("1000");
    push(2000);
    awaitTold("connect", "down", SOURCE + " task 0 is FAILED: ", "max.message.bytes");
    bound("1000000");
    // The service starts again by itself what failed.
    awaitAll();
  }

  /**
   * @param padding how many characters more each element has
   */
  private void push(int padding) {
    long first = System.currentTimeMillis() - 1000;
    String note = padding == 0 ? "" : ",\"note\":\"" + "x".repeat(padding) + '"';
    try (RedisClient client = RedisClient.create(redis.uri())) {
      client.hset("comsrv:1001:m", "1", String.valueOf(first % 1000));
      for (int i = 0; i < 5; i++) {
        pushed.put(first + i, (double) i);
        client.rpush(
            "archive:pending",
            "{\"measurement\":\"e2e\",\"tags\":{\"run\":\"lost\"},\"fields\":{\"value\":"
                + i
                + note
                + "},\"timestamp\":"
                + (first + i)
                + "}");
      }
    }
  }

  /** Everything is in the database, and nobody complains. */
  private void awaitAll() {
    Expect.points(history, "e2e", Map.of("run", "lost"), "value", pushed);
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              JsonNode health = history.get("/health");
              assertThat(health.path("status").asText()).as(health.toString()).isEqualTo("up");
            });
  }

  private void awaitTold(String part, String state, String... words) {
    await(part + " " + state)
        .atMost(LIMIT)
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              JsonNode told = history.get("/health").path("parts").path(part);
              assertThat(told.path("message").asText()).contains(words);
              assertThat(told.path("state").asText()).isEqualTo(state);
            });
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
  }

  private void delete(String topic) throws Exception {
    try (Admin admin = admin()) {
      admin.deleteTopics(List.of(topic)).all().get();
    }
  }

  private void create(String topic) throws Exception {
    try (Admin admin = admin()) {
      admin
          .createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
          .all()
          .get();
    }
  }

  private void bound(String bytes) throws Exception {
    try (Admin admin = admin()) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, "hissrv.pending"),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  private void sendWhatIsNoSample() {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      var unused = producer.send(new ProducerRecord<>("hissrv.pending", "no sample", "{"));
      producer.flush();
    }
  }
}
