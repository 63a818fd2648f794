package com.voltageems.hissrv.quickstart.secured;

import static com.voltageems.hissrv.quickstart.HistorySystem.SINK;
import static com.voltageems.hissrv.quickstart.HistorySystem.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.quickstart.HistoryClient;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.quickstart.site.Connectors;
import com.voltageems.hissrv.quickstart.site.Expect;
import com.voltageems.hissrv.quickstart.site.PendingElements;
import com.voltageems.hissrv.quickstart.site.QueryService;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.KafkaBroker.Login;
import com.voltageems.hissrv.testkit.Parts;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import okhttp3.tls.HeldCertificate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A Kafka that asks for TLS, a login by password or certificate, and rights, as
 * docs/operate/security.md has them: with those rights, and no others, everything works; what is
 * missing or wrong is named, and no secret is.
 */
class SecuredKafkaIT {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final String PASSWORD = "of-the-service";
  private static final String WORKERS_PASSWORD = "of-the-worker";

  /** Of a login that is refused. */
  private static final String WRONG = "not-the-password";

  private final HeldCertificate signer =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("signer").build();

  private final Installation installation = Installation.find();
  @RegisterExtension final Parts parts = new Parts();

  @TempDir Path dir;

  @ParameterizedTest
  @EnumSource
  void pipelineWithTheRightsOfTheTable_works_andWhatIsMissingIsNamed(Login login) throws Exception {
    RedisServer redis = parts.add(RedisServer.start(dir.resolve("redis")));
    QuestDb database = parts.add(QuestDb.prepare(dir.resolve("questdb")));
    Files.writeString(dir.resolve("ca.pem"), signer.certificatePem());
    KafkaBroker kafka =
        parts.add(
            KafkaBroker.startSecured(
                dir.resolve("kafka"),
                login,
                Map.of("worker", WORKERS_PASSWORD, "service", PASSWORD),
                pem(certificate("broker").addSubjectAlternativeName("127.0.0.1").build()),
                signer.certificatePem()));
    rightsOfTheWorker().forEach(right -> allow(kafka, right));
    ConnectWorker worker = parts.add(worker(kafka, login));
    database.awaitReady();
    worker.submit(SOURCE, Connectors.source(installation, redis));
    worker.submit(SINK, Connectors.sink(installation, database));
    Map<Long, Double> pushed = PendingElements.pushFew(redis, "secured", 0);

    int port = Ports.free();
    HistoryClient history = new HistoryClient("http://127.0.0.1:" + port);
    for (Map<String, String> wrong : wrongLogins(login, "service")) {
      try (ServerProcess service =
          QueryService.start(installation, config(database, kafka, worker, port, wrong), port)) {
        String[] told = toldOfWrongLogin(login, wrong);
        Expect.told(history, "kafka", "down", told);
        Expect.told(history, "sink", "down", told[0]);
        // The client pauses longer and longer before it logs in again.
        await()
            .during(Duration.ofSeconds(8))
            .atMost(LIMIT)
            .until(() -> message(history, "kafka").contains(told[0]));
        assertThat(service.isAlive()).isTrue();
      }
      assertThat(dir.resolve("query-service.log")).content().doesNotContain(WRONG);
    }

    Map<String, String> right = login(login, "service", PASSWORD);
    parts.add(QueryService.start(installation, config(database, kafka, worker, port, right), port));
    String missing = "does not allow it: the right Describe on the ";
    Expect.told(history, "kafka", "down", missing + "topic hissrv-dead-letters is missing");
    Expect.told(history, "source", "down", missing + "topic hissrv-status is missing");
    Expect.told(history, "sink", "down", missing + "group connect-hissrv-influx-sink is missing");
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> notRemembered(history).contains("on the topic hissrv-shown is missing"));

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
    sendWhatIsNoSample(kafka);
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> history.get("/status").path("failed").asLong() == 1);

    for (String connector : List.of(SOURCE, SINK)) {
      AclOperation operation = connector.equals(SOURCE) ? AclOperation.WRITE : AclOperation.READ;
      disallow(kafka, right("worker", ResourceType.TOPIC, "hissrv.*", operation));
      pushed.putAll(PendingElements.pushFew(redis, "secured", 0));
      Expect.told(
          history,
          "connect",
          "down",
          connector + " task 0 is FAILED: Not authorized to access topics: [hissrv.");
      allow(kafka, right("worker", ResourceType.TOPIC, "hissrv.*", operation));
      // The service starts again by itself what failed.
      Expect.points(history, "e2e", Map.of("run", "secured"), "value", pushed);
    }
    assertWrongLoginsOfTasksAreTold(login, worker, redis, database, history, pushed);
  }

  /** Connectors with a login of their own, as {@code producer.override.*} gives it. */
  private void assertWrongLoginsOfTasksAreTold(
      Login login,
      ConnectWorker worker,
      RedisServer redis,
      QuestDb database,
      HistoryClient history,
      Map<Long, Double> pushed)
      throws Exception {
    // One without a certificate would have the worker's.
    List<Map<String, String>> all = wrongLogins(login, "worker");
    for (Map<String, String> wrong : all.subList(all.size() - 1, all.size())) {
      Map<String, String> source = Connectors.source(installation, redis);
      wrong.forEach((key, value) -> source.put("producer.override." + key, value));
      worker.submit(SOURCE, source);
      pushed.putAll(PendingElements.pushFew(redis, "secured", 0));
      Expect.told(history, "connect", "down", SOURCE + " task 0 is FAILED: ", toldOfTask(login));
      worker.submit(SOURCE, Connectors.source(installation, redis));
      Expect.points(history, "e2e", Map.of("run", "secured"), "value", pushed);

      Map<String, String> sink = Connectors.sink(installation, database);
      wrong.forEach((key, value) -> sink.put("consumer.override." + key, value));
      worker.submit(SINK, sink);
      Expect.told(history, "connect", "down", SINK + " task 0 is FAILED: ", toldOfTask(login));
      worker.submit(SINK, Connectors.sink(installation, database));
      pushed.putAll(PendingElements.pushFew(redis, "secured", 0));
      Expect.points(history, "e2e", Map.of("run", "secured"), "value", pushed);
    }
    assertThat(dir.resolve("connect").resolve("connect.log"))
        .content()
        .doesNotContain(WRONG)
        .doesNotContain(WORKERS_PASSWORD);
    assertThat(worker.status(SOURCE).toString() + worker.status(SINK)).doesNotContain(WRONG);
    assertThat(dir.resolve("query-service.log")).content().doesNotContain(WRONG, PASSWORD);
  }

  private static String[] toldOfWrongLogin(Login login, Map<String, String> wrong) {
    if (login != Login.CERTIFICATE) {
      return new String[] {"refused the login: ", "kafka.properties.sasl.*"};
    }
    return new String[] {
      "cannot be reached by TLS: ",
      wrong.containsKey("ssl.keystore.location")
          ? "kafka.properties.ssl.keystore.location holds a client certificate that is valid from"
          : "kafka.properties.ssl.keystore.*"
    };
  }

  private static String toldOfTask(Login login) {
    return login == Login.CERTIFICATE
        ? "TLS from the task's client to Kafka fails: see ssl.*"
        : "Kafka refuses the login of the task's client: see sasl.*";
  }

  /** Settings with which nobody gets in. */
  private List<Map<String, String>> wrongLogins(Login login, String user) throws IOException {
    if (login != Login.CERTIFICATE) {
      return List.of(login(login, user, WRONG));
    }
    Instant now = Instant.now();
    Path expired =
        Files.writeString(
            dir.resolve("expired.pem"),
            pem(
                certificate(user)
                    .validityInterval(
                        now.minus(2, ChronoUnit.DAYS).toEpochMilli(),
                        now.minus(1, ChronoUnit.DAYS).toEpochMilli())
                    .build()));
    Map<String, String> none = new TreeMap<>(login(login, user, ""));
    none.keySet().removeIf(key -> key.startsWith("ssl.keystore."));
    Map<String, String> old = new TreeMap<>(login(login, user, ""));
    old.put("ssl.keystore.location", expired.toString());
    return List.of(none, old);
  }

  private static void sendWhatIsNoSample(KafkaBroker kafka) {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      var unused = producer.send(new ProducerRecord<>("hissrv.pending", "no sample", "{"));
      producer.flush();
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

  private HeldCertificate.Builder certificate(String name) {
    return new HeldCertificate.Builder().signedBy(signer).commonName(name);
  }

  private static String pem(HeldCertificate own) {
    return own.privateKeyPkcs8Pem() + own.certificatePem();
  }

  /** What a client says to be that user. */
  private Map<String, String> login(Login login, String user, String password) throws IOException {
    Map<String, String> settings = new TreeMap<>();
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", dir.resolve("ca.pem").toString());
    if (login == Login.CERTIFICATE) {
      Path file = dir.resolve(user + ".pem");
      if (!Files.exists(file)) {
        Files.writeString(file, pem(certificate(user).build()));
      }
      settings.put("security.protocol", "SSL");
      settings.put("ssl.keystore.type", "PEM");
      settings.put("ssl.keystore.location", file.toString());
      return settings;
    }
    settings.put("security.protocol", "SASL_SSL");
    settings.put("sasl.mechanism", login == Login.PLAIN ? "PLAIN" : "SCRAM-SHA-512");
    settings.put(
        "sasl.jaas.config",
        "org.apache.kafka.common.security.%s required username=\"%s\" password=\"%s\";"
            .formatted(
                login == Login.PLAIN ? "plain.PlainLoginModule" : "scram.ScramLoginModule",
                user,
                password));
    return settings;
  }

  private ConnectWorker worker(KafkaBroker kafka, Login login) throws IOException {
    Map<String, String> config = new TreeMap<>();
    for (String client : List.of("", "producer.", "consumer.", "admin.")) {
      login(login, "worker", WORKERS_PASSWORD)
          .forEach((key, value) -> config.put(client + key, value));
    }
    config.put("consumer.metadata.max.age.ms", "2000");
    return ConnectWorker.start(
        dir.resolve("connect"),
        kafka.loginServers(),
        List.of(installation.sourceArchive(), installation.sinkArchive()),
        config);
  }

  private static String message(HistoryClient history, String part) throws InterruptedException {
    return history.get("/health").path("parts").path(part).path("message").asText();
  }

  private static String notRemembered(HistoryClient history) throws InterruptedException {
    return history.get("/status").path("store").path("not_remembered").asText("");
  }

  private Path config(
      QuestDb database,
      KafkaBroker kafka,
      ConnectWorker worker,
      int port,
      Map<String, String> login)
      throws IOException {
    StringBuilder text =
        new StringBuilder(
            QueryService.settings(
                port, database, kafka.loginServers(), worker.url(), Duration.ofSeconds(5)));
    login.forEach((key, value) -> text.append("kafka.properties.%s: '%s'\n".formatted(key, value)));
    return Files.writeString(dir.resolve("query-service.yml"), text);
  }
}
