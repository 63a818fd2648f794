package com.voltageems.hissrv.redis.source.stream;

import static com.voltageems.hissrv.redis.source.ScriptedRedis.reply;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.redis.source.ManualClock;
import com.voltageems.hissrv.redis.source.Readers;
import com.voltageems.hissrv.redis.source.ScriptedRedis;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.link.RedisError;
import com.voltageems.hissrv.redis.source.link.RedisNotReadyException;
import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.redis.source.reader.RejectReason;
import com.voltageems.hissrv.redis.source.reader.SourceMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The decisions of {@link StreamReader}, with a scripted Redis. */
class StreamReaderTest {
  private static final RedisError NO_SCRIPT = new RedisError("NOSCRIPT No matching script.");

  private final RedisSourceConfig config =
      Readers.config(
          Map.of(
              "sources", "p",
              "sources.p.type", "stream",
              "sources.p.key", "s",
              "poll.interval.ms", "1000"));
  private final ManualClock clock = new ManualClock();
  private final SourceMetrics metrics = new SourceMetrics(clock);
  private final ScriptedRedis redis =
      new ScriptedRedis().always("GET", "data1").always("EXISTS", 0);

  private StreamReader reader(@Nullable Map<String, ?> offset) {
    return new StreamReader(
        Readers.source(config, StreamSource.class),
        Readers.context(config, redis, clock, metrics, partition -> offset));
  }

  private static Object entry(String id, String... fields) {
    return reply(List.of(id, List.of((Object[]) fields)));
  }

  private static Object page(int rest, Object... entries) {
    return List.of(List.of(entries), rest);
  }

  private static Object offset(SourceRecord record) {
    return record.sourceOffset();
  }

  private boolean isDue(StreamReader reader) {
    return reader.dueNanos() - clock.nanos() <= 0;
  }

  @Test
  void entries_carryTheirIdAsPosition_andTheNextPageBeginsThere() {
    redis
        .on("EVALSHA", page(0, entry("1000-0", "v", "1"), entry("2000-0", "v", "2")))
        .on("EVALSHA", page(0))
        .always("EXISTS", 0);
    StreamReader reader = reader(null);
    List<SourceRecord> records = reader.read(100);
    assertThat(records)
        .extracting(StreamReaderTest::offset)
        .containsExactly(
            Map.of("id", "1000-0", "data", "data1"), Map.of("id", "2000-0", "data", "data1"));
    assertThat(((Struct) records.get(1).value()).getInt64("timestamp")).isEqualTo(2000);
    assertThat(reader.waiting()).isZero();
    assertThat(isDue(reader)).isFalse();
    clock.pass(Duration.ofSeconds(1));
    assertThat(isDue(reader)).isTrue();
    assertThat(reader.read(100)).isEmpty();
    assertThat(redis.asked("EVALSHA"))
        .containsExactly("EVALSHA 1 s 0-0 100 1000 262144", "EVALSHA 1 s 2000-0 100 1000 262144");
  }

  /**
   * This happens if a device writes an alarm's beginning and end at once: the database keeps both.
   */
  @Test
  void entriesOfOneMillisecond_haveTimesOfTheirOwn_whereverReadingBegins() {
    Object first = entry("1000-0", "v", "1");
    Object second = entry("1000-1", "v", "2");
    Object element = entry("1000-2", "json", "{\"measurement\":\"m\",\"fields\":{\"v\":3}}");
    Object timed = entry("1000-3", "v", "4", "timestamp", "1700000000000");
    Object own = entry("1000-4", "v", "5:1700000000001");
    Object chosen = entry("1000-18446744073709551615", "v", "6");
    redis.on("EVALSHA", page(0, first, second, element, timed, own, chosen));
    assertThat(reader(null).read(100))
        .extracting(StreamReaderTest::nanos)
        .containsExactly(null, 1_000_001_000L, 1_000_002_000L, null, null, 1_000_999_000L);
    redis.on("EVALSHA", page(0, second));
    assertThat(reader(Map.of("id", "1000-0")).read(100))
        .extracting(StreamReaderTest::nanos)
        .containsExactly(1_000_001_000L);
  }

