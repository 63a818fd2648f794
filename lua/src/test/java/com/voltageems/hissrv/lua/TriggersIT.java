package com.voltageems.hissrv.lua;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.voltageems.hissrv.testkit.Ports;
import com.voltageems.hissrv.testkit.RedisServer;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Every way of triggering the script, by the commands that the documents print. */
@RequiresServer(RequiresServer.Server.REDIS_CLI)
class TriggersIT {
  private static final Path MODULE = Path.of("").toAbsolutePath();

  @TempDir Path dir;
  private RedisServer server;
  private Jedis redis;

  private record Run(int status, String output) {}

  @BeforeEach
  void start() {
    server = RedisServer.start(dir);
    redis = OneConnection.to(server.port(), 60_000);
  }

  @AfterEach
  void stop() {
    redis.close();
    server.close();
  }

  private Process launch(String commands, Map<String, String> env) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sh", "-euc", commands).directory(MODULE.toFile());
    builder.environment().put("REDIS_URL", server.uri());
    builder.environment().put("TMPDIR", dir.toString());
    builder.environment().putAll(env);
    return builder.redirectErrorStream(true).start();
  }

  private static Run end(Process process) throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(3, TimeUnit.MINUTES)).as(output).isTrue();
    return new Run(process.exitValue(), output);
  }

  private Run sh(String commands) throws IOException, InterruptedException {
    // So long that a machine that stalls for some of them still takes one sample.
    return end(launch(commands, Map.of("HISSRV_COLLECT_SECONDS", "8")));
  }

  @Test
  void readme_commandsWorkAsTheyStand() throws Exception {
    String readme = Files.readString(MODULE.resolve("README.md"));
    List<String> blocks =
        Pattern.compile("(?ms)^```sh\\n(.*?)^```$")
            .matcher(readme)
            .results()
            .map(block -> block.group(1))
            .toList();
    assertThat(blocks).hasSizeGreaterThan(4);
    // By hand each call is made once: a machine that stalls must not cut it short.
    redis.hset("hissrv:aggregation", "slice_us", "10000000");

    Run run = end(launch(String.join("\n", blocks), Map.of()));

    assertThat(run.status()).as(run.output()).isZero();
    assertThat(run.output()).doesNotContain("ERR").doesNotContain("NOSCRIPT");
    assertThat(redis.hgetAll("archive:1m:1704067200:1001"))
        .containsEntry("1_avg", "221")
        .containsEntry("1_count", "2")
        .containsEntry("2_avg", "10.25");
    assertThat(redis.hget("archive:1m:1704067500:1001", "voltage_avg")).isEqualTo("116.375");
    assertThat(redis.llen("archive:pending")).isEqualTo(1);
    assertThat(redis.smembers("hissrv:extra")).containsExactly("15m");
    assertThat(Files.readString(dir.resolve("hissrv.crontab")))
        .contains("0-58/2 * * * * " + MODULE + "/hissrv_cron.sh 1m");
  }

  @Test
  void crontab_linesWork() throws Exception {
    redis.hset("comsrv:1001:m", "1", "5");
    List<String> lines = Files.readAllLines(MODULE.resolve("crontab"));
    assertThat(lines).hasSize(3);
    long begin = Long.parseLong(redis.time().get(0));
    for (String line : lines) {
      Entry fields = Entry.of(line);
      Run run = sh(fields.command().replace("/scripts", MODULE.toString()));
      assertThat(run).isEqualTo(new Run(0, ""));
    }
    long seconds = Long.parseLong(redis.time().get(0)) - begin + 1;
    assertThat(Long.parseLong(redis.hget("hissrv:stats", "samples"))).isBetween(1L, seconds);
    assertThat(redis.get("hissrv:sha")).hasSize(40);
  }

  /** BusyBox's crond starts no line whose last run goes on, and a run collects for its minute. */
  @Test
  void crontab_collectsInEveryMinute_andNoLineDoesSoTwiceRunning() throws Exception {
    List<Entry> collecting =
        Files.readAllLines(MODULE.resolve("crontab")).stream()
            .map(Entry::of)
            .filter(line -> line.command().endsWith(" 1m"))
            .toList();

    for (int minute = 0; minute < 60; minute++) {
      int now = minute;
      List<Entry> due = collecting.stream().filter(line -> line.isDue(now)).toList();
      assertThat(due).as("minute " + now).hasSize(1);
      assertThat(due.get(0).isDue((now + 1) % 60)).as("after minute " + now).isFalse();
    }
  }

  /** A line of a crontab: five fields of time, then the command. */
  private record Entry(List<String> times, String command) {
    static Entry of(String line) {
      List<String> parts = List.of(line.split(" ", 6));
      assertThat(parts).hasSize(6);
      assertThat(parts.subList(1, 5)).containsOnly("*");
      return new Entry(parts.subList(0, 5), parts.get(5));
    }

    /** Understands {@code *} and {@code 1-59}, with a step such as {@code /2}. */
    boolean isDue(int minute) {
      Matcher field = Pattern.compile("(?:\\*|(\\d+)-(\\d+))(?:/(\\d+))?").matcher(times.get(0));
      assertThat(field.matches()).as(times.get(0)).isTrue();
      int first = number(field.group(1), 0);
      int last = number(field.group(2), 59);
      return first <= minute && minute <= last && (minute - first) % number(field.group(3), 1) == 0;
    }

    private static int number(@Nullable String text, int otherwise) {
      return text == null ? otherwise : Integer.parseInt(text);
    }
  }

  @Test
  void cronJob_commandsWork() throws Exception {
    redis.hset("comsrv:1001:m", "1", "5");
    String manifest = Files.readString(MODULE.resolve("cronjob.yaml"));
    List<MatchResult> commands =
        Pattern.compile("command: \\[\"([^\"]+)\", \"([^\"]+)\"\\]")
            .matcher(manifest)
            .results()
            .toList();
    assertThat(commands).hasSize(2);
    for (MatchResult command : commands) {
      String program = command.group(1).replace("/scripts", MODULE.toString());
      assertThat(sh(program + " " + command.group(2))).isEqualTo(new Run(0, ""));
    }
    // What the pod mounts is what the scripts need.
    assertThat(Files.readString(MODULE.resolve("kustomization.yaml")))
        .contains("- hissrv.lua", "- init_scripts.sh", "- hissrv_cron.sh", "- cronjob.yaml");
  }

  @Test
  void cron_severalAtOnceAndScriptFlush_sampleEachSecondOnce() throws Exception {
    redis.hset("hissrv:aggregation", "windows", "1m");
    redis.hset("comsrv:1001:m", "1", "5");
    List<Process> running = new ArrayList<>();
    long begin = Long.parseLong(redis.time().get(0));
    for (int i = 0; i < 3; i++) {
      running.add(launch("./hissrv_cron.sh 1m", Map.of("HISSRV_COLLECT_SECONDS", "10")));
    }
    redis.scriptFlush();
    for (Process process : running) {
      assertThat(end(process)).isEqualTo(new Run(0, ""));
    }
    long seconds = Long.parseLong(redis.time().get(0)) - begin + 1;

    assertThat(Long.parseLong(redis.hget("hissrv:stats", "samples"))).isBetween(3L, seconds);
  }

  @Test
  void addressOfIpv6_isReached() throws Exception {
    assumeTrue(Ports.haveIpv6());
    redis.configSet("bind", "127.0.0.1 ::1");
    redis.configSet("requirepass", "a[b]c");
    redis.auth("a[b]c");
    redis.hset("comsrv:1001:m", "1", "5");
    String url = "redis://default:a[b]c@[::1]:" + server.port() + "/0";

    Run run =
        end(
            launch(
                "./hissrv_cron.sh collect",
                Map.of("REDIS_URL", url, "HISSRV_COLLECT_SECONDS", "8")));

    assertThat(run.status()).as(run.output()).isZero();
    assertThat(redis.get("hissrv:sha")).hasSize(40);
    assertThat(redis.hexists("hissrv:stats", "samples")).isTrue();
  }

  @Test
  void badUse_oneClearLineAndAStatus() throws Exception {
    assertThat(sh("./hissrv_cron.sh 7s"))
        .isEqualTo(
            new Run(
                1,
                "hissrv_cron.sh: aggregate_7s failed: ERR hissrv: 7s is not a multiple of the base"
                    + " window 1m; the windows are 1m, 5m\n"));
    assertThat(sh("./hissrv_cron.sh").status()).isEqualTo(2);
    assertThat(sh("./hissrv_cron.sh --help").status()).isZero();
    assertThat(sh("./init_scripts.sh more").status()).isEqualTo(2);
    Run nobody = end(launch("./init_scripts.sh", Map.of("REDIS_URL", "redis://127.0.0.1:1")));
    assertThat(nobody.status()).isEqualTo(1);
    assertThat(nobody.output()).contains("is REDIS_URL right?");
    redis.configSet("requirepass", "secret");
    assertThat(sh("./init_scripts.sh").output()).contains("NOAUTH");
    Run withPassword = end(launch("./init_scripts.sh", Map.of("REDISCLI_AUTH", "secret")));
    assertThat(withPassword.status()).isZero();
  }
}
