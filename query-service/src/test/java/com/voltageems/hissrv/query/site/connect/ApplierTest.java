package com.voltageems.hissrv.query.site.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.site.FakeConnect;
import com.voltageems.hissrv.query.site.SiteFile;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.ConnectorSpec;
import com.voltageems.hissrv.query.site.compile.SiteCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplierTest {
  @TempDir Path dir;
  private FakeConnect connect;
  private final SteppingClock clock = new SteppingClock();
  private final List<String> progress = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();
  private final List<String> waiting = new ArrayList<>();

  /** Each pause takes a second. */
  private static final class SteppingClock extends Clock {
    private Instant now = Instant.EPOCH;

    void pause(int attempt) {
      now = now.plusSeconds(1);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  @BeforeEach
  void start() throws IOException {
    connect = new FakeConnect();
  }

  @AfterEach
  void stop() {
    connect.close();
  }

  private Compiled site(String yaml, String... urls) throws Exception {
    Path file = dir.resolve("hissrv.yml");
    List<String> all = new ArrayList<>(List.of(urls));
    all.add(connect.url());
    Files.writeString(file, yaml + "\nconnect:\n  url: [" + String.join(", ", all) + "]\n");
    return new SiteFile(file, Map.of("INFLUXDB_TOKEN", "t")).compile(SiteCompiler.For.COMMAND);
  }

  private Applier.Outcome apply(Compiled site) throws Exception {
    return apply(site, false);
  }

  private Applier.Outcome apply(Compiled site, boolean adopt) throws Exception {
    wrong.clear();
    progress.clear();
    waiting.clear();
    connect.changes.clear();
    ConnectClient client =
        new ConnectClient(site.target(), Duration.ofSeconds(5), clock, clock::pause, waiting::add);
    return new Applier(client, Duration.ofSeconds(30), clock, clock::pause, progress::add)
        .apply("hissrv.yml", site, adopt, wrong);
  }

  @Test
  void newSite_isSubmittedAndWaitedFor_andAgainIsNoChange() throws Exception {
    assertThat(apply(site("api: {}"))).isEqualTo(Applier.Outcome.DONE);
    assertThat(progress)
        .containsExactly(
            "settings are accepted by the workers",
            "hissrv-redis-source: submitted",
            "hissrv-influx-sink: submitted",
            "hissrv-redis-source: connector RUNNING, 1 task RUNNING",
            "hissrv-influx-sink: connector RUNNING, 1 task RUNNING");

    assertThat(apply(site("api: {}"))).isEqualTo(Applier.Outcome.DONE);
    assertThat(connect.changes).containsExactly("PUT /admin/loggers/com.voltageems.hissrv");
  }

  /** It failed at once; or, worse, a connector was said to be removed that was there. */
  @Test
  void workerThatIsStarting_isWaitedFor_andSaid() throws Exception {
    Compiled site = site("api: {}");
    connect.starting.set(4);
    assertThat(apply(site)).isEqualTo(Applier.Outcome.DONE);
    assertThat(waiting)
        .containsExactly(
            "waiting for at most 5 s: Kafka Connect does not answer at "
                + connect.url()
                + " (connect.url): answered with status 404 and not in Kafka Connect's words: the"
                + " worker is still starting, or this is the address of something else or of a"
                + " proxy's other path");

    connect.failure = "Request timed out. The worker is currently ensuring membership";
    connect.failures.set(2);
    connect.rebalancing.set(1);
    assertThat(apply(site)).isEqualTo(Applier.Outcome.DONE);
    assertThat(waiting)
        .hasSize(2)
        .allMatch(line -> line.startsWith("waiting for at most 5 s: Kafka Connect "))
        .anyMatch(line -> line.contains("(connect.url): status 500: Request timed out. The "))
        .anyMatch(line -> line.endsWith("with 409: rebalancing"));
    assertThat(connect.connectors).hasSize(2);
  }

  @Test
  void addressOfSomethingElse_endsInAMessageThatNamesIt() throws Exception {
    Compiled site = site("api: {}");
    connect.starting.set(Integer.MAX_VALUE);
    assertThatThrownBy(() -> apply(site))
        .isInstanceOf(ConnectException.class)
        .hasMessageStartingWith(
            "Kafka Connect does not answer at "
                + connect.url()
                + " (connect.url): answered with"
                + " status 404 and not in Kafka Connect's words");
    assertThat(connect.changes).isEmpty();
  }

  /** "Kafka Connect answered with 302" sent nobody to the address at fault. */
  @Test
  void answersOfSomethingElse_areNotTakenForConnects() throws Exception {
    Compiled site = site("api: {}");
    String start = "Kafka Connect does not answer at " + connect.url() + " (connect.url): answered";
    Map<FakeConnect.Foreign, String> answers = new LinkedHashMap<>();
    answers.put(
        new FakeConnect.Foreign(302, "", Map.of("Location", "https://login.example/")),
        start + " with status 302 (sends on to https://login.example/) and not in Kafka Connect's");
    answers.put(
        new FakeConnect.Foreign(500, "<h1>nginx</h1>", Map.of()),
        start + " with status 500 and not in Kafka Connect's words: this is the address of");
    answers.put(
        new FakeConnect.Foreign(500, "", Map.of()),
        "Kafka Connect answered GET /connectors?expand=info with 500");
    for (String json : List.of("\"ok\"", "[\"a\"]", "{\"a\":\"b\"}", "{\"a\":{}}", "null", "")) {
      answers.put(
          new FakeConnect.Foreign(200, json, Map.of()),
          "what answers at " + connect.url() + " (connect.url) is not Kafka Connect");
    }
    for (Map.Entry<FakeConnect.Foreign, String> answer : answers.entrySet()) {
      connect.foreign = Optional.of(answer.getKey());
      assertThatThrownBy(() -> apply(site))
          .as("%s", answer.getKey())
          .isInstanceOf(ConnectException.class)
          .hasMessageStartingWith(answer.getValue());
      assertThat(waiting).as("%s", answer.getKey()).isEmpty();
    }
  }

  @Test
  void slashAtTheEndOfAnAddress_isNoMistake() throws Exception {
    Path file = dir.resolve("hissrv.yml");
    Files.writeString(file, "connect:\n  url: " + connect.url() + "/\n");
    Compiled site =
        new SiteFile(file, Map.of("INFLUXDB_TOKEN", "t")).compile(SiteCompiler.For.COMMAND);
    assertThat(apply(site)).isEqualTo(Applier.Outcome.DONE);
  }

  @Test
  void wrongPathOfAWorker_isSaidAtOnce() throws Exception {
    Path file = dir.resolve("hissrv.yml");
    Files.writeString(file, "connect:\n  url: " + connect.url() + "/v1\n");
    Compiled site =
        new SiteFile(file, Map.of("INFLUXDB_TOKEN", "t")).compile(SiteCompiler.For.COMMAND);
    assertThatThrownBy(() -> apply(site))
        .isInstanceOf(ConnectException.class)
        .hasMessage(
            "Kafka Connect has no path /v1/connectors; connect.url ("
                + connect.url()
                + "/v1) has to be the root of its REST API, such as http://127.0.0.1:8083");
    assertThat(waiting).isEmpty();
  }

  /** What stands under the address when a connector is removed may be a worker that starts. */
  @Test
  void connectorOnAWorkerThatIsStarting_isNotTakenForRemoved() throws Exception {
    Compiled site = site("api: {}");
    apply(site);
    ConnectClient client =
        new ConnectClient(site.target(), Duration.ofSeconds(5), clock, clock::pause, waiting::add);
    connect.starting.set(2);
    client.delete("hissrv-influx-sink");
    assertThat(connect.connectors).containsOnlyKeys("hissrv-redis-source");
    connect.starting.set(Integer.MAX_VALUE);
    assertThatThrownBy(() -> client.status("hissrv-redis-source"))
        .hasMessageContaining("the worker is still starting");
  }

  @Test
  void tasksWithSettingsOfBefore_areNotTakenForDone() throws Exception {
    Compiled site = site("api: {}");
    apply(site);
    connect.outdated.put("hissrv-influx-sink", Map.of("influxdb.bucket", "old"));
    // No change: its tasks are given their settings.
    assertThat(apply(site)).isEqualTo(Applier.Outcome.DONE);
    assertThat(connect.changes).contains("POST /connectors/hissrv-influx-sink/restart");

    connect.outdated.put("hissrv-influx-sink", Map.of("influxdb.bucket", "old"));
    assertThat(apply(site("influxdb: {bucket: other}"))).isEqualTo(Applier.Outcome.NOT_RUNNING);
    assertThat(wrong)
        .containsExactly(
            "hissrv-influx-sink: does not run after 30 s: connector RUNNING, 1 task RUNNING, the"
                + " tasks still with the settings of before");
  }

  /** As after going back to an older archive, the newer one still beside it. */
  @Test
  void twoVersionsOfAPlugin_areTold_withTheOneThatRuns() throws Exception {
    connect.plugins.add(
        0,
        Map.of(
            "class", "com.voltageems.hissrv.influx.sink.InfluxSinkConnector", "version", "1.0.0"));
    assertThat(apply(site("api: {}"))).isEqualTo(Applier.Outcome.DONE);
    assertThat(progress.get(0))
        .isEqualTo(
            "note: the workers have com.voltageems.hissrv.influx.sink.InfluxSinkConnector 2 times"
                + " on their plugin.path (1.0.0, 1.1.0), and Connect runs the newest; leave the"
                + " folder of one version there, and start them again");
  }

  @Test
  void renamedConnector_replacesTheOldOne_removedFirst() throws Exception {
    connect.connectors.put("other", new HashMap<>(Map.of("connector.class", "x")));
    apply(site("api: {}"));
    Compiled renamed = site("advanced: {}\nservice: {name: hissrv}\nlogging: {level: debug}");
    Map<String, String> old = connect.connectors.get("hissrv-influx-sink");
    connect.connectors.put("old-sink", old);

    assertThat(apply(renamed)).isEqualTo(Applier.Outcome.DONE);
    assertThat(connect.changes)
        .containsExactly("DELETE /connectors/old-sink", "PUT /admin/loggers/com.voltageems.hissrv");
    assertThat(connect.connectors)
        .containsOnlyKeys("other", "hissrv-redis-source", "hissrv-influx-sink");
  }

  @Test
  void connectorOfSomebodyElse_isLeftAlone() throws Exception {
    connect.connectors.put("hissrv-influx-sink", new HashMap<>(Map.of("connector.class", "x")));

    assertThat(apply(site("api: {}"))).isEqualTo(Applier.Outcome.FOREIGN);
    assertThat(connect.changes).isEmpty();
    assertThat(wrong.get(0)).startsWith("hissrv-influx-sink is there, but was not created from");

    assertThat(apply(site("api: {}"), true)).isEqualTo(Applier.Outcome.DONE);
    assertThat(connect.connectors.get("hissrv-influx-sink"))
        .containsEntry(ConnectorSpec.MARK, "hissrv.yml:hissrv");
  }

  @Test
  void refusedSetting_isToldInTheTermsOfTheFile_andNothingIsChanged() throws Exception {
    connect.mistakes.put("influxdb.bucket", "influxdb.bucket: no bucket of this name");
    connect.mistakes.put("redis.uri", "nobody answers");

    assertThat(apply(site("influxdb:\n  bucket: nowhere"))).isEqualTo(Applier.Outcome.REFUSED);
    assertThat(wrong)
        .containsExactly(
            "hissrv.yml: hissrv-redis-source, redis.uri: nobody answers",
            "hissrv.yml:2:11: influxdb.bucket: no bucket of this name (hissrv-influx-sink,"
                + " influxdb.bucket)");
    assertThat(connect.changes).isEmpty();
  }

  @Test
  void settingThatThePluginDoesNotKnow_isSaid() throws Exception {
    apply(site("performance:\n  max_retries: 3"));

    assertThat(progress.get(0))
        .isEqualTo(
            "note: hissrv.yml:2:16: performance.max_retries: has no effect: the plugin on the"
                + " workers does not know poison.retries yet");
  }

  /** A worker tells no definition of them; they do what they say all the same. */
  @Test
  void settingsOfSourcesAndMappings_areNotSaidToHaveNoEffect() throws Exception {
    apply(
        site("redis:\n  lists: [q]\nmappings:\n  - {source_pattern: \"a:(.*)\", measurement: m}"));

    assertThat(progress).isNotEmpty().noneMatch(line -> line.contains("has no effect"));
  }

  /** A worker tells of the groups only, and not of what is set for each. */
  @Test
  void replicationOfTopics_isNotSaidToHaveNoEffect() throws Exception {
    apply(site("kafka:\n  replication_factor: 3"));

    assertThat(connect.connectors.get("hissrv-redis-source"))
        .containsEntry("topic.creation.default.replication.factor", "3");
    assertThat(progress).isNotEmpty().noneMatch(line -> line.contains("has no effect"));
  }

  @Test
  void failedTask_isToldInPlainWords() throws Exception {
    connect.failing.put(
        "hissrv-influx-sink",
        "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to"
            + " unrecoverable exception.\n\tat a.B.c(B.java:1)\nCaused by:"
            + " org.apache.kafka.connect.errors.ConnectException: HTTP 401: see influxdb.bucket,"
            + " password=abc\n\t... 1 more\nCaused by: java.io.IOException: x");

    assertThat(apply(site("api: {}"))).isEqualTo(Applier.Outcome.NOT_RUNNING);
    assertThat(wrong)
        .containsExactly(
            "hissrv-influx-sink: task 0 failed on w:8083: HTTP 401: see influxdb.bucket,"
                + " password=***");

    connect.failing.clear();
    connect.failing.put("hissrv-redis-source", "x.Y: z");
    apply(site("api: {}"));
    assertThat(connect.changes).contains("POST /connectors/hissrv-redis-source/tasks/0/restart");
  }

  /** As after an upgrade that refuses a setting: the file is put right, and applied. */
  @Test
  void failureOfBefore_isNotTakenForOneOfWhatWasSubmitted() throws Exception {
    apply(site("api: {}"));
    connect.failing.put("hissrv-redis-source", "x.Y: gives field 1 two widths");
    connect.healing.put("hissrv-redis-source", 4);

    assertThat(apply(site("redis:\n  lists: [q]"))).isEqualTo(Applier.Outcome.DONE);
    assertThat(wrong).isEmpty();
    assertThat(progress).contains("hissrv-redis-source: connector RUNNING, 1 task RUNNING");
  }

  @Test
  void failureOfBefore_thatStays_isTold() throws Exception {
    apply(site("api: {}"));
    connect.failing.put("hissrv-redis-source", "x.Y: gives field 1 two widths");

    assertThat(apply(site("redis:\n  lists: [q]"))).isEqualTo(Applier.Outcome.NOT_RUNNING);
    assertThat(wrong)
        .containsExactly("hissrv-redis-source: task 0 failed on w:8083: gives field 1 two widths");
  }

  @Test
  void deadWorkerAndRebalance_arePassedOver() throws Exception {
    connect.rebalancing.set(2);

    assertThat(apply(site("api: {}", "http://127.0.0.1:1"))).isEqualTo(Applier.Outcome.DONE);
  }

  @Test
  void nobodyAnswers_isSaidWithTheAddresses() throws Exception {
    Compiled site = site("api: {}");
    connect.close();

    assertThatThrownBy(() -> apply(site))
        .isInstanceOf(ConnectException.class)
        .hasMessageStartingWith("Kafka Connect does not answer at " + connect.url());
  }

  /** Two operators at once: both were told that everything runs as their file has it. */
  @Test
  void connectorThatSomebodyElseSubmittedMeanwhile_isToldWithoutSayingDone() throws Exception {
    Compiled site = site("api: {}");
    connect.afterSubmission = (name, config) -> config.put("poll.interval.ms", "5");
    assertThat(apply(site)).isEqualTo(Applier.Outcome.NOT_RUNNING);
    assertThat(wrong)
        .containsExactly(
            "hissrv-redis-source: somebody else has changed it since it was submitted; plan shows"
                + " the difference",
            "hissrv-influx-sink: somebody else has changed it since it was submitted; plan shows"
                + " the difference");

    connect.afterSubmission = (name, config) -> {};
    assertThat(apply(site)).isEqualTo(Applier.Outcome.DONE);
  }
}
