package com.voltageems.hissrv.redis.source.archive;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The decisions of {@link ArchiveReader}, with a scripted Redis. */
class ArchiveReaderTest {
  private static final String FIRST = "archive:1m:1704067200:1001";
  private static final String SECOND = "archive:1m:1704067260:1001";
  private static final List<Object> FIELDS = List.of("v", "1");
  private static final List<Object> NONE = List.of();

  private final ManualClock clock = new ManualClock();
  private final SourceMetrics metrics = new SourceMetrics(clock);
  private final ScriptedRedis redis =
      new ScriptedRedis()
          .always("GET", "data1")
          .always("EXISTS", 1)
          .always("HLEN", 1)
          .always("ZREVRANGEBYSCORE", List.of(SECOND, "2"));

  private ArchiveReader reader(boolean scan, @Nullable Map<String, ?> offset) {
    Map<String, String> settings = new HashMap<>();
    settings.put("sources", "p");
    settings.put("sources.p.type", "archive");
    settings.put("sources.p.window", "1m");
    settings.put("sources.p.scan", String.valueOf(scan));
    RedisSourceConfig config = Readers.config(settings);
    return new ArchiveReader(
        Readers.source(config, ArchiveSource.class),
        Readers.context(config, redis, clock, metrics, partition -> offset));
  }

  private static Map<String, Object> offset(int score, String key) {
    return Map.of("score", score, "key", key, "start", 1704067200, "data", "data1");
  }

  private static Object stored(SourceRecord record, String field) {
    return Objects.requireNonNull(record.sourceOffset().get(field));
  }

  private boolean isDue(ArchiveReader reader) {
    return reader.dueNanos() - clock.nanos() <= 0;
  }

  /** Returns where the calls of the page's script begin: score and key. */
  private List<String> begins() {
    return redis.asked("EVALSHA").stream()
        .map(line -> line.replaceFirst("EVALSHA 1 archive:index:1m ", ""))
        .map(line -> line.replaceFirst(" [0-9]+$", ""))
        .toList();
  }

  @Test
  void windows_carryScoreAndKey_andTheNextPageBeginsThere() {
    redis
        .on("EVALSHA", List.of(FIRST, "1", SECOND, "2"))
        .on("HGETALL", FIELDS)
        .on("HGETALL", FIELDS)
        .on("ZMSCORE", List.of("1", "2"))
        .on("ZSCORE", "2")
        .always("EVALSHA", NONE);
    ArchiveReader reader = reader(false, null);
    List<SourceRecord> records = reader.read(100);
    assertThat(records)
        .extracting(record -> (Object) record.sourceOffset())
        .containsExactly(
            Map.of("score", 1.0, "key", FIRST, "start", 1704067200L, "data", "data1"),
            Map.of("score", 2.0, "key", SECOND, "start", 1704067260L, "data", "data1"));
    assertThat(reader.read(100)).isEmpty();
    assertThat(begins()).containsExactly("-1.0 ", "2.0 " + SECOND);
    assertThat(isDue(reader)).isFalse();
    clock.pass(Duration.ofSeconds(1));
    assertThat(isDue(reader)).isTrue();
  }

  @Test
  void windowWrittenAgainMeanwhile_comesWithItsNewScore() {
    redis
        .on("EVALSHA", List.of(FIRST, "1", SECOND, "2"))
        .on("HGETALL", FIELDS)
        .on("HGETALL", FIELDS)
        .on("ZMSCORE", List.of("3", "2"))
        .on("EVALSHA", List.of(FIRST, "3"))
        .on("HGETALL", FIELDS)
        .on("ZMSCORE", List.of("3"));
    ArchiveReader reader = reader(false, null);
    assertThat(reader.read(100)).extracting(record -> stored(record, "score")).containsExactly(2.0);
    assertThat(reader.read(100)).extracting(record -> stored(record, "score")).containsExactly(3.0);
  }

  @Test
  void refusals_areThrown_andThePageIsReadAgain() {
    redis
        .on("EVALSHA", List.of(FIRST, "1"))
        .on("HGETALL", new RedisUnavailableException("gone", null))
        .on("EVALSHA", List.of(FIRST, "1"))
        .on("HGETALL", new RedisError("ERR something"))
        .on("EVALSHA", List.of(FIRST, "1"))
        .on("HGETALL", FIELDS)
        .on("ZMSCORE", new RedisNotReadyException("LOADING", null))
        .on("EVALSHA", List.of(FIRST, "1"))
        .on("HGETALL", FIELDS)
        .on("ZMSCORE", List.of("1"));
    ArchiveReader reader = reader(false, null);
    assertThatThrownBy(() -> reader.read(100)).isInstanceOf(RedisUnavailableException.class);
    assertThatThrownBy(() -> reader.read(100)).isInstanceOf(RedisReplyException.class);
    assertThatThrownBy(() -> reader.read(100)).isInstanceOf(RedisNotReadyException.class);
    assertThat(reader.read(100)).hasSize(1);
    assertThat(begins()).containsExactly("-1.0 ", "-1.0 ", "-1.0 ", "-1.0 ");
  }

