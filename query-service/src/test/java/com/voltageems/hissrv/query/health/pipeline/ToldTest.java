package com.voltageems.hissrv.query.health.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.SinkTopics;
import com.voltageems.hissrv.query.health.Telling;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the tasks tell: reading it, and since when it is so. */
class ToldTest {
  private static final String STATUS =
      """
      {"version":1,"connector":"src","task":3,"time":1764109000000,"interval_ms":10000,
       "parts":[{"name":"pending","type":"list","state":"stuck","since":1764108700000,
         "reason":"READONLY \u7535","waiting":9340,"newest":1764108699000,
         "lost":12,"lost_at":1764108698000},
        {"name":"live","type":"hash","state":"ok","newest":1764108999000}]}""";
  private static final TopicPartition P = new TopicPartition("t", 0);
  private static final Instant NOW = Instant.parse("2025-08-21T10:00:00Z");

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void assertRead(byte[] value) {
    SourceStatus status = SourceStatus.parse(value).orElseThrow();
    assertThat(status.connector()).isEqualTo("src");
    assertThat(status.task()).isEqualTo(3);
    assertThat(status.parts())
        .containsExactly(
            new SourceStatus.Part(
                "pending",
                "list",
                "stuck",
                1764108700000L,
                "READONLY \u7535",
                9340L,
                1764108699000L,
                12,
                1764108698000L),
            new SourceStatus.Part("live", "hash", "ok", null, "", null, 1764108999000L, 0, null));
  }

  @Test
  void status_inTheDressOfEveryConverter() throws Exception {
    ObjectMapper json = new ObjectMapper();
    String text = json.writeValueAsString(STATUS);
    assertRead(bytes(STATUS));
    assertRead(bytes(text));
    assertRead(bytes("{\"schema\":{\"type\":\"string\"},\"payload\":" + text + "}"));
    assertRead(bytes("{\"schema\":null,\"payload\":" + STATUS + "}"));
    // Avro: a magic byte, the schema's number, the length as a zig-zag number, the text.
    ByteArrayOutputStream avro = new ByteArrayOutputStream();
    avro.write(new byte[] {0, 0, 0, 0, 7});
    int length = bytes(STATUS).length * 2;
    avro.write((length & 0x7f) | 0x80);
    avro.write(length >> 7);
    avro.write(bytes(STATUS));
    assertRead(avro.toByteArray());
  }

  /** Whatever stands in the topic, it is taken or left, never a failure. */
  @Test
  void garbage_isLeft() {
    Random random = new Random(11);
    byte[] good = bytes(STATUS);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = good.clone();
      for (int j = random.nextInt(4); j >= 0; j--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      read += SourceStatus.parse(bad).isPresent() ? 1 : 0;
      assertThat(SinkHold.parse(new String(bad, StandardCharsets.UTF_8))).isEmpty();
    }
    assertThat(read).isBetween(1, 19_999);
    assertThat(SourceStatus.parse(new byte[0])).isEmpty();
    assertThat(SourceStatus.parse(bytes("[".repeat(100_000)))).isEmpty();
    for (String wrong :
        List.of(
            STATUS.replace("\"task\":3", "\"task\":-3"),
            STATUS.replace("\"task\":3", "\"task\":33333333333"),
            STATUS.replace("1764109000000", "1e400"),
            STATUS.replace("1764109000000", "99999999999999999"),
            STATUS.replace("10000", "0"),
            STATUS.replace("\"src\"", "7"))) {
      assertThat(SourceStatus.parse(bytes(wrong))).as(wrong).isEmpty();
    }
  }

