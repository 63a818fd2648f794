package com.voltageems.hissrv.query.site.command;

import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.connect.Applier;
import com.voltageems.hissrv.query.site.connect.ConnectException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Sub-command {@code validate}: checks whether a file can be used. */
@Command(
    name = "validate",
    description = "Checks the file; with --online the workers check it, too.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the file is valid",
      "1:Kafka Connect does not answer (--online),"
          + " or the output cannot be written, as to a pipe that ended",
      "2:the file cannot be used",
      "3:a worker refuses a setting, or lacks the plugin (--online)"
    })
final class ValidateCommand extends SiteCommand {
  @Option(
      names = "--online",
      description = "Also ask the workers, whose plugins look whether Redis and database answer.")
  private boolean online;

  @Override
  int run(Compiled site) throws ConnectException, InterruptedException {
    notes(site);
    if (online) {
      List<String> wrong =
          new Applier(
                  client(site, Duration.ofSeconds(10)),
                  Duration.ZERO,
                  Clock.systemUTC(),
                  SiteCommand::pause,
                  this::say)
              .check(file(), site);
      wrong.forEach(this::error);
      if (!wrong.isEmpty()) {
        return ExitCodes.REFUSED;
      }
    }
    say(file() + " is valid");
    return ExitCodes.DONE;
  }
}
