package com.voltageems.hissrv.redis.source.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The decisions of {@link ListReader}, with a scripted Redis. */
class ListReaderTest {
  private static final String ELEMENT = "{\"measurement\":\"m\",\"fields\":{\"n\":1}}";
  private static final String CLAIM = "1704067200000-a1";
  private static final List<Object> NOTHING = List.of("", 0, List.of());

  private final RedisSourceConfig config =
      Readers.config(
          Map.of(
              "sources", "p",
              "sources.p.type", "list",
              "sources.p.key", "q",
              "poll.interval.ms", "1000"));
  private final ManualClock clock = new ManualClock();
  private final SourceMetrics metrics = new SourceMetrics(clock);
  private final ScriptedRedis redis = new ScriptedRedis();

  private ListReader reader(@Nullable Map<String, ?> offset) {
    return new ListReader(
        Readers.source(config, ListSource.class),
        Readers.context(config, redis, clock, metrics, partition -> offset));
  }

  private static List<Object> claim(String id, int size, Object... elements) {
    return List.of(id, size, List.of(elements));
  }

  private static Object stored(SourceRecord record, String field) {
    return Objects.requireNonNull(record.sourceOffset().get(field));
  }

  private boolean isDue(ListReader reader) {
    return reader.dueNanos() - clock.nanos() <= 0;
  }

  /** Returns the arguments of a call of the claim script, from the first one after the keys. */
  private List<String> args(int call) {
    List<String> words = List.of(redis.asked("EVALSHA").get(call).split(" ", -1));
    return words.subList(8, words.size());
  }

  @Test
  void emptyList_isLookedAtAgainAfterThePollInterval() {
    redis.on("EVALSHA", NOTHING).on("EVALSHA", List.of("", 1, List.of()));
    ListReader reader = reader(null);
    assertThat(reader.read(100)).isEmpty();
    assertThat(isDue(reader)).isFalse();
    clock.pass(Duration.ofSeconds(1));
    assertThat(isDue(reader)).isTrue();
    // There may be more elements at once.
    assertThat(reader.read(100)).isEmpty();
    assertThat(isDue(reader)).isTrue();
  }

  @Test
  void claim_isReleasedOnlyWhenAllItsRecordsAreDelivered() {
    redis
        .on("EVALSHA", claim(CLAIM, 2, ELEMENT, ELEMENT))
        .on("EVALSHA", claim("1704067200001-b2", 1, ELEMENT));
    ListReader reader = reader(null);
    List<SourceRecord> records = reader.read(100);
    assertThat(records)
        .extracting(record -> (Object) record.sourceOffset())
        .containsExactly(Map.of("claim", CLAIM, "index", 0L), Map.of("claim", CLAIM, "index", 1L));
    assertThat(isDue(reader)).isFalse();
    reader.delivered(records.get(0));
    clock.pass(Duration.ofSeconds(1));
    assertThat(reader.read(100)).as("one is not delivered yet").isEmpty();
    assertThat(redis.asked("EVALSHA")).hasSize(1);
    reader.delivered(records.get(1));
    assertThat(isDue(reader)).isTrue();
    assertThat(reader.read(100)).hasSize(1);
    assertThat(args(1)).startsWith(CLAIM, "1", "2");
    assertThat(metrics.claims.sum()).isEqualTo(2);
  }

  @Test
  void recordOfAnEarlierClaim_countsForNothing() {
    redis
        .on("EVALSHA", claim(CLAIM, 1, ELEMENT))
        .on("EVALSHA", claim("1704067200001-b2", 1, ELEMENT));
    ListReader reader = reader(null);
    SourceRecord first = reader.read(100).get(0);
    reader.delivered(first);
    reader.read(100);
    reader.delivered(first);
    assertThat(isDue(reader)).isFalse();
  }

  @Test
  void refusals_areThrown_andNothingIsForgotten() {
    redis
        .on("EVALSHA", claim(CLAIM, 1, ELEMENT))
        .on("EVALSHA", new RedisNotReadyException("READONLY You can't write", null))
        .on("EVALSHA", new RedisNotReadyException("MISCONF cannot save", null))
        .on("EVALSHA", new RedisUnavailableException("gone", null))
        .on("EVALSHA", NOTHING);
    ListReader reader = reader(null);
    reader.read(100).forEach(reader::delivered);
    assertThatThrownBy(() -> reader.read(100)).hasMessageContaining("READONLY");
    assertThatThrownBy(() -> reader.read(100)).hasMessageContaining("MISCONF");
    assertThatThrownBy(() -> reader.read(100)).hasMessageContaining("gone");
    assertThat(isDue(reader)).as("the claim is still to be released").isTrue();
    assertThat(reader.read(100)).isEmpty();
    for (int call = 1; call <= 4; call++) {
      assertThat(args(call)).startsWith(CLAIM, "1", "1");
    }
  }

  @Test
  void scriptThatRedisHasForgotten_isSentInFull() {
    redis
        .on("EVALSHA", new RedisError("NOSCRIPT No matching script."))
        .on("EVAL", claim(CLAIM, 1, ELEMENT));
    assertThat(reader(null).read(100)).hasSize(1);
    assertThat(redis.asked("EVAL").get(0))
        .startsWith("EVAL 6 q q:inflight q:claim q:rejected q:owner q:claimed ");
  }

  @Test
  void claimInFlight_thatIsStored_isSkippedUpToItsIndex() {
    redis.on("EVALSHA", claim(CLAIM, 3, ELEMENT, ELEMENT, ELEMENT));
    ListReader reader = reader(Map.of("claim", CLAIM, "index", 1));
    assertThat(reader.read(100)).extracting(record -> stored(record, "index")).containsExactly(2L);
    assertThat(metrics.claimsFound.sum()).isEqualTo(1);
  }

