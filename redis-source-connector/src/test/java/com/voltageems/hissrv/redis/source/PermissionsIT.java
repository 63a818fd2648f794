package com.voltageems.hissrv.redis.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

/** The keys and commands that a user needs according to the README are enough. */
class PermissionsIT extends RedisTaskFixture {
  static final Map<String, Map<String, String>> SOURCES =
      Map.of(
          "list", Map.of("sources.p.key", "q"),
          "archive", Map.of("sources.p.window", "1m"),
          "stream", Map.of("sources.p.key", "s"),
          "hash", Map.of("sources.p.pattern", "comsrv:*"),
          "pubsub", Map.of("sources.p.pattern", "comsrv:*"));

  /** The README's keys, as rules. */
  private static final Map<String, String> KEYS =
      Map.of(
          "list", "~q ~q:inflight ~q:claim ~q:rejected ~q:owner",
          "archive", "~archive:* ~hissrv:id",
          "stream", "~s ~hissrv:id",
          "hash", "~comsrv:*:m ~comsrv:*:m:ts",
          "pubsub", "~comsrv:*:m ~comsrv:*:m:ts",
          "aggregation.enabled", "~archive:* ~hissrv:* ~comsrv:*:m ~comsrv:*:m:ts");

  private static final Path INSTALL = Path.of("../docs/operate/install.md");

  @ParameterizedTest
  @ValueSource(strings = {"list", "archive", "stream", "hash", "pubsub"})
  void theReadmesKeysAndCommands_areEnough(String type) throws IOException {
    user(type);
    reads(type);
  }

  @ParameterizedTest
  @ValueSource(strings = {"list", "archive", "stream", "hash", "pubsub"})
  void theInstallPagesCommands_areEnough(String type) throws IOException {
    user("~*", ofInstallPage());
    reads(type);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aggregation_theCommandsAreEnough(boolean ofReadme) throws IOException {
    if (ofReadme) {
      user("archive", "aggregation.enabled");
    } else {
      user("~*", ofInstallPage());
    }
    client.hset("comsrv:7:m", Map.of("n", "1"));
    try (TaskHarness task =
        task(
            Map.of("sources.p.window", "1s", "aggregation.windows", "1s,2s"),
            "sources",
            "p",
            "sources.p.type",
            "archive",
            "aggregation.enabled",
            "true",
            "redis.username",
            "least",
            "redis.password",
            "pw")) {
      // Windows of several lengths are closed, and the series of a hash that is gone ends.
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                task.pollTimes(1);
                assertThat(client.zcard("archive:index:2s")).isGreaterThan(1);
              });
      client.del("comsrv:7:m");
      client.hset("comsrv:8:m", Map.of("n", "1"));
      long seen = client.zcard("archive:index:2s");
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                task.pollTimes(1);
                assertThat(client.zcard("archive:index:2s")).isGreaterThan(seen + 1);
              });
    }
  }

  /** Creates the user with what the README grants for these rows of its table, and no more. */
  private static void user(String... rows) throws IOException {
    List<String> keys = new ArrayList<>();
    List<String> commands = new ArrayList<>();
    for (String row : rows) {
      keys.add(Objects.requireNonNull(KEYS.get(row)));
      commands.addAll(commands(row));
    }
    user(String.join(" ", keys), commands);
  }

  private static void user(String keys, List<String> commands) {
    List<String> user =
        new ArrayList<>(List.of("SETUSER", "least", "reset", "on", ">pw", "&comsrv:*"));
    user.addAll(List.of(keys.split(" ", -1)));
    user.add("+@connection");
    user.addAll(commands);
    admin("ACL", user.toArray(String[]::new));
  }

  private void reads(String type) {
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

  /** What the page's two commands allow together, as a shell would read them. */
  private static List<String> ofInstallPage() throws IOException {
    Matcher rule =
        Pattern.compile("\\+[@a-z|]+")
            .matcher(
                Files.readString(INSTALL)
                    .replace("\\|", "|")
                    .replaceFirst("(?s)(.*?)## 2\\..*", "$1"));
    List<String> commands = new ArrayList<>();
    while (rule.find()) {
      commands.add(rule.group());
    }
    assertThat(commands).hasSizeGreaterThan(20);
    return commands;
  }

  static List<String> commands(String type) throws IOException {
    Matcher row =
        Pattern.compile("\\| `" + type + "` \\|[^|]*\\|([^|]*)\\|\n")
            .matcher(
                Files.readString(Path.of("README.md"))
                    .replaceFirst("(?s).*<!-- permissions:", "")
                    .replace("\\|", "/"));
    assertThat(row.find()).isTrue();
    List<String> commands = new ArrayList<>();
    if (row.group(1).contains("as `hash`")) {
      commands.addAll(commands("hash"));
    }
    Arrays.stream(row.group(1).split("[` ]"))
        .filter(word -> word.startsWith("+"))
        .map(word -> word.replace('/', '|'))
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