  @Test
  void hold_isReadAndBounded() {
    assertThat(
            SinkHold.parse(
                "{\"version\":1,\"task\":0,\"since\":1764108700000,\"tries\":17,\"offset\":4711,"
                    + "\"reason\":\"HTTP 500: engine is closed\"}"))
        .contains(new SinkHold(1764108700000L, 17, 4711, "HTTP 500: engine is closed"));
    assertThat(SinkHold.parse("{\"since\":1764108700000}"))
        .contains(new SinkHold(1764108700000L, 0, -1, "no reason told"));
    assertThat(SinkHold.parse("{\"since\":1,\"reason\":\"" + "x".repeat(900) + "\"}"))
        .hasValueSatisfying(hold -> assertThat(hold.reason()).hasSize(303));
    assertThat(SinkHold.parse("")).isEmpty();
  }

  private static Map<TopicPartition, PartitionWatch.Seen> seen(
      long committed, long waiting, @Nullable Instant holdSince) {
    SinkHold hold =
        holdSince == null ? null : new SinkHold(holdSince.toEpochMilli(), 1, committed, "x");
    return Map.of(P, new PartitionWatch.Seen(committed, waiting, hold));
  }

  /** The worker's clock may be wrong: what we saw ourselves bounds what it says. */
  @Test
  void sinceOfAHold_liesBetweenOurLooks() {
    Duration commit = Duration.ofSeconds(10);
    for (Duration off : List.of(Duration.ofHours(-5), Duration.ZERO, Duration.ofHours(5))) {
      PartitionWatch watch = new PartitionWatch(commit);
      assertThat(watch.look(seen(3, 7, null), NOW)).hasSize(1);
      Instant later = NOW.plusSeconds(5);
      Instant told = NOW.plusSeconds(2).plus(off);
      Instant since = watch.look(seen(3, 7, told), later).get(0).since();
      assertThat(since).isBetween(NOW.minus(commit.multipliedBy(2)).minusSeconds(5), later);
      // It stays what it was.
      assertThat(watch.look(seen(3, 7, told), later.plusSeconds(60)).get(0).since())
          .isEqualTo(since);
      // Nothing waits: nothing stands, and what comes later stands anew.
      assertThat(watch.look(seen(10, 0, told), later.plusSeconds(65))).isEmpty();
      assertThat(watch.look(seen(10, 1, null), later.plusSeconds(70)).get(0).since())
          .isEqualTo(later.plusSeconds(70));
    }
    // Before our start only the worker knows.
    assertThat(
            new PartitionWatch(commit).look(seen(3, 7, NOW.minusSeconds(3600)), NOW).get(0).since())
        .isEqualTo(NOW.minusSeconds(3600));
  }

  /** The service's clock is set between two looks. */
  @Test
  void clockThatIsSet_makesNothingOlder_norYounger() {
    for (Duration step : List.of(Duration.ofHours(1), Duration.ofHours(-1))) {
      PartitionWatch partitions = new PartitionWatch(Duration.ofSeconds(10));
      partitions.look(seen(3, 7, null), NOW);
      partitions.moved(step);
      Instant later = NOW.plus(step).plusSeconds(30);
      assertThat(partitions.look(seen(3, 7, null), later).get(0).watchedSince())
          .isEqualTo(later.minusSeconds(30));

      SourceWatch sources = new SourceWatch(Duration.ofMinutes(1));
      sources.told(status(NOW, 0, 0), NOW, NOW);
      sources.looked(NOW);
      sources.moved(step);
      assertThat(sources.view(task -> true, later).get(0).overdue()).isFalse();
      assertThat(sources.view(task -> true, later.plusSeconds(41)).get(0).overdue()).isTrue();
    }
  }

  /** Else a source that reads nothing were healthy for as long as the clock went back. */
  @Test
  void partThatIsStuck_isTrouble_thoughTheWorkersClockIsSetBack() {
    SourceWatch watch = new SourceWatch(Duration.ofMinutes(1));
    for (int i = 0; i <= 6; i++) {
      Instant now = NOW.plusSeconds(10L * i);
      Instant theirs = i == 0 ? now : now.minus(Duration.ofHours(1));
      watch.told(stuck(theirs, NOW), theirs, now);
      watch.looked(now);
      SourceWatch.PartView part = watch.view(task -> true, now).get(0).parts().get(0);
      assertThat(part.since()).isEqualTo(NOW);
      assertThat(part.trouble()).isEqualTo(i == 6);
    }
    // It went on in between: that begins anew.
    Instant now = NOW.plusSeconds(70);
    watch.told(stuck(now.minus(Duration.ofHours(1)), NOW.plusSeconds(1)), now, now);
    assertThat(watch.view(task -> true, now).get(0).parts().get(0).since()).isEqualTo(now);
  }

