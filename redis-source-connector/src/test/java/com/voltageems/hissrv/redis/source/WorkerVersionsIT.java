package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.testkit.ConnectRest;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.RedisServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.StreamEntryID;

/** The installed archive in workers of Connect 3.9 and of the current version. */
class WorkerVersionsIT {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerVersionsIT.class);
  private static final String CLASS = RedisSourceConnector.class.getName();
  private static final String MBEANS = "com.voltageems.hissrv:type=redis-source,";

  /** A full run takes minutes, so it is done only with the long tests. */
  private static final int RESTARTS = Integer.getInteger("hissrv.kill.rounds", 1) > 1 ? 100 : 20;

  /** From here on, the worker's own pools are warm: any further growth is ours. */
  private static final int WARM = 10;

  private static final long HEAP_TOLERANCE = 8L * 1024 * 1024;

  /** Yesterday, which is within the topics' retention by the records' own time. */
  private static final long FIRST_WINDOW = System.currentTimeMillis() / 60_000 * 60 - 86_400;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path dir;

  private static RedisServer redis;
  private static KafkaBroker broker;
  private static RedisClient client;
  private static RedisLink admin;

  @BeforeAll
  static void startServers() {
    redis = RedisServer.start(dir.resolve("redis"));
    client = RedisClient.create("127.0.0.1", redis.port());
    admin = new JedisLink(Readers.config(once("admin")).redis("admin"), () -> {});
    broker = KafkaBroker.start(dir.resolve("kafka"));
  }

  @AfterAll
  static void stopServers() {
    admin.close();
    client.close();
    broker.close();
    redis.close();
  }

  @BeforeEach
  void emptyRedis() {
    client.flushAll();
  }

  @ParameterizedTest
  @EnumSource(ConnectWorker.Version.class)
  void everySource_isDeliveredCountedMovedAndRestarted(ConnectWorker.Version version)
      throws IOException {
    String name = version.name().toLowerCase(Locale.ROOT);
    int jmxPort = Ports.free();
    try (ConnectWorker worker = worker(name, version, jmxPort);
        WorkerJmx jmx = WorkerJmx.connect(jmxPort);
        TopicReader topics = new TopicReader(broker.bootstrapServers(), name + "\\..*")) {
      assertThat(worker.send("GET", "/", null).body().path("version").asText())
          .startsWith(version == ConnectWorker.Version.V3_9 ? "3.9." : "4.");
      validation_tellsExactlyOnceAndWhatToShow(worker, name);
      add(1);
      add(2);
      add(3);
      client.lpush("archive:pending", "no json");
      client.hset("comsrv:1001:m", Map.of("10001", "25.5", "10002", "NaN"));
      worker.submit("once", once(name));
      worker.submit("live", live(name));
      await()
          .atMost(Duration.ofMinutes(2))
          .until(
              () ->
                  worker.isRunning("live", 1)
                      && jmx.names(MBEANS + "connector=live,source=messages,*").size() == 1
                      && value(jmx, "live", "messages", "gaps") == 1);
      client.publish("comsrv:2002:m", "1:7.5:" + FIRST_WINDOW * 1000);
      client.publish("comsrv:2002:m", "high_temp:critical");
      awaitOnce(topics, name, List.of(1, 2, 3), List.of(1, 2, 3));
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                topics.received();
                assertThat(numbers(topics, name + ".live", "10001")).containsExactly(25.5);
                assertThat(numbers(topics, name + ".messages", "1")).containsExactly(7.5);
              });

      metrics_areShown(jmx);
      pluginMetrics_areTheSame(jmx, version);
      positions_areMoved(worker, topics, name);

      restart(worker, "once", 2);
      add(5);
      awaitOnce(topics, name, List.of(1, 2, 3, 4, 5), List.of(1, 2, 3, 3, 4, 5));
      assertThat(value(jmx, "once", "events", "records")).isEqualTo(1);
      pluginMetrics_areTheSame(jmx, version);

      worker.delete("once");
      worker.delete("live");
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                assertThat(worker.send("GET", "/connectors/once", null).status()).isEqualTo(404);
                assertThat(jmx.names("com.voltageems.hissrv:*")).isEmpty();
                assertThat(jmx.names("kafka.connect:type=plugins,*")).isEmpty();
                assertThat(clients("once")).isEmpty();
                assertThat(clients("live")).isEmpty();
              });
      assertThat(Files.readAllLines(worker.process().log()))
          .noneMatch(
              line ->
                  Stream.of(
                          "NoSuchMethodError",
                          "NoSuchFieldError",
                          "NoClassDefFoundError",
                          "AbstractMethodError",
                          "IncompatibleClassChangeError",
                          "ServiceConfigurationError",
                          "uncaught and unrecoverable exception")
                      .anyMatch(line::contains));
    }
  }

  /** Adds {@code number} to each source that keeps a position. */
  private static void add(int number) {
    client.lpush("archive:pending", "{\"measurement\":\"m\",\"fields\":{\"n\":" + number + "}}");
    String key = "archive:1m:" + (FIRST_WINDOW + number * 60L) + ":1001";
    client.hset(key, Map.of("n_last", String.valueOf(number)));
    client.zadd("archive:index:1m", number, key);
    client.xadd("events", StreamEntryID.NEW_ENTRY, Map.of("n", String.valueOf(number)));
  }

  private static Map<String, String> config(String name, Map<String, String> more) {
    Map<String, String> config = new HashMap<>();
    config.put("connector.class", CLASS);
    config.put("tasks.max", "1");
    config.put("redis.uri", "redis://127.0.0.1:" + redis.port());
    config.put("topic.prefix", name + ".");
    config.put("poll.interval.ms", "100");
    config.put("discovery.interval.ms", "200");
    config.putAll(more);
    return config;
  }

  private static Map<String, String> once(String name) {
    Map<String, String> config = config(name, Map.of("sources", "pending,archive1m,events"));
    config.put("exactly.once.support", "required");
    config.put("sources.pending.type", "list");
    config.put("sources.pending.key", "archive:pending");
    config.put("sources.archive1m.type", "archive");
    config.put("sources.archive1m.window", "1m");
    config.put("sources.archive1m.scan", "false");
    config.put("sources.events.type", "stream");
    config.put("sources.events.key", "events");
    return config;
  }

  private static Map<String, String> live(String name) {
    return config(
        name,
        Map.of(
            "sources", "live,messages",
            "sources.live.type", "hash",
            "sources.live.pattern", "comsrv:1001:*",
            "sources.messages.type", "pubsub",
            "sources.messages.pattern", "comsrv:2002:*"));
  }

  private static ConnectWorker worker(String name, ConnectWorker.Version version, int jmxPort) {
    // The workers share a broker, so each has a group and topics of its own.
    return ConnectWorker.start(
        dir.resolve(name),
        broker.bootstrapServers(),
        Plugin.archive(),
        Map.of(
            "group.id", "group-" + name,
            "offset.storage.topic", "connect-offsets-" + name,
            "config.storage.topic", "connect-configs-" + name,
            "status.storage.topic", "connect-status-" + name),
        version,
        WorkerJmx.jvmOptions(jmxPort));
  }

  private static void validation_tellsExactlyOnceAndWhatToShow(ConnectWorker worker, String name) {
    Map<String, String> config = once(name);
    config.put("name", "once");
    JsonNode answer = worker.validate(CLASS, config);
    assertThat(answer.path("error_count").asInt()).as(answer.toString()).isZero();
    assertThat(setting(answer, "redis.mode").path("recommended_values").toString())
        .isEqualTo("[\"standalone\",\"sentinel\",\"cluster\"]");
    assertThat(setting(answer, "redis.nodes").path("visible").asBoolean(true)).isFalse();
    assertThat(setting(answer, "sources.events.key").path("visible").asBoolean(false)).isTrue();
    assertThat(setting(answer, "sources.events.window").path("visible").asBoolean(true)).isFalse();

    config.put("sources.archive1m.scan", "true");
    answer = worker.validate(CLASS, config);
    assertThat(answer.path("error_count").asInt()).isEqualTo(1);
    assertThat(setting(answer, "exactly.once.support").path("errors")).hasSize(1);
  }

  private static JsonNode setting(JsonNode answer, String name) {
    for (JsonNode config : answer.path("configs")) {
      if (config.path("value").path("name").asText().equals(name)) {
        return config.path("value");
      }
    }
    throw new AssertionError(name + " is not in " + answer);
  }

  private static List<Double> numbers(TopicReader topics, String topic, String field) {
    return topics.received().stream()
        .filter(record -> record.topic().equals(topic))
        .map(record -> record.field(field))
        .toList();
  }

  private static void awaitOnce(
      TopicReader topics, String name, List<Integer> numbers, List<Integer> events) {
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              topics.received();
              assertNumbers(numbers(topics, name + ".pending", "n"), numbers);
              assertNumbers(numbers(topics, name + ".archive1m", "n_last"), numbers);
              assertNumbers(numbers(topics, name + ".events", "n"), events);
            });
    // A repeated record would come right after it.
    for (int i = 0; i < 3; i++) {
      topics.received();
    }
    assertNumbers(numbers(topics, name + ".pending", "n"), numbers);
    assertNumbers(numbers(topics, name + ".archive1m", "n_last"), numbers);
    assertNumbers(numbers(topics, name + ".events", "n"), events);
  }

  /** In any order, because a topic has more than one partition. */
  private static void assertNumbers(List<Double> arrived, List<Integer> expected) {
    assertThat(arrived.stream().map(Double::intValue).sorted().toList()).isEqualTo(expected);
  }

  private static String bean(String connector, String source) {
    return MBEANS
        + "connector="
        + connector
        + ",task=0"
        + (source.isEmpty() ? "" : ",source=" + source);
  }

  private static long value(WorkerJmx jmx, String connector, String source, String metric) {
    Long value = jmx.values(bean(connector, source)).get(metric);
    assertThat(value).as(metric).isNotNull();
    return Objects.requireNonNull(value);
  }

  private static void metrics_areShown(WorkerJmx jmx) {
    assertThat(jmx.names("com.voltageems.hissrv:*")).hasSize(7);
    for (String connector : List.of("once", "live")) {
      Map<String, Long> task = jmx.values(bean(connector, ""));
      assertThat(task.get("polls")).isPositive();
      assertThat(task.get("poll-time-total-ms"))
          .isPositive()
          .isGreaterThanOrEqualTo(task.get("read-time-total-ms"));
      assertThat(task.get("redis-round-trips")).isPositive();
      assertThat(task.get("redis-failures")).isZero();
    }
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              assertCounts(
                  jmx.values(bean("once", "pending")),
                  Map.of("records", 3L, "points", 3L, "rejected-element", 1L, "claims", 1L));
              assertCounts(
                  jmx.values(bean("once", "archive1m")),
                  Map.of(
                      "records", 3L,
                      "points", 3L,
                      "newest-window-start-s", FIRST_WINDOW + 180));
              assertCounts(jmx.values(bean("once", "events")), Map.of("records", 3L, "points", 3L));
              Map<String, Long> live = jmx.values(bean("live", "live"));
              assertCounts(
                  live, Map.of("records", 1L, "points", 1L, "rejected-non-finite", 1L, "keys", 1L));
              assertThat(live.get("unchanged-skipped")).isPositive();
              assertCounts(
                  jmx.values(bean("live", "messages")),
                  Map.of("records", 1L, "points", 1L, "rejected-no-sample", 1L, "gaps", 1L));
            });
  }

  /** Asserts these counts, and zero for every other counter of errors. */
  private static void assertCounts(Map<String, Long> values, Map<String, Long> expected) {
    assertThat(values).containsAllEntriesOf(expected);
    long rejected = 0;
    for (Map.Entry<String, Long> value : values.entrySet()) {
      boolean reason = value.getKey().startsWith("rejected-");
      rejected += reason ? value.getValue() : 0;
      if (!expected.containsKey(value.getKey())
          && (reason
              || Set.of("gaps", "claims", "filtered", "messages-dropped", "index-resets")
                  .contains(value.getKey()))) {
        assertThat(value.getValue()).as(value.getKey()).isZero();
      }
    }
    assertThat(values.get("rejected")).isEqualTo(rejected);
  }

  private static void pluginMetrics_areTheSame(WorkerJmx jmx, ConnectWorker.Version version) {
    if (version == ConnectWorker.Version.V3_9) {
      assertThat(jmx.names("kafka.connect:type=plugins,*")).isEmpty();
      return;
    }
    Map<String, List<String>> sources =
        Map.of(
            "once", List.of("", "pending", "archive1m", "events"),
            "live", List.of("", "live", "messages"));
    List<String> expected = new ArrayList<>();
    sources.forEach(
        (connector, names) -> {
          for (String source : names) {
            String tags = source.isEmpty() ? "" : "source=" + source + ",";
            String plugin = "kafka.connect:connector=" + connector + "," + tags;
            expected.add(plugin + "task=0,type=plugins");
            // The tasks go on meanwhile, so one set of metrics is read before and after the other.
            Map<String, Long> before = jmx.values(bean(connector, source));
            Map<String, Long> between = jmx.values(plugin + "task=0,type=plugins");
            Map<String, Long> after = jmx.values(bean(connector, source));
            assertThat(between.keySet()).isEqualTo(before.keySet());
            between.forEach(
                (metric, value) ->
                    assertThat(value)
                        .as(plugin + metric)
                        .isBetween(before.get(metric), after.get(metric)));
          }
        });
    assertThat(jmx.names("kafka.connect:type=plugins,*"))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  private static void positions_areMoved(ConnectWorker worker, TopicReader topics, String name) {
    assertThat(worker.send("PUT", "/connectors/once/stop", null).status()).isLessThan(300);
    await()
        .atMost(Duration.ofMinutes(2))
        .until(
            () ->
                worker.status("once").path("connector").path("state").asText().equals("STOPPED")
                    && worker.status("once").path("tasks").isEmpty());
    add(4);
    ConnectRest.Answer refused =
        patch(worker, Map.of("type", "stream", "key", "evnets"), Map.of("id", "1-1"));
    assertThat(refused.status()).isGreaterThanOrEqualTo(400);
    assertThat(refused.body().path("message").asText()).contains("key=evnets");
    refused = patch(worker, Map.of("type", "stream", "key", "events"), Map.of("id", "yesterday"));
    assertThat(refused.status()).isGreaterThanOrEqualTo(400);
    assertThat(refused.body().path("message").asText()).contains("yesterday");

    String second = client.xrange("events", "-", "+").get(1).getID().toString();
    assertThat(
            patch(worker, Map.of("type", "stream", "key", "events"), Map.of("id", second)).status())
        .isEqualTo(200);
    worker.send("PUT", "/connectors/once/resume", null);
    awaitOnce(topics, name, List.of(1, 2, 3, 4), List.of(1, 2, 3, 3, 4));
  }

  private static ConnectRest.Answer patch(
      ConnectWorker worker, Map<String, String> partition, Map<String, String> offset) {
    return worker.send(
        "PATCH",
        "/connectors/once/offsets",
        Map.of("offsets", List.of(Map.of("partition", partition, "offset", offset))));
  }

  /** Restarts connector and tasks, and waits until every task is connected to Redis again. */
  private static void restart(ConnectWorker worker, String connector, int connections) {
    Set<String> before = clients(connector);
    assertThat(
            worker
                .send("POST", "/connectors/" + connector + "/restart?includeTasks=true", null)
                .status())
        .isEqualTo(202);
    // The reported state may still be the one before the restart; the connections distinguish one
    // task from the next.
    await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              Set<String> now = clients(connector);
              return now.size() == connections
                  && Collections.disjoint(before, now)
                  && worker.isRunning(connector, 1);
            });
  }

  /** Returns the ids of a connector's connections to Redis. */
  private static Set<String> clients(String connector) {
    byte[] list = (byte[]) Objects.requireNonNull(admin.call(Command.of("CLIENT", "LIST")));
    return new String(list, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains(" name=hissrv-" + connector + "-"))
        .map(line -> line.substring(0, line.indexOf(' ')))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static int connectedClients() {
    return client
        .info("clients")
        .lines()
        .filter(line -> line.startsWith("connected_clients:"))
        .mapToInt(line -> Integer.parseInt(line.substring(line.indexOf(':') + 1).trim()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void manyRestarts_leaveNoThreadNoConnectionAndNoMemoryBehind() {
    int jmxPort = Ports.free();
    // Two links, two subscriptions to the control channel, one subscription to the messages.
    int connections = 5;
    try (ConnectWorker worker = worker("restarts", ConnectWorker.Version.CURRENT, jmxPort);
        WorkerJmx jmx = WorkerJmx.connect(jmxPort)) {
      for (int i = 0; i < 100; i++) {
        add(i);
        client.hset("comsrv:1001:" + i, Map.of("10001", "25.5"));
      }
      Map<String, String> config = once("restarts");
      config.putAll(live("restarts"));
      config.put("sources", "pending,archive1m,events,live,messages");
      config.put("exactly.once.support", "requested");
      config.put("tasks.max", "2");
      worker.submit("restarts", config);
      await()
          .atMost(Duration.ofMinutes(2))
          .until(
              () -> worker.isRunning("restarts", 2) && clients("restarts").size() == connections);
      long start = System.nanoTime();
      for (int i = 0; i < WARM; i++) {
        restart(worker, "restarts", connections);
      }
      Map<String, Long> threads = ours(jmx);
      // Idle threads of the pool that runs connector and tasks: they are kept for a minute.
      threads.put("pool-#-thread-#", 3L);
      int clients = connectedClients();
      long heap = jmx.usedHeap();
      for (int i = WARM; i < RESTARTS; i++) {
        restart(worker, "restarts", connections);
      }
      LOG.info(
          "{} restarts in {} ms",
          RESTARTS,
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
      // The worker may need a moment to clean up after a task that has just ended.
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                Map<String, Long> now = ours(jmx);
                now.forEach(
                    (name, count) ->
                        assertThat(count)
                            .as(name)
                            .isLessThanOrEqualTo(threads.getOrDefault(name, 0L)));
                assertThat(connectedClients()).isEqualTo(clients);
                assertThat(jmx.names("com.voltageems.hissrv:*")).hasSize(9);
                assertThat(jmx.usedHeap()).isLessThanOrEqualTo(heap + HEAP_TOLERANCE);
              });
      LOG.info("heap {} then {}, threads {} then {}", heap, jmx.usedHeap(), threads, ours(jmx));
    }
  }

  /**
   * Returns all threads except those of the worker's pools, which grow by themselves up to a limit.
   */
  private static Map<String, Long> ours(WorkerJmx jmx) {
    Map<String, Long> threads = jmx.threads();
    threads
        .keySet()
        .removeIf(
            name ->
                name.startsWith("RMI ")
                    || name.startsWith("JMX ")
                    || name.startsWith("qtp")
                    || name.startsWith("StartAndStopExecutor"));
    return threads;
  }
}
