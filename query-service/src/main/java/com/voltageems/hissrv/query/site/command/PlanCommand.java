package com.voltageems.hissrv.query.site.command;

import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.connect.ConnectException;
import com.voltageems.hissrv.query.site.plan.Change;
import com.voltageems.hissrv.query.site.plan.Masking;
import com.voltageems.hissrv.query.site.plan.Plan;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Sub-command {@code plan}: shows what applying would change. */
@Command(
    name = "plan",
    description = "Shows what apply would change; changes nothing.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:shown",
      "1:Kafka Connect does not answer, or the output cannot be written, as to a pipe that ended",
      "2:the file cannot be used",
      "5:there are differences (--exit-code)",
      "6:a connector that was not created from this file is in the way (--exit-code)"
    })
final class PlanCommand extends SiteCommand {
  @Option(
      names = "--offline",
      description = "Ask no cluster: show all settings that the file means.")
  private boolean offline;

  @Option(names = "--adopt", description = "As for apply.")
  private boolean adopt;

  @Option(
      names = "--exit-code",
      description = "Report by the exit code whether there are differences.")
  private boolean exitCode;

  @Override
  int run(Compiled site) throws ConnectException, InterruptedException {
    notes(site);
    Map<String, Map<String, String>> running =
        offline ? Map.of() : client(site, Duration.ofSeconds(5)).connectors();
    Plan plan = Plan.of(site, running, adopt);
    plan.lines().forEach(this::say);
    if (offline) {
      say("service settings:");
      new TreeMap<>(site.serviceTexts())
          .forEach((name, value) -> say("    " + name + " = " + Masking.shown(name, value)));
    }
    if (!exitCode || plan.isEmpty()) {
      return ExitCodes.DONE;
    }
    boolean foreign = !plan.of(Change.Kind.FOREIGN).isEmpty();
    return foreign ? ExitCodes.FOREIGN : ExitCodes.DIFFERENT;
  }
}