  private static SourceStatus stuck(Instant time, Instant since) {
    return new SourceStatus(
        "src",
        0,
        time.toEpochMilli(),
        10_000,
        List.of(
            new SourceStatus.Part(
                "pending", "list", "stuck", since.toEpochMilli(), "away", null, null, 0, null)));
  }

  private static SourceStatus status(Instant time, long waiting, long newest) {
    return new SourceStatus(
        "src",
        0,
        time.toEpochMilli(),
        10_000,
        List.of(
            new SourceStatus.Part(
                "pending",
                "list",
                "ok",
                null,
                "",
                waiting,
                time.toEpochMilli() + newest,
                0,
                null)));
  }

  /** It reads, and nothing brings them back: told, but nothing that it could be degraded for. */
  @Test
  void inputsThatWereGoneBeforeTheyWereRead_areTold() {
    SourceWatch watch = new SourceWatch(Duration.ofMinutes(1));
    SourceStatus.Part events =
        new SourceStatus.Part(
            "events", "stream", "ok", null, "", 0L, null, 12, NOW.toEpochMilli() - 5000);
    SourceStatus.Part live =
        new SourceStatus.Part("live", "hash", "ok", null, "", null, null, 0, null);
    watch.told(
        new SourceStatus("src", 0, NOW.toEpochMilli(), 10_000, List.of(events, live)), NOW, NOW);
    watch.looked(NOW);
    SourceView.Silence none =
        new SourceView.Silence(List.of(), true, Telling.on("hissrv-status"), Set.of());
    Report report =
        new SourceView("src", "hissrv-status")
            .report(watch.view(t -> true, NOW), none, Map.of(), 0, NOW);
    assertThat(report.state()).isEqualTo(PartState.State.UP);
    assertThat(report.message())
        .isEqualTo(
            "all parts read; events: 12 inputs were gone from Redis before being read (last seen"
                + " 2025-08-21T09:59:55Z): see its producer's MAXLEN");
    assertThat(String.valueOf(report.detail())).contains("lost=12, lost_at=2025-08-21T09:59:55Z");
    assertThat(report.gauges())
        .filteredOn(gauge -> gauge.name().equals("hissrv_source_lost"))
        .extracting(Gauge::value)
        .containsExactly(12.0, 0.0);
  }

  /** Likewise, for a list, an index or a stream that went back, and for another reader. */
  @Test
  void whatWentBack_andWhatAnotherReads_areTold_withoutTrouble() {
    SourceWatch watch = new SourceWatch(Duration.ofMinutes(1));
    watch.told(
        SourceStatus.parse(
                """
                {"version":1,"connector":"src","task":0,"time":1755770400000,"interval_ms":10000,
                 "shared":"live reads what b reads, too","parts":[
                 {"name":"q","type":"list","state":"ok","went_back":1,
                  "went_back_at":1755770395000,"repeated":9},
                 {"name":"events","type":"stream","state":"ok","went_back":2},
                 {"name":"live","type":"hash","state":"ok","went_back":-1,"repeated":"x"}]}"""
                    .getBytes(StandardCharsets.UTF_8))
            .orElseThrow(),
        NOW,
        NOW);
    watch.looked(NOW);
    SourceView.Silence none =
        new SourceView.Silence(List.of(), true, Telling.on("hissrv-status"), Set.of());
    Report report =
        new SourceView("src", "hissrv-status")
            .report(watch.view(t -> true, NOW), none, Map.of(), 0, NOW);
    assertThat(report.state()).isEqualTo(PartState.State.UP);
    assertThat(report.message())
        .isEqualTo(
            "all parts read; q went back to an older state (last seen 2025-08-21T09:59:55Z): up to"
                + " 9 elements came again; events went back to an older state (last seen at an"
                + " unknown time): what Redis had was read again; live reads what b reads, too");
    assertThat(String.valueOf(report.detail()))
        .contains("shared=live reads what b reads, too")
        .contains("went_back=1, went_back_at=2025-08-21T09:59:55Z, repeated=9");
    assertThat(report.gauges())
        .filteredOn(gauge -> gauge.name().equals("hissrv_source_went_back"))
        .extracting(Gauge::value)
        .containsExactly(1.0, 2.0, 0.0);
    assertThat(report.gauges())
        .filteredOn(gauge -> gauge.name().equals("hissrv_source_shared"))
        .extracting(Gauge::value)
        .containsExactly(1.0);
  }

