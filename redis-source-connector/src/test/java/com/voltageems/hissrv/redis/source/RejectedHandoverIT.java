package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Large rejected elements, put on their list by a transaction or not at all. */
class RejectedHandoverIT extends RedisTaskTest {
  private static final String ENTRY = "x".repeat(100_000);
  private static final Map<String, String> LIST =
      Map.of("sources", "p", "sources.p.type", "list", "sources.p.key", "q");

  private JedisLink link;
  private RejectedHandover handover;

  /** Done just before the transaction is. */
  private Runnable meanwhile = () -> {};

  private boolean replyIsLost;

  @BeforeEach
  void claim() {
    client.set("q:claim", "7-a");
    client.rpush("q:inflight", "1", "2");
    link = new JedisLink(new RedisSourceConfig(config(LIST)).redis("test"), () -> {});
    handover =
        new RejectedHandover(
            new Disturbed(),
            Bytes.of("q:inflight"),
            Bytes.of("q:claim"),
            Bytes.of("q:rejected"),
            3);
  }

  @AfterEach
  void close() {
    admin("CONFIG", "SET", "maxmemory", "0");
    link.close();
  }

  private boolean tryTo(String id, boolean release, String... entries) {
    return handover.tryTo(id, bytes(entries), release);
  }

  @Test
  void release_movesAllAndTrims() {
    client.lpush("q:rejected", "old", "older");
    assertThat(tryTo("7-a", true, "first", ENTRY)).isTrue();
    assertThat(client.lrange("q:rejected", 0, -1)).containsExactly(ENTRY, "first", "older");
    assertThat(client.exists("q:inflight", "q:claim")).isZero();
  }

  @Test
  void noRelease_leavesTheClaim_andMoreMayFollow() {
    assertThat(tryTo("7-a", false, ENTRY)).isTrue();
    assertThat(client.get("q:claim")).isEqualTo("7-a");
    assertThat(client.llen("q:inflight")).isEqualTo(2);
    assertThat(tryTo("7-a", true, ENTRY, "last")).isTrue();
    assertThat(client.llen("q:rejected")).isEqualTo(3);
    assertThat(client.exists("q:inflight", "q:claim")).isZero();
  }

  @Test
  void little_isLeftToTheScript() {
    assertThat(tryTo("7-a", true, "small")).isFalse();
    nothingIsDone();
  }

  @Test
  void claimOfAnother_isLeftAlone() {
    assertThat(tryTo("6-b", true, ENTRY)).isFalse();
    nothingIsDone();
    theConnectionIsInNoTransaction();
  }

  @Test
  void otherType_losesNothing() {
    client.set("q:rejected", "of another type");
    assertThat(tryTo("7-a", true, ENTRY)).isFalse();
    assertThat(client.get("q:rejected")).isEqualTo("of another type");
    assertThat(client.llen("q:inflight")).isEqualTo(2);
    theConnectionIsInNoTransaction();
  }

  @Test
  void becomesOfAnotherType_losesNothing() {
    meanwhile = () -> client.set("q:rejected", "of another type");
    assertThat(tryTo("7-a", true, ENTRY)).isFalse();
    assertThat(client.llen("q:inflight")).isEqualTo(2);
  }

  @Test
  void releasedByAnotherMeanwhile_isNotPutTwice() {
    meanwhile = () -> client.set("q:claim", "8-c");
    assertThat(tryTo("7-a", true, ENTRY)).isFalse();
    assertThat(client.exists("q:rejected")).isFalse();
    assertThat(client.llen("q:inflight")).isEqualTo(2);
  }

  @Test
  void redisIsFull_nothingIsDone_andTheScriptIsNext() {
    admin("CONFIG", "SET", "maxmemory", "1");
    assertThatThrownBy(() -> tryTo("7-a", true, ENTRY))
        .isInstanceOf(RedisUnavailableException.class)
        .hasMessageContaining("OOM");
    nothingIsDone();
    assertThat(tryTo("7-a", true, ENTRY)).as("tried again").isFalse();
    nothingIsDone();
  }

  /** The reply is lost, not what was done: the script, asked next, does not do it again. */
  @Test
  void replyLost_isDoneOnce() {
    replyIsLost = true;
    assertThatThrownBy(() -> tryTo("7-a", true, ENTRY))
        .isInstanceOf(RedisUnavailableException.class);
    replyIsLost = false;
    assertThat(tryTo("7-a", true, ENTRY)).isFalse();
    client.lpush("q", "3");
    List<byte[]> keys = bytes("q", "q:inflight", "q:claim", "q:rejected");
    List<byte[]> args = bytes("7-a", "1", "2", "new", "10", "1000", "10", ENTRY);
    assertThat(RedisScript.resource("claim.lua").run(link, keys, args)).isNotNull();
    assertThat(client.llen("q:rejected")).isEqualTo(1);
    assertThat(client.get("q:claim")).endsWith("-new");
    assertThat(client.lrange("q:inflight", 0, -1)).containsExactly("3");
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

  /** The real link, and something that happens between the two steps. */
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
    public void reset() {
      link.reset();
    }

    @Override
    public void close() {
      link.close();
    }
  }
}
