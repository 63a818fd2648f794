package com.voltageems.hissrv.query.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import com.voltageems.hissrv.query.health.ClockSteps;
import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.lease.Keeper;
import com.voltageems.hissrv.query.store.StoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Alerts against a webhook that notes what it is told, and refuses when it is asked to. */
class AlertDeskTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<JsonNode> told = new CopyOnWriteArrayList<>();
  private final List<String> headers = new CopyOnWriteArrayList<>();
  private final Map<String, String> kept = new HashMap<>();
  private volatile int status = 200;
  private volatile String answer = "ok";
  private volatile long failed;
  private volatile Optional<Instant> newest = Optional.of(START);
  private volatile double share = 1;
  private int counts;
  private Instant now = START;
  private boolean mine = true;
  private boolean keeps = true;
  private HttpServer receiver;

  /** By how much it was set, without that any time has passed. */
  private Duration set = Duration.ZERO;

  private final Clock clock = new TestClock();

  /** Besides kafka. */
  private volatile List<PartState> others = List.of();

  /** How long the database takes to count. */
  private Duration takes = Duration.ZERO;

  private @Nullable StoreException refusal;
  private Runnable whileAsked = () -> {};

  private final class TestClock extends Clock implements ClockSteps.Ticking {
    @Override
    public Instant instant() {
      return now.plus(set);
    }

    @Override
    public long nanos() {
      return Duration.between(START, now).toNanos();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new IllegalStateException("not asked for");
    }
  }

  /** Keeps in a map that outlives the desk, as Kafka would. */
  private final class MapKeeper implements Keeper {
    @Override
    public boolean look(Duration wait) {
      return mine;
    }

    @Override
    public Map<String, String> kept() {
      return Map.copyOf(kept);
    }

    @Override
    public void keep(String name, @Nullable String text) {
      if (!keeps) {
        return;
      }
      if (text == null) {
        kept.remove(name);
      } else {
        kept.put(name, text);
      }
    }

    @Override
    public boolean isKept(String name) {
      return keeps;
    }

    @Override
    public Optional<String> problem() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void start() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          told.add(JSON.readTree(exchange.getRequestBody()));
          headers.add(
              exchange.getRequestHeaders().getFirst("Authorization")
                  + " "
                  + exchange.getRequestURI().getRawQuery());
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    receiver.start();
  }

  @AfterEach
  void stop() {
    receiver.stop(0);
  }

  private AlertRule rule(String condition, Duration hold, AlertRule.Body body, String secret) {
    return new AlertRule(
        "a",
        Condition.parse(condition),
        hold,
        AlertRule.Level.CRITICAL,
        AlertRule.Language.EN,
        body,
        URI.create(
            "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook?access_token=t0p"),
        "Bearer t0ken",
        secret);
  }

  private AlertDesk desk(AlertRule... rules) {
    PartState kafka = new PartState("kafka", State.UP, Report.of(true, "x"), START, START);
    return new AlertDesk(
        new Notice.Site("plant", ZoneOffset.UTC),
        List.of(rules),
        new MapKeeper(),
        new SiteFigures(
            () -> {
              List<PartState> parts = new ArrayList<>(others);
              Report report =
                  Report.of(State.UP, "", Map.of("failed", failed, "failed_grown", failed));
              parts.add(new PartState(kafka.name(), State.UP, report, now, START));
              return parts;
            },
            new SiteFigures.History() {
              @Override
              public Optional<Instant> newest(
                  String measurement, Map<String, String> tags, Instant from) {
                return newest;
              }

              @Override
              public double completeness(
                  String measurement, Map<String, String> tags, Instant from, Instant to) {
                counts++;
                now = now.plus(takes);
                whileAsked.run();
                if (refusal != null) {
                  throw refusal;
                }
                assertThat(Duration.between(from, to)).isEqualTo(Duration.ofHours(6));
                return share;
              }
            },
            () -> Duration.between(START, now).toNanos()),
        new Webhook(Duration.ofMinutes(1), clock),
        Duration.ofSeconds(1),
        clock,
        new SplittableRandom(1));
  }

  private void rounds(AlertDesk desk, int count, Duration step) {
    for (int i = 0; i < count; i++) {
      now = now.plus(step);
      desk.round(Duration.ZERO);
    }
  }

  /** Until the receiver's answer is taken. */
  private static void settle(AlertDesk desk, boolean untold) {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              desk.round(Duration.ZERO);
              AlertView view = desk.view().get(0);
              return view.untold() == untold && (!untold || view.failures() > 0);
            });
  }

  private static String report(AlertDesk desk) throws Exception {
    Report report = desk.probes().get(0).check();
    return report.state().text() + ": " + report.message();
  }

  @Test
  void conditionThatHolds_isToldOnceAndItsEndOnce() throws Exception {
    AlertDesk desk = desk(rule("failed_count > 100", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    failed = 100;
    rounds(desk, 3, Duration.ofSeconds(10));
    assertThat(desk.view().get(0).state()).isEqualTo("ok");
    assertThat(told).isEmpty();

    failed = 101;
    rounds(desk, 1, Duration.ofSeconds(10));
    settle(desk, false);
    rounds(desk, 5, Duration.ofSeconds(10));

    assertThat(told).hasSize(1);
    assertThat(told.get(0).path("state").asText()).isEqualTo("raised");
    assertThat(told.get(0).path("site").asText()).isEqualTo("plant");
    assertThat(told.get(0).path("level").asText()).isEqualTo("critical");
    assertThat(told.get(0).path("value").asText()).isEqualTo("101");
    assertThat(headers.get(0)).startsWith("Bearer t0ken");
    assertThat(report(desk)).isEqualTo("up: 1 watched, 1 raised");

    failed = 0;
    rounds(desk, 1, Duration.ofSeconds(10));
    settle(desk, false);
    rounds(desk, 5, Duration.ofSeconds(10));

    assertThat(told).hasSize(2);
    assertThat(told.get(1).path("state").asText()).isEqualTo("cleared");
  }

  @Test
  void conditionThatHoldsTooShortly_isNotTold() {
    AlertDesk desk =
        desk(rule("failed_count > 0", Duration.ofMinutes(1), AlertRule.Body.HISSRV, ""));
    failed = 1;
    rounds(desk, 5, Duration.ofSeconds(10));
    assertThat(desk.view().get(0).state()).isEqualTo("pending");
    failed = 0;
    rounds(desk, 1, Duration.ofSeconds(10));
    failed = 1;
    rounds(desk, 6, Duration.ofSeconds(10));
    assertThat(told).isEmpty();

    rounds(desk, 1, Duration.ofSeconds(10));
    assertThat(desk.view().get(0).state()).isEqualTo("raised");
  }

  /** An hour ahead, and back: a condition holds for as long as it holds, and a retry comes. */
  @Test
  void clockThatIsSet_raisesNothing_andHoldsNothingBack() {
    AlertDesk desk =
        desk(rule("failed_count > 0", Duration.ofMinutes(1), AlertRule.Body.HISSRV, ""));
    failed = 1;
    rounds(desk, 2, Duration.ofSeconds(10));
    set = Duration.ofHours(1);
    rounds(desk, 1, Duration.ofSeconds(10));
    assertThat(desk.view().get(0).state()).isEqualTo("pending");
    set = Duration.ofHours(-1);
    status = 500;
    rounds(desk, 4, Duration.ofSeconds(10));
    assertThat(desk.view().get(0).state()).isEqualTo("raised");
    settle(desk, true);
    set = Duration.ofHours(-3);
    status = 200;
    rounds(desk, 1, Duration.ofSeconds(10));
    settle(desk, false);
  }

  @Test
  void receiverThatRefuses_isToldAgainLaterAndLater_andShown() throws Exception {
    AlertDesk desk = desk(rule("failed_count > 0", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    status = 500;
    answer = "database is\nlocked";
    failed = 1;
    rounds(desk, 1, Duration.ofSeconds(10));
    settle(desk, true);

    assertThat(report(desk))
        .matches(
            "degraded: a cannot be told: http://127.0.0.1:\\d+ answered 500: database is locked")
        .doesNotContain("t0p")
        .doesNotContain("t0ken");
    AlertView view = desk.view().get(0);
    assertThat(view.untold()).isTrue();
    assertThat(view.json().toString()).doesNotContain("t0p").contains("answered 500");
    // Not before its time: half a second at least.
    int tries = told.size();
    rounds(desk, 3, Duration.ofMillis(100));
    assertThat(told).hasSize(tries);

    status = 200;
    rounds(desk, 1, Duration.ofMinutes(10));
    settle(desk, false);
    assertThat(report(desk)).isEqualTo("up: 1 watched, 1 raised");
  }

  /** The wait counts from the answer, not from the check that takes it five seconds later. */
  @Test
  void firstRetry_comesWithTheNextCheck() {
    AlertDesk desk = desk(rule("failed_count > 0", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    status = 500;
    failed = 1;
    rounds(desk, 1, Duration.ofSeconds(5));
    await().atMost(Duration.ofMinutes(1)).until(desk::hasAnswers);

    rounds(desk, 1, Duration.ofSeconds(5));

    await().atMost(Duration.ofMinutes(1)).until(() -> told.size() == 2);
  }

  @Test
  void raisedAndOverWhileNobodyListened_isNotToldButCounted() throws Exception {
    AlertDesk desk = desk(rule("failed_count > 0", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    status = 503;
    failed = 1;
    rounds(desk, 1, Duration.ofSeconds(10));
    settle(desk, true);
    failed = 0;
    rounds(desk, 1, Duration.ofSeconds(10));
    status = 200;
    int before = told.size();
    rounds(desk, 3, Duration.ofMinutes(10));

    assertThat(told).hasSize(before);
    assertThat(desk.probes().get(0).check().detail()).containsEntry("never_told", 1L);
  }

  /** The log said that it "began and ended", while it was raised. */
  @Test
  void raisedAgainBeforeItsEndWasTold_isNotTakenForEnded() throws Exception {
    AlertDesk desk = desk(rule("failed_count > 0", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    failed = 1;
    rounds(desk, 1, Duration.ofSeconds(10));
    settle(desk, false);
    status = 503;
    failed = 0;
    rounds(desk, 1, Duration.ofSeconds(10));
    settle(desk, true);
    failed = 1;
    rounds(desk, 1, Duration.ofMinutes(10));

    assertThat(desk.view().get(0).state()).isEqualTo("raised");
    assertThat(desk.view().get(0).untold()).isFalse();
    assertThat(desk.probes().get(0).check().detail()).containsEntry("never_told", 0L);
  }

  @Test
  void anotherServiceThatTakesOver_knowsWhatWasTold() {
    AlertRule rule = rule("failed_count > 0", Duration.ZERO, AlertRule.Body.HISSRV, "");
    AlertDesk first = desk(rule);
    failed = 1;
    rounds(first, 1, Duration.ofSeconds(10));
    settle(first, false);
    assertThat(told).hasSize(1);

    mine = false;
    AlertDesk second = desk(rule);
    rounds(second, 3, Duration.ofSeconds(10));
    assertThat(second.view().get(0).state()).isEqualTo("elsewhere");
    mine = true;
    rounds(second, 3, Duration.ofSeconds(10));
    assertThat(second.view().get(0).state()).isEqualTo("raised");
    assertThat(told).as("raised once, by whichever service").hasSize(1);

    failed = 0;
    rounds(second, 1, Duration.ofSeconds(10));
    settle(second, false);
    assertThat(told).hasSize(2);
  }

  /** Its receiver held it for raised for ever: who took over did not know, who raised it forgot. */
  @Test
  void raisedWhileCutOffFromKafka_isToldToBeOverByWhoRaisedIt() {
    AlertRule rule = rule("failed_count > 0", Duration.ZERO, AlertRule.Body.HISSRV, "");
    AlertDesk first = desk(rule);
    keeps = false;
    failed = 1;
    rounds(first, 1, Duration.ofSeconds(10));
    settle(first, false);
    assertThat(told).hasSize(1);

    mine = false;
    rounds(first, 5, Duration.ofSeconds(10));
    assertThat(first.view().get(0).state()).isEqualTo("elsewhere");
    assertThat(told).as("as long as it is raised, nothing").hasSize(1);
    failed = 0;
    await()
        .pollInSameThread()
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              rounds(first, 1, Duration.ofSeconds(10));
              return told.size() == 2;
            });
    assertThat(told.get(1).path("state").asText()).isEqualTo("cleared");
    failed = 1;
    rounds(first, 5, Duration.ofSeconds(10));
    assertThat(told).as("it raises nothing any more").hasSize(2);
  }

  @Test
  void raisedWhileCutOffFromKafka_isNotForgottenByWhoRaisedItAndHasTheLeaseAgain() {
    AlertDesk first = desk(rule("failed_count > 0", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    keeps = false;
    failed = 1;
    rounds(first, 1, Duration.ofSeconds(10));
    settle(first, false);
    mine = false;
    rounds(first, 1, Duration.ofSeconds(10));
    keeps = true;
    mine = true;
    rounds(first, 1, Duration.ofSeconds(10));
    assertThat(first.view().get(0).state()).isEqualTo("raised");
    assertThat(told).as("not raised once more").hasSize(1);
    assertThat(kept.get("a")).contains("\"told\":true");
  }

  /** Else the next service took what is over for raised, and told its end once more. */
  @Test
  void answerThatComesWhenAnotherServiceHasTakenOver_isNotKept() {
    AlertDesk first = desk(rule("failed_count > 0", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    failed = 1;
    rounds(first, 1, Duration.ofSeconds(10));
    mine = false;
    kept.put("a", "of another service");
    await()
        .pollInSameThread()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              first.round(Duration.ZERO);
              return !told.isEmpty() && kept.containsValue("of another service");
            });
  }

  @Test
  void raisedButNotToldBeforeTheEnd_isToldByTheNext() {
    AlertRule rule = rule("failed_count > 0", Duration.ZERO, AlertRule.Body.HISSRV, "");
    AlertDesk first = desk(rule);
    status = 500;
    failed = 1;
    rounds(first, 1, Duration.ofSeconds(10));
    settle(first, true);
    status = 200;
    int before = told.size();

    AlertDesk second = desk(rule);
    rounds(second, 1, Duration.ofSeconds(10));
    settle(second, false);
    assertThat(told).hasSize(before + 1);
  }

  @Test
  void figureThatIsNotKnown_changesNothing() {
    AlertDesk desk = desk(rule("queue_size > 0", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    rounds(desk, 3, Duration.ofSeconds(10));
    assertThat(desk.view().get(0).state()).isEqualTo("ok");
    assertThat(desk.view().get(0).figure()).isNull();
  }

  private PartState sink(State state, Instant since) {
    return new PartState("sink", state, Report.of(state, "", Map.of()), now, since);
  }

  /** It told "cleared" and, half a minute later, "raised" of a trouble that never ended. */
  @Test
  void troubleThatLooksNewAfterARestart_isNotOver() {
    AlertRule rule = rule("stuck(sink) > 30s", Duration.ZERO, AlertRule.Body.HISSRV, "");
    AlertDesk first = desk(rule);
    others = List.of(sink(State.DOWN, now));
    rounds(first, 4, Duration.ofSeconds(10));
    settle(first, false);
    assertThat(told).hasSize(1);

    AlertDesk second = desk(rule);
    others = List.of(sink(State.UNKNOWN, now));
    rounds(second, 1, Duration.ofSeconds(1));
    assertThat(second.view().get(0).state()).isEqualTo("raised");
    assertThat(second.view().get(0).figure()).isNull();
    for (State state : List.of(State.DOWN, State.DEGRADED)) {
      others = List.of(sink(state, now.plusSeconds(1)));
      rounds(second, 4, Duration.ofSeconds(1));
      assertThat(second.view().get(0).state()).isEqualTo("raised");
    }
    assertThat(told).hasSize(1);

    others = List.of(sink(State.UP, now));
    rounds(second, 1, Duration.ofSeconds(1));
    settle(second, false);
    assertThat(told).hasSize(2);
    assertThat(told.get(1).path("state").asText()).isEqualTo("cleared");
  }

  @Test
  void troubleThatIsNew_isRaisedAfterItsTimeOnly() {
    AlertDesk desk = desk(rule("stuck > 30s", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    others = List.of(sink(State.DEGRADED, now));
    rounds(desk, 3, Duration.ofSeconds(10));
    assertThat(desk.view().get(0).state()).isEqualTo("ok");
    rounds(desk, 1, Duration.ofSeconds(1));
    assertThat(desk.view().get(0).state()).isEqualTo("raised");
  }

  /** Growth is watched in memory. */
  @Test
  void growthBeforeARestart_isNotOverBeforeItsTime() {
    AlertRule rule = rule("failed_count in 10m > 5", Duration.ZERO, AlertRule.Body.HISSRV, "");
    AlertDesk first = desk(rule);
    rounds(first, 1, Duration.ofMinutes(1));
    failed = 6;
    rounds(first, 1, Duration.ofMinutes(1));
    settle(first, false);

    AlertDesk second = desk(rule);
    rounds(second, 10, Duration.ofMinutes(1));
    assertThat(second.view().get(0).state()).isEqualTo("raised");
    rounds(second, 1, Duration.ofMinutes(1));
    assertThat(second.view().get(0).state()).isEqualTo("ok");

    // What grew while another one looked did not grow within the last ten minutes.
    mine = false;
    failed = 500;
    rounds(second, 60, Duration.ofMinutes(1));
    mine = true;
    rounds(second, 2, Duration.ofMinutes(1));
    assertThat(second.view().get(0).figure()).isEqualTo(0);
  }

  /** Another address of Connect: what counts them counts from zero, and nothing is over. */
  @Test
  void growthThatIsCountedAnew_isNotOverBeforeItsTime() {
    AlertDesk desk =
        desk(rule("failed_count in 10m > 5", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    failed = 0;
    rounds(desk, 20, Duration.ofMinutes(1));
    failed = 6;
    rounds(desk, 1, Duration.ofMinutes(1));
    settle(desk, false);
    desk.forget();
    failed = 0;
    rounds(desk, 10, Duration.ofMinutes(1));
    assertThat(desk.view().get(0).state()).isEqualTo("raised");
    rounds(desk, 1, Duration.ofMinutes(1));
    assertThat(desk.view().get(0).state()).isEqualTo("ok");
  }

  /** Without alerts nobody takes what waits to be done: it would pile up. */
  @Test
  void deskWithoutAlerts_hasNothingToForget() {
    AlertDesk desk = desk();
    desk.forget();
    assertThat(desk.hasAnswers()).isFalse();
  }

  /** A figure of minutes ago was shown as ok while Redis filled up. */
  @Test
  void waiting_ofATaskThatTellsNothing_isNotKnown() {
    AlertDesk desk = desk(rule("waiting(pending) > 200", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    for (boolean overdue : new boolean[] {false, true}) {
      Map<String, ?> part = Map.of("name", "pending", "waiting", 14);
      Map<String, ?> task = Map.of("overdue", overdue, "parts", List.of(part));
      Report report = Report.of(State.DEGRADED, "", Map.of("tasks", List.of(task)));
      others = List.of(new PartState("source", State.DEGRADED, report, now, START));
      rounds(desk, 1, Duration.ofSeconds(1));
      assertThat(desk.view().get(0).figure()).isEqualTo(overdue ? null : Double.valueOf(14));
    }
  }

  /** What a source without its name, or of another kind, has waiting: the alert never came. */
  @Test
  void figureThatNobodyTells_isSaid() throws Exception {
    tells(
        State.UP,
        Map.of("name", "measured_queue", "type", "list", "waiting", 14),
        Map.of("name", "live", "type", "hash", "newest", START.toString()),
        Map.of("name", "left-lists", "type", "left", "state", "stuck"),
        Map.of("name", "aggregation", "type", "aggregation"));
    for (Map.Entry<String, String> one :
        Map.of(
                "waiting(measured:queue) > 9",
                "no such source: the tasks report live, measured_queue",
                "newest_age(lives) > 10m",
                "no such source: the tasks report live, measured_queue",
                "waiting(live) > 9",
                "the source does not tell what waits for it, as its type is hash",
                "queue_size > 9",
                "the part sink is off: kafka is not set",
                "sync_age > 10m",
                "the part sink is off: kafka is not set",
                "stuck(sink) > 10m",
                "the part sink is off: kafka is not set",
                "stuck(storage) > 10m",
                "there is no part storage")
            .entrySet()) {
      AlertDesk desk = desk(rule(one.getKey(), Duration.ZERO, AlertRule.Body.HISSRV, ""));
      rounds(desk, 7, Duration.ofSeconds(10));
      assertThat(report(desk))
          .isEqualTo("degraded: a: " + one.getKey() + " is not known: " + one.getValue());
    }

    // As while a connector is given other settings.
    AlertDesk desk = desk(rule("waiting(pending) > 9", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    rounds(desk, 6, Duration.ofSeconds(10));
    assertThat(report(desk)).startsWith("up: ");
    rounds(desk, 2, Duration.ofSeconds(10));
    assertThat(report(desk)).startsWith("degraded: ");
    tells(State.UP, Map.of("name", "pending", "type", "list", "waiting", 14));
    rounds(desk, 1, Duration.ofSeconds(10));
    assertThat(report(desk)).isEqualTo("up: 1 watched, 1 raised");
    // Nobody is asked, so nobody is at fault.
    tells(State.DOWN);
    rounds(desk, 60, Duration.ofSeconds(10));
    assertThat(report(desk)).isEqualTo("up: 1 watched, 1 raised");
  }

  /** A source that cannot reach Redis, or is behind, does not tell what waits for a while. */
  @Test
  void waiting_thatIsNotToldForAWhile_isNotTakenForOneThatNeverIs() throws Exception {
    for (Map<?, ?> part :
        List.of(
            Map.of("name", "pending", "type", "list", "state", "stuck"),
            Map.of("name", "pending", "type", "archive", "state", "stuck"),
            Map.of("name", "pending", "type", "later", "state", "stuck"),
            Map.of("name", "pending", "type", "stream", "state", "ok"))) {
      tells(State.DEGRADED, part);
      AlertDesk desk = desk(rule("waiting(pending) > 9", Duration.ZERO, AlertRule.Body.HISSRV, ""));
      rounds(desk, 20, Duration.ofSeconds(10));
      assertThat(report(desk)).isEqualTo("up: 1 watched, 0 raised");
    }
  }

  /** It stayed until the figure was known again, whatever had become of its cause. */
  @Test
  void reasonWhyAFigureIsNotKnown_goesWithItsCause() throws Exception {
    AlertDesk desk = desk(rule("waiting(pending) > 9", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    tells(State.UP);
    rounds(desk, 7, Duration.ofSeconds(10));
    assertThat(report(desk)).startsWith("degraded: ");
    tells(State.DOWN);
    rounds(desk, 1, Duration.ofSeconds(10));
    assertThat(report(desk)).startsWith("up: ");
    // The tasks have been started again: they have a minute to report.
    tells(State.UP);
    rounds(desk, 6, Duration.ofSeconds(10));
    assertThat(report(desk)).startsWith("up: ");
    rounds(desk, 1, Duration.ofSeconds(10));
    assertThat(report(desk)).startsWith("degraded: ");
    tells(State.DEGRADED, Map.of("name", "pending", "type", "list", "state", "stuck"));
    rounds(desk, 1, Duration.ofSeconds(10));
    assertThat(report(desk)).startsWith("up: ");

    // Kafka is set now; the sink has not reported yet.
    AlertDesk ofSink = desk(rule("queue_size > 9", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    rounds(ofSink, 1, Duration.ofSeconds(10));
    assertThat(report(ofSink)).startsWith("degraded: ");
    others = List.of(new PartState("sink", State.UP, Report.of(true, ""), now, START));
    rounds(ofSink, 1, Duration.ofSeconds(10));
    assertThat(report(ofSink)).startsWith("up: ");
  }

  /** A device that was silent when the task began was silent for ever: no age, no alert. */
  @Test
  void sourceWithoutASampleSinceItsTaskBegan_isOld_whenItHasBeenSoForLong() {
    AlertDesk desk =
        desk(rule("newest_age(events) > 10m", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    tells(State.UP, Map.of("name", "events", "type", "stream", "newest", START.toString()));
    rounds(desk, 1, Duration.ofSeconds(1));
    tells(State.UP, Map.of("name", "events", "type", "stream"));
    rounds(desk, 10, Duration.ofMinutes(1));
    assertThat(desk.view().get(0).figure()).isNull();
    assertThat(desk.view().get(0).unknown()).isNull();
    rounds(desk, 2, Duration.ofMinutes(1));
    assertThat(desk.view().get(0).state()).isEqualTo("raised");
    // The task begins again; what it does not know clears nothing.
    desk = desk(rule("newest_age(events) > 10m", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    rounds(desk, 2, Duration.ofMinutes(1));
    assertThat(desk.view().get(0).state()).isEqualTo("raised");
    tells(State.UP, Map.of("name", "events", "type", "stream", "newest", now.toString()));
    rounds(desk, 1, Duration.ofSeconds(1));
    assertThat(desk.view().get(0).state()).isEqualTo("ok");
  }

  /** The source's task tells of these parts; there is no sink. */
  private void tells(State state, Map<?, ?>... parts) {
    Map<String, ?> task = Map.of("overdue", false, "parts", List.of(parts));
    Report report = Report.of(state, "", Map.of("tasks", List.of(task)));
    Report off = Report.of(true, "kafka is not set");
    others =
        List.of(
            new PartState("source", state, report, now, START),
            new PartState("sink", State.OFF, off, null, START));
  }

  @Test
  void silentSeries_isTold_alsoOneThatNeverWas() {
    AlertDesk desk =
        desk(rule("silence(m, channel=1) > 10m", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    rounds(desk, 1, Duration.ofMinutes(10));
    assertThat(desk.view().get(0).state()).isEqualTo("ok");
    rounds(desk, 1, Duration.ofSeconds(1));
    assertThat(desk.view().get(0).state()).isEqualTo("raised");

    newest = Optional.of(now);
    rounds(desk, 1, Duration.ofSeconds(1));
    assertThat(desk.view().get(0).state()).isEqualTo("ok");
    newest = Optional.empty();
    rounds(desk, 1, Duration.ofSeconds(1));
    assertThat(desk.view().get(0).state()).isEqualTo("raised");
  }

  @Test
  void incompleteSeries_isTold_andCountedOnceAMinute() {
    AlertDesk desk =
        desk(
            rule(
                "completeness(m, channel=1) in 6h < 0.9",
                Duration.ZERO,
                AlertRule.Body.HISSRV,
                ""));
    rounds(desk, 6, Duration.ofSeconds(10));
    assertThat(desk.view().get(0).state()).isEqualTo("ok");
    assertThat(counts).isEqualTo(1);

    share = 0.87654;
    rounds(desk, 1, Duration.ofSeconds(10));
    assertThat(counts).isEqualTo(2);
    assertThat(desk.view().get(0).state()).isEqualTo("raised");
    assertThat(desk.view().get(0).figure()).isEqualTo(0.876);

    share = 0.95;
    rounds(desk, 6, Duration.ofSeconds(10));
    assertThat(desk.view().get(0).state()).isEqualTo("ok");
  }

  /** All series of a large site: the database would do nothing else, and nobody were told. */
  @Test
  void completenessThatTakesTooLong_restsAndIsSaid() throws Exception {
    AlertDesk desk =
        desk(rule("completeness(m) in 6h < 0.9", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    takes = Duration.ofSeconds(9);
    rounds(desk, 9, Duration.ofSeconds(10));
    assertThat(counts).as("a tenth of the time").isEqualTo(1);
    assertThat(report(desk)).startsWith("up: ");

    takes = Duration.ofSeconds(10);
    refusal = new StoreException(StoreException.Kind.TIMEOUT, "m", new IOException("late"));
    rounds(desk, 1, Duration.ofSeconds(10));
    assertThat(counts).isEqualTo(2);
    assertThat(report(desk))
        .startsWith("degraded: a: completeness(m) in 6h < 0.9 is not known: ")
        .contains("query.timeout", "name tags");
    assertThat(desk.view().get(0).json().get("unknown")).asString().contains("query.timeout");
    rounds(desk, 8, Duration.ofSeconds(10));
    assertThat(counts).isEqualTo(2);

    // A database that is away is told by its own part, and is asked again at once.
    takes = Duration.ZERO;
    refusal = new StoreException(StoreException.Kind.UNAVAILABLE, "m", new IOException("away"));
    rounds(desk, 3, Duration.ofSeconds(10));
    assertThat(counts).isEqualTo(5);
    assertThat(report(desk)).startsWith("up: ");
    refusal = null;
    share = 0.5;
    rounds(desk, 1, Duration.ofSeconds(10));
    assertThat(desk.view().get(0).state()).isEqualTo("raised");
  }

  /**
   * A database that hung for twenty seconds left the alert unknown for more than a minute after,
   * with advice to ask for less.
   */
  @Test
  void databaseThatHangs_isNotTakenForAQuestionThatAsksTooMuch() throws Exception {
    AlertDesk desk =
        desk(
            rule(
                "completeness(m, channel=1) in 6h < 0.9",
                Duration.ZERO,
                AlertRule.Body.HISSRV,
                ""));
    refusal = new StoreException(StoreException.Kind.TIMEOUT, "m", new IOException("late"));
    takes = Duration.ofSeconds(10);
    whileAsked = () -> others = List.of(store(State.DOWN));
    rounds(desk, 1, Duration.ofSeconds(5));
    assertThat(counts).isEqualTo(1);
    assertThat(report(desk)).startsWith("up: ");
    rounds(desk, 3, Duration.ofSeconds(5));
    assertThat(counts).as("not asked while it hangs").isEqualTo(1);

    refusal = null;
    takes = Duration.ZERO;
    share = 0.5;
    whileAsked = () -> {};
    others = List.of(store(State.UP));
    rounds(desk, 1, Duration.ofSeconds(5));
    assertThat(desk.view().get(0).state()).isEqualTo("raised");
  }

  private PartState store(State state) {
    return new PartState("store", state, Report.of(state, "", Map.of()), now, START);
  }

  /** Else the figure of before held for as long as the clock went back. */
  @Test
  void incompleteSeries_isCountedAgain_whenTheClockIsSetBack() {
    AlertDesk desk =
        desk(
            rule(
                "completeness(m, channel=1) in 6h < 0.9",
                Duration.ZERO,
                AlertRule.Body.HISSRV,
                ""));
    rounds(desk, 1, Duration.ofSeconds(10));
    set = Duration.ofHours(-1);
    share = 0.5;
    rounds(desk, 5, Duration.ofSeconds(10));
    assertThat(desk.view().get(0).state()).isEqualTo("ok");
    rounds(desk, 1, Duration.ofSeconds(10));
    assertThat(desk.view().get(0).state()).isEqualTo("raised");
  }

  @Test
  void growth_isCountedWithinItsTimeOnly() {
    AlertDesk desk =
        desk(rule("failed_count in 10m > 5", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    failed = 1_000;
    rounds(desk, 2, Duration.ofMinutes(1));
    assertThat(desk.view().get(0).figure()).isEqualTo(0);
    failed = 1_006;
    rounds(desk, 1, Duration.ofMinutes(1));
    assertThat(desk.view().get(0).state()).isEqualTo("raised");
    rounds(desk, 9, Duration.ofMinutes(1));
    assertThat(desk.view().get(0).state()).isEqualTo("raised");
    rounds(desk, 2, Duration.ofMinutes(1));
    assertThat(desk.view().get(0).state()).isEqualTo("ok");
  }

  /** No alert was looked at, and all was green. */
  @Test
  void checkThatBreaks_isSaid_untilOneGoesWell() throws Exception {
    AlertDesk desk = desk(rule("failed_count > 100", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    List<PartState> whole = others;
    others = Collections.singletonList(null);
    desk.check(Duration.ZERO);
    assertThat(report(desk))
        .startsWith("degraded: alerts are not looked after: java.lang.NullPointerException");
    others = whole;
    desk.check(Duration.ZERO);
    assertThat(report(desk)).isEqualTo("up: 1 watched, 0 raised");
  }

  /** Each commit makes the queue a little shorter: it was said not to have grown before that. */
  @Test
  void growthOfWhatAlsoFalls_isThatOfTheWholeTime() {
    AlertDesk desk = desk(rule("queue_size in 10m > 50", Duration.ZERO, AlertRule.Body.HISSRV, ""));
    long queue = 1_000;
    for (int i = 0; i < 20; i++) {
      queue += i % 2 == 0 ? 30 : -10;
      Report report = Report.of(State.UP, "", Map.of("queue_size", queue));
      others = List.of(new PartState("sink", State.UP, report, now, START));
      rounds(desk, 1, Duration.ofMinutes(1));
    }
    assertThat(desk.view().get(0).state()).isEqualTo("raised");
    assertThat(desk.view().get(0).figure()).isEqualTo(100);
    for (int i = 0; i < 11; i++) {
      rounds(desk, 1, Duration.ofMinutes(1));
    }
    assertThat(desk.view().get(0).state()).isEqualTo("ok");
    assertThat(desk.view().get(0).figure()).isZero();
  }

  @Test
  void alertmanager_hearsOfARaisedAlertEveryMinute_andOfItsEnd() {
    AlertDesk desk = desk(rule("failed_count > 0", Duration.ZERO, AlertRule.Body.ALERTMANAGER, ""));
    failed = 1;
    rounds(desk, 1, Duration.ofSeconds(10));
    settle(desk, false);
    now = now.plusSeconds(61);
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              desk.round(Duration.ZERO);
              return told.size() == 2;
            });
    assertThat(told)
        .allSatisfy(
            body -> {
              assertThat(body.path(0).path("labels").path("alertname").asText()).isEqualTo("a");
              assertThat(body.path(0).has("endsAt")).isFalse();
            });
    settle(desk, false);
    failed = 0;
    rounds(desk, 1, Duration.ofSeconds(10));
    settle(desk, false);
    assertThat(told.get(2).path(0).path("endsAt").asText()).isNotEmpty();
  }

  @Test
  void dingtalk_isSigned_andItsRefusalsOfStatus200AreSeen() throws Exception {
    AlertDesk desk =
        desk(rule("failed_count > 0", Duration.ZERO, AlertRule.Body.DINGTALK, "SEC123"));
    answer = "{\"errcode\":310000,\"errmsg\":\"sign not match\"}";
    failed = 1;
    rounds(desk, 1, Duration.ofSeconds(10));
    settle(desk, true);
    assertThat(report(desk)).contains("sign not match");
    assertThat(told.get(0).path("msgtype").asText()).isEqualTo("text");
    assertThat(told.get(0).path("text").path("content").asText())
        .startsWith("[critical] plant: a raised (failed_count > 0, now 1)");
    assertThat(headers.get(0)).contains("access_token=t0p&timestamp=").contains("&sign=");

    answer = "{\"errcode\":0,\"errmsg\":\"ok\"}";
    rounds(desk, 1, Duration.ofMinutes(10));
    settle(desk, false);
  }

  @Test
  void feishu_isSignedInItsBody_andItsRefusalsOfStatus200AreSeen() throws Exception {
    AlertDesk desk = desk(rule("failed_count > 0", Duration.ZERO, AlertRule.Body.FEISHU, "SEC123"));
    answer = "{\"code\":19021,\"msg\":\"sign match fail or timestamp is not within one hour\"}";
    failed = 1;
    rounds(desk, 1, Duration.ofSeconds(10));
    settle(desk, true);
    assertThat(report(desk)).contains("sign match fail");
    JsonNode sent = told.get(0);
    assertThat(sent.path("msg_type").asText()).isEqualTo("text");
    assertThat(sent.path("content").path("text").asText())
        .startsWith("[critical] plant: a raised (failed_count > 0, now 1)");
    assertThat(sent.path("sign").asText())
        .isEqualTo(Signature.feishu(sent.path("timestamp").asLong(), "SEC123"));
    assertThat(headers.get(0)).doesNotContain("sign=");

    answer = "{\"StatusCode\":0,\"StatusMessage\":\"success\",\"code\":0,\"msg\":\"success\"}";
    rounds(desk, 1, Duration.ofMinutes(10));
    settle(desk, false);
  }

  @Test
  void wecom_refusalsOfStatus200AreSeen() throws Exception {
    AlertDesk desk = desk(rule("failed_count > 0", Duration.ZERO, AlertRule.Body.WECOM, ""));
    answer = "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}";
    failed = 1;
    rounds(desk, 1, Duration.ofSeconds(10));
    settle(desk, true);
    assertThat(report(desk)).contains("invalid webhook url");
    assertThat(told.get(0).path("msgtype").asText()).isEqualTo("text");
    assertThat(told.get(0).path("text").path("content").asText()).startsWith("[critical] plant");

    answer = "<html>a proxy's page</html>";
    rounds(desk, 1, Duration.ofMinutes(10));
    settle(desk, true);
    assertThat(report(desk)).contains("did not answer as wecom does: <html>");

    answer = "{\"errcode\":0,\"errmsg\":\"ok\"}";
    rounds(desk, 1, Duration.ofMinutes(10));
    settle(desk, false);
  }

  /** By the receivers' own descriptions, reckoned with Python's hmac. */
  @Test
  void signatures_areThoseOfTheReceivers() {
    assertThat(Signature.dingtalk(1_700_000_000_000L, "SEC123"))
        .isEqualTo("lkcPI1uoxBY1gUnCnnPH1Kkru0Hqjo7rFpA3haIVhEQ=");
    assertThat(Signature.feishu(1_700_000_000L, "SEC123"))
        .isEqualTo("j/tImR0k8vYXRsYw0+GHVQkV1v/J/8obOuMU7PE/KDo=");
  }

  @Test
  void test_goesToTheReceiver_andSaysWhatItAnswers() throws Exception {
    AlertDesk desk = desk(rule("failed_count > 0", Duration.ZERO, AlertRule.Body.SLACK, ""));

    assertThat(desk.test("a")).contains(Optional.empty());
    assertThat(told.get(0).path("text").asText()).contains("test of the webhook");
    assertThat(desk.test("b")).isEmpty();
    status = 403;
    answer = "invalid_token";
    assertThat(desk.test("a").orElseThrow())
        .hasValueSatisfying(text -> assertThat(text).contains("answered 403: invalid_token"));
  }
}