  /** Neither Kafka nor Connect says which topic refused the record. */
  @Test
  void recordThatIsTooLarge_isToldWithTheTopicsLimits_theLeastFirst() {
    SourceView.Silence none =
        new SourceView.Silence(List.of(), true, Telling.on("hissrv-status"), Set.of());
    Report report =
        new SourceView("src", "hissrv-status")
            .report(
                List.of(),
                none,
                Map.of("hissrv.a", "1048588", "hissrv.b", "20000", "hissrv-status", "900000"),
                0,
                NOW);
    assertThat(report.state()).isEqualTo(PartState.State.DEGRADED);
    assertThat(report.message())
        .isEqualTo(
            "src has a record that is too large for its topic; the most that each takes"
                + " (max.message.bytes): hissrv.b 20000, hissrv-status 900000, hissrv.a 1048588");
  }

  /** What waits in Redis comes later by as much; live values do not wait. */
  @Test
  void whatWaitsInRedis_tellsUpToWhenAllIsInKafka() {
    assertThat(arrivedUntil(NOW, part("list", "ok", 0L, 60_000L))).isNull();
    assertThat(arrivedUntil(NOW, part("list", "ok", 5L, 60_000L)))
        .isEqualTo(NOW.minusSeconds(60).toString());
    assertThat(arrivedUntil(NOW, part("stream", "ok", 5L, null)))
        .isEqualTo(Instant.EPOCH.toString());
    assertThat(arrivedUntil(NOW, part("list", "stuck", null, 60_000L)))
        .isEqualTo(NOW.minusSeconds(90).toString());
    assertThat(arrivedUntil(NOW, part("hash", "stuck", null, 60_000L))).isNull();
    assertThat(arrivedUntil(NOW.plus(Duration.ofDays(3)), part("list", "ok", 0L, 60_000L)))
        .as("overdue")
        .isEqualTo(NOW.toString());
  }

  private static SourceStatus.Part part(
      String type, String state, @Nullable Long waiting, @Nullable Long newestAge) {
    return new SourceStatus.Part(
        "some",
        type,
        state,
        state.equals("stuck") ? (Long) NOW.minusSeconds(90).toEpochMilli() : null,
        "",
        waiting,
        newestAge == null ? null : (Long) (NOW.toEpochMilli() - newestAge),
        0,
        null);
  }

  private static @Nullable Object arrivedUntil(Instant now, SourceStatus.Part part) {
    SourceWatch watch = new SourceWatch(Duration.ofMinutes(1));
    watch.told(new SourceStatus("src", 0, NOW.toEpochMilli(), 10_000, List.of(part)), NOW, NOW);
    SourceView.Silence none =
        new SourceView.Silence(List.of(), true, Telling.on("hissrv-status"), Set.of());
    return new SourceView("src", "hissrv-status")
        .report(watch.view(task -> true, now), none, Map.of(), 0, now)
        .detail()
        .get("arrived_until");
  }