  @Test
  void keyOfAnotherType_isCounted_andPassed() {
    redis
        .on("EVALSHA", List.of(FIRST, "1", SECOND, "2"))
        .on("HGETALL", new RedisError("WRONGTYPE Operation against a key"))
        .on("HGETALL", FIELDS)
        .on("ZMSCORE", List.of("1", "2"));
    assertThat(reader(false, null).read(100)).hasSize(1);
    assertThat(metrics.rejected(RejectReason.WRONG_TYPE)).isEqualTo(1);
  }

  @Test
  void windowThatIsGone_isTakenOutOfTheIndex_whereRedisTakesWrites() {
    redis
        .on("EVALSHA", List.of(FIRST, "1", SECOND, "2"))
        .on("HGETALL", NONE)
        .on("HGETALL", FIELDS)
        .on("ZMSCORE", List.of("1", "2"))
        .on("EVALSHA", new RedisNotReadyException("READONLY You can't write", null));
    List<SourceRecord> records = reader(false, null).read(100);
    assertThat(records).hasSize(1);
    assertThat(redis.asked("EVALSHA").get(1)).endsWith(FIRST + " 1.0");
    assertThat(metrics.expired.sum()).isEqualTo(1);
  }

  @Test
  void scriptThatRedisHasForgotten_isSentInFull() {
    redis
        .on("EVALSHA", new RedisError("NOSCRIPT No matching script."))
        .on("EVAL", List.of(FIRST, "1"))
        .on("HGETALL", FIELDS)
        .on("ZMSCORE", List.of("1"));
    assertThat(reader(false, null).read(100)).hasSize(1);
  }

  @Test
  void storedWindows_areNotReadAgain() {
    redis
        .on("EVALSHA", List.of(SECOND, "2"))
        .on("HGETALL", FIELDS)
        .on("ZMSCORE", List.of("2"))
        .always("ZSCORE", "1");
    assertThat(reader(false, offset(1, FIRST)).read(100)).hasSize(1);
    assertThat(begins()).containsExactly("1.0 ");
    assertThat(metrics.indexResets.sum()).isZero();
  }

  @Test
  void indexThatWentBack_isReadFromItsBeginning() {
    redis.on("EVALSHA", List.of(FIRST, "1")).on("HGETALL", FIELDS).on("ZMSCORE", List.of("1"));
    assertThat(reader(false, offset(900, FIRST)).read(100)).hasSize(1);
    assertThat(begins()).containsExactly("-1.0 ");
    assertThat(metrics.indexResets.sum()).isEqualTo(1);
  }

  @Test
  void positionsInOtherData_areForgotten() {
    redis.on("EVALSHA", List.of(FIRST, "1")).on("HGETALL", FIELDS).on("ZMSCORE", List.of("1"));
    Map<String, Object> other = new HashMap<>(offset(2, SECOND));
    other.put("data", "another");
    assertThat(reader(false, other).read(100)).hasSize(1);
    assertThat(begins()).containsExactly("-1.0 ");
    assertThat(metrics.indexResets.sum()).isEqualTo(1);
  }

  // Redis was restarted with other data, and we connected before it had loaded them.
  @Test
  void positionsInOtherData_areForgotten_alsoWhereTheFirstAnswersWereLoading() {
    redis
        .on("GET", new RedisNotReadyException("LOADING Redis is loading", null))
        .always("GET", "another")
        .on("EVALSHA", List.of(FIRST, "1"))
        .on("HGETALL", FIELDS)
        .on("ZMSCORE", List.of("1"));
    ArchiveReader reader = reader(false, offset(2, SECOND));
    assertThatThrownBy(() -> reader.read(100)).isInstanceOf(RedisNotReadyException.class);
    List<SourceRecord> records = reader.read(100);
    assertThat(records).extracting(record -> stored(record, "data")).containsExactly("another");
    assertThat(begins()).containsExactly("-1.0 ");
    assertThat(metrics.indexResets.sum()).isEqualTo(1);
  }

  @Test
  void redisThatTakesNoWrites_isReadWithoutAnId() {
    redis
        .always("GET", null)
        .always("SET", new RedisNotReadyException("READONLY You can't write", null))
        .on("EVALSHA", List.of(FIRST, "1"))
        .on("HGETALL", FIELDS)
        .on("ZMSCORE", List.of("1"));
    assertThat(reader(false, null).read(100)).hasSize(1);
    assertThat(redis.asked("SET")).as("asked once a connection").hasSize(1);
  }

  @Test
  void noIndex_isScannedWhereThatIsSet() {
    redis
        .always("EVALSHA", NONE)
        .always("EXISTS", 0)
        .on("SCAN", List.of("0", List.of(SECOND, FIRST, "archive:1m:nonsense")))
        .on("HGETALL", FIELDS)
        .on("HGETALL", FIELDS);
    ArchiveReader reader = reader(true, null);
    assertThat(reader.read(100))
        .extracting(record -> record.headers().lastWithName("hissrv.key").value())
        .containsExactly((Object) FIRST, SECOND);
    assertThat(isDue(reader)).isFalse();
    clock.pass(Duration.ofSeconds(5));
    assertThat(isDue(reader)).isTrue();
  }

  @Test
  void noIndex_isWaitedForElse() {
    redis.always("EVALSHA", NONE).always("EXISTS", 0);
    ArchiveReader reader = reader(false, null);
    assertThat(reader.read(100)).isEmpty();
    assertThat(redis.asked("SCAN")).isEmpty();
    assertThat(isDue(reader)).isFalse();
  }
}
