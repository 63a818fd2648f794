package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisScript;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.RedisClient;

/**
 * Field case R4: every command that we send is taken away, one at a time, by {@code rename-command}
 * and, while the task runs, by the ACL. The task either fails and names the command, or works
 * without it; it never stays RUNNING and delivers nothing.
 */
class RefusedCommandsIT extends RedisTaskFixture {
  private static final Pattern IN_SCRIPT = Pattern.compile("(?:call|try)\\('([A-Z]+)'");
  private static final Map<String, String> AGGREGATION =
      Map.of(
          "sources", "p",
          "sources.p.type", "archive",
          "sources.p.window", "1s",
          "aggregation.enabled", "true",
          "aggregation.windows", "1s");

  /** Data for a Redis that lacks a command which would be needed to load it. */
  @TempDir static Path filled;

  @BeforeAll
  static void fill() {
    try (RedisServer server = RedisServer.start(filled);
        RedisClient own = RedisClient.create("127.0.0.1", server.port())) {
      PermissionsIT.load(own);
      call(server, Command.of("SAVE"));
    }
  }

  private static void call(RedisServer server, Command command) {
    RedisSourceConfig config = Readers.config(TaskHarness.config(server.port(), source("list")));
    try (RedisLink link = new JedisLink(config.redis("admin"), () -> {})) {
      link.call(command);
    }
  }

  static Stream<Arguments> commands() throws IOException {
    List<Arguments> all = new ArrayList<>();
    for (String type : PermissionsIT.SOURCES.keySet()) {
      for (String command : new TreeSet<>(PermissionsIT.commands(type))) {
        all.add(Arguments.of(type, command.substring(1)));
      }
    }
    return all.stream();
  }

  static Stream<Arguments> commandsToo() throws IOException {
    return Stream.concat(
        commands(),
        Stream.of("hello", "client", "ping", "config", "info")
            .flatMap(each -> Stream.of(Arguments.of("list", each), Arguments.of("pubsub", each))));
  }

  private static Map<String, String> source(String type) {
    Map<String, String> source =
        new HashMap<>(Objects.requireNonNull(PermissionsIT.SOURCES.get(type)));
    source.put("sources", "p");
    source.put("sources.p.type", type);
    return source;
  }

  /** Polls until a record comes, or the task fails. */
  private static @Nullable ConnectException failure(TaskHarness task, boolean untilOneComes) {
    try {
      if (untilOneComes) {
        assertThat(task.pollFor(1)).as("RUNNING, and nothing is delivered").isNotEmpty();
      }
      task.pollTimes(4);
      return null;
    } catch (ConnectException e) {
      return e;
    }
  }

  private static void assertNames(@Nullable ConnectException failure, String command) {
    if (failure != null) {
      assertThat(String.valueOf(failure.getMessage()).toUpperCase(Locale.ROOT))
          .contains(command.toUpperCase(Locale.ROOT));
    }
  }

