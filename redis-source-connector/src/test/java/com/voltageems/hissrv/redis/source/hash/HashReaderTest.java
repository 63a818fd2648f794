package com.voltageems.hissrv.redis.source.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.redis.source.FakeRedis;
import com.voltageems.hissrv.redis.source.ManualClock;
import com.voltageems.hissrv.redis.source.Readers;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import java.time.Duration;
import java.util.ArrayList;
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
    // The next pass is not due.
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
    // What was asked for before has the old value, and is followed by the new one.
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
}
