package com.voltageems.hissrv.query.site.command;

import com.voltageems.hissrv.query.site.SiteFile;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.SiteCompiler;
import com.voltageems.hissrv.query.site.connect.ConnectClient;
import com.voltageems.hissrv.query.site.connect.ConnectException;
import com.voltageems.hissrv.query.site.yaml.BadFileException;
import com.voltageems.hissrv.query.site.yaml.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Base of the sub-commands: reads the site's file and turns failures into exit codes. */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
abstract class SiteCommand implements Callable<Integer> {
  private static final long PAUSE_MS = 500;

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      defaultValue = "hissrv.yml",
      paramLabel = "FILE",
      description = "The site's file; hissrv.yml by default.")
  private Path file;

  /** Runs the sub-command on a valid file and returns the exit code. */
  abstract int run(Compiled site) throws ConnectException, InterruptedException;

  @Override
  public final Integer call() throws InterruptedException {
    try {
      int code = run(new SiteFile(file, System.getenv()).compile(SiteCompiler.For.COMMAND));
      // Both swallow failures, and the one does not know of the other's: on a full disk, half a
      // file
      // would pass for the whole.
      if (out().checkError() || System.out.checkError()) {
        error("the output could not be written completely (is the disk full?)");
        return code == ExitCodes.DONE ? ExitCodes.UNREACHABLE : code;
      }
      return code;
    } catch (BadFileException e) {
      error(String.valueOf(e.getMessage()));
      return ExitCodes.BAD_FILE;
    } catch (ConnectException e) {
      error(String.valueOf(e.getMessage()));
      return ExitCodes.UNREACHABLE;
    }
  }

  final String file() {
    return file.toString();
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final void say(String line) {
    out().println(line);
    out().flush();
  }

  final void error(String line) {
    spec.commandLine().getErr().println(line);
    spec.commandLine().getErr().flush();
  }

  /** Prints the notes about the file; call it before other output. */
  final void notes(Compiled site) {
    for (Problem note : site.notes()) {
      error("note: " + note.text(file()));
    }
  }

  final ConnectClient client(Compiled site, Duration patience) {
    return new ConnectClient(
        site.target(), patience, Clock.systemUTC(), SiteCommand::pause, this::error);
  }

  /**
   * Sleeps, longer with each attempt, and for a random part of that time, so that two clients do
   * not repeat their calls in step.
   */
  static void pause(int attempt) throws InterruptedException {
    long most = PAUSE_MS << Math.min(attempt, 3);
    TimeUnit.MILLISECONDS.sleep(most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1));
  }
}