  @ParameterizedTest
  @MethodSource("commandsToo")
  void renamedAway(String type, String command, @TempDir Path home) throws IOException {
    Files.copy(filled.resolve("dump.rdb"), home.resolve("dump.rdb"));
    try (RedisServer server =
            RedisServer.start(home, "--rename-command", command.toUpperCase(Locale.ROOT), "");
        TaskHarness task =
            new TaskHarness(TaskHarness.config(server.port(), source(type)), new HashMap<>())) {
      assertNames(failure(task, true), command);
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void refusedAtRuntime(String type, String command) {
    admin("ACL", "SETUSER", "u", "reset", "on", ">pw", "~*", "&*", "+@all");
    PermissionsIT.load(client);
    try (TaskHarness task = task(source(type), "redis.username", "u", "redis.password", "pw")) {
      assertThat(task.pollFor(1)).isNotEmpty();
      admin("ACL", "SETUSER", "u", "-" + command);
      PermissionsIT.load(client);
      client.hset("comsrv:1:m", Map.of("n", "2"));
      client.hset("archive:1m:120:1", Map.of("n", "2"));
      client.zadd("archive:index:1m", 3, "archive:1m:120:1");
      // A subscriber is not told about a command that it no longer needs.
      assertNames(failure(task, !type.equals("pubsub")), command);
    }
  }

  /** The user may run every command, but has no right to the keys. */
  @ParameterizedTest
  @CsvSource({
    "list, q",
    "archive, archive:index:1m",
    "stream, s",
    "hash, comsrv:1:m",
    "pubsub, comsrv:1:m"
  })
  void refusedKey_isNamed(String type, String key) {
    client.flushAll();
    PermissionsIT.load(client);
    admin("ACL", "SETUSER", "u", "reset", "on", ">pw", "~hissrv:*", "&*", "+@all");
    try (TaskHarness task = task(source(type), "redis.username", "u", "redis.password", "pw")) {
      ConnectException failure = failure(task, true);
      assertThat(failure).isNotNull();
      assertThat(failure)
          .hasMessageMatching("(?s).* of the keys? [^ ].*")
          .hasMessageContaining(key);
    }
  }

  @Test
  void keyRefusedToTheAggregation_isNamed() {
    client.hset("comsrv:1:m", Map.of("1", "1"));
    admin("ACL", "SETUSER", "u", "reset", "on", ">pw", "~hissrv:*", "~archive:*", "&*", "+@all");
    try (TaskHarness task = task(AGGREGATION, "redis.username", "u", "redis.password", "pw")) {
      assertThat(failure(task, true))
          .hasMessageContaining("refused TYPE in a script")
          .hasMessageContaining("comsrv:1:m");
    }
  }

  static Stream<String> scriptCommands() throws IOException {
    Matcher call =
        IN_SCRIPT.matcher(
            new String(
                Objects.requireNonNull(RedisScript.class.getResourceAsStream("/hissrv.lua"))
                    .readAllBytes(),
                StandardCharsets.UTF_8));
    TreeSet<String> names = new TreeSet<>(List.of("EVALSHA", "EVAL"));
    while (call.find()) {
      names.add(call.group(1));
    }
    return names.stream();
  }

  @ParameterizedTest
  @MethodSource("scriptCommands")
  @RequiresServer(RequiresServer.Server.REDIS)
  void refusedToTheAggregation(String command) {
    admin("ACL", "SETUSER", "u", "reset", "on", ">pw", "~*", "&*", "+@all", "-" + command);
    client.scriptFlush();
    client.hset("comsrv:1:m", Map.of("1", "1"));
    ConnectException failure = null;
    List<SourceRecord> windows = List.of();
    try (TaskHarness task = task(AGGREGATION, "redis.username", "u", "redis.password", "pw")) {
      windows = task.pollFor(1);
    } catch (ConnectException e) {
      failure = e;
    }
    assertThat(failure != null || !windows.isEmpty()).isTrue();
    assertNames(failure, command);
  }

  @ParameterizedTest
  @MethodSource("someScriptCommands")
  void renamedAwayFromTheAggregation(String command, @TempDir Path home) {
    try (RedisServer server = RedisServer.start(home, "--rename-command", command, "")) {
      // As a device that may still write.
      call(server, Command.of(command.equals("HSET") ? "HMSET" : "HSET", "comsrv:1:m", "1", "1"));
      try (TaskHarness task =
          new TaskHarness(TaskHarness.config(server.port(), AGGREGATION), new HashMap<>())) {
        ConnectException failure = failure(task, true);
        assertThat(failure).isNotNull();
        assertNames(failure, command);
      }
    }
  }

  static Stream<String> someScriptCommands() {
    return Stream.of("EVALSHA", "HSET", "TIME", "SCAN", "HGETALL", "RENAME", "EXPIRE");
  }
}
