package com.voltageems.hissrv.query.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.testkit.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lease against a real broker. */
class KafkaKeeperIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Duration STEP = Duration.ofMillis(200);

  private static KafkaKeeper keeper(String servers, String site) {
    return keeper(servers, site, Duration.ofSeconds(5));
  }

  private static KafkaKeeper keeper(String servers, String site, Duration timeout) {
    return new KafkaKeeper(
        "Alerts",
        new QueryConfig.Kafka(servers, "hissrv-dead-letters", "hissrv-status", Map.of()),
        "hissrv-alerts",
        site,
        timeout);
  }

  @Test
  void oneOfTwoHasTheLease_andTheOtherTakesOverWithWhatWasKept(@TempDir Path dir) {
    try (KafkaBroker broker = KafkaBroker.start(dir)) {
      String servers = broker.bootstrapServers();
      KafkaKeeper first = keeper(servers, "plant");
      KafkaKeeper elsewhere = keeper(servers, "other");
      await().atMost(LIMIT).until(() -> first.look(STEP));
      assertThat(first.kept()).isEmpty();
      first.keep("a", "{\"raised\":true}");
      first.keep("gone", "x");
      first.keep("gone", null);
      await().atMost(LIMIT).until(() -> first.isKept("a") && first.isKept("gone"));

      KafkaKeeper second = keeper(servers, "plant");
      AtomicBoolean both = new AtomicBoolean();
      await()
          .during(Duration.ofSeconds(5))
          .atMost(LIMIT)
          .until(
              () -> {
                boolean one = first.look(STEP);
                boolean two = second.look(STEP);
                both.compareAndSet(false, one && two);
                return one && !two;
              });
      assertThat(both).as("never both").isFalse();
      await().atMost(LIMIT).until(() -> elsewhere.look(STEP));
      assertThat(elsewhere.kept()).as("another site's").isEmpty();

      first.close();
      await().atMost(LIMIT).until(() -> second.look(STEP));
      assertThat(second.kept()).isEqualTo(Map.of("a", "{\"raised\":true}"));

      // The broker goes: who had the lease keeps it, so that this can be told.
      broker.kill();
      for (int i = 0; i < 10; i++) {
        assertThat(second.look(STEP)).isTrue();
      }
      second.keep("a", "{\"raised\":false}");
      assertThat(second.isKept("a")).as("no broker has it").isFalse();
      second.close();
      elsewhere.close();
    }
  }

  /** As an alert that Kafka is away, which is raised while it is. */
  @Test
  void whatKafkaCouldNotTake_isSentAgain_andToldUntilThen(@TempDir Path dir) {
    try (KafkaBroker broker = KafkaBroker.start(dir)) {
      try (KafkaKeeper keeper = keeper(broker.bootstrapServers(), "plant", Duration.ofSeconds(2))) {
        await().atMost(LIMIT).until(() -> keeper.look(STEP));
        keeper.keep("b", "old");
        await().atMost(LIMIT).until(() -> keeper.isKept("b"));
        broker.kill();
        Runnable keep =
            () -> {
              keeper.keep("a", "{\"raised\":true}");
              keeper.keep("b", null);
            };
        keep.run();
        await()
            .atMost(LIMIT)
            .until(
                () -> {
                  keeper.look(STEP);
                  return keeper.problem().isPresent();
                });
        for (int i = 0; i < 10; i++) {
          keeper.look(STEP);
          assertThat(keeper.problem()).as("is told all the time").isPresent();
        }
        broker.restart();
        AtomicBoolean mine = new AtomicBoolean(true);
        await()
            .atMost(LIMIT)
            .until(
                () -> {
                  boolean before = mine.getAndSet(keeper.look(STEP));
                  if (mine.get() && !before) {
                    // As who looks after them does where a slow start of the broker cost the lease.
                    keep.run();
                  }
                  return mine.get() && keeper.isKept("a") && keeper.isKept("b");
                });
        await()
            .atMost(LIMIT)
            .until(
                () -> {
                  keeper.look(STEP);
                  return keeper.problem().isEmpty();
                });
      }
      try (KafkaKeeper next = keeper(broker.bootstrapServers(), "plant")) {
        await().atMost(LIMIT).until(() -> next.look(STEP));
        assertThat(next.kept()).isEqualTo(Map.of("a", "{\"raised\":true}"));
      }
    }
  }

  /** As where Kafka was made anew while the services ran on. */
  @Test
  void topicIsDeleted_oneOfTwoHasTheLeaseAgain(@TempDir Path dir) throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(dir);
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        KafkaKeeper first = keeper(broker.bootstrapServers(), "plant");
        KafkaKeeper second = keeper(broker.bootstrapServers(), "plant")) {
      await().atMost(LIMIT).until(() -> first.look(STEP));
      second.look(STEP);
      admin.deleteTopics(List.of("hissrv-alerts")).all().get(30, TimeUnit.SECONDS);
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                boolean lost = !first.look(STEP);
                second.look(STEP);
                return lost;
              });

      List<KafkaKeeper> both = List.of(first, second);
      List<KafkaKeeper> owners = new ArrayList<>();
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                both.stream().filter(one -> one.look(STEP)).forEach(owners::add);
                return !owners.isEmpty();
              });
      owners.get(0).keep("a", "{\"raised\":true}");
      await()
          .atMost(LIMIT)
          .until(
              () -> {
                both.forEach(one -> one.look(STEP));
                return owners.get(0).isKept("a");
              });
    }
  }

  @Test
  void noBroker_isToldAndWaitedFor() {
    KafkaKeeper keeper = keeper("127.0.0.1:1", "plant");
    assertThat(keeper.look(STEP)).isFalse();
    assertThat(keeper.problem())
        .hasValueSatisfying(
            text ->
                assertThat(text)
                    .startsWith("topic hissrv-alerts (kafka.bootstrap.servers) cannot be used"));
    keeper.close();
  }
}
