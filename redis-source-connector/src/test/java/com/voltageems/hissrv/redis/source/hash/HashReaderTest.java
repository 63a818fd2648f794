package com.voltageems.hissrv.redis.source.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.redis.source.FakeRedis;
import com.voltageems.hissrv.redis.source.ManualClock;
import com.voltageems.hissrv.redis.source.Readers;
import com.voltageems.hissrv.redis.source.ScriptedRedis;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.link.RedisError;
import com.voltageems.hissrv.redis.source.link.RedisNotReadyException;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.redis.source.reader.RejectReason;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;

class HashReaderTest {
  private static final int HASHES = 95;
  private static final int LIMIT = 10;

  private final ManualClock clock = new ManualClock();
  private final FakeRedis site = new FakeRedis("1");

  HashReaderTest() {
    for (int i = 0; i < HASHES; i++) {
      site.hashes.put("comsrv:" + i + ":m", "1");
    }
  }

  private HashReader reader(String pollIntervalMs, boolean onDemand) {
    RedisSourceConfig config =
        Readers.config(
            Map.of(
                "sources", "p",
                "sources.p.type", "hash",
                "sources.p.pattern", "comsrv:*",
                "poll.interval.ms", pollIntervalMs));
    return new HashReader(
        Readers.source(config, HashSource.class),
        Readers.context(config, site, clock, new SourceMetrics(clock)),
        onDemand);
  }

  @Test
  void nextChunk_isAskedForBeforeThisOneIsGiven_butNoFurther() {
    HashReader reader = reader("600000", false);
    int given = 0;
    while (given < HASHES) {
      given += reader.read(LIMIT).size();
      assertThat(site.read).isEqualTo(given == 0 ? 0 : Math.min(HASHES, given + LIMIT));
    }
    assertThat(given).isEqualTo(HASHES);
    assertThat(reader.read(LIMIT)).isEmpty();
    // The next pass is not due yet.
    assertThat(site.read).isEqualTo(HASHES);
  }

  @Test
  void passThatIsDue_isBegunBeforeTheLastChunkIsGiven() {
    HashReader reader = reader("10", false);
    int given = 0;
    while (given + LIMIT <= HASHES) {
      given += reader.read(LIMIT).size();
    }
    clock.pass(Duration.ofMillis(10));
    assertThat(reader.read(LIMIT)).hasSize(HASHES - given);
    assertThat(site.read).isEqualTo(HASHES + LIMIT);
    site.hashes.replaceAll((key, value) -> "2");
    // Replies requested earlier have the old value; the new one follows.
    Map<String, List<Double>> values = new TreeMap<>();
    while (values.size() < HASHES) {
      clock.pass(Duration.ofMillis(1));
      for (SourceRecord record : reader.read(LIMIT)) {
        values
            .computeIfAbsent((String) record.key(), key -> new ArrayList<>())
            .add(((Struct) record.value()).<String, Double>getMap("fields").get("1"));
      }
    }
    assertThat(values.values()).allSatisfy(each -> assertThat(each).containsExactly(2.0));
  }

  @Test
  void redisGoesAwayWithAChunkUnderWay_everyHashIsGivenOnce() {
    HashReader reader = reader("600000", false);
    List<String> keys = new ArrayList<>();
    while (keys.size() < 3 * LIMIT) {
      reader.read(LIMIT).forEach(record -> keys.add((String) record.key()));
    }
    site.lost = true;
    assertThatThrownBy(() -> reader.read(LIMIT)).isInstanceOf(RedisUnavailableException.class);
    site.lost = false;
    while (keys.size() < HASHES) {
      reader.read(LIMIT).forEach(record -> keys.add((String) record.key()));
    }
    assertThat(keys).doesNotHaveDuplicates().hasSize(HASHES);
    assertThat(reader.read(LIMIT)).isEmpty();
  }

