package com.voltageems.hissrv.influx.sink;

import static com.voltageems.hissrv.influx.sink.TestRecords.record;
import static com.voltageems.hissrv.influx.sink.TestRecords.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.http.HttpDatabase;
import com.voltageems.hissrv.influx.lane.Time;
import com.voltageems.hissrv.influx.questdb.MovableClock;
import com.voltageems.hissrv.influx.sink.FaultyServer.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every way in which a database can refuse a write or fail, over a real connection. */
class FaultyServerIT {
  private static final long T = 1_790_000_000_000L;

  private final FaultyServer server = new FaultyServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private SinkHarness sink(Map<String, String> more) {
    return new SinkHarness(settings(more), 1);
  }

  private Map<String, String> settings(Map<String, String> more) {
    Map<String, String> settings =
        new TreeMap<>(
            Map.of(
                "influxdb.url", server.url(),
                "influxdb.org", "site",
                "influxdb.bucket", "ems",
                "influxdb.token", "secret",
                "influxdb.precision", "ms",
                "linger.ms", "10",
                "retry.backoff.ms", "20",
                "retry.backoff.max.ms", "100"));
    settings.putAll(more);
    return settings;
  }

  private static SinkRecord number(int i) {
    return record(sample(Map.of("v", (double) i), T + i), i);
  }