  @Test
  void claimInFlight_thatIsStoredWhole_isReleasedAtOnce() {
    redis.on("EVALSHA", claim(CLAIM, 1, ELEMENT)).on("EVALSHA", NOTHING);
    ListReader reader = reader(Map.of("claim", CLAIM, "index", 0));
    assertThat(reader.read(100)).isEmpty();
    assertThat(isDue(reader)).isTrue();
    reader.read(100);
    assertThat(args(1)).startsWith(CLAIM, "1", "1");
  }

  @Test
  void claimOfAnother_isSentWhole_whateverIsStored() {
    redis.on("EVALSHA", claim(CLAIM, 2, ELEMENT, ELEMENT));
    assertThat(reader(Map.of("claim", "1704067200009-ff", "index", 1)).read(100)).hasSize(2);
  }

  @Test
  void longClaim_isReadPageByPage_andReleasedAfterTheLast() {
    redis
        .on("EVALSHA", claim(CLAIM, 3, ELEMENT, ELEMENT))
        .on("EVALSHA", claim(CLAIM, 3, ELEMENT))
        .on("EVALSHA", NOTHING);
    ListReader reader = reader(null);
    List<SourceRecord> first = reader.read(2);
    assertThat(first).hasSize(2);
    assertThat(isDue(reader)).as("it is not read to its end").isTrue();
    first.forEach(reader::delivered);
    List<SourceRecord> last = reader.read(2);
    assertThat(args(1)).startsWith(CLAIM, "0", "2");
    assertThat(last).extracting(record -> stored(record, "index")).containsExactly(2L);
    last.forEach(reader::delivered);
    reader.read(2);
    assertThat(args(2)).startsWith(CLAIM, "1", "3");
  }

  @Test
  void rejectedElements_areHandedOverWithTheRelease() {
    redis.on("EVALSHA", claim(CLAIM, 2, "nonsense", ELEMENT)).on("EVALSHA", NOTHING);
    ListReader reader = reader(null);
    reader.read(100).forEach(reader::delivered);
    assertThat(metrics.rejected(RejectReason.ELEMENT)).isEqualTo(1);
    reader.read(100);
    assertThat(redis.asked("EVALSHA").get(1))
        .endsWith("{\"reason\":\"not JSON\",\"element\":\"nonsense\"}");
  }

  @Test
  void claimThatIsGone_isTold_andTheNextOneSent() {
    redis
        .on("EVALSHA", claim(CLAIM, 2, ELEMENT, ELEMENT))
        .on("EVALSHA", claim("1704067200001-b2", 1, ELEMENT));
    ListReader reader = reader(null);
    reader.read(1);
    // Whether or not the claim was read to its end, the script says which claim is in flight.
    reader.allDelivered();
    assertThat(reader.read(1)).hasSize(1);
    assertThat(metrics.claims.sum()).isEqualTo(2);
  }

  @Test
  void listOfAnotherConnector_isLeftAlone() {
    redis.on("EVALSHA", List.of("", 2, List.of("other"))).on("EVALSHA", NOTHING);
    ListReader reader = reader(null);
    assertThat(reader.read(100)).isEmpty();
    assertThat(reader.trouble()).startsWith("q is drained by the connector other");
    assertThat(isDue(reader)).isFalse();
    reader.read(100);
    assertThat(reader.trouble()).isNull();
  }

  @Test
  void ownership_isRenewedInTime_andAfterEveryFailure() {
    redis
        .on("EVALSHA", NOTHING)
        .on("EVALSHA", NOTHING)
        .on("EVALSHA", new RedisUnavailableException("gone", null))
        .on("EVALSHA", NOTHING)
        .on("EVALSHA", NOTHING)
        .on("EVALSHA", NOTHING);
    ListReader reader = reader(null);
    reader.read(100);
    reader.read(100);
    assertThatThrownBy(() -> reader.read(100)).isInstanceOf(RedisUnavailableException.class);
    reader.read(100);
    clock.pass(Duration.ofSeconds(9));
    reader.read(100);
    clock.pass(Duration.ofSeconds(2));
    reader.read(100);
    assertThat(IntStream.range(0, 6).mapToObj(call -> args(call).get(8)))
        .containsExactly("30000", "0", "0", "30000", "0", "30000");
  }

  @Test
  void textThatIsNotAClaimsId_endsTheTask() {
    redis.on("EVALSHA", claim("something", 1, ELEMENT));
    assertThatThrownBy(() -> reader(null).read(100))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("q:claim")
        .hasMessageContaining("something");
  }

  @Test
  void close_releasesWhatIsDelivered_andGivesTheListUp() {
    redis.on("EVALSHA", claim(CLAIM, 1, ELEMENT)).on("EVALSHA", NOTHING);
    ListReader reader = reader(null);
    reader.read(100).forEach(reader::delivered);
    reader.close();
    assertThat(args(1)).startsWith(CLAIM, "1", "1").element(4).isEqualTo("0");
  }

  @Test
  void close_afterRedisWentAway_asksNobody() {
    redis.on("EVALSHA", new RedisUnavailableException("gone", null));
    ListReader reader = reader(null);
    assertThatThrownBy(() -> reader.read(100)).isInstanceOf(RedisUnavailableException.class);
    reader.close();
    assertThat(redis.asked("EVALSHA")).hasSize(1);
  }
}
