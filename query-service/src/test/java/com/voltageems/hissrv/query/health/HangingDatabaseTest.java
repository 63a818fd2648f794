package com.voltageems.hissrv.query.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.health.store.StoreProbe;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.influxql.InfluxQlStore;
import com.voltageems.hissrv.query.store.questdb.QuestDbStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A database that takes connections and never says a word. */
class HangingDatabaseTest {
  private ServerSocket silent;

  @BeforeEach
  void listen() throws IOException {
    silent = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    silent.close();
  }

  private HistoryStore store(String type) {
    return type.equals("questdb")
        ? new QuestDbStore(
            "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/qdb", "a", "b", 2)
        : InfluxQlStore.version1(
            URI.create("http://127.0.0.1:" + silent.getLocalPort()), "d", List.of(), "", "");
  }

  /**
   * Issue 14's point 5: well before 15 s with the settings as they come, which is after 3 s, and
   * what a busy machine adds. The drivers' own timeouts are half a minute and more.
   */
  @ParameterizedTest
  @ValueSource(strings = {"questdb", "influxdb"})
  void health_isDownWithinSecondsOfTheFirstLook(String type) {
    Duration timeout = Duration.ofSeconds(3);
    try (HistoryStore store = store(type);
        HealthBoard board =
            new HealthBoard(
                List.of(new StoreProbe(store, timeout)),
                Map.of(),
                Duration.ofSeconds(5),
                timeout,
                Clock.systemUTC())) {
      board.start();
      await()
          .atMost(Duration.ofSeconds(25))
          .untilAsserted(
              () -> {
                PartState state = board.snapshot().get(0);
                assertThat(state.checked()).isNotNull();
                assertThat(state.state()).isEqualTo(PartState.State.DOWN);
              });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"questdb", "influxdb"})
  void question_endsByItsDeadline(String type) {
    try (HistoryStore store = store(type)) {
      long begin = System.nanoTime();
      assertThatThrownBy(() -> store.measurement("m", Deadline.in(Duration.ofSeconds(1))))
          .isInstanceOf(StoreException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(25));
    }
  }
}