  @Test
  void chunkUnderWayWasLostMeanwhile_itIsAskedForAgainAtOnce() {
    HashReader reader = reader("600000", false);
    List<String> keys = new ArrayList<>();
    while (keys.size() < HASHES) {
      site.connection++;
      reader.read(LIMIT).forEach(record -> keys.add((String) record.key()));
    }
    assertThat(keys).doesNotHaveDuplicates().hasSize(HASHES);
  }

  @Test
  void redisRefusesTheNextChunk_thisOneIsReadAgain() {
    HashReader reader = reader("600000", false);
    site.refuseFrom = 2 * LIMIT;
    List<String> keys = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              while (true) {
                reader.read(LIMIT).forEach(record -> keys.add((String) record.key()));
              }
            })
        .isInstanceOf(RedisUnavailableException.class);
    assertThat(keys).hasSize(LIMIT);
    site.refuseFrom = Integer.MAX_VALUE;
    while (keys.size() < HASHES) {
      reader.read(LIMIT).forEach(record -> keys.add((String) record.key()));
    }
    assertThat(keys).doesNotHaveDuplicates().hasSize(HASHES);
  }

  @Test
  void repair_readsNothingAhead() {
    assertNothingIsReadAhead(reader("600000", true));
  }

  @Test
  void cluster_nothingIsReadAhead_asTimesComeAfterTheirValues() {
    site.cluster = true;
    assertNothingIsReadAhead(reader("600000", false));
  }

  private void assertNothingIsReadAhead(HashReader reader) {
    reader.wake();
    int given = 0;
    while (given < HASHES) {
      given += reader.read(LIMIT).size();
      assertThat(site.read).isEqualTo(given);
    }
  }

  /** Returns a reader with a scripted Redis. */
  private HashReader scripted(ScriptedRedis redis, String... settings) {
    Map<String, String> all = new HashMap<>();
    all.put("sources", "p");
    all.put("sources.p.type", "hash");
    all.put("sources.p.pattern", "comsrv:1:*");
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    RedisSourceConfig config = Readers.config(all);
    redis
        .always("TIME", List.of("1704067200", "0"))
        .always("SCAN", List.of("0", List.of("comsrv:1:m")))
        .always("HLEN", 1);
    return new HashReader(
        Readers.source(config, HashSource.class),
        Readers.context(config, redis, clock, metrics),
        false);
  }

  private final SourceMetrics metrics = new SourceMetrics(clock);

  /** Returns the records of the pass after the next poll interval. */
  private List<SourceRecord> nextPass(HashReader reader) {
    clock.pass(Duration.ofSeconds(1));
    return reader.read(LIMIT);
  }

  @Test
  void unchanged_makesNoRecord_andASnapshotGivesEverything() {
    ScriptedRedis redis = new ScriptedRedis().always("HGETALL", List.of("7", "1.5"));
    HashReader reader = scripted(redis, "snapshot.interval.ms", "3000");
    assertThat(reader.read(LIMIT)).hasSize(1);
    assertThat(nextPass(reader)).isEmpty();
    assertThat(nextPass(reader)).isEmpty();
    assertThat(metrics.unchanged.sum()).isEqualTo(2);
    assertThat(nextPass(reader)).hasSize(1);
  }

  /**
   * The archive source gives the window this time; with the time of reading, it would be another
   * point.
   */
  @Test
  void windowThatIsReadAsAHash_hasTheTimeOfItsStart() {
    for (List<Object> fields :
        List.<List<Object>>of(
            List.of("1_avg", "1.5"), List.of("1_avg", "1.5", "timestamp", "1704067199"))) {
      ScriptedRedis redis =
          new ScriptedRedis()
              .on("SCAN", List.of("0", List.of("archive:1m:1704067140:1001")))
              .always("HGETALL", fields);
      assertThat(scripted(redis).read(LIMIT))
          .singleElement()
          .extracting(record -> ((Struct) record.value()).getInt64("timestamp"))
          .isEqualTo(1704067140000L);
    }
  }

  @Test
  void beforeThePollInterval_redisIsNotAsked() {
    ScriptedRedis redis = new ScriptedRedis().always("HGETALL", List.of("7", "1.5"));
    HashReader reader = scripted(redis);
    reader.read(LIMIT);
    int asked = redis.asked.size();
    clock.pass(Duration.ofMillis(999));
    assertThat(reader.dueNanos() - clock.nanos()).isPositive();
    assertThat(reader.read(LIMIT)).isEmpty();
    assertThat(redis.asked).hasSize(asked);
  }

  @Test
  void refusals_areThrown_andTheChangeIsGivenAfterwards() {
    ScriptedRedis redis =
        new ScriptedRedis()
            .on("HGETALL", List.of("7", "1.5"))
            .on("HGETALL", new RedisNotReadyException("LOADING", null))
            .on("HGETALL", new RedisUnavailableException("gone", null))
            .on("HGETALL", List.of("7", "2.5"));
    HashReader reader = scripted(redis);
    assertThat(reader.read(LIMIT)).hasSize(1);
    clock.pass(Duration.ofSeconds(1));
    assertThatThrownBy(() -> reader.read(LIMIT)).isInstanceOf(RedisNotReadyException.class);
    assertThatThrownBy(() -> reader.read(LIMIT)).isInstanceOf(RedisUnavailableException.class);
    assertThat(reader.dueNanos() - clock.nanos()).as("the pass goes on").isZero();
    assertThat(reader.read(LIMIT)).hasSize(1);
  }

  @Test
  void keyOfAnotherType_isCountedOnce_andReadAgainAfterTheNextDiscovery() {
    ScriptedRedis redis =
        new ScriptedRedis()
            .on("HGETALL", new RedisError("WRONGTYPE Operation against a key"))
            .on("HGETALL", new RedisError("WRONGTYPE Operation against a key"))
            .on("HGETALL", List.of("7", "1.5"));
    HashReader reader = scripted(redis, "discovery.interval.ms", "2000");
    assertThat(reader.read(LIMIT)).isEmpty();
    assertThat(nextPass(reader)).isEmpty();
    assertThat(redis.asked("HGETALL")).hasSize(1);
    nextPass(reader);
    assertThat(metrics.rejected(RejectReason.WRONG_TYPE)).isEqualTo(1);
    nextPass(reader);
    assertThat(nextPass(reader)).hasSize(1);
  }

  @Test
  void hashThatIsGone_isCounted_andComesBackWhole() {
    ScriptedRedis redis =
        new ScriptedRedis()
            .on("HGETALL", List.of("7", "1.5"))
            .on("HGETALL", List.of())
            .on("HGETALL", List.of("7", "1.5"));
    HashReader reader = scripted(redis);
    assertThat(reader.read(LIMIT)).hasSize(1);
    assertThat(nextPass(reader)).isEmpty();
    assertThat(metrics.expired.sum()).isEqualTo(1);
    assertThat(nextPass(reader)).hasSize(1);
  }

  @Test
  void largeHash_isReadInSteps() {
    ScriptedRedis redis =
        new ScriptedRedis()
            .on("HSCAN", List.of("5", List.of("7", "1.5")))
            .on("HSCAN", List.of("0", List.of("8", "2.5", "7", "1.5")))
            .on("HLEN", 20_000);
    HashReader reader = scripted(redis);
    List<SourceRecord> records = reader.read(LIMIT);
    assertThat(records).hasSize(1);
    assertThat(((Struct) records.get(0).value()).getMap("fields")).hasSize(2);
    assertThat(redis.asked("HGETALL")).isEmpty();
  }

  private static final RedisError AWAY = new RedisError("CLUSTERDOWN Hash slot not served");

  /** Returns a scripted Redis of a cluster, one node of which is away. */
  private static ScriptedRedis partOfACluster() {
    ScriptedRedis redis = new ScriptedRedis();
    redis.cluster = true;
    redis.complete = false;
    return redis.always("EXISTS", 0);
  }

  @Test
  void largeHash_whoseNodeIsAway_leavesTheOthersReadable() {
    ScriptedRedis redis =
        partOfACluster()
            .on("SCAN", List.of("0", List.of("comsrv:1:m", "comsrv:1:n")))
            .on("HLEN", 20_000)
            .on("HSCAN", new RedisNotReadyException("no node has the slot", null))
            .always("HGETALL", List.of("7", "1.5"));
    HashReader reader = scripted(redis);
    assertThat(reader.read(LIMIT)).hasSize(1);
    assertThat(metrics.rejected(RejectReason.REPLY)).isZero();
  }

  /** Otherwise its values would come again, with the time of that reading. */
  @Test
  void nodeIsAwayDuringADiscovery_itsHashesStayKnown_andCountAsNothingRejected() {
    ScriptedRedis redis =
        partOfACluster().on("HGETALL", List.of("7", "1.5")).on("HGETALL", AWAY).on("HGETALL", AWAY);
    redis.complete = true;
    redis.always("HGETALL", List.of("7", "1.5"));
    HashReader reader = scripted(redis, "discovery.interval.ms", "1500");
    assertThat(reader.read(LIMIT)).hasSize(1);
    redis.complete = false;
    assertThat(nextPass(reader)).isEmpty();
    redis.on("SCAN", List.of("0", List.of())).on("EXISTS", AWAY).on("EXISTS", AWAY);
    assertThat(nextPass(reader)).isEmpty();
    assertThat(metrics.rejected(RejectReason.REPLY)).isZero();
    redis.complete = true;
    assertThat(nextPass(reader)).isEmpty();
    assertThat(metrics.unchanged.sum()).isEqualTo(1);
    assertThat(redis.isAtEnd()).isTrue();
  }

  @Test
  void nodeIsAwayWhenTheHashIsFound_itsSizeIsAskedBeforeItIsRead() {
    ScriptedRedis redis =
        partOfACluster()
            .on("HLEN", AWAY)
            .on("HLEN", AWAY)
            .on("HLEN", 20_000)
            .on("HGETALL", AWAY)
            .on("HSCAN", List.of("0", List.of("7", "1.5")));
    HashReader reader = scripted(redis);
    assertThat(reader.read(LIMIT)).isEmpty();
    redis.complete = true;
    assertThat(nextPass(reader)).hasSize(1);
  }

  /** A companion that was not found for that reason would be taken for missing. */
  @Test
  void nodeIsAwayDuringAPartOfADiscovery_redisIsAskedForCompanions() {
    ScriptedRedis redis =
        partOfACluster()
            .on("SCAN", List.of("5", List.of("comsrv:1:m")))
            .on("EXISTS", 1)
            .on("HGETALL", List.of("7", "1.5"))
            .on("HGETALL", List.of("7", "1642592400000"));
    HashReader reader = scripted(redis);
    redis.after("SCAN", () -> redis.complete = redis.asked("SCAN").size() > 1);
    assertThat(reader.read(LIMIT))
        .singleElement()
        .extracting(record -> ((Struct) record.value()).getInt64("timestamp"))
        .isEqualTo(1642592400000L);
  }

  @Test
  void largeHash_thatRedisRefusesInTheMiddle_isReadWholeAgain() {
    ScriptedRedis redis =
        new ScriptedRedis()
            .on("HSCAN", List.of("5", List.of("7", "1.5")))
            .on("HSCAN", new RedisUnavailableException("gone", null))
            .on("HSCAN", List.of("0", List.of("7", "1.5")))
            .on("HLEN", 20_000);
    HashReader reader = scripted(redis);
    assertThatThrownBy(() -> reader.read(LIMIT)).isInstanceOf(RedisUnavailableException.class);
    assertThat(reader.read(LIMIT)).hasSize(1);
  }
}