  /** A forecast, or a clock that is wrong: sync_age is 0 for as long. */
  @Test
  void newestSampleThatLiesInTheFuture_isTold() throws Exception {
    SinkJudge judge = new SinkJudge("sink", Duration.ofMinutes(1), Duration.ofSeconds(10));
    SinkJudge.Seen nothingElse =
        new SinkJudge.Seen(
            SinkTopics.UNKNOWN,
            Set.of(),
            Set.of(),
            TopicsWatch.Found.ALL,
            GroupWatch.Found.NONE,
            LossWatch.Found.NONE,
            "");
    for (long ahead : new long[] {-600, 9, 61}) {
      Report report =
          judge.report(
              Map.of("queue_size", 0L, "last_sync", NOW.plusSeconds(ahead).toString()),
              List.of(),
              (partition, offset) -> null,
              nothingElse,
              NOW);
      assertThat(report.state()).isEqualTo(PartState.State.UP);
      assertThat(report.message())
          .isEqualTo(
              ahead == 61
                  ? "moves; 0 records wait; the newest sample lies 61 s ahead of this "
                      + "machine's clock; until then sync_age cannot show that nothing arrives"
                  : "moves; 0 records wait");
    }
  }

  /** As with a user of the worker that may not see the topics, for as long as that is not known. */
  @Test
  void recordsInTopicsThatTheWorkerHasNotFoundYet_areTold() throws Exception {
    TopicPartition found = new TopicPartition("old", 0);
    TopicPartition unfound = new TopicPartition("new", 0);
    Report report =
        new SinkJudge("sink", Duration.ofMinutes(1), Duration.ofSeconds(10))
            .report(
                Map.of("queue_size", 9L),
                List.of(standing(found, 2), standing(unfound, 7)),
                (partition, offset) -> null,
                new SinkJudge.Seen(
                    SinkTopics.UNKNOWN,
                    Set.of(found),
                    Set.of(unfound),
                    TopicsWatch.Found.ALL,
                    GroupWatch.Found.NONE,
                    LossWatch.Found.NONE,
                    ""),
                NOW);
    assertThat(report.state()).isEqualTo(PartState.State.UP);
    assertThat(report.message())
        .isEqualTo(
            "moves; 9 records wait; 7 of them in new topics, which the worker sees within 300 s"
                + " unless its consumer.metadata.max.age.ms is longer");
  }

  /** Another kafka.topic_prefix: the message sent to the rights of the worker's user. */
  @Test
  void recordsInATopicThatTheSinkNoLongerReads_areToldAsSuch() throws Exception {
    for (SinkTopics reads :
        List.of(
            new SinkTopics(true, List.of(), "site7\\..*"),
            new SinkTopics(true, List.of("site7.live"), ""))) {
      Report report =
          new SinkJudge("sink", Duration.ofMinutes(1), Duration.ofSeconds(10))
              .report(
                  Map.of("queue_size", 2L),
                  List.of(standing(new TopicPartition("hissrv.live", 0), 2)),
                  (each, offset) -> new RecordReader.Waiting(0, NOW),
                  new SinkJudge.Seen(
                      reads,
                      Set.of(),
                      Set.of(),
                      TopicsWatch.Found.ALL,
                      GroupWatch.Found.NONE,
                      LossWatch.Found.NONE,
                      ""),
                  NOW.plusSeconds(70));
      assertThat(report.state()).isEqualTo(PartState.State.DEGRADED);
      assertThat(report.message())
          .endsWith(
              ": 2 records wait; sink no longer reads that topic: its topics or topics.regex"
                  + " (kafka.topic_prefix of hissrv.yml) are others now; with those of before it"
                  + " writes them, until Kafka deletes them");
    }
  }

