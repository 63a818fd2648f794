package com.voltageems.hissrv.query.health.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.ConnectFacts;
import com.voltageems.hissrv.query.health.DeadLetterTopics;
import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.ProbeException;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.SettableClock;
import com.voltageems.hissrv.query.health.SinkTopics;
import com.voltageems.hissrv.query.health.Telling;
import com.voltageems.hissrv.query.health.kafka.KafkaAccess;
import com.voltageems.hissrv.query.health.kafka.NoLeaderException;
import com.voltageems.hissrv.testkit.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Kafka tells of the pipeline, against a real broker. */
class PipelineProbesIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(45);
  private static final Duration STUCK = Duration.ofMinutes(1);
  private static final Duration COMMIT = Duration.ofSeconds(10);

  private static KafkaBroker broker;
  private static Admin admin;

  @BeforeAll
  static void start(@TempDir Path dir) {
    broker = KafkaBroker.start(dir);
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }

  @AfterAll
  static void stop() {
    admin.close();
    broker.close();
  }

  private static KafkaAccess access() {
    return new KafkaAccess(
        new QueryConfig.Kafka(broker.bootstrapServers(), "dead", "status", Map.of()), TIMEOUT);
  }

  private static SinkProbe sink(KafkaAccess kafka, String name, SettableClock clock) {
    return new SinkProbe(kafka, name, () -> ConnectFacts.UNKNOWN, STUCK, COMMIT, clock);
  }

  @Test
  void figures_followTheCommittedOffsets() throws Exception {
    TopicPartition first = new TopicPartition("hissrv.a", 0);
    TopicPartition second = new TopicPartition("hissrv.a", 1);
    try (KafkaAccess kafka = access();
        SinkProbe probe = sink(kafka, "figures", new SettableClock())) {
      // Nothing there yet: zeros and no time, not a failure.
      assertThat(figures(probe)).isEqualTo(figures(0, 0, null, null));

      topic("hissrv.a", 2, Map.of());
      send("plain", false, first, 10, 1000);
      send("plain", false, second, 4, 5000);
      commit("figures", Map.of(first, 7L, second, 4L));
      // The last committed records are number 6 (1006) and number 3 (5003).
      assertThat(figures(probe))
          .isEqualTo(figures(11, 3, "1970-01-01T00:00:05.003Z", "1970-01-01T00:00:01.006Z"));

      // A transaction ends with a marker that takes an offset but is no record.
      send("exact", true, first, 5, 9000);
      commit("figures", Map.of(first, 15L));
      assertThat(figures(probe)).isEqualTo(figures(19, 0, "1970-01-01T00:00:09.004Z", null));
      send("exact", true, first, 2, 9500);
      assertThat(figures(probe))
          .containsEntry("queue_size", 2L)
          .containsEntry("arrived_until", "1970-01-01T00:00:09.004Z");

      // Many waiting: not counted one by one.
      send("plain", false, second, 500, 100);
      assertThat(figures(probe))
          .containsEntry("queue_size", 502L)
          .containsEntry("arrived_until", "1970-01-01T00:00:05.003Z");

      // Of one that was never committed the first record tells.
      topic("hissrv.b", 1, Map.of());
      send("plain", false, new TopicPartition("hissrv.b", 0), 3, 50);
      commit("figures", Map.of(new TopicPartition("hissrv.b", 0), 0L));
      assertThat(figures(probe)).containsEntry("arrived_until", "1970-01-01T00:00:00.050Z");

      // Set back to read again: the last committed one known is no longer before those that wait.
      commit("figures", Map.of(new TopicPartition("hissrv.b", 0), 3L));
      assertThat(figures(probe)).containsEntry("arrived_until", "1970-01-01T00:00:05.003Z");
      commit("figures", Map.of(new TopicPartition("hissrv.b", 0), 0L));
      assertThat(figures(probe)).containsEntry("arrived_until", "1970-01-01T00:00:00.050Z");

      // Only aborted records: nothing is on its way.
      TopicPartition aborted = new TopicPartition("hissrv.c", 0);
      topic("hissrv.c", 1, Map.of());
      abort(aborted, 60);
      commit("figures", Map.of(new TopicPartition("hissrv.b", 0), 3L, aborted, 0L));
      assertThat(figures(probe)).containsEntry("arrived_until", "1970-01-01T00:00:05.003Z");
      admin.deleteTopics(List.of("hissrv.b", "hissrv.c")).all().get();

      admin.deleteTopics(List.of("hissrv.a")).all().get();
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(figures(probe)).isEqualTo(figures(0, 0, null, null)));
    }
  }

  @Test
  void cluster_countsDeadLetters_andTellsTheLast() throws Exception {
    try (KafkaProbe probe = new KafkaProbe(access(), "dead", () -> ConnectFacts.UNKNOWN)) {
      assertThat(probe.check().detail())
          .isEqualTo(
              Map.of(
                  "brokers",
                  1,
                  "failed",
                  0L,
                  "failed_grown",
                  0L,
                  "failed_by_topic",
                  Map.of("dead", 0L),
                  "failed_not_counted",
                  Map.of(),
                  "last_failed",
                  List.of(),
                  "lacking_copies",
                  0,
                  "leaderless",
                  0));
      topic("dead", 1, Map.of());
      send("plain", false, new TopicPartition("dead", 0), 30, 100);
      Map<String, @Nullable Object> detail = probe.check().detail();
      assertThat(detail).containsEntry("failed", 30L);
      assertThat(lastFailed(detail))
          .as("without headers")
          .hasSize(10)
          .allSatisfy(one -> assertThat(one).containsEntry("reason", null));

      try (KafkaProducer<byte[], byte[]> producer = producer(null)) {
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>("dead", 0, 5_000L, bytes("k"), bytes("token=s3cret"));
        record.headers().add("__connect.errors.topic", bytes("hissrv.live"));
        record.headers().add("__connect.errors.partition", bytes("2"));
        record.headers().add("__connect.errors.offset", bytes("4711"));
        record.headers().add("__connect.errors.exception.message", bytes("field 'p'\nis a text"));
        producer.send(record).get();
      }
      assertThat(lastFailed(probe.check().detail()).get(0))
          .containsEntry("time", "1970-01-01T00:00:05Z")
          .containsEntry("topic", "hissrv.live")
          .containsEntry("partition", 2L)
          .containsEntry("offset", 4711L)
          .containsEntry("reason", "field 'p' is a text");
    }
  }

  /** What another sink could not write is missing in the same history. */
  @Test
  void deadLettersOfOtherSinks_countToo_andWhatTheyHadBeforeIsNoGrowth() throws Exception {
    topic("dead.own", 1, Map.of());
    topic("dead.other", 2, Map.of("cleanup.policy", "compact"));
    send("plain", false, new TopicPartition("dead.own", 0), 3, 100);
    send("plain", false, new TopicPartition("dead.other", 1), 500, 200);
    AtomicReference<ConnectFacts> facts = new AtomicReference<>(ConnectFacts.UNKNOWN);
    try (KafkaProbe probe = new KafkaProbe(access(), "dead.own", facts::get)) {
      assertThat(probe.check().detail()).containsEntry("failed", 3L);
      facts.set(
          new ConnectFacts(
              OptionalInt.empty(),
              Telling.UNKNOWN,
              SinkTopics.UNKNOWN,
              "",
              Set.of(),
              new DeadLetterTopics(
                  true,
                  Map.of("own", "dead.own", "other", "dead.other", "none-yet", "dead.none"),
                  Map.of("third", "it has no dead-letter topic"))));
      Report report = probe.check();
      assertThat(report.detail())
          .containsEntry("failed", 503L)
          .containsEntry("failed_grown", 0L)
          .containsEntry(
              "failed_by_topic", Map.of("dead.own", 3L, "dead.other", 500L, "dead.none", 0L))
          .containsEntry("failed_not_counted", Map.of("third", "it has no dead-letter topic"));
      assertThat(lastFailed(report.detail())).hasSize(10);
      assertThat(report.message()).contains("Kafka may remove dead letters of dead.other for");
      send("plain", false, new TopicPartition("dead.other", 0), 4, 300);
      topic("dead.none", 1, Map.of());
      send("plain", false, new TopicPartition("dead.none", 0), 2, 300);
      assertThat(probe.check().detail())
          .containsEntry("failed", 509L)
          .containsEntry("failed_grown", 6L);
    }
  }

  /** A dead letter of the same series took the place of the one before. */
  @Test
  void deadLettersThatAreCompacted_areDegraded() throws Exception {
    topic("dead.compact", 1, Map.of("cleanup.policy", "compact"));
    try (KafkaProbe probe = new KafkaProbe(access(), "dead.compact", () -> ConnectFacts.UNKNOWN)) {
      Report report = probe.check();
      assertThat(report.state()).isEqualTo(State.DEGRADED);
      assertThat(report.message())
          .isEqualTo(
              "1 broker; Kafka may remove dead letters of dead.compact for a newer one of the same"
                  + " key: set cleanup.policy=delete, now compact");
    }
  }

  private static List<Map<String, @Nullable Object>> lastFailed(
      Map<String, @Nullable Object> detail) {
    @SuppressWarnings("unchecked")
    List<Map<String, @Nullable Object>> last =
        (List<Map<String, @Nullable Object>>) Objects.requireNonNull(detail.get("last_failed"));
    return last;
  }

  private static Map<String, @Nullable Object> figures(SinkProbe probe) throws Exception {
    Report report = probe.check();
    assertThat(report.state()).as(report.message()).isEqualTo(State.UP);
    Map<String, @Nullable Object> figures = new HashMap<>(report.detail());
    assertThat(figures.remove("consumer_group")).isEqualTo("connect-figures");
    assertThat(figures.remove("stuck")).isEqualTo(List.of());
    assertThat(figures.remove("lost")).isEqualTo(List.of());
    return figures;
  }

  private static Map<String, @Nullable Object> figures(
      long processed, long queued, @Nullable String lastSync, @Nullable String arrivedUntil) {
    Map<String, @Nullable Object> figures = new HashMap<>();
    figures.put("processed", processed);
    figures.put("queue_size", queued);
    figures.put("last_sync", lastSync);
    figures.put("arrived_until", arrivedUntil);
    return figures;
  }

  /** Issue 12: a request that is repeated for too long, told in the commit's metadata. */
  @Test
  void sinkThatRepeatsOneRequest_isDegradedWithRecordAndReason() throws Exception {
    TopicPartition one = topic("held", 1, Map.of());
    send("plain", false, one, 10, 1000);
    SettableClock clock = new SettableClock();
    try (KafkaAccess kafka = access();
        SinkProbe probe = sink(kafka, "held", clock)) {
      commit("held", Map.of(one, 3L));
      assertThat(probe.check().state()).isEqualTo(State.UP);

      clock.pass(Duration.ofSeconds(5));
      String since = clock.instant().minusSeconds(2).toString();
      String hold =
          hold(clock.instant().minusSeconds(2), "HTTP 500: token=s3cret engine is closed");
      commit("held", one, 3, hold);
      assertThat(probe.check().state()).isEqualTo(State.UP);

      clock.pass(Duration.ofSeconds(58));
      Report report = probe.check();
      assertThat(report.state()).isEqualTo(State.DEGRADED);
      assertThat(report.message())
          .isEqualTo(
              "held partition 0 offset 4 is stuck for 60 s (since "
                  + since
                  + "): HTTP 500: token=*** engine is closed; tried 17 times, 7 records wait");
      assertThat(String.valueOf(report.detail().get("stuck")))
          .contains("topic=held, partition=0, offset=4, since=" + since);
      assertThat(report.gauges().toString())
          .contains("hissrv_sink_stuck_seconds")
          .contains("value=60.0");

      // A service that starts now knows it at once, and since when.
      try (KafkaAccess again = access();
          SinkProbe restarted = sink(again, "held", clock)) {
        assertThat(restarted.check().message()).isEqualTo(report.message());
      }

      commit("held", Map.of(one, 10L));
      assertThat(probe.check().state()).isEqualTo(State.UP);
    }
  }

  private static String hold(Instant since, String reason) {
    return "{\"version\":1,\"task\":0,\"since\":"
        + since.toEpochMilli()
        + ",\"tries\":17,\"offset\":4,\"reason\":\""
        + reason
        + "\"}";
  }

  @Test
  void metadataOfOtherWriters_isNoTrouble() throws Exception {
    TopicPartition one = topic("garbage", 1, Map.of());
    send("plain", false, one, 10, 1000);
    try (KafkaAccess kafka = access();
        SinkProbe probe = sink(kafka, "garbage", new SettableClock())) {
      for (String metadata : List.of("host-7", "{", "[]", "{\"since\":\"x\"}", "{\"since\":-1}")) {
        commit("garbage", one, 3, metadata);
        assertThat(probe.check().state()).as(metadata).isEqualTo(State.UP);
      }
    }
  }

  /** Issue 12: an offset that does not move while records wait, with no word of the task. */
  @Test
  void sinkThatSaysNothing_isDegradedWhenItsOffsetStands() throws Exception {
    TopicPartition one = topic("stands", 1, Map.of());
    send("plain", false, one, 10, 1000);
    commit("stands", Map.of(one, 3L));
    SettableClock clock = new SettableClock();
    try (KafkaAccess kafka = access();
        SinkProbe probe = sink(kafka, "stands", clock)) {
      Instant first = clock.instant();
      assertThat(probe.check().state()).isEqualTo(State.UP);
      clock.pass(Duration.ofSeconds(69));
      assertThat(probe.check().state()).isEqualTo(State.UP);
      clock.pass(Duration.ofSeconds(1));
      Report report = probe.check();
      assertThat(report.state()).isEqualTo(State.DEGRADED);
      assertThat(report.message())
          .isEqualTo(
              "stands partition 0 offset 3 has not moved for 70 s (since "
                  + first
                  + "): 7 records wait, and no task of stands reads that partition: one of a new topic"
                  + " is read after the worker's consumer.metadata.max.age.ms (5 minutes by default);"
                  + " else the worker's log tells why: a right of its user of Kafka may be missing"
                  + " (Describe and Read on the topic, Read on the group)");

      commit("stands", Map.of(one, 4L));
      assertThat(probe.check().state()).isEqualTo(State.UP);
      clock.pass(Duration.ofSeconds(69));
      assertThat(probe.check().state()).isEqualTo(State.UP);
    }
  }

  /** After a start of ours the broker's time of the first waiting record tells since when. */
  @Test
  void standstillBeforeOurStart_isNeverGreen() throws Exception {
    TopicPartition one = topic("before", 1, Map.of("message.timestamp.type", "LogAppendTime"));
    send("plain", false, one, 10, 1000);
    commit("before", Map.of(one, 3L));
    SettableClock clock = new SettableClock(Instant.now().plus(Duration.ofMinutes(10)));
    try (KafkaAccess kafka = access();
        SinkProbe probe = sink(kafka, "before", clock)) {
      Report report = probe.check();
      assertThat(report.state()).isEqualTo(State.UNKNOWN);
      assertThat(report.message()).contains("before partition 0 offset 3: 7 records wait for 1");
      clock.pass(Duration.ofSeconds(70));
      report = probe.check();
      assertThat(report.state()).isEqualTo(State.DEGRADED);
      assertThat(report.message()).contains("has not moved for 11 min");

      // It moves after all: a backlog, no standstill.
      commit("before", Map.of(one, 4L));
      assertThat(probe.check().state()).isEqualTo(State.UP);
    }
  }

  @Test
  void markersOfTransactions_doNotWait() throws Exception {
    TopicPartition one = topic("markers", 1, Map.of());
    send("exact2", true, one, 2, 1000);
    commit("markers", Map.of(one, 2L));
    SettableClock clock = new SettableClock();
    try (KafkaAccess kafka = access();
        SinkProbe probe = sink(kafka, "markers", clock)) {
      assertThat(probe.check().state()).isEqualTo(State.UP);
      clock.pass(Duration.ofHours(1));
      assertThat(probe.check().state()).isEqualTo(State.UP);
    }
  }

  private static SourceProbe source(
      KafkaAccess kafka, String topic, OptionalInt tasks, SettableClock clock) {
    return source(kafka, topic, tasks, Telling.UNKNOWN, clock);
  }

  private static SourceProbe source(
      KafkaAccess kafka, String topic, OptionalInt tasks, Telling telling, SettableClock clock) {
    ConnectFacts facts = new ConnectFacts(tasks, telling, SinkTopics.UNKNOWN);
    return new SourceProbe(kafka, topic, "src", () -> facts, STUCK, clock);
  }

  /** The worker's log is the only other place that names the topic. */
  @Test
  void sourceWhoseRecordIsTooLargeForItsTopic_isDegradedWithTheLimits() throws Exception {
    topic("small.a", 1, Map.of("max.message.bytes", "20000"));
    topic("small.b", 1, Map.of());
    for (boolean tooLarge : new boolean[] {true, false}) {
      ConnectFacts facts =
          new ConnectFacts(
              OptionalInt.of(1),
              Telling.UNKNOWN,
              SinkTopics.UNKNOWN,
              "small.",
              Set.of("small.a", "small.b", "small.none"),
              DeadLetterTopics.UNKNOWN,
              tooLarge);
      try (KafkaAccess kafka = access();
          SourceProbe source =
              new SourceProbe(kafka, "none", "src", () -> facts, STUCK, new SettableClock())) {
        Report report = source.check();
        assertThat(report.state()).isEqualTo(tooLarge ? State.DEGRADED : State.UP);
        if (tooLarge) {
          assertThat(report.message()).endsWith("small.a 20000, small.b 1048588");
        }
      }
    }
  }

  /**
   * The topics cannot be created: the source runs, writes nothing and says nothing. It was healthy
   * for ever.
   */
  @Test
  void sourceThatHasNeverToldAnything_isDegraded() throws Exception {
    SettableClock clock = new SettableClock();
    Instant first = clock.instant();
    try (KafkaAccess kafka = access();
        SourceProbe told = source(kafka, "never", OptionalInt.of(2), Telling.on("never"), clock);
        SourceProbe off = source(kafka, "never", OptionalInt.of(2), Telling.OFF, clock);
        SourceProbe unknown = source(kafka, "never", OptionalInt.empty(), clock)) {
      for (SourceProbe probe : List.of(told, off, unknown)) {
        assertThat(probe.check().state()).isEqualTo(State.UP);
      }
      clock.pass(STUCK);
      Report report = told.check();
      assertThat(report.state()).isEqualTo(State.DEGRADED);
      assertThat(report.message())
          .isEqualTo(
              "src has reported nothing for 60 s (since "
                  + first
                  + "): there is no topic never; see its worker's log, and whether topic never"
                  + " (kafka.status.topic) and the source's data topics exist or may be created"
                  + " (topic.creation.* of the source, auto.create.topics.enable of the broker)");
      assertThat(off.check().message())
          .isEqualTo("reports nothing: the source's status.topic is empty");
      // It may be an older plugin.
      assertThat(unknown.check().state()).isEqualTo(State.UP);

      // The topic has been made; still nothing comes.
      TopicPartition made = topic("never", 1, Map.of());
      assertThat(told.check().message())
          .startsWith(
              "src has reported nothing for 60 s (since " + first + "): see its worker's log");
      assertThat(unknown.check().state()).isEqualTo(State.UP);
      clock.pass(STUCK);
      assertThat(unknown.check().state()).isEqualTo(State.DEGRADED);

      sendText(made, clock, status("src", 0, clock.instant(), "ok", 0));
      assertThat(unknown.check().message()).isEqualTo("all parts read");
      // Task 1 has yet to.
      assertThat(told.check().message()).startsWith("src task 1 has reported nothing for 2 min");
      sendText(made, clock, status("src", 1, clock.instant(), "ok", 0));
      assertThat(told.check().message()).isEqualTo("all parts read");

      // The topic is deleted under it, and made again: no record of the new one is missed.
      admin.deleteTopics(List.of("never")).all().get();
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> assertThat(told.check().message()).contains("there is no topic never"));
      clock.pass(STUCK.plusSeconds(11));
      assertThat(told.check().message()).contains("src task 0 has reported nothing for 71 s");
      sendText(
          topic("never", 1, Map.of()),
          clock,
          status("src", 0, clock.instant(), "ok", 0),
          status("src", 1, clock.instant(), "ok", 0));
      assertThat(told.check().message()).isEqualTo("all parts read");
    }
  }

  private static ConnectFacts reading(SinkTopics topics) {
    return new ConnectFacts(OptionalInt.empty(), Telling.UNKNOWN, topics);
  }

  /** A sink whose topics do not exist: "moves; 0 records wait" was all that was said, for ever. */
  @Test
  void sinkOfTopicsThatDoNotExist_isDegraded() throws Exception {
    SettableClock clock = new SettableClock();
    ConnectFacts facts = reading(new SinkTopics(true, List.of("nowhere.a", "nowhere.b"), ""));
    try (KafkaAccess kafka = access();
        SinkProbe probe = new SinkProbe(kafka, "nowhere", () -> facts, STUCK, COMMIT, clock)) {
      assertThat(probe.check().state()).isEqualTo(State.UP);
      clock.pass(STUCK);
      Report report = probe.check();
      assertThat(report.state()).isEqualTo(State.DEGRADED);
      assertThat(report.message())
          .isEqualTo("none of the sink's topics exists: nowhere.a, nowhere.b");

      topic("nowhere.a", 1, Map.of());
      report = probe.check();
      assertThat(report.state()).isEqualTo(State.UP);
      assertThat(report.message()).isEqualTo("moves; 0 records wait; not there yet: nowhere.b");
    }
  }

  /** The shipped configurations read by an expression: one that matches nothing was healthy. */
  @Test
  void sinkWhoseExpressionMatchesNoTopic_isDegraded() throws Exception {
    SettableClock clock = new SettableClock();
    ConnectFacts facts = reading(new SinkTopics(true, List.of(), "unmatched\\..*"));
    try (KafkaAccess kafka = access();
        SinkProbe probe = new SinkProbe(kafka, "unmatched", () -> facts, STUCK, COMMIT, clock)) {
      assertThat(probe.check().state()).isEqualTo(State.UP);
      clock.pass(STUCK);
      Report report = probe.check();
      assertThat(report.state()).isEqualTo(State.DEGRADED);
      assertThat(report.message())
          .isEqualTo("no topic matches the sink's topics.regex: unmatched\\..*");

      topic("unmatched.a", 1, Map.of());
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> assertThat(probe.check().message()).isEqualTo("moves; 0 records wait"));
    }
  }

  /** The consumer goes on behind them and says nothing; and nothing waited, as it was told. */
  @Test
  void recordsThatKafkaDeletedBeforeTheSink_areTold() throws Exception {
    TopicPartition one = topic("retained", 1, Map.of());
    send("plain", false, one, 10, 1000);
    commit("retained", Map.of(one, 3L));
    SettableClock clock = new SettableClock();
    Instant since = clock.instant();
    try (KafkaAccess kafka = access();
        SinkProbe probe = sink(kafka, "retained", clock)) {
      assertThat(probe.check().state()).isEqualTo(State.UP);
      admin.deleteRecords(Map.of(one, RecordsToDelete.beforeOffset(6))).all().get();

      Report report = probe.check();
      String lost =
          "; Kafka deleted 3 records before the sink committed them, last of retained partition 0"
              + " offsets 3 to 5 (seen "
              + since
              + "): see the topic's retention.ms and retention.bytes";
      assertThat(report.state()).isEqualTo(State.DEGRADED);
      assertThat(report.message()).isEqualTo("moves; 4 records wait" + lost);
      assertThat(report.detail())
          .containsEntry("queue_size", 4L)
          .containsEntry("last_sync", "1970-01-01T00:00:01.002Z");
      assertThat(report.detail().get("lost"))
          .isEqualTo(
              List.of(
                  Map.of(
                      "topic",
                      "retained",
                      "partition",
                      0,
                      "from_offset",
                      3L,
                      "to_offset",
                      5L,
                      "since",
                      since.toString(),
                      "sure",
                      true)));
      assertThat(report.gauges().toString()).contains("hissrv_sink_lost_records").contains("3.0");

      // It goes on behind them; that they are gone stays told.
      commit("retained", Map.of(one, 10L));
      report = probe.check();
      assertThat(report.state()).isEqualTo(State.UP);
      assertThat(report.message()).isEqualTo("moves; 0 records wait" + lost);
    }
  }

  /**
   * A topic of the sink's that its user may not see: Kafka tells the task nothing of it, so that it
   * has no partition of it and no offset, and all was green while its records waited for ever.
   */
  @Test
  void topicThatNoTaskReads_isDegraded() throws Exception {
    TopicPartition unseen = topic("unseen.live", 1, Map.of());
    topic("unseenlive", 1, Map.of());
    send("plain", false, unseen, 2, 1000);
    send("plain", false, new TopicPartition("unseenlive", 0), 1, 1000);
    SettableClock clock = new SettableClock();
    for (SinkTopics topics :
        List.of(
            new SinkTopics(true, List.of(), "unseen\\..*"),
            new SinkTopics(true, List.of("unseen.live"), ""))) {
      ConnectFacts facts = new ConnectFacts(OptionalInt.empty(), Telling.UNKNOWN, topics);
      try (KafkaAccess kafka = access();
          SinkProbe probe = new SinkProbe(kafka, "unseen", () -> facts, STUCK, COMMIT, clock)) {
        assertThat(probe.check().detail()).containsEntry("queue_size", 2L);
        clock.pass(STUCK.plus(COMMIT));
        Report report = probe.check();
        assertThat(report.state()).isEqualTo(State.DEGRADED);
        assertThat(report.message())
            .startsWith("unseen.live partition 0 offset 0 has not moved for 70 s")
            .contains("2 records wait, and no task of unseen reads that partition")
            .doesNotContain("unseenlive");
      }
    }
  }

  /**
   * A task finds a new topic when its consumer looks for topics again: after five minutes, as
   * Kafka's default is. Until then nothing is wrong; it was degraded after one.
   */
  @Test
  void newTopic_hasTheTimeUntilTheSinkLooksForTopics() throws Exception {
    TopicPartition first = topic("fresh.a", 1, Map.of());
    SettableClock clock = new SettableClock();
    SinkTopics topics = new SinkTopics(true, List.of(), "fresh\\..*", Duration.ofMinutes(5));
    ConnectFacts facts = reading(topics);
    try (KafkaAccess kafka = access();
        SinkProbe probe = new SinkProbe(kafka, "fresh", () -> facts, STUCK, COMMIT, clock);
        KafkaConsumer<byte[], byte[]> task = member("fresh", "connector-consumer-fresh-0")) {
      task.subscribe(List.of("fresh.a"));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                task.poll(Duration.ofMillis(100));
                return task.assignment().contains(first);
              });
      TopicPartition second = topic("fresh.b", 1, Map.of());
      send("plain", false, second, 2, 1000);
      assertThat(probe.check().detail()).containsEntry("queue_size", 2L);
      clock.pass(STUCK.plus(COMMIT).plus(Duration.ofMinutes(5)).minusSeconds(1));
      assertThat(probe.check().message())
          .isEqualTo(
              "moves; 2 records wait; 2 of them in new topics, which the worker sees within"
                  + " 300 s unless its consumer.metadata.max.age.ms is longer");
      clock.pass(Duration.ofSeconds(1));
      Report report = probe.check();
      assertThat(report.state()).isEqualTo(State.DEGRADED);
      assertThat(report.message())
          .startsWith("fresh.b partition 0 offset 0 has not moved for 6 min");

      // What a task has is found already.
      send("plain", false, first, 3, 1000);
      probe.check();
      clock.pass(STUCK.plus(COMMIT));
      assertThat(probe.check().message()).contains("fresh.a partition 0 offset 0 has not moved");
    }
  }

  /**
   * Somebody reads with the group.id of the sink, as with kafka-console-consumer. What he commits
   * is never written, and all was green.
   */
  @Test
  void strangerInTheSinksGroup_isDegraded() throws Exception {
    topic("shared", 2, Map.of());
    SettableClock clock = new SettableClock();
    try (KafkaAccess kafka = access();
        SinkProbe probe = sink(kafka, "shared", clock);
        KafkaConsumer<byte[], byte[]> task = member("shared", "connector-consumer-shared-0");
        KafkaConsumer<byte[], byte[]> stranger = member("shared", "console-consumer")) {
      List<KafkaConsumer<byte[], byte[]>> both = List.of(task, stranger);
      both.forEach(one -> one.subscribe(List.of("shared")));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                both.forEach(one -> one.poll(Duration.ofMillis(100)));
                return both.stream().allMatch(one -> one.assignment().size() == 1);
              });
      assertThat(probe.check().state()).isEqualTo(State.UP);
      clock.pass(STUCK);
      Report report = probe.check();
      assertThat(report.state()).isEqualTo(State.DEGRADED);
      assertThat(report.message())
          .startsWith(
              "others read in the sink's consumer group connect-shared; console-consumer on"
                  + " 127.0.0.1 reads shared partition ")
          .endsWith("give them another group.id; moves; 0 records wait");
    }
  }

  /** One partition fills the task's memory, and the others wait: for no right of Kafka's. */
  @Test
  void partitionBehindOneThatIsStuck_isToldAsThat() throws Exception {
    topic("behind", 2, Map.of());
    TopicPartition stuck = new TopicPartition("behind", 0);
    TopicPartition other = new TopicPartition("behind", 1);
    send("plain", false, stuck, 10, 1000);
    send("plain", false, other, 10, 1000);
    SettableClock clock = new SettableClock();
    try (KafkaAccess kafka = access();
        SinkProbe probe = sink(kafka, "behind", clock);
        KafkaConsumer<byte[], byte[]> task = member("behind", "connector-consumer-behind-0")) {
      task.subscribe(List.of("behind"));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                task.poll(Duration.ofMillis(100));
                return task.assignment().size() == 2;
              });
      String hold = hold(clock.instant(), "HTTP 500: engine is closed");
      task.commitSync(
          Map.of(stuck, new OffsetAndMetadata(3, hold), other, new OffsetAndMetadata(4, "")));
      assertThat(probe.check().state()).isEqualTo(State.UP);
      clock.pass(STUCK.plus(COMMIT));
      assertThat(probe.check().message())
          .contains("behind partition 0 offset 4 is stuck for 70 s")
          .contains("behind partition 1 offset 4 has not moved for 70 s")
          .endsWith(
              "6 records wait; most likely they wait behind the partition that is stuck, with"
                  + " whose records the task's memory is full");
    }
  }

  private static KafkaConsumer<byte[], byte[]> member(String sink, String client) {
    Map<String, Object> config =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            broker.bootstrapServers(),
            ConsumerConfig.GROUP_ID_CONFIG,
            "connect-" + sink,
            ConsumerConfig.CLIENT_ID_CONFIG,
            client);
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * All records of a series have one key: while the sink is behind, Kafka removes all of them but
   * the newest, as far as it has come. All was green.
   */
  @Test
  void topicThatIsCompacted_isDegradedWhereItIsTheSources() throws Exception {
    TopicPartition one = topic("compact.live", 1, Map.of("cleanup.policy", "compact,delete"));
    send("plain", false, one, 2, 1000);
    commit("compact", Map.of(one, 2L));
    String words =
        "Kafka may remove records of compact.live before the sink has read them, for a newer one of"
            + " the same key: set cleanup.policy=delete, now compact";
    for (String source : List.of("compact.", "other.", "")) {
      ConnectFacts facts =
          new ConnectFacts(OptionalInt.empty(), Telling.UNKNOWN, SinkTopics.UNKNOWN, source);
      try (KafkaAccess kafka = access();
          SinkProbe probe =
              new SinkProbe(kafka, "compact", () -> facts, STUCK, COMMIT, new SettableClock())) {
        Report report = probe.check();
        boolean ours = source.equals("compact.");
        assertThat(report.state()).isEqualTo(ours ? State.DEGRADED : State.UP);
        assertThat(report.message()).isEqualTo((ours ? "" : "moves; 0 records wait; ") + words);
      }
    }
  }

  /** POST /sync: nobody reads that topic, and all was said to be in the database. */
  @Test
  void syncOfATopicThatNoTaskReads_waits() throws Exception {
    TopicPartition unread = topic("unread.live", 1, Map.of());
    send("plain", false, unread, 2, 1000);
    SinkTopics topics = new SinkTopics(true, List.of(), "unread\\..*");
    try (KafkaAccess kafka = access();
        SyncWatch watch = new SyncWatch(kafka, "status", "src", "unread", () -> topics)) {
      SyncWatch.Ends ends = watch.ends();
      assertThat(watch.sink(ends)).containsExactly("unread.live: 2 records before the database");
      commit("unread", Map.of(unread, 2L));
      assertThat(watch.sink(ends)).isEmpty();
    }
  }

  /** A sink that is deleted cannot say why. */
  @Test
  void deletedSink_isNotSaidToBeSilent() throws Exception {
    TopicPartition one = topic("deleted", 1, Map.of());
    send("plain", false, one, 10, 1000);
    commit("deleted", Map.of(one, 3L));
    SettableClock clock = new SettableClock();
    ConnectFacts facts = new ConnectFacts(OptionalInt.empty(), Telling.UNKNOWN, SinkTopics.ABSENT);
    try (KafkaAccess kafka = access();
        SinkProbe probe = new SinkProbe(kafka, "deleted", () -> facts, STUCK, COMMIT, clock)) {
      assertThat(probe.check().state()).isEqualTo(State.UP);
      clock.pass(STUCK.plus(COMMIT));
      assertThat(probe.check().message())
          .startsWith("deleted partition 0 offset 3 has not moved for 70 s")
          .endsWith("7 records wait; deleted is not there");
    }
  }

  /** Issue 12: a source that is refused by Redis, told in the status topic. */
  @Test
  void sourceRefusedByRedis_isDegradedWithReasonAndFigures() throws Exception {
    SettableClock clock = new SettableClock();
    try (KafkaAccess kafka = access();
        SourceProbe probe = source(kafka, "told", OptionalInt.empty(), clock)) {
      Report none = probe.check();
      assertThat(none.state()).isEqualTo(State.UP);
      assertThat(none.message()).contains("there is no topic told (kafka.status.topic)");

      TopicPartition told = topic("told", 1, Map.of());
      assertThat(probe.check().message()).isEqualTo("src has reported nothing yet");
      sendText(told, clock, "not of ours", "{\"parts\":[{}]}", "{");
      sendText(told, clock, status("other", 0, clock.instant(), "stuck", 3_600_000));
      sendText(told, clock, status("src", 0, clock.instant(), "ok", 0));
      assertThat(probe.check().message()).isEqualTo("all parts read");
      assertThat(probe.check().detail()).containsEntry("unreadable", 3L);

      // The worker's clock is an hour off; the record tells by it how long it lasts.
      Instant theirs = clock.instant().minus(Duration.ofHours(1));
      sendText(told, clock, status("src", 0, theirs, "stuck", 50_000));
      assertThat(probe.check().state()).isEqualTo(State.UP);
      clock.pass(Duration.ofSeconds(10));
      Report report = probe.check();
      assertThat(report.state()).isEqualTo(State.DEGRADED);
      assertThat(report.message())
          .isEqualTo(
              "src task 0: pending is stuck for 60 s (since "
                  + clock.instant().minusSeconds(60)
                  + "): READONLY You can't write against a read only replica.; 9340 wait");
      assertThat(report.detail().toString())
          .contains("waiting=9340")
          .contains("newest_age_ms=70000");
      assertThat(report.gauges().toString())
          .contains("hissrv_source_waiting")
          .contains("value=9340.0")
          .contains("hissrv_source_newest_age_seconds");

      // A service that starts now knows it at once.
      try (KafkaAccess again = access();
          SourceProbe restarted = source(again, "told", OptionalInt.empty(), clock)) {
        assertThat(restarted.check().message()).isEqualTo(report.message());
      }
      sendText(told, clock, status("src", 0, theirs, "ok", 0));
      assertThat(probe.check().state()).isEqualTo(State.UP);
    }
  }

  /** A task commits what it had reached in the topic that is gone, until it has read on. */
  @Test
  void topicMadeAnew_whatIsInItWaits_thoughTheCommittedOffsetIsBehindIt() throws Exception {
    SettableClock clock = new SettableClock();
    TopicPartition partition = topic("again", 1, Map.of());
    send("plain", false, partition, 100, 1000);
    try (KafkaAccess kafka = access();
        SinkProbe probe = sink(kafka, "again-sink", clock);
        SyncWatch sync =
            new SyncWatch(kafka, "status", "src", "again-sink", () -> SinkTopics.UNKNOWN)) {
      commit("again-sink", Map.of(partition, 100L));
      assertThat(probe.check().detail()).containsEntry("queue_size", 0L);
      makeAnew("again");
      send("plain", false, partition, 5, 1000);
      commit("again-sink", Map.of(partition, 100L));
      assertThat(probe.check().detail()).containsEntry("queue_size", 5L);
      clock.pass(STUCK.plus(COMMIT));
      assertThat(probe.check().state()).isEqualTo(State.DEGRADED);
      assertThat(probe.check().message()).contains("again partition 0 offset 0 has not moved");
      assertThat(sync.sink(sync.ends())).containsExactly("again: 5 records before the database");
      commit("again-sink", Map.of(partition, 5L));
      assertThat(sync.sink(sync.ends())).isEmpty();
      assertThat(probe.check().state()).isEqualTo(State.UP);
      assertThat(probe.check().detail()).containsEntry("lost", List.of());
    }
  }

  private static void makeAnew(String name) throws Exception {
    admin.deleteTopics(List.of(name)).all().get();
    await()
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptions()
        .until(() -> topic(name, 1, Map.of()) != null);
  }

  /** Somebody deleted the status topic, and it came again: its offsets begin at 0 once more. */
  @Test
  void statusTopicMadeAnew_isReadFromItsBeginning() throws Exception {
    SettableClock clock = new SettableClock();
    TopicPartition told = topic("anew", 1, Map.of());
    String ok = status("src", 0, clock.instant(), "ok", 0);
    sendText(told, clock, ok, ok, ok);
    try (KafkaAccess kafka = access();
        SourceProbe probe = source(kafka, "anew", OptionalInt.empty(), clock)) {
      assertThat(probe.check().message()).isEqualTo("all parts read");
      makeAnew("anew");
      clock.pass(Duration.ofSeconds(10));
      sendText(told, clock, status("src", 0, clock.instant(), "stuck", 70_000));
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(probe.check().message()).contains("READONLY"));
    }
  }

  /** Field case O1: the worker of a list's task is dead. */
  @Test
  void taskThatTellsNothingAnyMore_isDegraded() throws Exception {
    SettableClock clock = new SettableClock();
    TopicPartition told = topic("silent", 1, Map.of());
    sendText(told, clock, status("src", 0, clock.instant(), "ok", 0));
    sendText(told, clock, status("src", 1, clock.instant(), "ok", 0));
    Instant then = clock.instant();
    try (KafkaAccess kafka = access();
        SourceProbe all = source(kafka, "silent", OptionalInt.empty(), clock);
        KafkaAccess other = access();
        SourceProbe fewer = source(other, "silent", OptionalInt.of(1), clock)) {
      assertThat(all.check().state()).isEqualTo(State.UP);
      assertThat(fewer.check().state()).isEqualTo(State.UP);
      clock.pass(Duration.ofSeconds(71));
      sendText(told, clock, status("src", 0, clock.instant(), "ok", 0));
      assertThat(all.check().message())
          .isEqualTo(
              "src task 1 has reported nothing for 71 s (since "
                  + then
                  + ") and should every 10 s: its worker may be dead or cut off, or Kafka takes none of its"
                  + " records (topic missing?)");
      // The connector has been given fewer tasks: the last word of the others is past.
      assertThat(fewer.check().message()).isEqualTo("all parts read");
    }
  }

  private static String status(
      String connector, int task, Instant time, String state, long stuckMillis) {
    long now = time.toEpochMilli();
    return """
    {"version":1,"connector":"%s","task":%d,"time":%d,"interval_ms":10000,"future":[1],
     "parts":[{"name":"pending","type":"list","state":"%s",%s"waiting":9340,"newest":%d},
      {"name":"live","type":"hash","state":"ok"}]}"""
        .formatted(
            connector,
            task,
            now,
            state,
            state.equals("stuck")
                ? "\"since\":%d,\"reason\":\"READONLY You can't write against a read only replica.\","
                    .formatted(now - stuckMillis)
                : "",
            now - 60_000);
  }

  /** The records go on; but the next broker that goes takes the topics' writers with it. */
  @Test
  void brokerOfSeveralThatIsAway_isTold_withoutTrouble(@TempDir Path dir) throws Exception {
    try (KafkaBroker first = KafkaBroker.start(dir.resolve("first"));
        KafkaBroker second = first.second(dir.resolve("second"));
        Admin both = Admin.create(Map.of("bootstrap.servers", first.bootstrapServers()))) {
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> both.describeCluster().nodes().get().size() == 2);
      both.createTopics(
              List.of(
                  new NewTopic("twice", 3, (short) 2),
                  new NewTopic("once", Map.of(0, List.of(1))),
                  new NewTopic("alone", Map.of(0, List.of(2)))))
          .all()
          .get();
      AtomicReference<SinkTopics> topics =
          new AtomicReference<>(new SinkTopics(true, List.of("twice", "once"), ""));
      KafkaAccess access =
          new KafkaAccess(
              new QueryConfig.Kafka(first.bootstrapServers(), "twice", "s", Map.of()),
              Duration.ofSeconds(10));
      Supplier<ConnectFacts> facts =
          () ->
              new ConnectFacts(
                  OptionalInt.empty(), Telling.UNKNOWN, Objects.requireNonNull(topics.get()));
      try (KafkaProbe probe = new KafkaProbe(access, "dead", facts)) {
        await()
            .atMost(Duration.ofMinutes(1))
            .untilAsserted(() -> assertThat(probe.check().message()).isEqualTo("2 brokers"));
        KafkaProbe alone = new KafkaProbe(access, "alone", facts);
        try (KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", first.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
          producer.send(new ProducerRecord<>("alone", bytes("dead letter"))).get();
        }
        assertThat(alone.check().detail()).containsEntry("failed", 1L);
        second.kill();
        await()
            .atMost(Duration.ofMinutes(2))
            .ignoreExceptions()
            .untilAsserted(
                () ->
                    assertThat(probe.check().message())
                        .isEqualTo(
                            "1 broker; 3 of 4 partitions lack a copy that is in sync (twice): a"
                                + " broker is away or behind"));
        Report leaderless = alone.check();
        assertThat(leaderless.message())
            .isEqualTo(
                "1 broker; 1 of 5 partitions has no leader (alone-0): no broker with a copy in sync"
                    + " is up; 3 of 5 partitions lack a copy that is in sync (twice): a broker is"
                    + " away or behind");
        assertThat(leaderless.state()).isEqualTo(State.DEGRADED);
        assertThat(leaderless.detail())
            .containsEntry("leaderless", 1)
            .containsEntry("failed", 1L)
            .containsEntry("failed_grown", 0L);
        assertThatThrownBy(() -> access.partitions(Set.of("twice", "alone")))
            .isInstanceOf(NoLeaderException.class)
            .hasMessage(
                "Kafka at "
                    + first.bootstrapServers()
                    + " (kafka.bootstrap.servers) has no leader for alone-0: no broker with a copy"
                    + " in sync is up");
        Report report = probe.check();
        assertThat(report.state()).isEqualTo(State.UP);
        assertThat(report.detail()).containsEntry("lacking_copies", 3);
        topics.set(new SinkTopics(true, List.of(), "tw.*|others"));
        assertThat(probe.check().message()).startsWith("1 broker; 3 of 3 partitions lack a copy");
        assertThat(report.gauges())
            .filteredOn(gauge -> gauge.name().equals("hissrv_kafka_partitions_lacking_copies"))
            .extracting(Gauge::value)
            .containsExactly(3.0);
        second.restart();
        await()
            .atMost(Duration.ofMinutes(2))
            .ignoreExceptions()
            .untilAsserted(() -> assertThat(probe.check().message()).isEqualTo("2 brokers"));
        assertThat(alone.check().detail())
            .containsEntry("leaderless", 0)
            .containsEntry("failed", 1L)
            .containsEntry("failed_grown", 0L);
      }
    }
  }

  /** Field case O8, and a broker that is away. */
  @Test
  void kafkaAway_isToldInPlainWords(@TempDir Path dir) throws Exception {
    try (KafkaBroker other = KafkaBroker.start(dir);
        KafkaProbe probe =
            new KafkaProbe(
                new KafkaAccess(
                    new QueryConfig.Kafka(other.bootstrapServers(), "d", "s", Map.of()),
                    Duration.ofSeconds(2)),
                "d",
                () -> ConnectFacts.UNKNOWN)) {
      // Two seconds may be too short for the first answer of a broker that has just begun.
      await()
          .atMost(Duration.ofMinutes(1))
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(probe.check().message()).isEqualTo("1 broker"));
      other.kill();
      assertThatThrownBy(probe::check)
          .isInstanceOf(ProbeException.class)
          .hasMessage(
              "Kafka at "
                  + other.bootstrapServers()
                  + " (kafka.bootstrap.servers) did not answer within 2000 ms (health.timeout): it"
                  + " is away or slow, its advertised.listeners are not reachable from here, or"
                  + " kafka.properties.security.protocol does not fit");
      other.restart();
      await()
          .atMost(Duration.ofMinutes(2))
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(probe.check().message()).isEqualTo("1 broker"));
    }
  }

  /** Keeps its records: these are of 1970, and the broker looks for old ones after 30 s. */
  private static TopicPartition topic(String name, int partitions, Map<String, String> config)
      throws Exception {
    Map<String, String> all = new HashMap<>(config);
    all.put("retention.ms", "-1");
    CreateTopicsResult made =
        admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(all)));
    Uuid id = made.topicId(name).get();
    // The controller has it; the broker, which is asked by everybody else, a moment later.
    await()
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptions()
        .until(
            () -> {
              TopicDescription there =
                  Objects.requireNonNull(
                      admin.describeTopics(List.of(name)).allTopicNames().get().get(name));
              return there.topicId().equals(id)
                  && there.partitions().stream().allMatch(each -> each.leader() != null);
            });
    return new TopicPartition(name, 0);
  }

  private static void commit(String sink, Map<TopicPartition, Long> offsets) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> request = new HashMap<>();
    offsets.forEach((partition, offset) -> request.put(partition, new OffsetAndMetadata(offset)));
    admin.alterConsumerGroupOffsets("connect-" + sink, request).all().get();
  }

  private static void commit(String sink, TopicPartition partition, long offset, String metadata)
      throws Exception {
    admin
        .alterConsumerGroupOffsets(
            "connect-" + sink, Map.of(partition, new OffsetAndMetadata(offset, metadata)))
        .all()
        .get();
  }

  private static void send(String id, boolean transaction, TopicPartition to, int count, long time)
      throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer(transaction ? id : null)) {
      if (transaction) {
        producer.initTransactions();
        producer.beginTransaction();
      }
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    to.topic(), to.partition(), time + i, bytes("k"), bytes("v" + i))));
      }
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
      if (transaction) {
        producer.commitTransaction();
      }
    }
  }

  private static void abort(TopicPartition to, int count) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer("aborted")) {
      producer.initTransactions();
      producer.beginTransaction();
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    to.topic(), to.partition(), (long) i, bytes("k"), bytes("v"))));
      }
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
      producer.abortTransaction();
    }
  }

  private static void sendText(TopicPartition to, SettableClock clock, String... values)
      throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer(null)) {
      for (String value : values) {
        producer
            .send(new ProducerRecord<>(to.topic(), 0, clock.millis(), bytes("src/0"), bytes(value)))
            .get();
      }
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(@Nullable String transactionalId) {
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
    if (transactionalId != null) {
      config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    }
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
