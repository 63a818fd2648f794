package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.testkit.RedisServer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;

/** A list that goes back to an older state repeats its elements: nothing told it. */
class OlderListIT {
  private static final Map<String, String> LIST =
      Map.of("sources", "p", "sources.p.type", "list", "sources.p.key", "q");

  @TempDir private Path home;
  private RedisServer server;
  private RedisClient client;
  private final Map<Map<String, ?>, Map<String, ?>> stored = new HashMap<>();

  @BeforeEach
  void start() {
    server = RedisServer.start(home);
    client = RedisClient.create("127.0.0.1", server.port());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private TaskHarness task(String... more) {
    Map<String, String> config = new HashMap<>(TaskHarness.config(server.port(), LIST));
    for (int i = 0; i < more.length; i += 2) {
      config.put(more[i], more[i + 1]);
    }
    return new TaskHarness(config, stored);
  }

  private void push(int elements) {
    for (int n = 0; n < elements; n++) {
      client.lpush(
          "q",
          "{\"measurement\":\"m\",\"fields\":{\"n\":1},\"timestamp\":"
              + (1_700_000_000_000L + n)
              + "}");
    }
  }

  private void moves(TaskHarness task, int elements) {
    push(elements);
    assertThat(task.pollFor(elements)).hasSize(elements);
  }

  private static long repeated() {
    return TaskHarness.metric("p", "elements-repeated");
  }

  @Test
  void olderSnapshot_isTold_withHowManyElementsComeAgain_once() {
    try (TaskHarness task = task()) {
      moves(task, 3);
      assertThat(task.pollTimes(2)).as("it is released").isEmpty();
      push(5);
      save();
      assertThat(task.pollFor(5)).hasSize(5);
      moves(task, 2);
      assertThat(repeated()).isZero();
      restart();
      assertThat(task.pollFor(5)).hasSize(5);
      assertThat(repeated()).isEqualTo(7);
      assertThat(TaskHarness.metric("p", "index-resets")).isEqualTo(1);
      moves(task, 2);
      assertThat(repeated()).isEqualTo(7);
    }
    try (TaskHarness task = task()) {
      moves(task, 2);
      assertThat(repeated()).isZero();
    }
  }

  @Test
  void olderSnapshotWhileNoTaskRuns_isTold() {
    try (TaskHarness task = task()) {
      moves(task, 3);
      assertThat(task.pollTimes(2)).as("it is released").isEmpty();
      save();
      moves(task, 4);
    }
    restart();
    try (TaskHarness task = task()) {
      moves(task, 1);
      assertThat(repeated()).isEqualTo(4);
    }
  }

  @Test
  void largeElements_areCounted_too() {
    String large = "{\"measurement\":\"m\",\"fields\":{\"n\":1}}" + " ".repeat(70_000);
    try (TaskHarness task = task("value.max.bytes", "1000000", "batch.max.bytes", "65536")) {
      for (int n = 0; n < 4; n++) {
        client.lpush("q", large);
      }
      assertThat(task.pollFor(4)).hasSize(4);
    }
    String counted = client.get("q:claimed");
    try (TaskHarness task = task("value.max.bytes", "1000000", "batch.max.bytes", "65536")) {
      moves(task, 1);
      assertThat(Long.parseLong(client.get("q:claimed"))).isEqualTo(Long.parseLong(counted) + 1);
      assertThat(repeated()).isZero();
    }
  }

  @Test
  void numberThatIsGone_orOfAnotherType_isNot() {
    try (TaskHarness task = task()) {
      moves(task, 3);
      client.flushAll();
      moves(task, 2);
      client.unlink("q:claimed");
      moves(task, 2);
      client.unlink("q:claimed");
      client.hset("q:claimed", "a", "b");
      moves(task, 2);
      client.unlink("q:claimed");
      client.set("q:claimed", "nothing of ours");
      moves(task, 2);
      assertThat(repeated()).isZero();
    }
    try (TaskHarness task = task()) {
      moves(task, 2);
      assertThat(repeated()).isZero();
    }
  }

  @Test
  void claimFoundInFlight_thatSomebodyMadeLonger_isNot() {
    try (TaskHarness task = task()) {
      moves(task, 3);
      push(2);
      assertThat(task.poll()).hasSize(2);
    }
    client.rpush("q:inflight", client.lrange("q:inflight", 0, 0).get(0));
    try (TaskHarness task = task()) {
      assertThat(task.pollFor(3)).hasSize(3);
      moves(task, 2);
      assertThat(repeated()).isZero();
    }
  }

  /** As a user's rights were before the number was kept. */
  @Test
  void userWhoMayNotHaveTheNumber_readsAllTheSame() {
    acl("~q ~q:inflight ~q:claim ~q:rejected ~q:owner");
    try (TaskHarness task = task("redis.username", "u", "redis.password", "pw")) {
      moves(task, 3);
      moves(task, 3);
      assertThat(client.exists("q:claimed")).isFalse();
    }
    acl("~q ~q:inflight ~q:claim ~q:rejected ~q:owner ~q:claimed");
    try (TaskHarness task = task("redis.username", "u", "redis.password", "pw")) {
      moves(task, 3);
      assertThat(client.exists("q:claimed")).isTrue();
    }
  }

  private void restart() {
    server.kill();
    server.restart();
    client.close();
    client = RedisClient.create("127.0.0.1", server.port());
  }

  private void save() {
    admin(Protocol.Command.SAVE);
  }

  private void admin(Protocol.Command command, String... arguments) {
    client.executeCommand(new CommandArguments(command).addObjects((Object[]) arguments));
  }

  private void acl(String keys) {
    String rule = "SETUSER u reset on >pw +@all " + keys;
    admin(Protocol.Command.ACL, rule.split(" "));
  }
}
