package com.voltageems.hissrv.query.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.testkit.KafkaBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import okhttp3.tls.HeldCertificate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lease at a broker that asks for a certificate, and for a right to everything. */
class SecuredKeeperIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration STEP = Duration.ofMillis(200);
  private static final String TOPIC = "hissrv-alerts";
  private static final String GROUP = "hissrv-alerts.plant";

  private static final HeldCertificate SIGNER =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("signer").build();

  @TempDir static Path dir;
  private static KafkaBroker broker;
  private static Admin admin;

  @BeforeAll
  static void start() throws IOException {
    Files.writeString(dir.resolve("ca.pem"), SIGNER.certificatePem());
    HeldCertificate own = user("broker").addSubjectAlternativeName("127.0.0.1").build();
    broker =
        KafkaBroker.startSecured(
            dir.resolve("kafka"),
            KafkaBroker.Login.CERTIFICATE,
            Map.of(),
            own.privateKeyPkcs8Pem() + own.certificatePem(),
            SIGNER.certificatePem());
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }

  @AfterAll
  static void stop() {
    admin.close();
    broker.close();
  }

  @AfterEach
  void forbidAll() throws Exception {
    admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get();
    if (admin.listTopics().names().get().contains(TOPIC)) {
      admin.deleteTopics(List.of(TOPIC)).all().get();
      await().atMost(LIMIT).until(() -> !admin.listTopics().names().get().contains(TOPIC));
    }
  }

  private static HeldCertificate.Builder user(String name) {
    return new HeldCertificate.Builder().signedBy(SIGNER).commonName(name);
  }

  /** In one step, as tools that renew certificates do it. */
  private static void write(HeldCertificate own) throws IOException {
    Path next = dir.resolve("service.next");
    Files.writeString(next, own.privateKeyPkcs8Pem() + own.certificatePem());
    Files.move(
        next,
        dir.resolve("service.pem"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }

  private static KafkaKeeper keeper() {
    Map<String, String> tls =
        Map.of(
            "security.protocol", "SSL",
            "ssl.truststore.type", "PEM",
            "ssl.truststore.location", dir.resolve("ca.pem").toString(),
            "ssl.keystore.type", "PEM",
            "ssl.keystore.location", dir.resolve("service.pem").toString());
    return new KafkaKeeper(
        "Alerts",
        new QueryConfig.Kafka(broker.loginServers(), "hissrv-dead-letters", "hissrv-status", tls),
        TOPIC,
        "plant",
        Duration.ofSeconds(5));
  }

  private static void allow(ResourceType type, String name, AclOperation... operations)
      throws ExecutionException, InterruptedException {
    List<AclBinding> rights = new ArrayList<>();
    for (AclOperation operation : operations) {
      rights.add(
          new AclBinding(
              new ResourcePattern(type, name, PatternType.LITERAL),
              new AccessControlEntry("User:service", "*", operation, AclPermissionType.ALLOW)));
    }
    admin.createAcls(rights).all().get();
  }

  private static void awaitProblem(KafkaKeeper keeper, String words) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              keeper.look(STEP);
              assertThat(keeper.problem().orElse("")).contains(words);
            });
  }

  /** Each right in turn: the one that is missing is named, and what it is for. */
  @Test
  void missingRights_areNamed_andTheLeaseIsHadOnceTheyAreGiven() throws Exception {
    write(user("service").build());
    try (KafkaKeeper keeper = keeper()) {
      awaitProblem(keeper, "the right Create on the topic " + TOPIC + " is missing");
      allow(ResourceType.TOPIC, TOPIC, AclOperation.CREATE, AclOperation.DESCRIBE);
      awaitProblem(keeper, "the right Read on the group " + GROUP + " is missing");
      allow(ResourceType.GROUP, GROUP, AclOperation.READ);
      awaitProblem(keeper, "the right Read on the topic " + TOPIC + " is missing");
      allow(ResourceType.TOPIC, TOPIC, AclOperation.READ);
      await().atMost(LIMIT).until(() -> keeper.look(STEP));
      keeper.keep("a", "{}");
      awaitProblem(keeper, "the right Write on the topic " + TOPIC + " is missing");
      allow(ResourceType.TOPIC, TOPIC, AclOperation.WRITE);
      await()
          .atMost(LIMIT)
          .until(() -> keeper.look(STEP) && keeper.isKept("a") && keeper.problem().isEmpty());
    }
  }

  /** Made by whoever may: then the service needs no right to make it. */
  @Test
  void topicThatIsThere_needsNoRightToMakeIt() throws Exception {
    write(user("service").build());
    admin
        .createTopics(
            List.of(new NewTopic(TOPIC, 1, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
        .all()
        .get();
    allow(ResourceType.TOPIC, TOPIC, AclOperation.READ, AclOperation.WRITE);
    allow(ResourceType.GROUP, GROUP, AclOperation.READ);
    try (KafkaKeeper keeper = keeper()) {
      await().atMost(LIMIT).until(() -> keeper.look(STEP));
      keeper.keep("a", "{}");
      await().atMost(LIMIT).until(() -> keeper.look(STEP) && keeper.isKept("a"));
      assertThat(keeper.problem()).isEmpty();
    }
  }

  @Test
  void certificateThatHasRunOut_isTold_andTheRenewedOneIsUsed() throws Exception {
    allow(ResourceType.TOPIC, TOPIC, AclOperation.CREATE, AclOperation.READ, AclOperation.WRITE);
    allow(ResourceType.GROUP, GROUP, AclOperation.READ);
    write(user("service").build());
    try (KafkaKeeper keeper = keeper()) {
      await().atMost(LIMIT).until(() -> keeper.look(STEP));
      Instant now = Instant.now();
      write(
          user("service")
              .validityInterval(
                  now.minus(2, ChronoUnit.DAYS).toEpochMilli(),
                  now.minus(1, ChronoUnit.DAYS).toEpochMilli())
              .build());
      // What is connected stays so.
      broker.kill();
      broker.restart();
      keeper.keep("a", "{}");
      awaitProblem(keeper, "kafka.properties.ssl.keystore.location");
      assertThat(keeper.problem().orElse("")).contains(dir.resolve("service.pem").toString());
      write(user("service").build());
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                if (keeper.look(STEP) && !keeper.isKept("a")) {
                  keeper.keep("a", "{}");
                }
                return keeper.isKept("a") && keeper.problem().isEmpty();
              });
    }
  }
}
