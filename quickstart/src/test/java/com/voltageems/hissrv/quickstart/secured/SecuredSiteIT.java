package com.voltageems.hissrv.quickstart.secured;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.quickstart.HistoryClient;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.quickstart.WholeSite.Ended;
import com.voltageems.hissrv.quickstart.site.Expect;
import com.voltageems.hissrv.quickstart.site.PendingElements;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Parts;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/**
 * A site by one file where nobody gets in without a certificate: Kafka and Connect's REST API ask
 * for one, the latter for a login, too. The commands and the service use the same file;
 * certificates run out and are renewed while the service runs.
 */
class SecuredSiteIT {
  private static final String PASSWORD = "of-the-operator";
  private static final String P12_PASSWORD = "of-the-file";
  private static final Duration LIMIT = Duration.ofMinutes(4);

  private final Installation installation = Installation.find();
  @RegisterExtension final Parts parts = new Parts();
  private final HeldCertificate signer =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("signer").build();
  private final int restPort = Ports.free();
  private final int port = Ports.free();

  @TempDir Path dir;

  @Test
  void siteByOneFile_runsThroughTlsAlone_andRenewedCertificatesAreUsed() throws Exception {
    RedisServer redis = parts.add(RedisServer.start(dir.resolve("redis")));
    QuestDb database = parts.add(QuestDb.prepare(dir.resolve("questdb")));
    Files.writeString(dir.resolve("ca.pem"), signer.certificatePem());
    Path brokers = write("kafka.pem", server("broker"));
    KafkaBroker kafka =
        parts.add(
            KafkaBroker.startSecured(
                dir.resolve("broker"),
                KafkaBroker.Login.CERTIFICATE,
                Map.of(),
                Files.readString(brokers),
                signer.certificatePem()));
    allowAll(kafka);
    write("worker.pem", user("worker").build());
    write("service.pem", user("service").build());
    write("operator.pem", user("operator").build());
    database.awaitReady();
    Path file = site(redis, database, kafka);

    ConnectWorker worker = parts.add(worker(kafka));
    // As the first thing after a worker was started.
    Ended applied = run(file, "apply");
    assertThat(worker.process().isAlive())
        .as(() -> log(dir.resolve("connect").resolve("connect.log")))
        .isTrue();
    assertThat(applied.code()).as(applied.out()).isZero();
    assertThat(applied.out())
        .contains("waiting for at most 90 s: Kafka Connect does not answer at https://127.0.0.1:")
        .contains("hissrv-redis-source: connector RUNNING, 1 task RUNNING")
        .contains("hissrv-influx-sink: connector RUNNING, 1 task RUNNING")
        .doesNotContain(PASSWORD);
    Ended status = run(file, "status");
    assertThat(status.code()).as(status.out()).isZero();

    parts.add(service(file));
    HistoryClient history = new HistoryClient("http://127.0.0.1:" + port);
    Map<Long, Double> pushed = push(redis);
    Expect.points(history, "e2e", Map.of("run", "secured"), "value", pushed);
    Expect.up(history);
    // Both leases are had, so what is to be kept is kept in Kafka.
    assertThat(dir.resolve("service.log"))
        .content()
        .contains("made the topic hissrv-alerts", "made the topic hissrv-storage");

    renewedInTime(history, file);
    assertThat(dir.resolve("service.log")).content().doesNotContain(PASSWORD);
  }