  private static @Nullable Long nanos(SourceRecord record) {
    Struct value = (Struct) record.value();
    return value.schema().field("timestamp_ns") == null ? null : value.getInt64("timestamp_ns");
  }

  @Test
  void more_isAskedForUntilTheLimit_andAtOnce() {
    redis
        .on("EVALSHA", page(1, entry("1-0", "v", "1")))
        .on("EVALSHA", page(1, entry("2-0", "v", "2")));
    StreamReader reader = reader(null);
    assertThat(reader.read(2)).hasSize(2);
    assertThat(reader.waiting()).isNull();
    assertThat(isDue(reader)).isTrue();
    assertThat(redis.isAtEnd()).isTrue();
  }

  @Test
  void redisGoesAwayInTheMiddle_thePositionStays() {
    redis
        .on("EVALSHA", page(1, entry("1-0", "v", "1")))
        .on("EVALSHA", new RedisUnavailableException("gone", null))
        .on("EVALSHA", page(0, entry("1-0", "v", "1"), entry("2-0", "v", "2")));
    StreamReader reader = reader(null);
    assertThatThrownBy(() -> reader.read(100)).isInstanceOf(RedisUnavailableException.class);
    assertThat(metrics.records.sum()).isZero();
    assertThat(reader.read(100)).hasSize(2);
    assertThat(redis.asked("EVALSHA").get(2)).startsWith("EVALSHA 1 s 0-0 ");
  }

  @Test
  void refusal_isThrown_andThePositionStays() {
    redis
        .on("EVALSHA", new RedisNotReadyException("-MISCONF cannot save", null))
        .on("EVALSHA", new RedisError("WRONGTYPE Operation against a key"))
        .on("EVALSHA", page(0, entry("1-0", "v", "1")));
    StreamReader reader = reader(null);
    assertThatThrownBy(() -> reader.read(100)).isInstanceOf(RedisNotReadyException.class);
    assertThatThrownBy(() -> reader.read(100)).isInstanceOf(RedisReplyException.class);
    assertThat(reader.read(100)).hasSize(1);
  }

  @Test
  void scriptThatRedisHasForgotten_isSentInFull() {
    redis.on("EVALSHA", NO_SCRIPT).on("EVAL", page(0, entry("1-0", "v", "1")));
    assertThat(reader(null).read(100)).hasSize(1);
    assertThat(redis.asked("EVAL").get(0)).isEqualTo("EVAL 1 s 0-0 100 1000 262144");
  }

  @Test
  void largeEntry_isAskedForWithoutTheScript() {
    redis
        .on("EVALSHA", page(2))
        .on("XRANGE", List.of(entry("5-0", "v", "x".repeat(300_000))))
        .on("XRANGE", List.of(entry("6-0", "v", "1")))
        .on("EVALSHA", page(0));
    assertThat(reader(null).read(100)).hasSize(1);
    assertThat(metrics.rejected(RejectReason.TOO_LONG)).isEqualTo(1);
    assertThat(metrics.leftOut())
        .startsWith("s: field v has 300000 bytes, more than value.max.bytes (");
    assertThat(redis.asked("XRANGE"))
        .containsExactly("XRANGE s (0-0 + COUNT 1", "XRANGE s (5-0 + COUNT 1");
    assertThat(redis.asked("EVALSHA").get(1)).startsWith("EVALSHA 1 s 6-0 ");
  }

  @Test
  void positionInOtherData_isForgotten() {
    redis.on("EVALSHA", page(0, entry("1-0", "v", "1")));
    StreamReader reader = reader(Map.of("id", "900-0", "data", "other"));
    assertThat(reader.read(100)).hasSize(1);
    assertThat(redis.asked("EVALSHA").get(0)).startsWith("EVALSHA 1 s 0-0 ");
    assertThat(metrics.indexResets.sum()).isEqualTo(1);
  }

