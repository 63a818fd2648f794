package com.voltageems.hissrv.influx.http;

import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.config.DatabaseSettings;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.config.RecordSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Check whether the database accepts our writes, by one write without lines for each bucket. */
public final class ConnectionCheck {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private ConnectionCheck() {}

  /**
   * A problem that the check found.
   *
   * @param setting the setting at fault
   */
  public record Problem(String setting, String message) {}

  /**
   * Returns the first problem; null if there is none. Each request may take as long as a write may,
   * but 10 s at most; after 10 s, no further bucket is asked for.
   */
  public static @Nullable Problem check(InfluxSinkConfig config) {
    Map<String, String> impatient = new HashMap<>(config.originalsStrings());
    impatient.put(
        DatabaseSettings.WRITE_TIMEOUT.name(),
        Long.toString(Math.min(LONGEST.toMillis(), config.database().writeTimeout().toMillis())));
    try (HttpInfluxWriter writer =
        new HttpInfluxWriter(new InfluxSinkConfig(impatient), Clock.systemUTC())) {
      long end = System.nanoTime() + LONGEST.toNanos();
      Problem problem = problem(writer.probe(config.database().destination()));
      if (problem == null && config.database().version() == InfluxVersion.QUESTDB) {
        problem = ofQuestDb(config, writer);
      }
      for (Destination other : config.destinations().byRule()) {
        if (problem == null && System.nanoTime() - end < 0) {
          problem = ofRule(problem(writer.probe(other)), other);
        }
      }
      return problem;
    }
  }

  /**
   * Attributes a problem to the rule that names the bucket, since the default bucket has passed.
   */
  private static @Nullable Problem ofRule(@Nullable Problem problem, Destination destination) {
    if (problem == null || problem.setting().equals(DatabaseSettings.URL.name())) {
      return problem;
    }
    return new Problem(
        RecordSettings.BUCKET_BY_TOPIC.name(), destination + ": " + problem.message());
  }

  /**
   * Checks that the database is QuestDB, and that QuestDB's own table does not conflict with our
   * main measurement.
   */
  private static @Nullable Problem ofQuestDb(InfluxSinkConfig config, HttpInfluxWriter writer) {
    // A proxy may put its own name into the Server header.
    if (!writer.isQuestDb() && !writer.query("select build()").body().contains("QuestDB")) {
      return new Problem(
          DatabaseSettings.VERSION.name(),
          config.database().url() + " takes writes but is not QuestDB");
    }
    WriteOutcome trouble =
        config.readsSamples()
            ? new QuestDbTables(writer, Optional.empty(), Clock.systemUTC())
                .ask("telemetry")
                .trouble()
            : null;
    return trouble == null ? null : problem(trouble);
  }

  private static @Nullable Problem problem(WriteOutcome outcome) {
    if (outcome instanceof WriteOutcome.Retry retry) {
      String setting = retry.setting();
      return new Problem(
          setting == null ? DatabaseSettings.URL.name() : setting,
          "the database does not answer: " + retry.reason());
    }
    if (outcome instanceof WriteOutcome.Failed failed) {
      return new Problem(
          DatabaseSettings.URL.name(), "the database fails at a write: " + failed.reason());
    }
    if (outcome instanceof WriteOutcome.Fatal fatal) {
      return new Problem(fatal.setting(), fatal.reason());
    }
    if (outcome instanceof WriteOutcome.Refused refused
        && refused.cause() instanceof WriteOutcome.Cause.Unknown) {
      return new Problem(
          DatabaseSettings.URL.name(),
          "the answer to a write is none of a database that is known: " + refused.reason());
    }
    // A refusal of a known form means that the database has read our (empty) lines.
    return null;
  }
}
