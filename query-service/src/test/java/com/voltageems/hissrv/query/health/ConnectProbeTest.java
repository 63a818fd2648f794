package com.voltageems.hissrv.query.health;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ConnectProbeTest {
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

  @Test
  void pausedOrWithoutTasks_isTrouble() throws IOException {
    describe("{\"connector\":{\"state\":\"PAUSED\"},\"tasks\":[]}");
    describe("{\"connector\":{\"state\":\"RUNNING\"},\"tasks\":[]}");
    describe("{}");

    assertThat(trouble).containsExactly("s is PAUSED", "s has no task", "s is UNKNOWN");
  }

  private static HttpServer connect(String status) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = status.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
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

  /** A worker that hangs takes the time of one timeout, however many tasks it has. */
  @Test
  void workerThatHangs_isSilentAfterTheTimeout() throws Exception {
    try (ServerSocket hangs = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + hangs.getLocalPort();
      long begin = System.nanoTime();
      assertThat(
              new WorkerLife(HttpClient.newHttpClient(), "http", Duration.ofMillis(500))
                  .silent(List.of(address, address)))
          .containsExactly(address);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    }
  }

  private static ConnectProbe probe(URI url, boolean askWorkers) {
    return new ConnectProbe(
        new QueryConfig.Connect(
            List.of(url), "so", "si", "", "", askWorkers, Duration.ofSeconds(1)),
        Duration.ofSeconds(2));
  }
}
