package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisScript;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.redis.source.link.ServerFacts;
import com.voltageems.hissrv.redis.source.list.ClaimReply;
import com.voltageems.hissrv.redis.source.list.ClaimTransaction;
import com.voltageems.hissrv.redis.source.list.ListKeys;
import com.voltageems.hissrv.redis.source.list.ListPosition;
import com.voltageems.hissrv.redis.source.list.ListReader;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large elements are claimed and handed over by a transaction, completely or not at all. */
class ClaimTransactionIT extends RedisTaskFixture {
  private static final String ENTRY = "x".repeat(100_000);
  private static final Map<String, String> LIST =
      Map.of("sources", "p", "sources.p.type", "list", "sources.p.key", "q");

  private JedisLink link;
  private ClaimTransaction transaction;

  /** Runs just before the transaction. */
  private Runnable meanwhile = () -> {};

  private boolean replyIsLost;

  @BeforeEach
  void claim() {
    client.set("q:claim", "7-a");
    client.rpush("q:inflight", "1", "2");
    link = new JedisLink(Readers.config(config(LIST)).redis("test"), () -> {});
    client.set("q:owner", "test");
    transaction =
        new ClaimTransaction(
            new Disturbed(), new ListKeys("q", false), 3, "test", WorkerClock.system());
  }

  @AfterEach
  void close() {
    admin("CONFIG", "SET", "maxmemory", "0");
    link.close();
  }

  private boolean handOver(String id, boolean release, String... entries) {
    return transaction.handOver(id, bytes(entries), release);
  }

  @Test
  void handOver_release_movesAllAndTrims() {
    client.lpush("q:rejected", "old", "older");
    assertThat(handOver("7-a", true, "first", ENTRY)).isTrue();
    assertThat(client.lrange("q:rejected", 0, -1)).containsExactly(ENTRY, "first", "older");
    assertThat(client.exists("q:inflight", "q:claim")).isZero();
  }

  @Test
  void handOver_noRelease_leavesTheClaim_andMoreMayFollow() {
    assertThat(handOver("7-a", false, ENTRY)).isTrue();
    assertThat(client.get("q:claim")).isEqualTo("7-a");
    assertThat(client.llen("q:inflight")).isEqualTo(2);
    assertThat(handOver("7-a", true, ENTRY, "last")).isTrue();
    assertThat(client.llen("q:rejected")).isEqualTo(3);
    assertThat(client.exists("q:inflight", "q:claim")).isZero();
  }

  @Test
  void handOver_little_isLeftToTheScript() {
    assertThat(handOver("7-a", true, "small")).isFalse();
    nothingIsDone();
  }

  @Test
  void handOver_claimOfAnother_isLeftAlone() {
    assertThat(handOver("6-b", true, ENTRY)).isFalse();
    nothingIsDone();
    theConnectionIsInNoTransaction();
  }

  @Test
  void handOver_otherType_losesNothing() {
    client.set("q:rejected", "of another type");
    assertThat(handOver("7-a", true, ENTRY)).isFalse();
    assertThat(client.get("q:rejected")).isEqualTo("of another type");
    assertThat(client.llen("q:inflight")).isEqualTo(2);
    theConnectionIsInNoTransaction();
  }

  @Test
  void handOver_becomesOfAnotherType_losesNothing() {
    meanwhile = () -> client.set("q:rejected", "of another type");
    assertThat(handOver("7-a", true, ENTRY)).isFalse();
    assertThat(client.llen("q:inflight")).isEqualTo(2);
  }

  @Test
  void handOver_releasedByAnotherMeanwhile_isNotPutTwice() {
    meanwhile = () -> client.set("q:claim", "8-c");
    assertThat(handOver("7-a", true, ENTRY)).isFalse();
    assertThat(client.exists("q:rejected")).isFalse();
    assertThat(client.llen("q:inflight")).isEqualTo(2);
  }

  @Test
  void handOver_redisIsFull_nothingIsDone_andTheScriptIsNext() {
    admin("CONFIG", "SET", "maxmemory", "1");
    assertThatThrownBy(() -> handOver("7-a", true, ENTRY))
        .isInstanceOf(RedisUnavailableException.class)
        .hasMessageContaining("OOM");
    nothingIsDone();
    assertThat(handOver("7-a", true, ENTRY)).as("tried again").isFalse();
    nothingIsDone();
  }

  /**
   * Only the reply is lost, the transaction was executed: the script, called next, does not do it
   * again.
   */
  @Test
  void handOver_replyLost_isDoneOnce() {
    replyIsLost = true;
    assertThatThrownBy(() -> handOver("7-a", true, ENTRY))
        .isInstanceOf(RedisUnavailableException.class);
    replyIsLost = false;
    assertThat(handOver("7-a", true, ENTRY)).isFalse();
    client.lpush("q", "3");
    List<byte[]> keys = bytes("q", "q:inflight", "q:claim", "q:rejected", "q:owner");
    List<byte[]> args = bytes("7-a", "1", "2", "new", "10", "1000", "10", "test", "0", ENTRY);
    assertThat(RedisScript.resource(ListReader.class, "claim.lua").run(link, keys, args))
        .isNotNull();
    assertThat(client.llen("q:rejected")).isEqualTo(1);
    assertThat(client.get("q:claim")).endsWith("-new");
    assertThat(client.lrange("q:inflight", 0, -1)).containsExactly("3");
  }