  // Redis was restarted with other data, and we connected before it had loaded them.
  @Test
  void positionInOtherData_isForgotten_alsoWhereTheFirstAnswersWereLoading() {
    redis
        .on("GET", new RedisNotReadyException("LOADING Redis is loading", null))
        .on("EVALSHA", page(0, entry("1-0", "v", "1")));
    StreamReader reader = reader(Map.of("id", "900-0", "data", "other"));
    assertThatThrownBy(() -> reader.read(100)).isInstanceOf(RedisNotReadyException.class);
    assertThat(reader.read(100))
        .extracting(StreamReaderTest::offset)
        .containsExactly(Map.of("id", "1-0", "data", "data1"));
    assertThat(metrics.indexResets.sum()).isEqualTo(1);
  }

  @Test
  void streamThatWentBack_isReadFromItsBeginning() {
    redis
        .on("EVALSHA", page(0))
        .on("EVALSHA", page(0, entry("1-0", "v", "1")))
        .always("EXISTS", 1)
        .always("XINFO", List.of("length", 1, "last-generated-id", "1-0"));
    StreamReader reader = reader(Map.of("id", "900-0", "data", "data1"));
    assertThat(reader.read(100)).hasSize(1);
    assertThat(metrics.indexResets.sum()).isEqualTo(1);
  }

  @Test
  void emptyStream_keepsThePosition() {
    redis
        .always("EVALSHA", page(0))
        .always("EXISTS", 1)
        .always("XINFO", List.of("length", 0, "last-generated-id", "900-0"));
    StreamReader reader = reader(Map.of("id", "900-0", "data", "data1"));
    assertThat(reader.read(100)).isEmpty();
    clock.pass(Duration.ofSeconds(1));
    assertThat(reader.read(100)).isEmpty();
    assertThat(metrics.indexResets.sum()).isZero();
    assertThat(redis.asked("EVALSHA")).allMatch(line -> line.startsWith("EVALSHA 1 s 900-0 "));
  }

  @Test
  void entryThatIsNotASample_isCounted_andPassed() {
    redis
        .on("EVALSHA", page(0, entry("1-0", "json", "nonsense"), entry("2-0", "v", "1")))
        .on("EVALSHA", page(0))
        .always("EXISTS", 0);
    StreamReader reader = reader(null);
    assertThat(reader.read(100)).hasSize(1);
    assertThat(metrics.rejected(RejectReason.ELEMENT)).isEqualTo(1);
    reader.read(100);
    assertThat(redis.asked("EVALSHA").get(1)).startsWith("EVALSHA 1 s 2-0 ");
  }

  @Test
  void idBeyondEveryTime_getsTheTimeOfReading() {
    redis.on("EVALSHA", page(0, entry("18446744073709551615-1", "v", "1")));
    SourceRecord record = reader(null).read(100).get(0);
    assertThat(((Struct) record.value()).getInt64("timestamp")).isEqualTo(clock.millis());
  }

  private static Struct value(SourceRecord record) {
    return (Struct) record.value();
  }

  /** The same as for a hash. Before, such a timestamp became a field {@code timestamp}. */
  @Test
  void timestampThatIsNotATime_isLeftOut_andCounted() {
    redis.on("EVALSHA", page(0, entry("1000-0", "timestamp", "yesterday", "v", "1")));
    SourceRecord record = reader(null).read(100).get(0);
    assertThat(value(record).getInt64("timestamp")).isEqualTo(1000);
    assertThat(value(record).getMap("fields")).isEqualTo(Map.of("v", 1.0));
    assertThat(value(record).getMap("texts")).isNull();
    assertThat(metrics.rejected(RejectReason.NO_SAMPLE)).isEqualTo(1);
  }

  /** The same as for a hash. Before, the value got the entry's time. */
  @Test
  void timeInAValue_isItsTime_andTheEntryIsDeliveredWithItsLastRecord() {
    redis.on(
        "EVALSHA",
        page(
            0,
            entry("1000-0", "v", "1"),
            entry("2000-0", "u", "230.5:1642592400000", "timestamp", "1642592300", "i", "7")));
    List<SourceRecord> records = reader(null).read(100);
    assertThat(records).hasSize(3);
    assertThat(value(records.get(1)).getInt64("timestamp")).isEqualTo(1642592300000L);
    assertThat(value(records.get(1)).getMap("fields")).isEqualTo(Map.of("i", 7.0));
    assertThat(value(records.get(2)).getInt64("timestamp")).isEqualTo(1642592400000L);
    assertThat(value(records.get(2)).getMap("fields")).isEqualTo(Map.of("u", 230.5));
    assertThat(records.subList(1, 3))
        .extracting(StreamReaderTest::offset)
        .containsExactly(
            Map.of("id", "1000-0", "data", "data1"), Map.of("id", "2000-0", "data", "data1"));
  }

