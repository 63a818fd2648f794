package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import okhttp3.tls.HeldCertificate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/**
 * A Kafka that asks for TLS, a login and rights, as docs/operate/security.md has them: with those
 * rights, and no others, everything works; each that is missing is named.
 */
class SecuredKafkaIT {
  private static final String SINK = "hissrv-influx-sink";
  private static final String SOURCE = "hissrv-redis-source";
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final String PASSWORD = "of-the-service";

  private final Installation installation = Installation.find();
  private final List<AutoCloseable> parts = new ArrayList<>();

  @TempDir Path dir;

  @AfterEach
  void stop() {
    parts.forEach(Closer::closeQuietly);
  }

  private <T extends AutoCloseable> T part(T part) {
    parts.add(0, part);
    return part;
  }

  @Test
  void pipelineWithTheRightsOfTheTable_works_andWhatIsMissingIsNamed() throws Exception {
    RedisServer redis = part(RedisServer.start(dir.resolve("redis")));
    QuestDb database = part(QuestDb.prepare(dir.resolve("questdb")));
    KafkaBroker kafka =
        part(
            KafkaBroker.startSecured(
                dir.resolve("kafka"),
                Map.of("worker", "of-the-worker", "service", PASSWORD),
                certificate()));
    rightsOfTheWorker().forEach(right -> allow(kafka, right));
    ConnectWorker worker = part(worker(kafka));
    database.awaitReady();
    submit(worker, redis, database);
    Map<Long, Double> pushed = push(redis);

    int port = Ports.free();
    HistoryClient history = new HistoryClient("http://127.0.0.1:" + port);
    String password = "not-" + PASSWORD;
    try (ServerProcess service =
        QueryService.start(installation, config(database, kafka, worker, port, password), port)) {
      awaitTold(history, "kafka", "down", "refused the login: ", "kafka.properties.sasl.*");
      awaitTold(history, "sink", "down", "refused the login: ");
      // The client pauses longer and longer before it logs in again.
      await()
          .during(Duration.ofSeconds(8))
          .atMost(LIMIT)
          .until(() -> message(history, "kafka").contains("refused the login: "));
      assertThat(service.isAlive()).isTrue();
    }
    assertThat(dir.resolve("query-service.log")).content().doesNotContain(password);

    part(QueryService.start(installation, config(database, kafka, worker, port, PASSWORD), port));
    String right = "does not allow it: the right Describe on the ";
    awaitTold(history, "kafka", "down", right + "topic hissrv-dead-letters is missing");
    awaitTold(history, "source", "down", right + "topic hissrv-status is missing");
    awaitTold(history, "sink", "down", right + "group connect-hissrv-influx-sink is missing");
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> notRemembered(history).contains("to access topics: [hissrv-shown]"));

