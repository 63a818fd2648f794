package com.voltageems.hissrv.query.site.command;

import com.voltageems.hissrv.query.config.ConfigException;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.KafkaProbe;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.ConnectorSpec;
import com.voltageems.hissrv.query.site.connect.ConnectClient;
import com.voltageems.hissrv.query.site.connect.ConnectException;
import com.voltageems.hissrv.query.site.connect.Standing;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** What runs, in a few lines. */
@Command(
    name = "status",
    description =
        "Tells each connector's state and the reason of a failed task, and how much waits in Kafka.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all runs",
      "1:Kafka Connect or Kafka does not answer",
      "2:the file cannot be used",
      "4:a connector or task does not run"
    })
final class StatusCommand extends SiteCommand {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

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

  /** Whether it could be told, or need not be. */
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
    KafkaProbe probe = new KafkaProbe(settings.kafka(), settings.connect().sink(), TIMEOUT);
    try {
      Map<String, @Nullable Object> detail = probe.check().detail();
      say(
          "kafka: %s records waiting, %s processed, %s dead letters, newest sample %s"
              .formatted(
                  detail.get("queue_size"),
                  detail.get("processed"),
                  detail.get("failed"),
                  detail.get("last_sync")));
      return true;
    } catch (ExecutionException | TimeoutException e) {
      error(
          "kafka does not answer at "
              + settings.kafka().bootstrapServers()
              + " (kafka.bootstrap_servers)");
      return false;
    } finally {
      probe.close();
    }
  }
}