  private StreamReader counted(@Nullable Map<String, ?> offset, Object... pages) {
    redis.always("EXISTS", 1);
    for (Object page : pages) {
      redis.on("EVALSHA", page);
    }
    return reader(offset);
  }

  private static Object info(long added, long length, String last) {
    return reply(
        List.of("length", length, "last-generated-id", last, "entries-added", added, "groups", 0L));
  }

  @Test
  void offsets_tellHowManyEntriesThereWereUpToThem() {
    StreamReader reader =
        counted(
            null,
            page(0, entry("4-0", "v", "1"), entry("5-0", "json", "x"), entry("6-0", "v", "1")));
    redis.on("XINFO", info(6, 3, "6-0"));
    assertThat(reader.read(100))
        .extracting(StreamReaderTest::offset)
        .containsExactly(
            Map.of("id", "4-0", "data", "data1", "added", 4L),
            Map.of("id", "6-0", "data", "data1", "added", 6L));
    assertThat(metrics.lost()).isZero();
  }

  @Test
  void entriesTrimmedWhileNobodyRead_areCounted() {
    StreamReader reader =
        counted(
            Map.of("id", "6-0", "data", "data1", "added", 6),
            page(1, entry("16-0", "v", "1")),
            page(1, entry("17-0", "v", "1")),
            page(0, entry("20-0", "v", "1")));
    redis.on("XINFO", info(20, 5, "20-0")).on("XINFO", info(20, 3, "20-0"));
    assertThat(reader.read(1))
        .extracting(StreamReaderTest::offset)
        .containsExactly(Map.of("id", "16-0", "data", "data1", "added", 16L));
    assertThat(metrics.trimmed.sum()).isEqualTo(9);
    assertThat(reader.waiting()).isEqualTo(4);

    // 18 and 19 are deleted. So far, only one of the removed entries is known to be unread; at the
    // stream's end, the number is exact.
    clock.pass(Duration.ofSeconds(11));
    reader.read(1);
    clock.pass(Duration.ofSeconds(9));
    reader.read(1);
    assertThat(metrics.trimmed.sum()).isEqualTo(10);
    redis.on("EVALSHA", page(0)).on("XINFO", info(20, 3, "20-0")).on("XINFO", info(20, 3, "20-0"));
    clock.pass(Duration.ofSeconds(1));
    assertThat(reader.read(1)).isEmpty();
    assertThat(metrics.trimmed.sum()).isEqualTo(11);
    assertThat(metrics.lost()).isEqualTo(11);
    assertThat(metrics.lostMillis()).isEqualTo(clock.millis());
    assertThat(reader.waiting()).isZero();
  }

  /** A site that begins with a stream of its maximum length has lost nothing. */
  @Test
  void entriesTrimmedBeforeTheFirstReading_areNotLost() {
    StreamReader reader = counted(null, page(0, entry("100-0", "v", "1")), page(0));
    redis.on("XINFO", info(100, 1, "100-0")).on("XINFO", info(100, 1, "100-0"));
    reader.read(100);
    clock.pass(Duration.ofSeconds(1));
    reader.read(100);
    assertThat(metrics.lost()).isZero();
  }

  /**
   * The offset of an older version, or one set by hand: counting begins at the end that the stream
   * had at the first look.
   */
  @Test
  void positionWithoutACount_countsFromTheEndOn() {
    StreamReader reader =
        counted(
            Map.of("id", "6-0", "data", "data1"),
            page(0, entry("19-0", "v", "1"), entry("20-0", "v", "1")),
            page(0),
            page(0, entry("31-0", "v", "1")));
    redis.on("XINFO", info(20, 2, "20-0")).on("XINFO", info(20, 2, "20-0"));
    assertThat(reader.read(100))
        .extracting(StreamReaderTest::offset)
        .containsExactly(
            Map.of("id", "19-0", "data", "data1"),
            Map.of("id", "20-0", "data", "data1", "added", 20L));
    clock.pass(Duration.ofSeconds(1));
    reader.read(100);
    clock.pass(Duration.ofSeconds(11));
    redis.on("XINFO", info(31, 1, "31-0"));
    assertThat(reader.read(100))
        .extracting(StreamReaderTest::offset)
        .containsExactly(Map.of("id", "31-0", "data", "data1", "added", 31L));
    assertThat(metrics.trimmed.sum()).isEqualTo(10);
  }