  /** One that has run out is told; the one that replaces it is used without a restart. */
  private void renewedInTime(HistoryClient history, Path file) throws Exception {
    Instant now = Instant.now();
    HeldCertificate old =
        user("operator")
            .validityInterval(
                now.minus(2, ChronoUnit.DAYS).toEpochMilli(),
                now.minus(1, ChronoUnit.DAYS).toEpochMilli())
            .build();
    write("operator.pem", old);
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              JsonNode connect = history.get("/health").path("parts").path("connect");
              assertThat(connect.path("message").asText())
                  .contains("connect.tls.keystore.path holds a client certificate that is valid")
                  .contains(dir.resolve("operator.pem").toString());
              assertThat(connect.path("state").asText()).isEqualTo("down");
            });
    Ended refused = run(file, "status");
    assertThat(refused.code()).as(refused.out()).isEqualTo(1);
    assertThat(refused.out()).contains("connect.tls.keystore.path").doesNotContain(PASSWORD);

    write("operator.pem", user("operator").build());
    Expect.up(history);
    assertThat(run(file, "status").code()).isZero();
  }

  private static String log(Path file) {
    try {
      String text = Files.readString(file);
      return text.substring(Math.max(0, text.length() - 5000));
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  private Path site(RedisServer redis, QuestDb database, KafkaBroker kafka) throws IOException {
    return Files.writeString(
        dir.resolve("hissrv.yml"),
        """
        redis:
          url: %1$s
        questdb:
          url: %2$s
          jdbc_url: %3$s
        kafka:
          bootstrap_servers: %4$s
          properties:
            security.protocol: SSL
            ssl.truststore.type: PEM
            ssl.truststore.location: %8$s/ca.pem
            ssl.keystore.type: PEM
            ssl.keystore.location: %8$s/service.pem
        api:
          port: %5$d
        connect:
          url: https://127.0.0.1:%6$d
          username: operator
          password: %7$s
          tls:
            truststore:
              path: %8$s/ca.pem
            keystore:
              path: %8$s/operator.pem
        downsampling:
          tasks:
            - name: hourly_avg
              source: realtime
              target: hourly
              interval: 1h
              aggregations: [{function: MEAN, alias: avg}]
        alerts:
          - name: failures
            condition: failed_count > 100
            url: http://127.0.0.1:1/webhook
        """
            .formatted(
                redis.uri(),
                database.url(),
                database.jdbcUrl(),
                kafka.loginServers(),
                port,
                restPort,
                PASSWORD,
                dir));
  }

  private ServerProcess service(Path file) {
    ServerProcess service =
        ServerProcess.startJvm(
            "query-service",
            installation.queryServiceJar().toString(),
            List.of("-Xmx256m", "-XX:+UseSerialGC"),
            Map.of(),
            "com.voltageems.hissrv.query.Main",
            List.of("--config", file.toString()),
            dir.resolve("service.log"));
    service.awaitReady(LIMIT, () -> Ports.isOpen(port));
    return service;
  }

  private Ended run(Path file, String command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(ServerProcess.ofTests());
    words.addAll(List.of("-Xmx128m", "-jar", installation.queryServiceJar().toString()));
    words.addAll(List.of(command, file.toString()));
    Path log = Files.createTempFile(dir, "run", ".log");
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("ended").isTrue();
    return new Ended(process.exitValue(), Files.readString(log));
  }

  private ConnectWorker worker(KafkaBroker kafka) throws Exception {
    Map<String, String> config = new TreeMap<>();
    for (String client : List.of("", "producer.", "consumer.", "admin.")) {
      config.put(client + "security.protocol", "SSL");
      tls("worker").forEach((key, value) -> config.put(client + key, value));
    }
    config.put("listeners", "https://127.0.0.1:" + restPort);
    for (String store : List.of("keystore", "truststore")) {
      String prefix = "listeners.https.ssl." + store + ".";
      config.put(prefix + "type", "PKCS12");
      config.put(prefix + "location", p12(store, server("rest")).toString());
      config.put(prefix + "password", P12_PASSWORD);
    }
    config.put("listeners.https.ssl.key.password", P12_PASSWORD);
    config.put("listeners.https.ssl.client.auth", "required");
    config.put(
        "rest.extension.classes",
        "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension");
    config.put("consumer.metadata.max.age.ms", "2000");
    Path users = Files.writeString(dir.resolve("users"), "operator=" + PASSWORD + "\n");
    Path logins =
        Files.writeString(
            dir.resolve("jaas.conf"),
            """
            KafkaConnect {
              org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required
                file="%s";
            };
            """
                .formatted(users));
    return ConnectWorker.prepare(
        dir.resolve("connect"),
        kafka.loginServers(),
        List.of(installation.sourceArchive(), installation.sinkArchive()),
        config,
        ConnectWorker.Version.CURRENT,
        List.of("-Djava.security.auth.login.config=" + logins));
  }

  /** The REST API's server takes no PEM. */
  private Path p12(String name, HeldCertificate own) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("signer", signer.certificate());
    if (name.equals("keystore")) {
      Certificate[] chain = {own.certificate(), signer.certificate()};
      store.setKeyEntry("own", own.keyPair().getPrivate(), P12_PASSWORD.toCharArray(), chain);
    }
    Path file = dir.resolve(name + ".p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, P12_PASSWORD.toCharArray());
    }
    return file;
  }

  private Map<String, String> tls(String name) {
    return Map.of(
        "ssl.truststore.type",
        "PEM",
        "ssl.truststore.location",
        dir.resolve("ca.pem").toString(),
        "ssl.keystore.type",
        "PEM",
        "ssl.keystore.location",
        dir.resolve(name + ".pem").toString());
  }

  private HeldCertificate.Builder user(String name) {
    return new HeldCertificate.Builder().signedBy(signer).commonName(name);
  }

  private HeldCertificate server(String name) {
    return user(name).addSubjectAlternativeName("127.0.0.1").build();
  }

  /** In one step, as tools that renew certificates do it. */
  private Path write(String name, HeldCertificate own) throws IOException {
    Path next = dir.resolve(name + ".next");
    Files.writeString(next, own.privateKeyPkcs8Pem() + own.certificatePem());
    return Files.move(
        next,
        dir.resolve(name),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }

  private static Map<Long, Double> push(RedisServer redis) {
    long second = System.currentTimeMillis() / 1000 - 100;
    try (RedisClient client = RedisClient.create(redis.uri())) {
      client.hset("comsrv:1001:m", "1", "230.5");
      return new TreeMap<>(PendingElements.push(client, "secured", 20, second, 7));
    }
  }

  /** Rights are SecuredKafkaIT's. */
  private static void allowAll(KafkaBroker kafka) {
    List<AclBinding> all = new ArrayList<>();
    for (String user : List.of("worker", "service")) {
      Stream.of(ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID)
          .map(type -> new ResourcePattern(type, "*", PatternType.LITERAL))
          .map(
              what ->
                  new AclBinding(
                      what,
                      new AccessControlEntry(
                          "User:" + user, "*", AclOperation.ALL, AclPermissionType.ALLOW)))
          .forEach(all::add);
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin.createAcls(all).all().toCompletionStage().toCompletableFuture().join();
    }
  }
}
