package com.voltageems.hissrv.query.site.command;

import com.voltageems.hissrv.query.setting.Parse;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.connect.Applier;
import com.voltageems.hissrv.query.site.connect.ConnectException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Sub-command {@code apply}: makes the cluster run what the file asks for. */
@Command(
    name = "apply",
    description = {
      "Submits the connectors, removes those that the file made once and no longer "
          + "names, and waits until all tasks run. Connectors that were not created from this "
          + "file are not touched."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:everything runs as the file has it",
      "1:Kafka Connect does not answer, or the output cannot be written, as to a pipe that ended",
      "2:the file cannot be used; nothing was sent",
      "3:a worker refuses a setting, or lacks the plugin; nothing was changed",
      "4:submitted, but a connector or task does not run, or somebody else has changed it since",
      "6:a connector that was not created from this file is in the way; nothing was changed"
    })
final class ApplyCommand extends SiteCommand {
  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "90s",
      converter = Patience.class,
      description = "How long the tasks may take until they run, such as 2m; 90s by default.")
  private Duration timeout;

  @Option(
      names = "--adopt",
      description = "Take over connectors of these names that were not created from this file.")
  private boolean adopt;

  /**
   * Converts a time with its unit, as in the file. A number without a unit means seconds, for
   * compatibility.
   */
  static final class Patience implements ITypeConverter<Duration> {
    private static final Duration LEAST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofDays(1);

    @Override
    public Duration convert(String value) {
      try {
        String text = value.matches("[0-9]{1,9}") ? value + "s" : value;
        return Parse.duration(LEAST, MOST).apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "'" + value + "' is not a time from 1s to 1d, such as 90s or 2m");
      }
    }
  }

  @Override
  int run(Compiled site) throws ConnectException, InterruptedException {
    notes(site);
    Applier applier =
        new Applier(
            client(site, timeout), timeout, Clock.systemUTC(), SiteCommand::pause, this::say);
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
