package com.voltageems.hissrv.query.site.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.site.SiteFile;
import com.voltageems.hissrv.query.site.yaml.BadFileException;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageCompilerTest {
  @TempDir Path dir;

  private Compiled compiled(String yaml) throws BadFileException, IOException {
    Path file = dir.resolve("hissrv.yml");
    Files.writeString(file, "influxdb: {version: 1}\n" + yaml + "\n");
    return new SiteFile(file, Map.of()).compile(SiteCompiler.For.COMMAND);
  }

  private static String task(String name, String source, String target, String rest) {
    return "{name: " + name + ", source: " + source + ", target: " + target + ", " + rest + "}";
  }

  private static final String MEAN = "aggregations: [{function: mean}]";

  @Test
  void wholeSections_areRead() throws Exception {
    StoragePlan plan =
        compiled(
                "retention: {policies: [{name: raw, duration: 7d}, {name: coarse, duration: 1w,"
                    + " shard_duration: 1d, replication: 2, measurements: [a, b]}]}\n"
                    + "downsampling: {grace: 1m, late_data: 2h, late_data_interval: 10m, tasks: ["
                    + task("t", "raw", "coarse", "interval: 15m, " + MEAN)
                    + "]}")
            .storage();

    assertThat(plan.policy("coarse"))
        .contains(
            new Policy("coarse", Duration.ofDays(7), Duration.ofDays(1), 2, List.of("a", "b")));
    assertThat(plan.pace())
        .isEqualTo(
            new StoragePlan.Pace(
                Duration.ofMinutes(1), Duration.ofHours(2), Duration.ofMinutes(10)));
    assertThat(plan.isUsed(plan.policy("raw").orElseThrow())).isTrue();
  }

  @Test
  void tasks_comeAfterThoseThatTheyRead_inWhateverOrderTheyStand() throws Exception {
    StoragePlan plan =
        compiled(
                "downsampling: {tasks: ["
                    + task("days", "hours", "days", "interval: 1d, " + MEAN)
                    + ", "
                    + task("hours", "samples", "hours", "interval: 1h, " + MEAN)
                    + "]}")
            .storage();

    assertThat(plan.tasks()).extracting(Task::name).containsExactly("hours", "days");
    assertThat(plan.raw()).isEqualTo("samples");
  }

  @Test
  void nothing_isNothing() throws Exception {
    assertThat(compiled("api: {port: 1}").storage().isConfigured()).isFalse();
  }

  /** The sink's retention policy is read, too. */
  @Test
  void retentionPolicyOfTheSink_isReadByTheService() throws Exception {
    Path file = dir.resolve("hissrv.yml");
    Files.writeString(file, "influxdb: {version: 1, retention_policy: realtime}\n");

    assertThat(new SiteFile(file, Map.of()).compile(SiteCompiler.For.COMMAND).serviceTexts())
        .containsEntry("store.influxdb1.retention.policies", "realtime");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a/b, source: s, target: t, interval: 1h | \"a/b\": needs letters, digits",
        "t, source: s/s, target: t, interval: 1h | \"s/s\": needs letters, digits",
        "t, source: s, target: s, interval: 1h | s is the source, too",
        "t, source: t1, target: s1, interval: 1h}, {name: u, source: s1, target: t1, interval: 1h"
            + " | read each other in a circle",
        "t, source: s, target: x, interval: 1h}, {name: u, source: s, target: X, interval: 1d"
            + " | another task writes into X",
        "t, source: s, target: x, interval: 1h}, {name: u, source: z, target: y, interval: 1d"
            + " | no task writes into z, and the samples are kept by s",
        "t, source: s, target: x, interval: 1h}, {name: u, source: X, target: y, interval: 1d"
            + " | did you mean",
        "t, source: s, target: x, interval: 7m}, {name: u, source: x, target: y, interval: 1h"
            + " | 1h is not a whole number of the 7m of x",
      })
  void tasksThatCannotBe_areRefused(String tasks, String message) {
    assertThatThrownBy(
            () ->
                compiled(
                    "downsampling: {tasks: [{name: "
                        + tasks.replace("}, {", ", " + MEAN + "}, {")
                        + ", "
                        + MEAN
                        + "}]}"))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{function: mean, alias: a_b} | \"a_b\": needs letters and digits",
        "{function: mean, alias: sum} | sum is what sum is called",
        "{function: mean, alias: x}, {function: max, alias: x} | x is what mean is called",
        "{function: mean, alias: x}, {function: MEAN, alias: y} | mean appears twice",
        "{function: median} | needs MEAN",
      })
  void aggregationsThatCannotBe_areRefused(String aggregations, String message) {
    assertThatThrownBy(
            () ->
                compiled(
                    "downsampling: {tasks: ["
                        + task("t", "s", "x", "interval: 1h, aggregations: [" + aggregations + "]")
                        + "]}"))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining(message);
  }

  @Test
  void whatACopyCannotGive_isRefused() {
    assertThatThrownBy(
            () ->
                compiled(
                    "downsampling: {tasks: ["
                        + task("hours", "s", "hours", "interval: 1h, " + MEAN)
                        + ", "
                        + task(
                            "days",
                            "hours",
                            "days",
                            "interval: 1d, aggregations: [{function: min}, {function: stddev}]")
                        + "]}"))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining("min cannot be computed from hours: the task hours does not keep it")
        .hasMessageContaining("stddev cannot be computed from hours");
  }
}