  /** This happens after an upgrade of a site whose stream has new entries at every look. */
  @Test
  void positionWithoutACount_isCountedToo_whereTheStreamIsNeverFoundEmpty() {
    StreamReader reader =
        counted(
            Map.of("id", "6-0", "data", "data1"),
            page(1, entry("18-0", "v", "1")),
            page(0, entry("20-0", "v", "1"), entry("21-0", "v", "1")),
            page(0, entry("40-0", "v", "1")));
    redis.on("XINFO", info(20, 3, "20-0"));
    reader.read(1);
    clock.pass(Duration.ofSeconds(1));
    assertThat(reader.read(100))
        .extracting(StreamReaderTest::offset)
        .containsExactly(
            Map.of("id", "20-0", "data", "data1", "added", 20L),
            Map.of("id", "21-0", "data", "data1", "added", 21L));
    clock.pass(Duration.ofSeconds(11));
    redis.on("XINFO", info(40, 1, "40-0"));
    reader.read(100);
    assertThat(metrics.trimmed.sum()).isEqualTo(18);
  }

  /** The entry that would show it is trimmed itself. */
  @Test
  void positionWithoutACount_isCountedToo_whereTheEndOfThenIsTrimmed() {
    StreamReader reader =
        counted(
            Map.of("id", "6-0", "data", "data1"),
            page(1, entry("18-0", "v", "1")),
            page(0, entry("26-0", "v", "1")));
    redis.on("XINFO", info(20, 3, "20-0")).on("XINFO", info(26, 1, "26-0"));
    reader.read(1);
    clock.pass(Duration.ofSeconds(11));
    assertThat(reader.read(100))
        .extracting(StreamReaderTest::offset)
        .containsExactly(Map.of("id", "26-0", "data", "data1", "added", 21L));
    clock.pass(Duration.ofSeconds(11));
    redis.on("EVALSHA", page(0)).always("XINFO", info(26, 1, "26-0"));
    reader.read(100);
    assertThat(metrics.trimmed.sum()).isEqualTo(5);
  }

  /** The stream was deleted and created anew: later entries are counted by the new one. */
  @Test
  void anotherStreamOfThatName_hasLostNothing() {
    StreamReader reader =
        counted(
            Map.of("id", "6-0", "data", "data1", "added", 600L),
            page(0, entry("7-0", "v", "1")),
            page(0));
    redis.on("XINFO", info(1, 1, "7-0")).on("XINFO", info(1, 1, "7-0"));
    reader.read(100);
    clock.pass(Duration.ofSeconds(1));
    reader.read(100);
    assertThat(metrics.lost()).isZero();
    redis.on("EVALSHA", page(0, entry("8-0", "v", "1"))).on("XINFO", info(2, 1, "8-0"));
    clock.pass(Duration.ofSeconds(11));
    assertThat(reader.read(100))
        .extracting(StreamReaderTest::offset)
        .containsExactly(Map.of("id", "8-0", "data", "data1", "added", 2L));
  }

  @Test
  void redisBefore7_doesNotTell() {
    StreamReader reader = counted(null, page(1, entry("1-0", "v", "1")));
    redis.on("XINFO", reply(List.of("length", 5L, "last-generated-id", "9-0")));
    assertThat(reader.read(1))
        .extracting(StreamReaderTest::offset)
        .containsExactly(Map.of("id", "1-0", "data", "data1"));
    assertThat(reader.waiting()).isNull();
  }

  @Test
  void countThatIsNotANumber_isRefused() {
    assertThatThrownBy(() -> StreamCount.require(Map.of("id", "1-0", "added", "many")))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("added is how many entries")
        .hasMessageContaining("many is not");
  }
}
