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

/** What the sub-commands share: the file, and how failures end. */
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

  /** Does its work on a file that can be used. */
  abstract int run(Compiled site) throws ConnectException, InterruptedException;

  @Override
  public final Integer call() throws InterruptedException {
    try {
      return run(new SiteFile(file, System.getenv()).compile(SiteCompiler.For.COMMAND));
    } catch (BadFileException e) {
      error(String.valueOf(e.getMessage()));
      return ExitCodes.BAD_FILE;
    } catch (ConnectException e) {
      error(String.valueOf(e.getMessage()));
      return ExitCodes.UNREACHABLE;
    } finally {
      out().flush();
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

  /** What is worth knowing about the file, before anything else. */
  final void notes(Compiled site) {
    for (Problem note : site.notes()) {
      error("note: " + note.text(file()));
    }
  }

  final ConnectClient client(Compiled site, Duration patience) {
    return new ConnectClient(
        site.target(), patience, Clock.systemUTC(), SiteCommand::pause, this::error);
  }

  /** Longer each time, and never the same for two who wait for one thing. */
  static void pause(int attempt) throws InterruptedException {
    long most = PAUSE_MS << Math.min(attempt, 3);
    TimeUnit.MILLISECONDS.sleep(most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1));
  }
}
