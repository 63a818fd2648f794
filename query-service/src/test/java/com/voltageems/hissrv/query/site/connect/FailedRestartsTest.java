package com.voltageems.hissrv.query.site.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.site.FakeConnect;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FailedRestartsTest {
  private static final String RESTART = "POST /connectors/si/tasks/0/restart";

  private FakeConnect connect;
  private long now;

  @BeforeEach
  void start() throws Exception {
    connect = new FakeConnect();
    connect.connectors.put("so", Map.of());
    connect.connectors.put("si", Map.of());
  }

  @AfterEach
  void stop() {
    connect.close();
  }

  private QueryConfig.Connect settings(boolean restart) {
    return new QueryConfig.Connect(
        List.of(URI.create(connect.url())),
        "so",
        "si",
        "",
        "",
        false,
        restart,
        Duration.ofSeconds(1));
  }

  private void pass(FailedRestarts restarts, Duration time) throws InterruptedException {
    now += time.toNanos();
    restarts.look();
  }

  @Test
  void taskThatFailed_isStartedAgain_andCounted() throws Exception {
    FailedRestarts restarts = new FailedRestarts(() -> settings(true), () -> now);
    restarts.look();
    assertThat(restarts.status().toString()).isEqualTo("{restarts={}}");
    connect.failing.put("si", "x.Y: IO Error trying to forward REST request");
    restarts.look();
    assertThat(restarts.status().toString()).contains("si={in_a_row=0, next_in_s=");
    pass(restarts, Duration.ofSeconds(20));
    assertThat(connect.changes).isEmpty();
    pass(restarts, Duration.ofSeconds(20));
    assertThat(connect.changes).containsExactly(RESTART);
    pass(restarts, Duration.ofSeconds(20));
    assertThat(restarts.status().toString())
        .contains("si={in_a_row=1, next_in_s=null, refused=null}");
    assertThat(restarts.gauges())
        .extracting(gauge -> gauge.labels().get("connector") + "=" + gauge.value())
        .containsExactly("so=0.0", "si=1.0");

    pass(restarts, RestartPauses.WELL);
    assertThat(restarts.status().toString()).isEqualTo("{restarts={}}");
    assertThat(connect.changes).containsExactly(RESTART);
  }

  @Test
  void connectThatIsAway_orRefuses_isAskedAgain() throws Exception {
    FailedRestarts restarts = new FailedRestarts(() -> settings(true), () -> now);
    connect.failing.put("si", "x.Y: z");
    restarts.look();
    now += Duration.ofMinutes(1).toNanos();
    connect.rebalancing.set(2);
    restarts.look();
    assertThat(connect.changes).isEmpty();
    restarts.look();
    assertThat(connect.changes).containsExactly(RESTART);
    connect.close();
    restarts.look();
    assertThat(restarts.status().toString()).isEqualTo("{restarts={}}");
  }

  /** It was said once in the log, and nowhere else. */
  @Test
  void restartThatIsRefused_isTold_andNotCounted() throws Exception {
    FailedRestarts restarts = new FailedRestarts(() -> settings(true), () -> now);
    connect.failing.put("si", "x.Y: z");
    connect.readOnly.set(true);
    restarts.look();
    pass(restarts, Duration.ofMinutes(1));
    pass(restarts, Duration.ofSeconds(5));
    assertThat(restarts.status().toString())
        .contains("refused=Kafka Connect refuses the login (connect.username, connect.password)");
    assertThat(restarts.gauges()).allMatch(gauge -> gauge.value() == 0);

    connect.readOnly.set(false);
    pass(restarts, Duration.ofMinutes(2));
    pass(restarts, Duration.ofSeconds(5));
    assertThat(restarts.status().toString())
        .contains("si={in_a_row=2, next_in_s=null, refused=null");
  }

  /** They run with everything green, and do what was wanted before. */
  @Test
  void tasksWithSettingsOfBefore_getThoseOfTheConnector() throws Exception {
    FailedRestarts restarts = new FailedRestarts(() -> settings(true), () -> now);
    connect.connectors.put("si", Map.of("tasks.max", "1", "influxdb.bucket", "new"));
    connect.outdated.put("si", Map.of("tasks.max", "2", "influxdb.org", "gone"));
    connect.failing.put("si", "x.TooManyTasksException: 2 tasks");
    restarts.look();
    pass(restarts, Duration.ofMinutes(1));
    assertThat(connect.changes).containsExactly("POST /connectors/si/restart");
    pass(restarts, Duration.ofMinutes(1));
    assertThat(connect.changes).hasSize(1);
    assertThat(restarts.status().toString()).contains("si={in_a_row=1, next_in_s=null");
  }

  @Test
  void whereItIsSwitchedOff_nothingIsTouched() throws Exception {
    FailedRestarts restarts = new FailedRestarts(() -> settings(false), () -> now);
    connect.failing.put("si", "x.Y: z");
    restarts.look();
    pass(restarts, Duration.ofHours(1));
    assertThat(connect.changes).isEmpty();
    assertThat(restarts.gauges()).isEmpty();
  }
}