  private static List<SinkRecord> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(FaultyServerIT::number).toList();
  }

  private static List<String> lines(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> "telemetry,channel=1001 v=" + i + " " + (T + i))
        .toList();
  }

  @Test
  void version2_pathAndToken() {
    try (SinkHarness sink = sink(Map.of())) {
      sink.put(numbers(0, 3));
      sink.pumpUntilCommitted(0, 3);
    }
    FaultyServer.Request request = server.requests.get(0);
    assertThat(request.path()).isEqualTo("/api/v2/write?org=site&bucket=ems&precision=ms");
    assertThat(request.headers()).containsEntry("Authorization", List.of("Token secret"));
    assertThat(server.stored).isEqualTo(lines(0, 3));
  }

  @Test
  void version1_pathAndUserInHeader() {
    try (SinkHarness sink =
        sink(
            Map.of(
                "influxdb.version", "1",
                "influxdb.database", "ems",
                "influxdb.retention.policy", "week",
                "influxdb.username", "writer",
                "influxdb.password", "pass word"))) {
      sink.put(numbers(0, 1));
      sink.pumpUntilCommitted(0, 1);
    }
    FaultyServer.Request request = server.requests.get(0);
    assertThat(request.path()).isEqualTo("/write?db=ems&rp=week&precision=ms");
    assertThat(request.headers())
        .containsEntry("Authorization", List.of("Basic d3JpdGVyOnBhc3Mgd29yZA=="));
  }

  /** QuestDB's own answer to a question that took too long; it may be answered later. */
  @Test
  void questDb_thatDoesNotTellItsTablesInTime_isAskedAgain() {
    AtomicInteger asked = new AtomicInteger();
    server.behave(
        request ->
            !request.path().startsWith("/exec")
                ? Answer.OK
                : asked.incrementAndGet() == 1
                    ? Answer.of(408, "{\"error\":\"timeout, query aborted\"}")
                    : Answer.of(
                        200,
                        request.path().contains("table_columns")
                            ? "{\"dataset\":[[\"channel\",\"SYMBOL\",false],"
                                + "[\"v\",\"SYMBOL\",false]]}"
                            : "{\"dataset\":[[\"telemetry\"]]}"));
    Map<String, String> settings =
        Map.of(
            "influxdb.url", server.url(),
            "influxdb.version", "questdb",
            "linger.ms", "10",
            "retry.backoff.ms", "20");
    try (SinkHarness sink = new SinkHarness(settings, 1)) {
      sink.put(numbers(0, 1));
      sink.pumpUntilCommitted(0, 1);
      assertThat(server.stored).as("a number in the column of a tag").isEmpty();
      assertThat(sink.context.reports).hasSize(1);
    }
  }

  /** Before, one refusal switched the check of columns off until the task was restarted. */
  @Test
  void questDb_thatDoesNotListItsTables_isAskedAgainAfterAMinute() {
    AtomicBoolean refuses = new AtomicBoolean(true);
    AtomicInteger asked = new AtomicInteger();
    server.behave(
        request -> {
          if (!request.path().startsWith("/exec")) {
            return Answer.OK;
          }
          asked.incrementAndGet();
          return refuses.get()
              ? Answer.of(403, "{\"error\":\"permission denied\"}")
              : Answer.of(
                  200,
                  request.path().contains("table_columns")
                      ? "{\"dataset\":[[\"channel\",\"SYMBOL\",false],[\"v\",\"SYMBOL\",false]]}"
                      : "{\"dataset\":[[\"telemetry\"]]}");
        });
    InfluxSinkConfig config =
        new InfluxSinkConfig(
            Map.of(
                "influxdb.url", server.url(),
                "influxdb.version", "questdb",
                "linger.ms", "10",
                "retry.backoff.ms", "20"));
    MovableClock clock = new MovableClock();
    try (SinkHarness sink =
        new SinkHarness(config, HttpDatabase.of(config, clock), 1, true, Time.system())) {
      sink.put(numbers(0, 1));
      sink.pumpUntilCommitted(0, 1);
      assertThat(server.stored).as("nobody can know better").hasSize(1);

      refuses.set(false);
      sink.put(numbers(1, 2));
      sink.pumpUntilCommitted(0, 2);
      assertThat(server.stored).hasSize(2);
      assertThat(asked).hasValue(1);

      clock.pass(Duration.ofMinutes(1));
      sink.put(numbers(2, 3));
      sink.pumpUntilCommitted(0, 3);
      assertThat(server.stored).as("a number in the column of a tag").hasSize(2);
      assertThat(sink.context.reports).hasSize(1);
    }
  }

  @Test
  void gzip_isSaidInTheHeader() {
    try (SinkHarness sink = sink(Map.of("influxdb.gzip", "true"))) {
      sink.put(numbers(0, 1));
      sink.pumpUntilCommitted(0, 1);
    }
    assertThat(server.requests.get(0).headers()).containsEntry("Content-encoding", List.of("gzip"));
  }

  @Test
  void topicWithItsOwnBucket() {
    try (SinkHarness sink = sink(Map.of("bucket.by.topic", "hissrv.archive5m:ems_5m"))) {
      sink.put(List.of(record("hissrv.archive5m", 0, sample(Map.of("v", 1.0), T), 0), number(0)));
      sink.pump(() -> server.stored.size() == 2);
    }
    assertThat(server.requests)
        .extracting(FaultyServer.Request::path)
        .containsExactlyInAnyOrder(
            "/api/v2/write?org=site&bucket=ems_5m&precision=ms",
            "/api/v2/write?org=site&bucket=ems&precision=ms");
  }

  @Test
  void tooMany_waitsAsAskedAndPauses() {
    long start = System.nanoTime();
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch seen = new CountDownLatch(1);
    server.behave(
        request -> {
          if (calls.getAndIncrement() == 0) {
            return new Answer(429, Map.of("Retry-After", "1"), "{\"message\":\"slow down\"}");
          }
          seen.await();
          return Answer.OK;
        });
    try (SinkHarness sink = sink(Map.of())) {
      sink.put(numbers(0, 10));
      sink.pump(() -> !sink.context.paused.isEmpty());
      assertThat(sink.committed(0)).isZero();
      seen.countDown();
      sink.pumpUntilCommitted(0, 10);
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
      sink.pump(() -> sink.context.paused.isEmpty());
      assertThat(sink.metric("retries")).isEqualTo(1);
      assertThat(sink.context.reports).isEmpty();
    }
    assertThat(server.stored).isEqualTo(lines(0, 10));
  }

  @Test
  void unavailableResetAndHanging_areTriedAgain() {
    AtomicInteger calls = new AtomicInteger();
    server.behave(
        request ->
            switch (calls.getAndIncrement()) {
              case 0 -> Answer.of(503, "starting");
              case 1 -> Answer.RESET;
              case 2 -> Answer.HANG;
              case 3 -> Answer.of(500, "");
              default -> Answer.OK;
            });
    try (SinkHarness sink = sink(Map.of("write.timeout.ms", "2000"))) {
      sink.put(numbers(0, 10));
      sink.pumpUntilCommitted(0, 10);
      // On a slow machine, good requests may time out, too; they are tried again likewise.
      assertThat(sink.metric("retries")).isGreaterThanOrEqualTo(4);
    }
    assertThat(server.stored).startsWith(lines(0, 10).toArray(String[]::new));
  }

  @Test
  void requestGivenUp_thatIsCarriedOutLater_hidesNoNewerValue() {
    CountDownLatch newer = new CountDownLatch(1);
    AtomicBoolean first = new AtomicBoolean(true);
    AtomicLong newerCame = new AtomicLong();
    server.behave(
        request -> {
          if (request.lines().get(0).contains("v=2")) {
            newerCame.set(System.nanoTime());
            newer.countDown();
          } else if (first.getAndSet(false)) {
            // Longer than the sink waits for the answer, and shorter than the time after which the
            // newer request may come. The newer request's own time tells whether it comes too
            // early, since this thread may be late.
            newer.await(3, TimeUnit.SECONDS);
          }
          return FaultyServer.Answer.OK;
        });
    try (SinkHarness sink = sink(Map.of("write.timeout.ms", "2000"))) {
      long start = System.nanoTime();
      sink.put(List.of(record(sample(Map.of("v", 1.0), T), 0)));
      sink.pumpUntilCommitted(0, 1);
      sink.put(List.of(record(sample(Map.of("v", 2.0), T), 1)));
      sink.pumpUntilCommitted(0, 2);
      assertThat(Duration.ofNanos(newerCame.get() - start))
          .as("for the answer, and then for its being carried out")
          .isGreaterThanOrEqualTo(Duration.ofSeconds(4));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> server.stored.stream().filter(line -> line.contains("v=1")).count() >= 2);
    }
  }

  @Test
  void putNeverBlocks_andTheBufferIsBounded() {
    CountDownLatch hangs = new CountDownLatch(1);
    server.behave(
        request -> {
          hangs.await();
          return Answer.OK;
        });
    try (SinkHarness sink =
        sink(Map.of("buffer.records.max", "1000", "write.timeout.ms", "600000"))) {
      for (int i = 0; i < 4; i++) {
        sink.put(numbers(i * 250, i * 250 + 250)); // returns, although the database answers nothing
      }
      assertThat(sink.context.paused).containsExactly(new TopicPartition(TestRecords.TOPIC, 0));
      assertThat(sink.context.timeout).isBetween(1L, 1000L);
      hangs.countDown();
      sink.pumpUntilCommitted(0, 1000);
      sink.pump(() -> sink.context.paused.isEmpty());
    }
    assertThat(server.stored).isEqualTo(lines(0, 1000));
  }

  @Test
  void retryMaxTime_over_fails() {
    server.behave(request -> Answer.of(503, "no"));
    try (SinkHarness sink = sink(Map.of("retry.max.time.ms", "200"))) {
      sink.put(numbers(0, 1));
      awaitFailure(sink, "(retry.max.time.ms): HTTP 503: no");
      assertThat(sink.committed(0)).isZero();
    }
  }

  /** Field case S1: a record at which the database fails does not hold up others for long. */
  @Test
  void poison_isDeadLetteredWithTheAnswer_whileOthersFlow() {
    server.behave(
        request ->
            request.lines().stream().anyMatch(line -> line.contains(" v=17 "))
                ? Answer.of(500, "{\"message\":\"panic: index out of range\"}")
                : Answer.OK);
    try (SinkHarness sink = sink(Map.of())) {
      sink.put(numbers(0, 64));
      sink.pump(() -> server.stored.size() == 63);
      int next = 64;
      while (sink.context.reports.isEmpty()) {
        sink.put(numbers(next, ++next));
        sink.pump(() -> sink.context.paused.isEmpty());
      }
      sink.pumpUntilCommitted(0, next);
      assertThat(sink.context.reports).hasSize(1);
      assertThat(sink.context.reports.get(0).error())
          .hasMessageMatching(
              "hissrv.live-0@17: the database failed at it [0-9]+ times by itself"
                  + " \\(poison.retries\\), while others were accepted: HTTP 500: panic: index out"
                  + " of range");
      assertThat(server.stored)
          .containsAll(lines(0, 17))
          .containsAll(lines(18, next))
          .hasSize(next - 1);
    }
  }

  @Test
  void manyPoisoned_moreThanCanBeSetAside() {
    server.behave(
        request ->
            request.lines().stream().anyMatch(line -> line.matches(".* v=[0-9]*[02468] .*"))
                ? Answer.of(500, "no")
                : Answer.OK);
    try (SinkHarness sink =
        sink(Map.of("poison.retries", "1", "retry.backoff.ms", "1", "retry.backoff.max.ms", "4"))) {
      sink.put(numbers(0, 200));
      int next = 201;
      while (sink.context.reports.size() < 100) {
        // Only good records show that the database works.
        int stored = server.stored.size();
        sink.put(List.of(number(next)));
        sink.pump(() -> server.stored.size() > stored);
        next += 2;
      }
      sink.pumpUntilCommitted(0, next - 1);
      assertThat(sink.context.reports).hasSize(100);
      assertThat(server.stored).hasSize(100 + (next - 201) / 2);
    }
  }

  /** An outage makes no line poisonous, however long it lasts and whatever the answers are. */
  @Test
  void outage_deadLettersNothing() {
    server.behave(request -> Answer.of(500, "engine is closed"));
    try (SinkHarness sink =
        sink(Map.of("poison.retries", "1", "retry.backoff.ms", "1", "retry.backoff.max.ms", "5"))) {
      sink.put(numbers(0, 100));
      sink.pump(() -> server.requests.size() > 500);
      assertThat(sink.context.reports).isEmpty();
      assertThat(sink.committed(0)).isZero();
      server.behave(request -> Answer.OK);
      sink.pumpUntilCommitted(0, 100);
      assertThat(sink.context.reports).isEmpty();
    }
    assertThat(server.stored).containsExactlyInAnyOrderElementsOf(lines(0, 100));
  }

  /**
   * Without other lines, the cause could be the line or the database: the line stays, and the
   * metadata shows it.
   */
  @Test
  void poisonWithoutNeighbours_staysAndIsSeen() {
    server.behave(request -> Answer.of(500, "panic"));
    try (SinkHarness sink = sink(Map.of("poison.retries", "1"))) {
      sink.put(numbers(0, 1));
      sink.pump(() -> server.requests.size() > 10);
      assertThat(sink.context.reports).isEmpty();
      assertThat(sink.metadata(0)).contains("\"offset\":0").contains("HTTP 500: panic");
      server.behave(
          request ->
              request.lines().stream().anyMatch(line -> line.contains(" v=0 "))
                  ? Answer.of(500, "panic")
                  : Answer.OK);
      int next = 1;
      while (sink.context.reports.isEmpty()) {
        int count = server.requests.size();
        sink.put(numbers(next, ++next));
        sink.pump(() -> server.requests.size() > count);
      }
      sink.pumpUntilCommitted(0, next);
      assertThat(sink.context.reports).hasSize(1);
      assertThat(sink.metadata(0)).isEmpty();
    }
  }

  /** Lines that would write the same point wait behind the line set aside; the last one wins. */
  @Test
  void laterLineOfTheSamePoint_waitsBehindTheOneSetAside() {
    server.behave(
        request ->
            request.lines().stream().anyMatch(line -> line.contains(" v=1 "))
                ? Answer.of(500, "{\"message\":\"write error\",\"line\":1}")
                : Answer.OK);
    try (SinkHarness sink = sink(Map.of("poison.retries", "1000"))) {
      sink.put(
          List.of(
              record(sample(Map.of("v", 1.0), T), 0),
              record(sample(Map.of("v", 2.0), T), 1),
              number(2)));
      sink.pump(() -> !server.stored.isEmpty());
      int requests = server.requests.size();
      sink.pump(() -> server.requests.size() > requests + 3);
      assertThat(server.stored).containsExactly("telemetry,channel=1001 v=2 " + (T + 2));
      server.behave(request -> Answer.OK);
      sink.pumpUntilCommitted(0, 3);
      assertThat(server.stored)
          .containsExactly(
              "telemetry,channel=1001 v=2 " + (T + 2),
              "telemetry,channel=1001 v=1 " + T,
              "telemetry,channel=1001 v=2 " + T);
    }
  }

  @Test
  void tooLarge_isHalved() {
    server.behave(request -> request.lines().size() > 30 ? Answer.of(413, "too large") : Answer.OK);
    try (SinkHarness sink = sink(Map.of("batch.size.min", "10"))) {
      sink.put(numbers(0, 500));
      sink.pumpUntilCommitted(0, 500);
      assertThat(sink.context.reports).isEmpty();
      assertThat(sink.metric("batch-lines")).isLessThanOrEqualTo(250);
    }
    assertThat(server.stored).isEqualTo(lines(0, 500));
  }

  /** A database on a slow disk, a proxy that waits briefly, one that cuts the connection off. */
  @Test
  void tooSlowForManyLines_getsFewer() {
    for (Answer none : List.of(Answer.HANG, Answer.of(504, "gateway timeout"), Answer.RESET)) {
      server.stored.clear();
      server.behave(request -> request.lines().size() > 30 ? none : Answer.OK);
      try (SinkHarness sink = sink(Map.of("batch.size.min", "10", "write.timeout.ms", "300"))) {
        sink.put(numbers(0, 500));
        sink.pumpUntilCommitted(0, 500);
        assertThat(sink.context.reports).isEmpty();
        assertThat(sink.metric("batch-lines")).isLessThanOrEqualTo(250);
      }
      assertThat(server.stored).isEqualTo(lines(0, 500));
    }
  }

  @Test
  void oneLineTooLarge_isReported() {
    server.behave(
        request ->
            request.lines().stream().anyMatch(line -> line.length() > 1000)
                ? Answer.of(413, "too large")
                : Answer.OK);
    try (SinkHarness sink = sink(Map.of())) {
      sink.put(
          List.of(number(0), record(sample(Map.of("v", "x".repeat(2000)), T + 1), 1), number(2)));
      sink.pumpUntilCommitted(0, 3);
      assertThat(sink.context.reports).hasSize(1);
      assertThat(sink.context.reports.get(0).error())
          .hasMessage("hissrv.live-0@1: HTTP 413: too large");
    }
  }

  /**
   * A proxy that wrongly refuses even small requests must not make a site's records dead letters.
   */
  @Test
  void everySmallLineTooLarge_failsTheTask_andReportsNothing() {
    server.behave(request -> Answer.of(413, "too large"));
    try (SinkHarness sink = sink(Map.of())) {
      sink.put(numbers(0, 20));
      awaitFailure(sink, "check the limits of the proxy");
      assertThat(sink.context.reports).isEmpty();
      assertThat(sink.committed(0)).isZero();
    }
  }

  /** The same at a site with few records, each of which is a request of its own. */
  @Test
  void smallLinesTooLargeOneByOne_failTheTaskSoon() {
    try (SinkHarness sink = sink(Map.of())) {
      sink.put(List.of(number(0)));
      sink.pumpUntilCommitted(0, 1);
      server.behave(request -> Answer.of(413, "too large"));
      for (int n = 1; n <= 3; n++) {
        sink.put(List.of(number(n)));
        sink.pumpUntilCommitted(0, n + 1);
      }
      sink.put(List.of(number(4)));
      awaitFailure(sink, "check the limits of the proxy");
      assertThat(sink.context.reports).hasSize(3);
      assertThat(sink.committed(0)).isEqualTo(4);
    }
  }

  /** InfluxDB 1.x stores the good lines and refuses the request nevertheless. */
  @Test
  void partialWriteOf1x_onlyTheGuiltyReported() {
    server.behave(
        request -> {
          boolean bad = false;
          for (String line : request.lines()) {
            if (line.contains("\"ERR\"")) {
              bad = true;
            } else {
              server.stored.add(line);
            }
          }
          return bad
              ? Answer.of(400, "{\"error\":\"partial write: field type conflict dropped=1\"}")
              : Answer.of(204, "");
        });
    try (SinkHarness sink = sink(Map.of())) {
      List<SinkRecord> records = new ArrayList<>(numbers(0, 64));
      records.set(17, record(sample(Map.of("v", "ERR", "w", 2.0), T + 17), 17));
      sink.put(records);
      sink.pumpUntilCommitted(0, 64);
      assertThat(sink.context.reports).hasSize(1);
      assertThat(sink.context.reports.get(0).record().kafkaOffset()).isEqualTo(17);
      assertThat(sink.context.reports.get(0).error())
          .hasMessageContaining("field 'v' (string) is refused: HTTP 400: partial write");
    }
    assertThat(server.stored)
        .contains("telemetry,channel=1001 w=2 " + (T + 17))
        .containsAll(lines(0, 17))
        .containsAll(lines(18, 64));
  }

  /**
   * InfluxDB 2.x names the field: one more request without it, and one with it alone to be sure.
   */
  @Test
  void conflictNamedBy2x_takesTwoMoreRequests() {
    server.behave(
        request ->
            request.lines().stream().anyMatch(line -> line.contains("\"ERR\""))
                ? Answer.of(
                    422,
                    "{\"code\":\"unprocessable entity\",\"message\":\"failure writing points to"
                        + " database: partial write: field type conflict: input field \\\"v\\\" on"
                        + " measurement \\\"telemetry\\\" is type string, already exists as type"
                        + " float dropped=10\"}")
                : Answer.OK);
    try (SinkHarness sink = sink(Map.of("linger.ms", "3600000"))) {
      List<SinkRecord> records = new ArrayList<>(numbers(0, 500));
      for (int i = 0; i < 500; i += 50) {
        records.set(i, record(sample(Map.of("v", "ERR", "w", 2.0), T + i), i));
      }
      sink.put(records);
      sink.pumpUntilCommitted(0, 500);
      assertThat(sink.context.reports).hasSize(10);
      assertThat(server.requests).hasSize(3);
    }
    assertThat(server.stored).hasSize(500);
  }

  @Test
  void beyondRetention_isReportedWithoutEndlessLoop() {
    server.behave(
        request ->
            request.lines().stream()
                    .anyMatch(
                        line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)) < T + 40)
                ? Answer.of(
                    422,
                    "{\"message\":\"partial write: points beyond retention policy dropped=40\"}")
                : Answer.OK);
    try (SinkHarness sink = sink(Map.of())) {
      sink.put(numbers(0, 100));
      sink.pumpUntilCommitted(0, 100);
      assertThat(sink.context.reports).hasSize(40);
      assertThat(sink.context.reports.get(39).error())
          .hasMessageContaining("points beyond retention policy");
    }
    assertThat(server.stored).containsExactlyInAnyOrderElementsOf(lines(40, 100));
  }

  @Test
  void guiltyLine_withoutDeadLetters_failsTheTaskAfterTheGoodOnes() {
    server.behave(
        request ->
            request.lines().stream().anyMatch(line -> line.contains(" v=17 "))
                ? Answer.of(400, "{\"message\":\"unable to parse 'x': bad\"}")
                : Answer.OK);
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 1, false)) {
      sink.put(numbers(0, 64));
      await().atMost(Duration.ofMinutes(1)).until(() -> server.stored.size() == 63);
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> sink.sink.put(List.of()))
                      .isInstanceOf(ConnectException.class)
                      .hasMessageContaining("hissrv.live-0@17: ")
                      .hasMessageContaining("errors.deadletterqueue.topic.name"));
      assertThat(sink.committed(0)).isEqualTo(17);
    }
  }

  /**
   * Field case S18: without a dead-letter queue, the good record before the bad ones is still
   * written and committed.
   */
  @Test
  void goodBadBad_withoutDeadLetters_theGoodOneIsWrittenAndCommitted() {
    try (SinkHarness sink = new SinkHarness(settings(Map.of("linger.ms", "500")), 1, false)) {
      sink.put(List.of(number(0), record(null, 1), record(null, 2)));
      awaitFailure(sink, "hissrv.live-0@1: the value is null");
      assertThat(server.stored).isEqualTo(lines(0, 1));
      assertThat(sink.committed(0)).isEqualTo(1);
    }
  }

  /** Field case S19. */
  @Test
  void missingDeadLetterQueue_isNamedAsFarAsItIsMissing() {
    try (SinkHarness sink =
        new SinkHarness(settings(Map.of("errors.tolerance", "all")), 1, false)) {
      assertThatThrownBy(() -> sink.put(List.of(record(null, 0))))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining(
              "There is no dead-letter queue: set errors.deadletterqueue.topic.name, or"
                  + " rejected.records=drop");
    }
  }

  @Test
  void answerOfUnknownMeaning_neverGivesRecordsUp() {
    server.behave(request -> Answer.of(400, "<html>proxy</html>"));
    try (SinkHarness sink = sink(Map.of())) {
      sink.put(numbers(0, 64));
      awaitFailure(sink, "check influxdb.url");
      assertThat(sink.context.reports).isEmpty();
      assertThat(sink.committed(0)).isZero();
    }
  }

  @Test
  void wrongToken_failsAtOnceAndNamesTheSetting() {
    server.behave(request -> Answer.of(401, "{\"message\":\"unauthorized access\"}"));
    try (SinkHarness sink = sink(Map.of())) {
      sink.put(numbers(0, 1));
      awaitFailure(sink, "HTTP 401: unauthorized access; check influxdb.token");
    }
    assertThat(server.requests).hasSize(1);
  }

  private static void awaitFailure(SinkHarness sink, String message) {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> sink.sink.put(List.of()))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining(message)
                    .hasMessageNotContaining("secret"));
  }

  @Test
  void partitionTakenAway_duringAnOutage_isNotWrittenLater() {
    server.behave(request -> Answer.of(503, "no"));
    try (SinkHarness sink = new SinkHarness(settings(Map.of()), 2)) {
      sink.put(List.of(number(0), record(TestRecords.TOPIC, 1, sample(Map.of("v", 7.0), T), 0)));
      await().atMost(Duration.ofMinutes(1)).until(() -> server.requests.size() > 1);
      sink.sink.close(List.of(new TopicPartition(TestRecords.TOPIC, 0)));
      server.behave(request -> Answer.OK);
      sink.pump(() -> !server.stored.isEmpty());
      assertThat(server.stored).containsExactly("telemetry,channel=1001 v=7 " + T);
    }
  }

  @Test
  void workers_writeGroupsAtATime_andEachInOrder() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    server.behave(
        request -> {
          both.countDown();
          // The answer is OK only if the other group's request is under way at the same time.
          return both.await(20, TimeUnit.SECONDS) ? Answer.OK : Answer.of(500, "alone");
        });
    try (SinkHarness sink = new SinkHarness(settings(Map.of("write.workers", "2")), 2)) {
      List<SinkRecord> records = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        records.add(
            record(TestRecords.TOPIC, i % 2, sample(Map.of("v", (double) i), T + i), i / 2));
      }
      sink.put(records);
      sink.pumpUntilCommitted(0, 100);
      sink.pumpUntilCommitted(1, 100);
      assertThat(sink.metric("retries")).isZero();
    }
    List<String> even =
        server.stored.stream()
            .filter(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)) % 2 == 0)
            .toList();
    assertThat(even)
        .isEqualTo(
            IntStream.range(0, 100)
                .mapToObj(i -> "telemetry,channel=1001 v=" + 2 * i + " " + (T + 2L * i))
                .toList());
  }

  @Test
  void stop_whileHanging_isQuick() {
    server.behave(request -> Answer.HANG);
    SinkHarness sink = sink(Map.of("write.timeout.ms", "3600000"));
    sink.put(numbers(0, 10));
    await().atMost(Duration.ofMinutes(1)).until(() -> !server.requests.isEmpty());
    sink.sink.stop();
    // The server hangs, so only the stop ends the sink's thread.
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("test-writer-")));
  }
}
