package com.voltageems.hissrv.query.site.command;

import com.voltageems.hissrv.query.config.ConfigException;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.ConnectFacts;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.Redaction;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.kafka.KafkaAccess;
import com.voltageems.hissrv.query.health.pipeline.KafkaProbe;
import com.voltageems.hissrv.query.health.pipeline.SinkProbe;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.ConnectorSpec;
import com.voltageems.hissrv.query.site.connect.ConnectClient;
import com.voltageems.hissrv.query.site.connect.ConnectException;
import com.voltageems.hissrv.query.site.connect.Standing;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Sub-command {@code status}: shows in a few lines what runs. */
@Command(
    name = "status",
    description =
        "Shows each connector's state, why a task failed, and how much is waiting in Kafka.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all runs",
      "1:Kafka Connect or Kafka does not answer,"
          + " or the output cannot be written, as to a pipe that ended",
      "2:the file cannot be used",
      "4:a connector or task does not run"
    })
final class StatusCommand extends SiteCommand {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Map<String, String> FIGURES = figures();

  private static Map<String, String> figures() {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("last_sync", "newest sample");
    words.put("failed", "dead letters");
    return words;
  }

  @Override
  int run(Compiled site) throws ConnectException, InterruptedException {
    ConnectClient connect = client(site, Duration.ofSeconds(5));
    boolean all = true;
    for (ConnectorSpec connector : site.connectors()) {
      Standing standing = Standing.of(connector.name(), connect.status(connector.name()));
      say(standing.line());
      all = all && standing.runs();
    }
    boolean lag = lag(site);
    return !all ? ExitCodes.NOT_RUNNING : lag ? ExitCodes.DONE : ExitCodes.UNREACHABLE;
  }

  /**
   * Prints the lag. Returns false only if Kafka does not answer; true as well if Kafka is not
   * configured.
   */
  private boolean lag(Compiled site) throws InterruptedException {
    QueryConfig settings;
    try {
      settings = QueryConfig.of(site.serviceTexts());
    } catch (ConfigException e) {
      throw new IllegalStateException("was checked", e);
    }
    if (!settings.kafka().isConfigured()) {
      say("kafka: kafka.bootstrap_servers is not set, so that the lag is not known");
      return true;
    }
    KafkaAccess kafka = new KafkaAccess(settings.kafka(), TIMEOUT);
    List<Probe> probes =
        List.of(
            new SinkProbe(
                kafka,
                settings.connect().sink(),
                () -> ConnectFacts.UNKNOWN,
                settings.checks().stuckAfter(),
                settings.connect().commitInterval(),
                Clock.systemUTC()),
            new KafkaProbe(kafka, settings.kafka().deadLetterTopic(), () -> ConnectFacts.UNKNOWN));
    try {
      for (Probe probe : probes) {
        Report report = probe.check();
        say(probe.name() + ": " + report.message() + figures(report.detail()));
      }
      return true;
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      error(
          "kafka does not answer at "
              + settings.kafka().bootstrapServers()
              + " (kafka.bootstrap_servers): "
              + Redaction.oneLine(String.valueOf(e.getMessage())));
      return false;
    } finally {
      probes.forEach(Probe::close);
    }
  }

  private static String figures(Map<String, @Nullable Object> detail) {
    StringBuilder text = new StringBuilder();
    FIGURES.forEach(
        (name, words) -> {
          if (detail.get(name) != null) {
            text.append("; ").append(words).append(' ').append(detail.get(name));
          }
        });
    return text.toString();
  }
}
