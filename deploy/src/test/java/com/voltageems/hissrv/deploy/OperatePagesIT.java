package com.voltageems.hissrv.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.quickstart.HistorySystem;
import com.voltageems.hissrv.quickstart.Installation;
import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.RedisClient;

/**
 * The commands of {@code docs/operate} that are marked as tried, run as they stand: by a shell,
 * against a real worker, broker, Redis and database.
 */
@RequiresServer(RequiresServer.Server.REDIS_CLI)
@Timeout(1800)
class OperatePagesIT {
  private static final Pattern TRIED =
      Pattern.compile("<!-- tried -->\n```sh\n(.*?)```\n", Pattern.DOTALL);
  private static final Installation INSTALLATION = Installation.find();
  private static HistorySystem system;
  private static int port;
  @TempDir static Path dir;

  @BeforeAll
  @Timeout(900)
  static void start() throws IOException {
    port = Ports.free();
    system = new HistorySystem(INSTALLATION, dir.resolve("system"), port, false, line -> {});
    file("hissrv-influx-sink", system.sinkConfig());
    file("hissrv-redis-source", system.sourceConfig(List.of("1m", "5m")));
    Files.writeString(
        dir.resolve("hissrv.yml"),
        """
        redis:
          url: %s
        questdb:
          url: %s
          jdbc_url: %s
        kafka:
          bootstrap_servers: %s
        connect:
          url: %s
        """
            .formatted(
                system.redis().uri(),
                system.questDb().url(),
                system.questDb().jdbcUrl(),
                system.kafka().bootstrapServers(),
                system.worker().url()));
  }

  /** One of the two files that the pages speak of. */
  private static void file(String name, Map<String, String> settings) throws IOException {
    Map<String, String> named = new TreeMap<>(settings);
    named.put("name", name);
    new ObjectMapper().writeValue(dir.resolve(name + ".json").toFile(), named);
  }

  @AfterAll
  static void stop() {
    system.close();
  }

  /** A site's life in its order: installed, looked at, changed. */
  @Test
  void commandsMarkedAsTried_work() throws Exception {
    try (RedisClient jedis = RedisClient.create(system.redis().uri())) {
      jedis.hset("comsrv:1001:m", Map.of("1", "220.5"));

      assertThat(run("install.md"))
          .contains("com.voltageems.hissrv.redis.source.RedisSourceConnector")
          .contains("hissrv-influx-sink: connector RUNNING, 1 task RUNNING")
          .contains("\"error_count\":0")
          .doesNotContainPattern("\"error_count\":[1-9]")
          .contains("RUNNING")
          .doesNotContain("FAILED")
          .contains("220.5");
      assertThat(run("troubleshooting.md")).contains("RUNNING");
      assertThat(run("from-the-old-hissrv.md")).contains("archive:pending");

      long before = system.questDb().rows("telemetry");
      assertThat(run("change.md")).contains("STOPPED");
      // Replayed: the topic's records are in the database a second time (QuestDB keeps both).
      await()
          .atMost(Duration.ofMinutes(3))
          .untilAsserted(
              () -> assertThat(system.questDb().rows("telemetry")).isGreaterThan(before));
      jedis.hset("comsrv:1001:m", Map.of("1", "231.25"));
      await()
          .atMost(Duration.ofMinutes(3))
          .untilAsserted(
              () ->
                  assertThat(shell("curl -fsS \"$HISTORY/latest?measurement=telemetry\""))
                      .contains("231.25"));
    }
  }

  /** All blocks of a page, one after another, as one script. */
  private static String run(String page) throws IOException, InterruptedException {
    List<String> blocks = new ArrayList<>();
    Matcher block =
        TRIED.matcher(Files.readString(INSTALLATION.root().resolve("docs/operate/" + page)));
    while (block.find()) {
      blocks.add(block.group(1));
    }
    assertThat(blocks).as(page).isNotEmpty();
    return shell(String.join("\n", blocks));
  }

  private static String shell(String script) throws IOException, InterruptedException {
    Path out = Files.createTempFile(dir, "out", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-euc", script)
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("CONNECT", system.worker().url());
    builder.environment().put("HISTORY", "http://127.0.0.1:" + port);
    builder.environment().put("REDIS_URL", system.redis().uri());
    builder.environment().put("HISSRV_JAR", INSTALLATION.queryServiceJar().toString());
    Process process = builder.start();
    boolean ended = process.waitFor(6, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly();
    }
    String output = Files.readString(out);
    assertThat(ended).as("ends in time: %s", output).isTrue();
    assertThat(process.exitValue()).as("%s\n%s", script, output).isZero();
    return output;
  }
}
