package com.voltageems.hissrv.query.site.command;

import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.connect.Applier;
import com.voltageems.hissrv.query.site.connect.ConnectException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes the cluster run what the file asks for. */
@Command(
    name = "apply",
    description = {
      "Submits the connectors, removes those that the file made once and no longer names, and waits"
          + " until all tasks run. Connectors that were not made from this file are not touched."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:everything runs as the file has it",
      "1:Kafka Connect does not answer",
      "2:the file cannot be used; nothing was sent",
      "3:a worker refuses a setting, or lacks the plugin; nothing was changed",
      "4:submitted, but a connector or task does not run",
      "6:a connector that was not made from this file is in the way; nothing was changed"
    })
final class ApplyCommand extends SiteCommand {
  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "90",
      description = "How long the tasks may take until they run; 90 by default.")
  private int timeout;

  @Option(
      names = "--adopt",
      description = "Take over connectors of these names that were not made from this file.")
  private boolean adopt;

  @Override
  int run(Compiled site) throws ConnectException, InterruptedException {
    notes(site);
    Duration patience = Duration.ofSeconds(Math.max(1, timeout));
    Applier applier =
        new Applier(
            client(site, patience), patience, Clock.systemUTC(), SiteCommand::pause, this::say);
    List<String> wrong = new ArrayList<>();
    Applier.Outcome outcome = applier.apply(file(), site, adopt, wrong);
    wrong.forEach(this::error);
    return switch (outcome) {
      case DONE -> ExitCodes.DONE;
      case FOREIGN -> ExitCodes.FOREIGN;
      case REFUSED -> ExitCodes.REFUSED;
      case NOT_RUNNING -> ExitCodes.NOT_RUNNING;
    };
  }
}
