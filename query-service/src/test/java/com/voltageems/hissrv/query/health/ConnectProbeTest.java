package com.voltageems.hissrv.query.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectProbeTest {
  private static final String RUNNING =
      """
      {"connector":{"state":"RUNNING","worker_id":"w:1"},
       "tasks":[{"id":0,"state":"RUNNING","worker_id":"w:1"}]}""";

  /** How long an answer may take that comes at once on a machine with nothing else to do. */
  private static final Duration LONG = Duration.ofMinutes(1);

  private final List<String> trouble = new ArrayList<>();
  private final Set<String> silent = new TreeSet<>();

  private Map<String, Object> describe(String json) throws IOException {
    JsonNode status = new ObjectMapper().readTree(json);
    return ConnectProbe.describe("sink", "s", status, silent, trouble);
  }

  @Test
  void runningTasks_areNoTrouble() throws IOException {
    assertThat(
            describe(
                """
                {"connector":{"state":"RUNNING","worker_id":"w:1"},
                 "tasks":[{"id":0,"state":"RUNNING","worker_id":"w:1"}]}"""))
        .isEqualTo(
            Map.of(
                "name", "s",
                "role", "sink",
                "state", "RUNNING",
                "tasks",
                    List.of(
                        Map.of(
                            "id",
                            0,
                            "state",
                            "RUNNING",
                            "worker",
                            "w:1",
                            "worker_answers",
                            true))));
    assertThat(trouble).isEmpty();
  }

  @Test
  void failedTask_saysWhyWithoutSecrets() throws IOException {
    Map<String, Object> shown =
        describe(
            """
            {"connector":{"state":"RUNNING","worker_id":"w:1"},
             "tasks":[{"id":0,"state":"RUNNING","worker_id":"w:1"},
              {"id":1,"state":"FAILED","worker_id":"w:1",
               "trace":"ConnectException: influxdb.token=abc refused\\n at x"}]}""");

    assertThat(trouble)
        .containsExactly("s task 1 is FAILED: ConnectException: influxdb.token=*** refused");
    assertThat(shown.toString()).doesNotContain("abc");
  }

  /** As Connect tells that Kafka refuses the source's records: the first line says nothing. */
  @Test
  void failedTask_isToldByTheCauseThatSaysMost() throws IOException {
    describe(
        """
        {"connector":{"state":"RUNNING","worker_id":"w:1"},
         "tasks":[{"id":0,"state":"FAILED","worker_id":"w:1",
           "trace":"org.apache.kafka.connect.errors.ConnectException: Unrecoverable exception from \
        producer send callback\\n\\tat org.apache.X.y(X.java:1)\\nCaused by: \
        org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: \
        [hissrv.live]\\n"},
          {"id":1,"state":"FAILED","worker_id":"w:1",
           "trace":"org.apache.kafka.connect.errors.ConnectException: \
        java.util.concurrent.ExecutionException: \
        org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: \
        [dead]\\n\\tat x"}]}""");
    describe(
        """
        {"connector":{"state":"FAILED","worker_id":"w:1",
           "trace":"org.apache.kafka.connect.errors.ConnectException: redis.uri is gone\\n\\tat x"},
         "tasks":[]}""");

    assertThat(trouble)
        .containsExactly(
            "s task 0 is FAILED: Not authorized to access topics: [hissrv.live]",
            "s task 1 is FAILED: Not authorized to access topics: [dead]",
            "s is FAILED: redis.uri is gone");
  }

  /** As seen with a certificate that has run out: it was told as "post-handshake messages". */
  @Test
  void refusedLoginOfATasksClient_isToldWithItsCause_andWhereToLook() throws IOException {
    describe(
        """
        {"connector":{"state":"RUNNING","worker_id":"w:1"},
         "tasks":[{"id":0,"state":"FAILED","worker_id":"w:1",
           "trace":"org.apache.kafka.common.errors.SslAuthenticationException: Failed to process \
        post-handshake messages\\nCaused by: javax.net.ssl.SSLHandshakeException: Received fatal \
        alert: certificate_unknown\\n\\tat x"},
          {"id":1,"state":"FAILED","worker_id":"w:1",
           "trace":"org.apache.kafka.common.errors.SaslAuthenticationException: Authentication \
        failed: Invalid username or password\\n"}]}""");
    assertThat(trouble)
        .containsExactly(
            "s task 0 is FAILED: Received fatal alert: certificate_unknown; TLS from the task's"
                + " client to Kafka fails: see ssl.* in the worker's properties, with the prefixes"
                + " producer., consumer. and admin., or those of the connector"
                + " (producer.override.*, consumer.override.*)",
            "s task 1 is FAILED: Authentication failed: Invalid username or password; Kafka refuses"
                + " the login of the task's client: see sasl.* in the worker's properties, with the"
                + " prefixes producer., consumer. and admin., or those of the connector"
                + " (producer.override.*, consumer.override.*)");
  }

  /** A topic's max.message.bytes is smaller than a record of the source's, exactly once. */
  @Test
  void recordTooLargeForItsTopic_isToldWithWhatHelps() throws IOException {
    describe(
        """
        {"connector":{"state":"RUNNING","worker_id":"w:1"},
         "tasks":[{"id":0,"state":"FAILED","worker_id":"w:1",
           "trace":"org.apache.kafka.connect.errors.ConnectException: Failed to flush offsets and/or \
        records for task s-0\\n\\tat org.apache.X.y(X.java:1)\\nCaused by: \
        org.apache.kafka.common.errors.RecordTooLargeException: The request included a message larger \
        than the max message size the server will accept.\\n"}]}""");
    assertThat(trouble)
        .containsExactly(
            "s task 0 is FAILED: The request included a message larger than the max message size the"
                + " server will accept. Raise max.message.bytes of the topic that the worker's log"
                + " names, then restart the task: the record is sent again. If it cannot be raised,"
                + " lower the source's value.max.bytes and record.max.bytes");
  }

  /** As seen with a dead-letter topic that takes 20,000 bytes. */
  @Test
  void deadLetterTooLargeForItsTopic_isToldWithWhatHelps() throws IOException {
    describe(
        """
        {"connector":{"state":"RUNNING","worker_id":"w:1"},
         "tasks":[{"id":0,"state":"FAILED","worker_id":"w:1",
           "trace":"org.apache.kafka.connect.errors.ConnectException: \
        java.util.concurrent.ExecutionException: \
        org.apache.kafka.common.errors.RecordTooLargeException: The request included a message larger \
        than the max message size the server will accept.\\n\\tat \
        org.apache.kafka.connect.runtime.errors.WorkerErrantRecordReporter.lambda$awaitFutures$0(\
        WorkerErrantRecordReporter.java:133)\\n"}]}""");
    assertThat(trouble)
        .containsExactly(
            "s task 0 is FAILED: The request included a message larger than the max message size the"
                + " server will accept. Raise max.message.bytes of the sink's dead-letter topic"
                + " (errors.deadletterqueue.topic.name), then restart the task");
  }

  @Test
  void recordTooLargeForItsTopic_isKnownToTheOtherParts() throws Exception {
    HttpServer server =
        connect(
            """
            {"connector":{"state":"RUNNING","worker_id":"w"},
             "tasks":[{"id":0,"state":"RUNNING","worker_id":"w"},
              {"id":1,"state":"FAILED","worker_id":"w","trace":"x.Y: Unrecoverable exception from \
            producer send callback\\nCaused by: x.RecordTooLargeException: The request included a \
            message larger than the max message size the server will accept.\\n"}]}""");
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (ConnectProbe probe = probe(url, false)) {
      assertThat(probe.facts().recordTooLarge()).isFalse();
      assertThat(probe.check().state()).isEqualTo(PartState.State.DOWN);
      assertThat(probe.facts().recordTooLarge()).isTrue();
    } finally {
      server.stop(0);
    }
  }

  /** Seen with Connect 4.3.1, whose own metrics cannot forget offsets of that consumer. */
  @Test
  void failureByTheNewRebalanceProtocol_isToldWithWhatHelps() throws IOException {
    describe(
        """
        {"connector":{"state":"RUNNING","worker_id":"w:1"},
         "tasks":[{"id":0,"state":"FAILED","worker_id":"w:1",
           "trace":"java.lang.UnsupportedOperationException\\n\\tat \
        java.base/java.util.Collections$UnmodifiableCollection.removeAll(Collections.java:1080)\\n\
        \\tat org.apache.kafka.connect.runtime.WorkerSinkTask$SinkTaskMetricsGroup.clearOffsets(\
        WorkerSinkTask.java:934)\\n"}]}""");
    assertThat(trouble)
        .containsExactly(
            "s task 0 is FAILED: UnsupportedOperationException: Kafka Connect's sink tasks fail at a"
                + " rebalance with group.protocol=consumer; set consumer.group.protocol=classic on"
                + " the workers, then restart the task");
  }

  @Test
  void pausedOrWithoutTasks_isTrouble() throws IOException {
    describe("{\"connector\":{\"state\":\"PAUSED\"},\"tasks\":[]}");
    describe("{\"connector\":{\"state\":\"RUNNING\"},\"tasks\":[]}");
    describe("{}");

    assertThat(trouble)
        .containsExactly(
            "s is PAUSED; PUT /connectors/s/resume of Connect lets it go on",
            "s has no task",
            "s is UNKNOWN");
  }

  private static HttpServer connect(String body) throws IOException {
    return connect(200, body);
  }

  private static HttpServer connect(int status, String text) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String self = exchange.getRequestHeaders().getFirst("Host");
          byte[] body = text.replace("SELF", self).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    return server;
  }

  /** Field case O1: Connect's REST API says RUNNING of the tasks of a worker that was killed. */
  @Test
  void taskOnAWorkerThatGivesNoSignOfLife_isTrouble() throws Exception {
    String dead = "127.0.0.1:" + Ports.free();
    HttpServer server =
        connect(
            """
            {"connector":{"state":"RUNNING","worker_id":"%1$s"},
             "tasks":[{"id":0,"state":"RUNNING","worker_id":"%1$s"},
                      {"id":1,"state":"RUNNING","worker_id":"no address %%%%"}]}"""
                .formatted(dead));
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (ConnectProbe asks = probe(url, true);
        ConnectProbe trusts = probe(url, false)) {
      Report report = asks.check();
      assertThat(report.state()).isEqualTo(PartState.State.DOWN);
      assertThat(report.message())
          .contains(
              "so task 0 is said to run on "
                  + dead
                  + ", but that worker does not answer; Connect gives the task to another one"
                  + " after scheduled.rebalance.max.delay.ms")
          .doesNotContain("task 1");
      assertThat(report.detail().toString()).contains("worker_answers=false");
      assertThat(asks.facts().sourceTasks()).hasValue(2);
      assertThat(trusts.check().state()).isEqualTo(PartState.State.UP);
    } finally {
      server.stop(0);
    }
  }

  /**
   * So Connect names a worker whose listeners have an IPv6 address, and Compose some of its own.
   */
  @Test
  void workerWithoutAnAddress_isTold() throws Exception {
    HttpServer server =
        connect(
            """
            {"connector":{"state":"RUNNING","worker_id":"null:-1"},
             "tasks":[{"id":0,"state":"RUNNING","worker_id":"null:-1"},
              {"id":1,"state":"RUNNING","worker_id":"connect_1:8083"}]}""");
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (ConnectProbe asks = probe(url, true);
        ConnectProbe trusts = probe(url, false)) {
      Report report = asks.check();
      assertThat(report.state()).isEqualTo(PartState.State.DEGRADED);
      assertThat(report.message())
          .isEqualTo(
              "all tasks run; whether the worker connect_1:8083, null:-1 is alive cannot be"
                  + " checked, because that is not a valid address (a host name cannot contain _,"
                  + " an IPv6 address needs brackets): set rest.advertised.host.name on it, or"
                  + " connect.ask.workers=false here");
      assertThat(trusts.check().state()).isEqualTo(PartState.State.UP);
    } finally {
      server.stop(0);
    }
  }

  /** A site whose topics are somebody else's has a sink only, and no trouble with that. */
  @Test
  void connectorThatThereIsNone_isNotMissed() throws Exception {
    HttpServer server =
        connect(404, "{\"error_code\":404,\"message\":\"No status found for connector mine\"}");
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    QueryConfig config =
        QueryConfig.of(Map.of("connect.url", url, "connect.source", "", "connect.sink", "mine"));
    try (ConnectProbe probe = new ConnectProbe(config.connect(), LONG)) {
      assertThat(probe.check().message()).isEqualTo("mine is not there");
    } finally {
      server.stop(0);
    }
  }

  /** It said that the connector is not there: of a worker that starts, and of a wrong address. */
  @Test
  void answerThatIsNotOfARunningWorker_saysNothingOfAConnector() throws Exception {
    Map<String, String> answers =
        Map.of(
            "<h2>HTTP ERROR 404 Not Found</h2>",
            "answered with status 404 and not in Kafka Connect's words: the worker is still",
            "{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}",
            "has no path /connectors/mine/status; this has to be the root");
    for (Map.Entry<String, String> answer : answers.entrySet()) {
      HttpServer server = connect(404, answer.getKey());
      String url = "http://127.0.0.1:" + server.getAddress().getPort();
      QueryConfig config =
          QueryConfig.of(Map.of("connect.url", url, "connect.source", "", "connect.sink", "mine"));
      try (ConnectProbe probe = new ConnectProbe(config.connect(), LONG)) {
        assertThatThrownBy(probe::check)
            .hasMessageStartingWith("Kafka Connect does not answer (connect.url): " + url)
            .hasMessageContaining(answer.getValue());
      } finally {
        server.stop(0);
      }
    }
  }

  /** Java has no words for it but the exception's name. */
  @Test
  void workerThatIsAway_isToldInWords() throws Exception {
    int nobody = Ports.free();
    try (ConnectProbe away = probe(URI.create("http://127.0.0.1:" + nobody), false);
        ConnectProbe unknown = probe(URI.create("http://no-such-host.invalid:8083"), false)) {
      assertThatThrownBy(away::check)
          .hasMessage(
              "Kafka Connect does not answer (connect.url): http://127.0.0.1:"
                  + nobody
                  + ": Connection refused");
      assertThatThrownBy(unknown::check).hasMessageEndingWith("8083: the host is not known");
    }
  }

  /**
   * Ages and alerts are reckoned between the workers' clocks and ours. What is told is the least
   * that it can be: the longer the answer takes, the less.
   */
  @ParameterizedTest
  @CsvSource({"-61, ([1-5][0-9]|6[0-2]) s ahead of", "75, ([1-6][0-9]|7[0-6]) s behind"})
  void workerWithAnotherTime_isTold(long oursIsAhead, String words) throws Exception {
    HttpServer server =
        connect(
            """
            {"connector":{"state":"RUNNING","worker_id":"SELF"},
             "tasks":[{"id":0,"state":"RUNNING","worker_id":"SELF"}]}""");
    String worker = "127.0.0.1:" + server.getAddress().getPort();
    URI url = URI.create("http://" + worker);
    Clock ours = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(oursIsAhead));
    for (boolean askWorkers : new boolean[] {true, false}) {
      QueryConfig.Connect config =
          new QueryConfig.Connect(
              List.of(url), "so", "si", "", "", askWorkers, false, Duration.ofSeconds(1));
      try (ConnectProbe probe = new ConnectProbe(config, LONG, ours)) {
        Report report = probe.check();
        assertThat(report.state()).isEqualTo(PartState.State.DEGRADED);
        assertThat(report.message())
            .matches(
                "all tasks run; the clock of "
                    + (askWorkers ? worker : "Kafka Connect at " + url)
                    + " is "
                    + words
                    + " this machine's; ages, and alerts by them, are wrong by as much; let one"
                    + " time server \\(NTP\\) set both");
        assertThat(String.valueOf(report.detail().get("clock_ahead_ms"))).contains(worker + "=");
        assertThat(report.gauges())
            .anySatisfy(gauge -> assertThat(Math.abs(gauge.value())).isGreaterThanOrEqualTo(10));
      }
      try (ConnectProbe probe = new ConnectProbe(config, LONG)) {
        assertThat(probe.check().state()).isEqualTo(PartState.State.UP);
      }
    }
    server.stop(0);
  }

  /** A worker that hangs takes the time of one timeout, however many tasks it has. */
  @Test
  void workerThatHangs_isSilentAfterTheTimeout() throws Exception {
    List<ServerSocket> hanging = new ArrayList<>();
    Set<String> addresses = new TreeSet<>();
    try {
      for (int i = 0; i < 60; i++) {
        ServerSocket hangs = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        hanging.add(hangs);
        addresses.add("127.0.0.1:" + hangs.getLocalPort());
      }
      List<String> twice = new ArrayList<>(addresses);
      twice.addAll(addresses);
      long begin = System.nanoTime();
      assertThat(
              new WorkerLife(
                      HttpClient.newHttpClient(), "http", Duration.ofSeconds(1), Clock.systemUTC())
                  .look(twice)
                  .silent())
          .containsExactlyInAnyOrderElementsOf(addresses);
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .as("one after another it were a minute at least")
          .isLessThan(Duration.ofSeconds(45));
    } finally {
      for (ServerSocket hangs : hanging) {
        hangs.close();
      }
    }
  }

  /** The HTTP client's own timeout is over with the head of the answer. */
  @Test
  void answerThatStopsInItsMiddle_isGivenUp_andTheNextLookIsOne() throws Exception {
    AtomicBoolean stalls = new AtomicBoolean(true);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    CountDownLatch over = new CountDownLatch(1);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = RUNNING.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body, 0, 10);
          exchange.getResponseBody().flush();
          if (stalls.get()) {
            awaitQuietly(over);
          }
          exchange.getResponseBody().write(body, 10, body.length - 10);
          exchange.close();
        });
    server.start();
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (ConnectProbe probe = probe(url, "so", "si", false, Duration.ofSeconds(2))) {
      // A slow machine may miss the head of an answer, too: it is looked at again, as by a board.
      await()
          .atMost(LONG)
          .untilAsserted(
              () ->
                  assertThatThrownBy(probe::check)
                      .isInstanceOf(ProbeException.class)
                      .hasMessageEndingWith("no whole answer within 2000 ms"));
      stalls.set(false);
      await()
          .atMost(LONG)
          .ignoreExceptions()
          .until(() -> probe.check().state() == PartState.State.UP);
    } finally {
      over.countDown();
      server.stop(0);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A login page, another service, a proxy without its worker. */
  @ParameterizedTest
  @CsvSource({
    "200, <html>log in</html>,"
        + " answered with something that is not JSON; is this the REST API of Kafka Connect?",
    "500, '{}', answered with status 500 and not in Kafka Connect's words: this is the address of"
        + " something else or of a proxy's other path",
    "500, '{\"error_code\":500}', answered with status 500",
    "401, '', refused with status 401; see connect.username and connect.password"
  })
  void whatIsNotConnectsAnswer_isSaidInPlainWords(int status, String body, String words)
      throws Exception {
    HttpServer server = connect(status, body);
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (ConnectProbe probe = probe(url, false)) {
      assertThatThrownBy(probe::check)
          .isInstanceOf(ProbeException.class)
          .hasMessage("Kafka Connect does not answer (connect.url): " + url + ": " + words);
    } finally {
      server.stop(0);
    }
  }

  /** Neither connector is ours: it was called up, and all tasks run, without being asked. */
  @Test
  void withoutConnectorsOfOurs_isAskedAllTheSame() throws Exception {
    HttpServer server = connect("{\"version\":\"3.7.0\"}");
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (ConnectProbe probe = probe(url, "", "", true)) {
      Report report = probe.check();
      assertThat(report.state()).isEqualTo(PartState.State.UP);
      assertThat(report.message()).isEqualTo("neither connect.source nor connect.sink is set");
      server.stop(0);
      assertThatThrownBy(probe::check)
          .isInstanceOf(ProbeException.class)
          .hasMessageContaining("Kafka Connect does not answer (connect.url): " + url);
    } finally {
      server.stop(0);
    }
  }

  private static ConnectProbe probe(URI url, boolean askWorkers) {
    return probe(url, "so", "si", askWorkers);
  }

  private static ConnectProbe probe(URI url, String source, String sink, boolean askWorkers) {
    return probe(url, source, sink, askWorkers, LONG);
  }

  private static ConnectProbe probe(
      URI url, String source, String sink, boolean askWorkers, Duration timeout) {
    return new ConnectProbe(
        new QueryConfig.Connect(
            List.of(url), source, sink, "", "", askWorkers, false, Duration.ofSeconds(1)),
        timeout);
  }
}
