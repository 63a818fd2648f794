package com.voltageems.hissrv.query.health.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.testkit.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one start of the service keeps for the next, in a real broker. */
class KafkaShownMemoryIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private static KafkaShownMemory memory(String servers, String key) {
    return new KafkaShownMemory(
        new QueryConfig.Kafka(servers, "hissrv-dead-letters", "hissrv-status", Map.of()),
        key,
        Duration.ofSeconds(5));
  }

  @Test
  void whatIsKept_isThereAtTheNextStart_onceKafkaIs(@TempDir Path dir) {
    try (KafkaBroker broker = KafkaBroker.start(dir)) {
      String servers = broker.bootstrapServers();
      try (KafkaShownMemory first = memory(servers, "a")) {
        await().atMost(LIMIT).until(first::isKnown);
        assertThat(first.before()).isNull();
        first.keep("one");
        first.keep("two");
        awaitKept(servers, "a", "two");
        assertThat(first.problem()).isEmpty();

        broker.kill();
        first.keep("three");
        await().atMost(LIMIT).until(() -> first.problem().isPresent());
        assertThat(first.problem().orElseThrow())
            .startsWith("topic hissrv-shown (kafka.bootstrap.servers) cannot be used: ");
        try (KafkaShownMemory early = memory(servers, "a")) {
          await().atMost(LIMIT).until(() -> early.problem().orElse("").contains("cannot be used"));
          assertThat(early.isKnown()).isFalse();
          broker.restart();
          await().atMost(LIMIT).until(early::isKnown);
          assertThat(early.before()).isIn("two", "three");
        }
        awaitKept(servers, "a", "three");
      }
      awaitKept(servers, "b", null);
    }
  }

  @Test
  void topicIsDeleted_isMadeAgain(@TempDir Path dir) throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(dir);
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        KafkaShownMemory memory = memory(broker.bootstrapServers(), "a")) {
      await().atMost(LIMIT).until(memory::isKnown);
      admin.deleteTopics(List.of(KafkaShownMemory.TOPIC)).all().get(30, TimeUnit.SECONDS);
      await().atMost(LIMIT).until(() -> !isThere(admin));
      memory.keep("one");
      await().atMost(LIMIT).until(() -> isThere(admin));
      // A broker makes it as its own defaults say, where it may.
      assertThat(policy(admin)).isEqualTo("compact");
      awaitKept(broker.bootstrapServers(), "a", "one");
      await().atMost(LIMIT).until(() -> memory.problem().isEmpty());
    }
  }

  private static @Nullable String policy(Admin admin) throws Exception {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, KafkaShownMemory.TOPIC);
    return admin
        .describeConfigs(List.of(topic))
        .values()
        .values()
        .iterator()
        .next()
        .get(30, TimeUnit.SECONDS)
        .get("cleanup.policy")
        .value();
  }

  private static boolean isThere(Admin admin) throws Exception {
    return admin.listTopics().names().get(30, TimeUnit.SECONDS).contains(KafkaShownMemory.TOPIC);
  }

  /** By a start of its own, as many as it takes. */
  private static void awaitKept(String servers, String key, @Nullable String text) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              try (KafkaShownMemory next = memory(servers, key)) {
                await().atMost(LIMIT).until(next::isKnown);
                assertThat(next.before()).isEqualTo(text);
              }
            });
  }
}
