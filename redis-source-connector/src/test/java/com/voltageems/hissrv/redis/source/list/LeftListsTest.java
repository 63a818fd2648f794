package com.voltageems.hissrv.redis.source.list;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.ManualClock;
import com.voltageems.hissrv.redis.source.ScriptedRedis;
import com.voltageems.hissrv.redis.source.link.RedisError;
import com.voltageems.hissrv.redis.source.link.RedisNotReadyException;
import com.voltageems.hissrv.redis.source.run.PartState;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LeftListsTest {
  private final ManualClock clock = new ManualClock();
  private final ScriptedRedis redis = new ScriptedRedis().always("HSET", 1);
  private final LeftLists lists = new LeftLists(List.of("mine"), "me", redis, clock);

  private @Nullable String after(int seconds) {
    clock.pass(Duration.ofSeconds(seconds));
    lists.look();
    PartState.Stuck stuck = lists.state().stuck();
    return stuck == null ? null : stuck.reason();
  }

  private void entered(String... flat) {
    redis.always("HGETALL", List.of((Object[]) flat));
  }

  /** The lists of what is in flight and of what waits, and whether somebody drains them. */
  private void there(int owner, int inFlight, int waiting) {
    redis.on("EXISTS", owner);
    if (owner == 0) {
      redis.on("LLEN", inFlight).on("LLEN", waiting);
    }
  }

  @Test
  void listOfADeletedConnector_isToldAfterAMinute_untilItIsEmpty() {
    entered("mine", "me", "old", "gone");
    there(0, 3, 120);
    assertThat(after(0)).isNull();
    there(0, 3, 120);
    assertThat(after(59)).isNull();
    there(0, 3, 121);
    assertThat(after(10))
        .isEqualTo(
            "nobody drains old (121 wait, 3 in flight; its last connector: gone). Let a source of"
                + " type list drain it, or, if it is not to be drained, HDEL hissrv:lists and its"
                + " name");
    there(0, 0, 0);
    assertThat(after(10)).isNull();
    there(0, 0, 1);
    assertThat(after(10)).as("begins anew").isNull();
    assertThat(redis.asked("HSET")).isEmpty();
    assertThat(redis.asked("EXISTS")).first().isEqualTo("EXISTS old:owner");
    assertThat(redis.asked("LLEN")).startsWith("LLEN old:inflight", "LLEN old");
  }

  @Test
  void listThatSomebodyDrains_isNot() {
    entered("mine", "me", "other", "running");
    there(1, 0, 0);
    assertThat(after(0)).isNull();
    there(1, 0, 0);
    assertThat(after(100)).isNull();
    // It is stopped, and starts again elsewhere.
    there(0, 5, 5);
    assertThat(after(10)).isNull();
    there(1, 0, 0);
    assertThat(after(50)).isNull();
    there(0, 5, 5);
    assertThat(after(10)).isNull();
  }

  @Test
  void ownLists_areEntered() {
    redis.always("HGETALL", List.of());
    assertThat(after(0)).isNull();
    assertThat(redis.asked("HSET")).containsExactly("HSET hissrv:lists mine me");
    entered("mine", "former");
    assertThat(after(10)).isNull();
    assertThat(redis.asked("HSET")).hasSize(2);
    entered("mine", "me");
    assertThat(after(10)).isNull();
    assertThat(redis.asked("HSET")).hasSize(2);
  }

  @Test
  void severalLists_areCounted() {
    entered("a", "gone", "b", "gone");
    there(0, 1, 0);
    there(0, 1, 0);
    assertThat(after(0)).isNull();
    there(0, 1, 0);
    there(0, 1, 0);
    assertThat(after(60))
        .startsWith("nobody drains a (0 wait, 1 in flight;")
        .contains("and 1 more");
  }

  @Test
  void keysThatAreNoLists_orMayNotBeSeen_areNotAskedForAgain() {
    entered("mine", "me", "old", "gone");
    redis.on("EXISTS", 0).on("LLEN", new RedisError("WRONGTYPE no list"));
    assertThat(after(0)).isNull();
    assertThat(after(10)).isNull();
    assertThat(redis.asked("EXISTS")).hasSize(1);
  }

  @Test
  void userWhoMayNotAsk_isNotAskedAgain_andAFullRedisIs() {
    redis.on("HGETALL", List.of()).on("HSET", new RedisNotReadyException("full", null));
    assertThat(after(0)).isNull();
    redis.always("HGETALL", new RedisError("ERR no"));
    assertThat(after(10)).isNull();
    assertThat(after(10)).isNull();
    assertThat(redis.asked("HGETALL")).hasSize(2);
  }
}