    rightsOfTheService().forEach(one -> allow(kafka, one));
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              JsonNode health = history.get("/health");
              assertThat(health.path("status").asText()).as(health.toString()).isEqualTo("up");
              assertThat(notRemembered(history)).isEmpty();
            });
    Expect.points(history, "e2e", Map.of("run", "secured"), "value", pushed);

    for (String connector : List.of(SOURCE, SINK)) {
      AclOperation operation = connector.equals(SOURCE) ? AclOperation.WRITE : AclOperation.READ;
      disallow(kafka, right("worker", ResourceType.TOPIC, "hissrv.*", operation));
      pushed.putAll(push(redis));
      awaitTold(
          history,
          "connect",
          "down",
          connector + " task 0 is FAILED: Not authorized to access topics: [hissrv.");
      allow(kafka, right("worker", ResourceType.TOPIC, "hissrv.*", operation));
      // The service starts again by itself what failed.
      Expect.points(history, "e2e", Map.of("run", "secured"), "value", pushed);
    }
  }

  /** What the users of the worker's clients need: for itself, for the source and for the sink. */
  private static List<AclBinding> rightsOfTheWorker() {
    return Stream.of(
            rights(
                ResourceType.TOPIC,
                "hissrv-connect-*",
                AclOperation.CREATE,
                AclOperation.READ,
                AclOperation.WRITE,
                AclOperation.DESCRIBE_CONFIGS),
            rights(ResourceType.GROUP, "hissrv-connect", AclOperation.READ),
            rights(
                ResourceType.TRANSACTIONAL_ID,
                "connect-cluster-hissrv-connect",
                AclOperation.WRITE),
            rights(ResourceType.TOPIC, "hissrv.*", AclOperation.CREATE, AclOperation.WRITE),
            rights(ResourceType.TOPIC, "hissrv-status", AclOperation.CREATE, AclOperation.WRITE),
            rights(
                ResourceType.TRANSACTIONAL_ID,
                "hissrv-connect-hissrv-redis-source-*",
                AclOperation.WRITE),
            rights(ResourceType.TOPIC, "hissrv.*", AclOperation.READ),
            rights(ResourceType.GROUP, "connect-hissrv-influx-sink", AclOperation.READ),
            rights(
                ResourceType.TOPIC, "hissrv-dead-letters", AclOperation.CREATE, AclOperation.WRITE))
        .flatMap(List::stream)
        .toList();
  }

  private static List<AclBinding> rights(
      ResourceType type, String name, AclOperation... operations) {
    return Stream.of(operations).map(operation -> right("worker", type, name, operation)).toList();
  }

  private static List<AclBinding> rightsOfTheService() {
    return List.of(
        right("service", ResourceType.TOPIC, "hissrv.*", AclOperation.READ),
        right("service", ResourceType.TOPIC, "hissrv-status", AclOperation.READ),
        right("service", ResourceType.TOPIC, "hissrv-dead-letters", AclOperation.READ),
        right("service", ResourceType.GROUP, "connect-hissrv-influx-sink", AclOperation.DESCRIBE),
        right("service", ResourceType.TOPIC, "hissrv-shown", AclOperation.CREATE),
        right("service", ResourceType.TOPIC, "hissrv-shown", AclOperation.READ),
        right("service", ResourceType.TOPIC, "hissrv-shown", AclOperation.WRITE));
  }

  /**
   * @param name with a star at its end: of all that begin so
   */
  private static AclBinding right(
      String user, ResourceType type, String name, AclOperation operation) {
    boolean isPrefix = name.endsWith("*");
    return new AclBinding(
        new ResourcePattern(
            type,
            isPrefix ? name.substring(0, name.length() - 1) : name,
            isPrefix ? PatternType.PREFIXED : PatternType.LITERAL),
        new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW));
  }

  private static void allow(KafkaBroker kafka, AclBinding right) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin.createAcls(List.of(right)).all().toCompletionStage().toCompletableFuture().join();
    }
  }

  private static void disallow(KafkaBroker kafka, AclBinding right) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin
          .deleteAcls(List.of(right.toFilter()))
          .all()
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    }
  }

  /** The broker's private key and certificate; the one it is signed by is left for the clients. */
  private String certificate() throws IOException {
    HeldCertificate signer =
        new HeldCertificate.Builder().certificateAuthority(0).commonName("signer").build();
    Files.writeString(dir.resolve("ca.pem"), signer.certificatePem());
    HeldCertificate own =
        new HeldCertificate.Builder()
            .signedBy(signer)
            .commonName("broker")
            .addSubjectAlternativeName("127.0.0.1")
            .build();
    return own.privateKeyPkcs8Pem() + own.certificatePem();
  }

  private Map<String, String> login(String user, String password) {
    return Map.of(
        "security.protocol",
        "SASL_SSL",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\";"
            .formatted(user, password),
        "ssl.truststore.type",
        "PEM",
        "ssl.truststore.location",
        dir.resolve("ca.pem").toString());
  }

  private ConnectWorker worker(KafkaBroker kafka) {
    Map<String, String> config = new TreeMap<>();
    for (String client : List.of("", "producer.", "consumer.", "admin.")) {
      login("worker", "of-the-worker").forEach((key, value) -> config.put(client + key, value));
    }
    config.put("consumer.metadata.max.age.ms", "2000");
    return ConnectWorker.start(
        dir.resolve("connect"),
        kafka.loginServers(),
        List.of(installation.sourceArchive(), installation.sinkArchive()),
        config);
  }

  private void submit(ConnectWorker worker, RedisServer redis, QuestDb database) {
    Map<String, String> source = installation.connectorConfig("redis-source.json");
    source.put("redis.uri", redis.uri());
    source.put("status.interval.ms", "1000");
    worker.submit(SOURCE, source);
    Map<String, String> sink = installation.connectorConfig("influx-sink-questdb.json");
    sink.put("influxdb.url", database.url());
    worker.submit(SINK, sink);
  }

  private static Map<Long, Double> push(RedisServer redis) {
    Map<Long, Double> pushed = new TreeMap<>();
    long now = System.currentTimeMillis();
    try (RedisClient client = RedisClient.create(redis.uri())) {
      client.hset("comsrv:1001:m", "1", String.valueOf(now % 1000));
      for (int i = 0; i < 5; i++) {
        pushed.put(now - 1000 + i, (double) i);
        client.rpush(
            "archive:pending",
            "{\"measurement\":\"e2e\",\"tags\":{\"run\":\"secured\"},\"fields\":{\"value\":"
                + i
                + "},\"timestamp\":"
                + (now - 1000 + i)
                + "}");
      }
    }
    return pushed;
  }

  private static void awaitTold(HistoryClient history, String part, String state, String... words) {
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

  private static String message(HistoryClient history, String part) throws InterruptedException {
    return history.get("/health").path("parts").path(part).path("message").asText();
  }

  private static String notRemembered(HistoryClient history) throws InterruptedException {
    return history.get("/status").path("store").path("not_remembered").asText("");
  }

  private Path config(
      QuestDb database, KafkaBroker kafka, ConnectWorker worker, int port, String password)
      throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(
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
            .formatted(port, database.jdbcUrl(), kafka.loginServers(), worker.url(), SOURCE, SINK));
    login("service", password)
        .forEach((key, value) -> text.append("kafka.properties.%s: '%s'\n".formatted(key, value)));
    return Files.writeString(dir.resolve("query-service.yml"), text);
  }
}
