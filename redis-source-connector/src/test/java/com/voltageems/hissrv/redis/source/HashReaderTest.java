package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HashReaderTest {
  private static final int HASHES = 95;
  private static final int LIMIT = 10;

  private final Site site = new Site();

  private HashReader reader(String pollIntervalMs, boolean onDemand) {
    RedisSourceConfig config =
        new RedisSourceConfig(
            Map.of(
                "sources", "p",
                "sources.p.type", "hash",
                "sources.p.pattern", "comsrv:*",
                "poll.interval.ms", pollIntervalMs));
    return new HashReader(
        config.sources().get(0),
        site,
        new KeyMapper(List.of()),
        new SampleRecords("p", "p", InstantSource.system()),
        config.limits(),
        new SourceMetrics(),
        0,
        1,
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
    long begun = System.nanoTime();
    int given = 0;
    while (given + LIMIT <= HASHES) {
      given += reader.read(LIMIT).size();
    }
    await().until(() -> System.nanoTime() - begun > 20_000_000);
    assertThat(reader.read(LIMIT)).hasSize(HASHES - given);
    assertThat(site.read).isEqualTo(HASHES + LIMIT);
    site.hashes.replaceAll((key, value) -> "2");
    // What was asked for before has the old value, and is followed by the new one.
    Map<String, List<Double>> values = new TreeMap<>();
    while (values.size() < HASHES) {
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

  /** A Redis that does at once what it is sent. */
  private static final class Site implements RedisLink {
    final Map<String, String> hashes = new LinkedHashMap<>();

    /** HGETALLs so far. */
    int read;

    /** Whether replies do not come. */
    boolean lost;

    /** Grows when the connection was dropped. */
    int connection;

    boolean cluster;

    /** How many HGETALLs are taken. */
    int refuseFrom = Integer.MAX_VALUE;

    Site() {
      for (int i = 0; i < HASHES; i++) {
        hashes.put("comsrv:" + i + ":m", "1");
      }
    }

    @Override
    public Replies send(List<Command> commands) {
      long more =
          commands.stream().filter(each -> Bytes.text(each.name()).equals("HGETALL")).count();
      if (read + more > refuseFrom) {
        throw new RedisUnavailableException("refused", null);
      }
      List<@Nullable Object> replies = new ArrayList<>();
      commands.forEach(command -> replies.add(call(command)));
      int sentOn = connection;
      return new Replies() {
        @Override
        public List<@Nullable Object> get() {
          if (lost || isLost()) {
            throw new RedisUnavailableException("lost", null);
          }
          return replies;
        }

        @Override
        public boolean isLost() {
          return sentOn != connection;
        }
      };
    }

    @Override
    public Object call(Command command) {
      return switch (Bytes.text(command.name())) {
        case "TIME" -> List.of(Bytes.of("1704067200"), Bytes.of("0"));
        case "SCAN" -> List.of(Bytes.of("0"), hashes.keySet().stream().map(Bytes::of).toList());
        case "EXISTS" -> 0L;
        case "HLEN" -> 1L;
        case "HGETALL" -> {
          read++;
          yield List.of(
              Bytes.of("1"), Bytes.of(hashes.getOrDefault(Bytes.text(command.args()[0]), "")));
        }
        default -> throw new AssertionError(Bytes.text(command.name()));
      };
    }

    @Override
    public Object callOn(int primary, Command command) {
      return call(command);
    }

    @Override
    public int primaries() {
      return 1;
    }

    @Override
    public int generation() {
      return 1;
    }

    @Override
    public boolean isCluster() {
      return cluster;
    }

    @Override
    public void reset() {}

    @Override
    public void close() {}
  }
}
