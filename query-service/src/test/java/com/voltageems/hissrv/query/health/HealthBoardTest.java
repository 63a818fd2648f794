package com.voltageems.hissrv.query.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.site.FakeConnect;
import com.voltageems.hissrv.query.store.StoreException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class HealthBoardTest {
  private final SettableClock clock = new SettableClock();
  private final FakeProbe probe = new FakeProbe();
  private final HealthBoard board =
      new HealthBoard(
          List.of(probe),
          Map.of("kafka", "not set"),
          Duration.ofSeconds(5),
          Duration.ofSeconds(3),
          clock);

  private PartState store() {
    return board.snapshot().get(0);
  }

  @Test
  void part_isUnknownBeforeTheFirstLook() {
    assertThat(store().state()).isEqualTo(State.UNKNOWN);
    assertThat(store().isTrouble()).isTrue();
    assertThat(board.snapshot().get(1).state()).isEqualTo(State.OFF);
    assertThat(board.snapshot().get(1).isTrouble()).isFalse();
  }

  /** POST /sync asks the board what the sink is to read. */
  @Test
  void factsOfConnect_areThoseOfItsLastLook() throws Exception {
    assertThat(board.facts()).isEqualTo(ConnectFacts.UNKNOWN);
    try (FakeConnect connect = new FakeConnect()) {
      connect.connectors.put("si", Map.of("topics", "a,b"));
      ConnectProbe own =
          new ConnectProbe(
              new QueryConfig.Connect(
                  List.of(URI.create(connect.url())),
                  "so",
                  "si",
                  "",
                  "",
                  false,
                  false,
                  Duration.ofSeconds(1)),
              Duration.ofSeconds(5));
      HealthBoard both =
          new HealthBoard(
              List.of(probe, own), Map.of(), Duration.ofSeconds(5), Duration.ofSeconds(3), clock);
      both.look(own);
      assertThat(both.facts().sinkTopics().names()).containsExactly("a", "b");
    }
  }

  /** A changed file has other alerts; what is known of the database is not forgotten. */
  @Test
  void parts_areAddedAndReplacedBesideItsOwn() {
    FakeProbe alerts = new FakeProbe("alerts");
    FakeProbe others = new FakeProbe("alerts");
    board.look(probe);
    Instant first = clock.instant();
    board.also(List.of(alerts, new FakeProbe("storage")));
    board.look(alerts);
    clock.pass(Duration.ofSeconds(5));
    board.look(probe);
    board.also(List.of(others));
    // It was asked when it was replaced.
    alerts.failure = new IOException("closed");
    board.look(alerts);

    List<PartState> parts = board.snapshot();
    assertThat(parts).extracting(PartState::name).containsExactly("store", "alerts", "kafka");
    assertThat(parts.get(0).since()).isEqualTo(first);
    assertThat(parts.get(1).state()).isEqualTo(State.UP);
    assertThat(alerts.closed).isTrue();
    assertThat(others.closed).isFalse();
    board.close();
    assertThat(others.closed).isTrue();
  }

  /** After ten days it was down for a moment: "no answer for 864000 s; before: not checked yet". */
  @Test
  void partThatIsAddedLater_isUnknownUntilItsFirstLook() {
    clock.pass(Duration.ofDays(10));
    board.look(probe);
    FakeProbe alerts = new FakeProbe("alerts");
    board.also(List.of(alerts));
    Instant added = clock.instant();
    PartState first = board.snapshot().get(1);
    assertThat(first.name()).isEqualTo("alerts");
    assertThat(first.state()).isEqualTo(State.UNKNOWN);
    assertThat(first.since()).isEqualTo(added);
    alerts.failure = tooSlow();
    clock.set(Duration.ofHours(-1));
    clock.pass(Duration.ofSeconds(9));
    board.look(alerts);
    assertThat(board.snapshot().get(1).state()).isEqualTo(State.UNKNOWN);
    clock.pass(Duration.ofSeconds(2));
    assertThat(board.snapshot().get(1).state()).isEqualTo(State.DOWN);

    board.also(List.of(new FakeProbe("storage")));
    clock.pass(Duration.ofSeconds(23));
    assertThat(board.snapshot().get(1).report().message())
        .isEqualTo("no answer for 23 s; before: not checked yet");
  }

  @Test
  void part_staysInItsStateSinceTheChange() {
    board.look(probe);
    Instant first = clock.instant();
    clock.pass(Duration.ofSeconds(5));
    board.look(probe);
    assertThat(store().state()).isEqualTo(State.UP);
    assertThat(store().since()).isEqualTo(first);
    assertThat(store().checked()).isEqualTo(clock.instant());

    probe.failure = new ExecutionException(new IOException("refused password=x"));
    board.look(probe);
    assertThat(store().state()).isEqualTo(State.DOWN);
    assertThat(store().since()).isEqualTo(clock.instant());
    assertThat(store().report().message()).isEqualTo("IOException: refused password=***");
  }

  /** It was told as "the query took longer than 3000 ms: SocketException: Socket closed". */
  @Test
  void databaseThatHangs_isToldWithoutTheClientsWords() {
    board.look(probe);
    probe.failure =
        new StoreException(
            StoreException.Kind.TIMEOUT,
            "the query took longer than 3000 ms",
            new IOException("Socket closed"));
    board.look(probe);
    assertThat(store().report().message()).isEqualTo("the query took longer than 3000 ms");
  }

  /** The colon behind a setting's name was taken for one before a secret: "token: *** Unauth…". */
  @Test
  void settingAtTheEndOfOurOwnSentence_hidesNothingOfTheDatabasesWords() {
    probe.failure =
        new StoreException(
            StoreException.Kind.LOGIN,
            "InfluxDB refuses the service's login: see store.influxdb2.token",
            new IOException("Unauthorized, token: x"));
    board.look(probe);
    assertThat(store().report().message())
        .isEqualTo(
            "InfluxDB refuses the service's login: see store.influxdb2.token: IOException:"
                + " Unauthorized, token: ***");
  }

  @Test
  void partThatIsNotLookedAtAnyMore_isDown() {
    board.look(probe);
    clock.pass(Duration.ofSeconds(22));
    assertThat(store().state()).isEqualTo(State.UP);
    clock.pass(Duration.ofSeconds(1));
    assertThat(store().state()).isEqualTo(State.DOWN);
    assertThat(store().report().message()).isEqualTo("no answer for 23 s; before: fine");
  }

  /** A box that gets the time from the network, or somebody who corrects it. */
  @Test
  void clockThatIsSet_makesNothingStale_norKeepsItFresh() {
    board.look(probe);
    clock.set(Duration.ofHours(1));
    assertThat(store().state()).isEqualTo(State.UP);
    assertThat(store().since()).isEqualTo(clock.instant());
    clock.set(Duration.ofHours(-2));
    assertThat(store().state()).isEqualTo(State.UP);
    clock.pass(Duration.ofSeconds(23));
    assertThat(store().state()).isEqualTo(State.DOWN);
  }

  private void live(int seconds) {
    for (int i = 0; i < seconds; i++) {
      clock.pass(Duration.ofSeconds(1));
      board.beat();
    }
  }

  /** It was told as a database that hung for a minute, and alerts were raised by it. */
  @Test
  void processThatStoodStill_knowsNothingUntilItLooksAgain() {
    board.beat();
    board.look(probe);
    clock.pass(Duration.ofSeconds(60));
    assertThat(store().state()).isEqualTo(State.UNKNOWN);
    assertThat(store().report().message())
        .isEqualTo("not checked since this process was suspended for 60 s; before: fine");
    board.look(probe);
    assertThat(store().state()).isEqualTo(State.UP);
  }

  @Test
  void probeThatHangsAfterTheProcessStoodStill_isDown() {
    board.beat();
    board.look(probe);
    clock.pass(Duration.ofSeconds(60));
    board.beat();
    live(22);
    assertThat(store().state()).isEqualTo(State.UNKNOWN);
    live(1);
    assertThat(store().state()).isEqualTo(State.DOWN);
    assertThat(store().report().message()).isEqualTo("no answer for 83 s; before: fine");
  }

  @Test
  void probeThatHangsWhileTheProcessLives_isDown() {
    board.beat();
    board.look(probe);
    live(23);
    assertThat(store().state()).isEqualTo(State.DOWN);
  }

  @Test
  void probeThatNeverAnswered_isDown() {
    clock.pass(Duration.ofSeconds(30));
    assertThat(store().state()).isEqualTo(State.DOWN);
    assertThat(store().report().message()).isEqualTo("no answer for 30 s; before: not checked yet");
  }

  private static Exception tooSlow() {
    return new ProbeException("Kafka did not answer within 3000 ms", new TimeoutException());
  }

  /** On a machine that started everything at once, Kafka was told as down for some seconds. */
  @Test
  void partThatIsTooSlowAfterTheStart_isUnknownUntilItAnswers() {
    Exception fine = probe.failure;
    probe.failure = tooSlow();
    clock.pass(Duration.ofSeconds(3));
    board.look(probe);
    assertThat(store().state()).isEqualTo(State.UNKNOWN);
    assertThat(store().isTrouble()).isTrue();
    assertThat(store().report().message())
        .isEqualTo("no answer yet since the start: Kafka did not answer within 3000 ms");
    clock.pass(Duration.ofSeconds(1));
    probe.failure = fine;
    board.look(probe);
    assertThat(store().state()).isEqualTo(State.UP);
    probe.failure = tooSlow();
    board.look(probe);
    assertThat(store().state()).isEqualTo(State.DOWN);
    assertThat(store().report().message()).isEqualTo("Kafka did not answer within 3000 ms");
  }

  /** An outage is not hidden for longer, whatever the check waits for. */
  @Test
  void partThatIsTooSlowForLongAfterTheStart_isDown_alsoBeforeTheNextLook() {
    for (Exception failure :
        List.of(
            tooSlow(),
            new HttpTimeoutException("request timed out"),
            new org.apache.kafka.common.errors.TimeoutException(),
            new StoreException(StoreException.Kind.TIMEOUT, "too long", null))) {
      SettableClock own = new SettableClock();
      HealthBoard fresh =
          new HealthBoard(
              List.of(probe), Map.of(), Duration.ofSeconds(5), Duration.ofSeconds(3), own);
      probe.failure = failure;
      own.pass(Duration.ofSeconds(9));
      fresh.look(probe);
      assertThat(fresh.snapshot().get(0).state()).isEqualTo(State.UNKNOWN);
      own.pass(Duration.ofSeconds(2));
      assertThat(fresh.snapshot().get(0).state()).isEqualTo(State.DOWN);
      fresh.look(probe);
      assertThat(fresh.snapshot().get(0).state()).isEqualTo(State.DOWN);
    }
  }

  @Test
  void partThatRefusesAfterTheStart_isDownAtOnce() {
    probe.failure = new ProbeException("refused the login", new IOException());
    board.look(probe);
    assertThat(store().state()).isEqualTo(State.DOWN);
    probe.failure = tooSlow();
    board.look(probe);
    assertThat(store().state()).isEqualTo(State.DOWN);
  }

  /** The thread of the checks would end, and with it nowadays the service. */
  @Test
  void libraryThatCannotBeLoaded_concernsItsPart() {
    HealthBoard links =
        new HealthBoard(
            List.of(
                new Probe() {
                  @Override
                  public String name() {
                    return "source";
                  }

                  @Override
                  public Report check() {
                    throw new UnsatisfiedLinkError("no zstd-jni: /tmp is mounted noexec");
                  }

                  @Override
                  public void close() {}
                }),
            Map.of(),
            Duration.ofSeconds(5),
            Duration.ofSeconds(3),
            clock);
    try (links) {
      links.look(links.probe(Probe.class).orElseThrow());
      PartState source = links.snapshot().get(0);
      assertThat(source.state()).isEqualTo(State.DOWN);
      assertThat(source.report().message())
          .isEqualTo("UnsatisfiedLinkError: no zstd-jni: /tmp is mounted noexec");
    }
  }

  /** It does not wait for the interval, which may be a minute. */
  @Test
  void partThatIsTooSlowAfterTheStart_isSoonCheckedAgain() {
    Exception fine = probe.failure;
    probe.failure = tooSlow();
    try (HealthBoard running =
        new HealthBoard(
            List.of(probe),
            Map.of(),
            Duration.ofMinutes(1),
            Duration.ofSeconds(3),
            Clock.systemUTC())) {
      running.start();
      await().until(() -> running.snapshot().get(0).checked() != null);
      assertThat(running.snapshot().get(0).state()).isEqualTo(State.UNKNOWN);
      probe.failure = fine;
      await().until(() -> running.snapshot().get(0).state() == State.UP);
    }
  }

  private static final class FakeProbe implements Probe {
    private final String name;
    private volatile Exception failure = new Exception();
    private final Exception none = failure;
    private volatile boolean closed;

    private FakeProbe() {
      this("store");
    }

    private FakeProbe(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Report check() throws Exception {
      if (failure != none) {
        throw failure;
      }
      return Report.of(true, "fine");
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
