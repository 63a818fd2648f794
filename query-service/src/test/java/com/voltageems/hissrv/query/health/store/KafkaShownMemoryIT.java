package com.voltageems.hissrv.query.health.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.testkit.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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