  /** Connect's producer waits for a topic without end; the task can tell nothing meanwhile. */
  @Test
  void deadLetterTopicThatIsGone_isToldWhereTheTaskStands() throws Exception {
    TopicPartition partition = new TopicPartition("hissrv.live", 0);
    Report report =
        new SinkJudge("sink", Duration.ofMinutes(1), Duration.ofSeconds(10))
            .report(
                Map.of("queue_size", 2L),
                List.of(standing(partition, 2)),
                (each, offset) -> new RecordReader.Waiting(0, NOW),
                new SinkJudge.Seen(
                    SinkTopics.UNKNOWN,
                    Set.of(partition),
                    Set.of(),
                    TopicsWatch.Found.ALL,
                    GroupWatch.Found.NONE,
                    LossWatch.Found.NONE,
                    "dead"),
                NOW.plusSeconds(70));
    assertThat(report.state()).isEqualTo(PartState.State.DEGRADED);
    assertThat(report.message())
        .isEqualTo(
            "hissrv.live partition 0 offset 0 has not moved for 70 s (since "
                + NOW
                + "): 2 records wait; there is no topic dead for the dead letters of sink: its"
                + " task waits for it with a record that was refused; create it again, and the task"
                + " continues");
  }

  private static PartitionWatch.Standing standing(TopicPartition partition, long waiting) {
    return new PartitionWatch.Standing(partition, 0, waiting, NOW, NOW, false, null);
  }

  /** Samples that Redis stamps, and windows, are off by as much; ages are reckoned by our clock. */
  @Test
  void clockOfRedisThatIsNotTheWorkers_isTold() {
    SourceView.Silence none =
        new SourceView.Silence(List.of(), true, Telling.on("hissrv-status"), Set.of());
    for (long ahead : new long[] {61_000, -61_000, 9_999}) {
      SourceStatus status =
          SourceStatus.parse(
                  bytes(STATUS.replace("\"parts\"", "\"redis_ahead_ms\":" + ahead + ",\"parts\"")))
              .orElseThrow();
      SourceWatch watch = new SourceWatch(Duration.ofDays(9999));
      watch.told(status, NOW, NOW);
      Report report =
          new SourceView("src", "hissrv-status")
              .report(watch.view(t -> true, NOW), none, Map.of(), 0, NOW);
      assertThat(report.message())
          .matches(
              Math.abs(ahead) < 10_000
                  ? "all parts read; .*"
                  : "src task 3: the clock of Redis is 61 s (ahead of|behind) its worker's; samples"
                      + " without a time of their own, and windows, have Redis's; let one time"
                      + " server \\(NTP\\) set both; .*");
      assertThat(report.message().contains("behind its")).isEqualTo(ahead < -10_000);
      assertThat(report.state() == PartState.State.DEGRADED).isEqualTo(Math.abs(ahead) > 10_000);
      assertThat(String.valueOf(report.detail())).contains("redis_ahead_ms=" + ahead);
      assertThat(report.gauges())
          .filteredOn(gauge -> gauge.name().equals("hissrv_source_redis_ahead_seconds"))
          .extracting(Gauge::value)
          .containsExactly(ahead / 1000.0);
    }
  }

  /** Field case O1: what waits and the newest sample are judged, not only shown. */
  @Test
  void partThatLeavesWhatWaits_isTrouble() {
    SourceWatch watch = new SourceWatch(Duration.ofMinutes(1));
    Instant now = NOW;
    Instant fixed = NOW.minusSeconds(5);
    for (int i = 0; i <= 6; i++) {
      SourceStatus told = status(now, 100 + i, fixed.toEpochMilli() - now.toEpochMilli());
      watch.told(told, now, now);
      watch.looked(now);
      assertThat(watch.view(task -> true, now).get(0).parts().get(0).trouble()).isEqualTo(i == 6);
      now = now.plusSeconds(10);
    }
    // A source that takes some of it is not stuck, and neither is one that waits with a sample of
    // the future.
    watch.told(status(now, 50, fixed.toEpochMilli() - now.toEpochMilli()), now, now);
    assertThat(watch.view(task -> true, now).get(0).parts().get(0).trouble()).isFalse();
    for (int i = 0; i <= 10; i++) {
      watch.told(status(now, 100, 7_200_000), now, now);
      watch.looked(now);
      assertThat(watch.view(task -> true, now).get(0).parts().get(0).since()).isNull();
      now = now.plusSeconds(10);
    }
  }
}