  @Test
  void takeOne_releasesWhatIsDelivered() {
    client.lpush("q", "3", "4");
    ClaimReply.Taken reply = Objects.requireNonNull(transaction.takeOne("7-a", "new", true));
    assertThat(reply.size()).isEqualTo(1);
    assertThat(reply.elements().toArray()).containsExactly(Bytes.of("3"));
    String id = client.get("q:claim");
    assertThat(reply.id()).isEqualTo(id);
    assertThat(id).endsWith("-new");
    assertThat(ListPosition.claimMillis(id))
        .isCloseTo(System.currentTimeMillis(), Offset.offset(60_000L));
    assertThat(client.lrange("q:inflight", 0, -1)).containsExactly("3");
    assertThat(client.lrange("q", 0, -1)).containsExactly("4");
  }

  @Test
  void takeOne_nothingInFlight_isTaken() {
    client.del("q:inflight", "q:claim");
    client.lpush("q", "3");
    assertThat(transaction.takeOne("", "new", true)).isNotNull();
    assertThat(client.get("q:claim")).endsWith("-new");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "6-b"})
  void takeOne_claimOfAnother_isLeftAlone(String delivered) {
    client.lpush("q", "3");
    assertThat(transaction.takeOne(delivered, "new", true)).isNull();
    nothingIsDone();
    theConnectionIsInNoTransaction();
  }

  @Test
  void takeOne_inFlightWithoutAClaim_isLeftToTheScript() {
    client.del("q:claim");
    client.lpush("q", "3");
    assertThat(transaction.takeOne("7-a", "new", true)).isNull();
    assertThat(client.llen("q:inflight")).isEqualTo(2);
  }

  @Test
  void takeOne_nothingThere_keepsTheClaimForTheScript() {
    assertThat(transaction.takeOne("7-a", "new", true)).isNull();
    nothingIsDone();
    client.set("q", "of another type");
    assertThat(transaction.takeOne("7-a", "new", true)).isNull();
    nothingIsDone();
    theConnectionIsInNoTransaction();
  }

  @Test
  void takeOne_takenByAnotherMeanwhile_isNotTakenTwice() {
    client.lpush("q", "3");
    meanwhile = () -> client.set("q:claim", "8-c");
    assertThat(transaction.takeOne("7-a", "new", true)).isNull();
    assertThat(client.get("q:claim")).isEqualTo("8-c");
    assertThat(client.lrange("q", 0, -1)).containsExactly("3");
  }

  @Test
  void takeOne_emptiedMeanwhile_isAClaimOfNothing() {
    client.lpush("q", "3");
    meanwhile = () -> client.del("q");
    assertThat(Objects.requireNonNull(transaction.takeOne("7-a", "new", true)).size()).isZero();
    assertThat(client.get("q:claim")).endsWith("-new");
  }

  @Test
  void takeOne_replyLost_isFoundInFlight() {
    client.lpush("q", "3", "4");
    replyIsLost = true;
    assertThatThrownBy(() -> transaction.takeOne("7-a", "new", true))
        .isInstanceOf(RedisUnavailableException.class);
    replyIsLost = false;
    ClaimTransaction next =
        new ClaimTransaction(link, new ListKeys("q", false), 3, "test", WorkerClock.system());
    assertThat(next.takeOne("7-a", "other", true)).isNull();
    assertThat(client.get("q:claim")).endsWith("-new");
    assertThat(client.lrange("q:inflight", 0, -1)).containsExactly("3");
    assertThat(client.lrange("q", 0, -1)).containsExactly("4");
  }

  private static List<byte[]> bytes(String... texts) {
    return Arrays.stream(texts).map(Bytes::of).toList();
  }

  private void nothingIsDone() {
    assertThat(client.exists("q:rejected")).isFalse();
    assertThat(client.get("q:claim")).isEqualTo("7-a");
    assertThat(client.llen("q:inflight")).isEqualTo(2);
  }

  private void theConnectionIsInNoTransaction() {
    assertThat(link.call(Command.of("PING"))).isEqualTo(Bytes.of("PONG"));
  }

  /** The real link, with a disturbance between the two steps. */
  private final class Disturbed implements RedisLink {
    @Override
    public Replies send(List<Command> commands) {
      if (commands.get(commands.size() - 1).isExec()) {
        meanwhile.run();
        if (replyIsLost) {
          link.send(commands).get();
          throw new RedisUnavailableException("lost", null);
        }
      }
      return link.send(commands);
    }

    @Override
    public @Nullable Object call(Command command) {
      return link.call(command);
    }

    @Override
    public int primaries() {
      return link.primaries();
    }

    @Override
    public @Nullable Object callOn(int primary, Command command) {
      return link.callOn(primary, command);
    }

    @Override
    public int generation() {
      return link.generation();
    }

    @Override
    public boolean isCluster() {
      return link.isCluster();
    }

    @Override
    public @Nullable ServerFacts server() {
      return link.server();
    }

    @Override
    public void reset() {
      link.reset();
    }

    @Override
    public void close() {
      link.close();
    }
  }
}
