package com.voltageems.hissrv.quickstart;

import static com.voltageems.hissrv.quickstart.HistorySystem.SINK;
import static com.voltageems.hissrv.quickstart.HistorySystem.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.quickstart.site.Connectors;
import com.voltageems.hissrv.quickstart.site.Expect;
import com.voltageems.hissrv.quickstart.site.PendingElements;
import com.voltageems.hissrv.quickstart.site.QueryService;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Parts;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.QuestDb;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.RedisClient;

/**
 * Three workers and two services over one site, as docs/operate/several.md promises it. Field case
 * O1: the worker that holds the list's task dies by {@code kill -9}. Connect waits before it gives
 * the task to another, and says RUNNING all the while; the services tell.
 */
class SeveralInstancesIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int ELEMENTS = 300;

  /** How long Connect waits for a dead worker to come back; five minutes by default. */
  private static final Duration REBALANCE_DELAY = Duration.ofSeconds(15);

  private static final Pattern LEADER = Pattern.compile("leaderUrl='http://([^/']+)/?'");

  private final Installation installation = Installation.find();
  @RegisterExtension final Parts parts = new Parts();

  @TempDir Path dir;

  private record Service(ServerProcess process, HistoryClient client) {}

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void workerWithTheListsTaskKilled_isToldAtOnceAndNothingIsLost(boolean leads) throws Exception {
    RedisServer redis = parts.add(RedisServer.start(dir.resolve("redis")));
    QuestDb database = parts.add(QuestDb.prepare(dir.resolve("questdb")));
    KafkaBroker kafka = parts.add(KafkaBroker.start(dir.resolve("kafka")));
    List<ConnectWorker> workers = workers(kafka);
    database.awaitReady();
    submit(workers.get(0), redis, database, 1);
    ConnectWorker victim = holder(leads, workers, redis, database);
    List<ConnectWorker> others = workers.stream().filter(each -> each != victim).toList();
    // A sink that has no topic to read yet is trouble after a while.
    Map<Long, Double> pushed = push(redis, 110_000);
    Service first = service("first", kafka, database, workers);
    HistoryClient one = first.client();
    HistoryClient two = service("second", kafka, database, workers).client();
    // What keeps them is told where they do not become so.
    for (HistoryClient each : List.of(one, two)) {
      Expect.up(each);
    }

    pushed.putAll(push(redis, 100_000));
    await().atMost(LIMIT).until(() -> pending(one).path("waiting").asLong() > 0);
    victim.kill();
    pushed.putAll(push(redis, 90_000));

    String dead = victim.url().substring("http://".length());
    for (HistoryClient service : List.of(one, two)) {
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(connect(service).path("message").asText())
                      .contains(SOURCE + " task 0 is said to run on " + dead)
                      .contains("does not answer"));
      assertThat(service.get("/health").path("status").asText()).isEqualTo("down");
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                JsonNode source = service.get("/health").path("parts").path("source");
                assertThat(source.path("state").asText()).isEqualTo("degraded");
                assertThat(source.path("message").asText())
                    .contains(SOURCE + " task 0 has reported nothing for");
              });
      assertThat(pending(service).path("waiting").asLong()).as("told last").isPositive();
    }
    assertThat(others.get(0).isRunning(SOURCE, 1)).as("as Connect says").isTrue();

    first.process().kill();
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> isUp(two) && !taskWorker(others.get(0), SOURCE).equals(dead));
    Expect.points(two, "e2e", Map.of("run", "several"), "value", pushed);
    assertThat(Topics.recordsByTime(kafka, "hissrv.pending", "\"run\":\"several\""))
        .hasSize(pushed.size())
        .allSatisfy((time, count) -> assertThat(count).as("records at %s", time).isEqualTo(1));
  }

  private List<ConnectWorker> workers(KafkaBroker kafka) {
    List<ConnectWorker> workers = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      workers.add(
          parts.add(
              ConnectWorker.prepare(
                  dir.resolve("connect-" + name),
                  kafka.bootstrapServers(),
                  List.of(installation.sourceArchive(), installation.sinkArchive()),
                  Map.of(
                      "consumer.metadata.max.age.ms",
                      "2000",
                      "scheduled.rebalance.max.delay.ms",
                      String.valueOf(REBALANCE_DELAY.toMillis())))));
    }
    workers.forEach(ConnectWorker::awaitReady);
    return workers;
  }

  private void submit(ConnectWorker worker, RedisServer redis, QuestDb database, int sinkTasks) {
    Map<String, String> sink = Connectors.sink(installation, database);
    sink.put("tasks.max", String.valueOf(sinkTasks));
    worker.submit(SINK, sink);
    await().atMost(LIMIT).until(() -> worker.isRunning(SINK, sinkTasks));
    Map<String, String> source = Connectors.pending(installation, redis);
    // Small claims and a slow poll, so that the kill meets a list that is not empty.
    source.put("batch.max.records", "5");
    worker.submit(SOURCE, source);
    await().atMost(LIMIT).until(() -> worker.isRunning(SOURCE, 1));
  }

  /** The worker with the list's task; dealt out again until it is one that leads, or does not. */
  private ConnectWorker holder(
      boolean leads, List<ConnectWorker> workers, RedisServer redis, QuestDb database)
      throws IOException {
    for (int attempt = 0; attempt < 8; attempt++) {
      ConnectWorker any = workers.get(attempt % workers.size());
      String holder = taskWorker(any, SOURCE);
      if (holder.equals(leader(workers)) == leads) {
        return workers.stream()
            .filter(worker -> worker.url().endsWith(holder))
            .findFirst()
            .orElseThrow();
      }
      any.delete(SOURCE);
      await().atMost(LIMIT).until(() -> any.send("GET", "/connectors", null).body().size() == 1);
      // One more task of the sink before it: the source's falls to the next worker.
      submit(any, redis, database, attempt % 4 + 2);
    }
    throw new IllegalStateException("leads: the worker that gets the task never is " + leads);
  }

  private static String taskWorker(ConnectWorker asked, String connector) {
    return asked.status(connector).path("tasks").path(0).path("worker_id").asText();
  }

  /** As the workers' own logs say it last: Connect's REST API does not. */
  private String leader(List<ConnectWorker> workers) throws IOException {
    Optional<String> leader = Optional.empty();
    for (String line : Files.readAllLines(workers.get(0).process().log())) {
      Matcher matcher = LEADER.matcher(line);
      if (matcher.find()) {
        leader = Optional.of(matcher.group(1));
      }
    }
    return leader.orElseThrow();
  }

  private Map<Long, Double> push(RedisServer redis, long secondsAgo) {
    try (RedisClient client = RedisClient.create(redis.uri())) {
      return new TreeMap<>(
          PendingElements.push(
              client,
              "several",
              ELEMENTS,
              System.currentTimeMillis() / 1000 - secondsAgo,
              secondsAgo));
    }
  }

  private Service service(
      String name, KafkaBroker kafka, QuestDb database, List<ConnectWorker> workers)
      throws IOException {
    int port = Ports.free();
    Path folder = Files.createDirectories(dir.resolve(name));
    String connect = workers.stream().map(ConnectWorker::url).collect(Collectors.joining(","));
    Path config =
        Files.writeString(
            folder.resolve("query-service.yml"),
            QueryService.settings(
                port, database, kafka.bootstrapServers(), connect, Duration.ofSeconds(3)));
    ServerProcess service = parts.add(QueryService.start(installation, config, port));
    return new Service(service, new HistoryClient("http://127.0.0.1:" + port));
  }

  private static boolean isUp(HistoryClient service) throws InterruptedException {
    return service.get("/health").path("status").asText().equals("up");
  }

  /** What {@code /status} shows of the list. */
  private static JsonNode pending(HistoryClient service) throws InterruptedException {
    return service.get("/status").path("source").path("tasks").path(0).path("parts").path(0);
  }

  private static JsonNode connect(HistoryClient service) throws InterruptedException {
    return service.get("/health").path("parts").path("connect");
  }
}
