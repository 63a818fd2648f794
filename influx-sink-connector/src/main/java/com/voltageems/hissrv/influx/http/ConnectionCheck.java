package com.voltageems.hissrv.influx.http;

import com.voltageems.hissrv.influx.answer.WriteOutcome;
import com.voltageems.hissrv.influx.config.DatabaseSettings;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.config.RecordSettings;
import com.voltageems.hissrv.influx.delivery.Destination;
import com.voltageems.hissrv.influx.delivery.InfluxWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks the database whether it would take our writes, by one write without lines for each bucket.
 */
public final class ConnectionCheck {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private ConnectionCheck() {}

  /**
   * What is wrong.
   *
   * @param setting the key at fault
   */
  public record Problem(String setting, String message) {}

  /** Null when all is well. Takes as long as a write may, but no longer than 10 s. */
  public static @Nullable Problem check(InfluxSinkConfig config) {
    Map<String, String> impatient = new HashMap<>(config.originalsStrings());
    impatient.put(
        DatabaseSettings.WRITE_TIMEOUT_CONFIG,
        Long.toString(Math.min(LONGEST.toMillis(), config.database().writeTimeout().toMillis())));
    try (InfluxWriter writer =
        new HttpInfluxWriter(new InfluxSinkConfig(impatient), Clock.systemUTC())) {
      long end = System.nanoTime() + LONGEST.toNanos();
      Problem problem =
          problem(config, writer.write(config.database().destination(), new byte[0], 0));
      for (Destination other : config.destinations().byRule()) {
        if (problem == null && System.nanoTime() - end < 0) {
          problem = ofRule(problem(config, writer.write(other, new byte[0], 0)), other);
        }
      }
      return problem;
    }
  }

  /** What concerns the bucket concerns the rule that names it: the default one has passed. */
  private static @Nullable Problem ofRule(@Nullable Problem problem, Destination destination) {
    if (problem == null || problem.setting().equals(DatabaseSettings.URL_CONFIG)) {
      return problem;
    }
    return new Problem(
        RecordSettings.BUCKET_BY_TOPIC_CONFIG, destination + ": " + problem.message());
  }

  static @Nullable Problem problem(InfluxSinkConfig config, WriteOutcome outcome) {
    if (outcome instanceof WriteOutcome.Retry retry) {
      return new Problem(
          DatabaseSettings.URL_CONFIG, "the database does not answer: " + retry.reason());
    }
    if (outcome instanceof WriteOutcome.Failed failed) {
      return new Problem(
          DatabaseSettings.URL_CONFIG, "the database fails at a write: " + failed.reason());
    }
    if (outcome instanceof WriteOutcome.Fatal fatal) {
      return new Problem(setting(config, fatal.reason()), fatal.reason());
    }
    // Refused means that it read our (empty) lines, which is all that was to be known.
    return null;
  }

  /** The setting that a message asks to check. */
  private static String setting(InfluxSinkConfig config, String reason) {
    int check = reason.lastIndexOf("check ");
    String advice = check < 0 ? "" : reason.substring(check).toLowerCase(Locale.ROOT);
    String found = DatabaseSettings.URL_CONFIG;
    int at = Integer.MAX_VALUE;
    for (String key : config.values().keySet()) {
      int index = advice.indexOf(key);
      if (index >= 0 && index < at) {
        found = key;
        at = index;
      }
    }
    return found;
  }
}
