package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.params.XAddParams;

/** The commands that a user needs according to the README are enough. */
class PermissionsIT extends RedisTaskFixture {
  static final Map<String, Map<String, String>> SOURCES =
      Map.of(
          "list", Map.of("sources.p.key", "q"),
          "archive", Map.of("sources.p.window", "1m"),
          "stream", Map.of("sources.p.key", "s"),
          "hash", Map.of("sources.p.pattern", "comsrv:*"),
          "pubsub", Map.of("sources.p.pattern", "comsrv:*"));

  @ParameterizedTest
  @ValueSource(strings = {"list", "archive", "stream", "hash", "pubsub"})
  void theReadmesCommands_areEnough(String type) throws IOException {
    List<String> user =
        new ArrayList<>(List.of("SETUSER", "least", "reset", "on", ">pw", "~*", "&comsrv:*"));
    user.add("+@connection");
    user.addAll(commands(type));
    admin("ACL", user.toArray(String[]::new));
    load();
    Map<String, String> source = Objects.requireNonNull(SOURCES.get(type));
    try (TaskHarness task =
        task(
            source,
            "sources",
            "p",
            "sources.p.type",
            type,
            "redis.username",
            "least",
            "redis.password",
            "pw")) {
      assertThat(numbers(task.pollFor(1))).contains(1.0);
      load();
      task.pollTimes(3);
    }
  }

  static List<String> commands(String type) throws IOException {
    Matcher row =
        Pattern.compile("\\| `" + type + "` \\|[^|]*\\|([^|]*)\\|\n")
            .matcher(
                Files.readString(Path.of("README.md")).replaceFirst("(?s).*<!-- permissions:", ""));
    assertThat(row.find()).isTrue();
    List<String> commands = new ArrayList<>();
    if (row.group(1).contains("as `hash`")) {
      commands.addAll(commands("hash"));
    }
    Arrays.stream(row.group(1).split("[` ]"))
        .filter(word -> word.startsWith("+"))
        .forEach(commands::add);
    return commands;
  }

  private static void load() {
    load(client);
  }

  /** Loads data for every source, including something for it to clean up. */
  static void load(RedisClient client) {
    client.lpush(
        "q", "{\"measurement\":\"m\",\"fields\":{\"n\":1}}", "no sample", "x".repeat(70_000));
    client.hset("archive:1m:60:1", Map.of("n", "1"));
    client.zadd("archive:index:1m", 1, "archive:1m:0:1");
    client.zadd("archive:index:1m", 2, "archive:1m:60:1");
    client.xadd("s", Map.of("n", "1"), XAddParams.xAddParams());
    client.hset("comsrv:1:m", Map.of("n", "1"));
    client.hset("comsrv:1:m:ts", Map.of("n", "1704067200000"));
  }
}
