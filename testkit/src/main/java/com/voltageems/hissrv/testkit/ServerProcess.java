package com.voltageems.hissrv.testkit;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A server as a child process: starts it, waits until it answers, stops or kills it. Its output
 * goes to a log file. The child ends with this JVM, for whatever reason this JVM ends. Methods may
 * be called from any thread; calling {@link #close()} twice is harmless.
 */
public final class ServerProcess implements AutoCloseable {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(6);

  /** How long a killed process may take to end: usually a moment, longer on a very busy machine. */
  private static final Duration KILL_TIMEOUT = Duration.ofMinutes(1);

  /**
   * Shell script that runs "$@" without input, writes its pid to $PID_FILE, and kills it when the
   * other end of our standard input is gone.
   */
  private static final String WRAPPER =
      """
      exec 3<&0
      "$@" </dev/null 3<&- & child=$!
      echo $child >"$PID_FILE.new" && mv "$PID_FILE.new" "$PID_FILE"
      ( read -r line <&3; kill -9 $child ) & watcher=$!
      exec 3<&-
      trap 'kill -TERM $child' TERM
      wait $child; status=$?
      while kill -0 $child 2>/dev/null; do wait $child; status=$?; done
      kill $watcher 2>/dev/null
      exit $status
      """;

  private final String name;
  private final Process process;
  private final ProcessHandle server;
  private final Path log;

  private ServerProcess(String name, Process process, ProcessHandle server, Path log) {
    this.name = name;
    this.process = process;
    this.server = server;
    this.log = log;
  }

  /** Starts a native program; {@code command[0]} is its path. */
  public static ServerProcess startNative(
      String name, List<String> command, Map<String, String> env, Path log) {
    Path pidFile = log.resolveSibling(log.getFileName() + ".pid");
    try {
      Files.deleteIfExists(pidFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> wrapped = new ArrayList<>(List.of("/bin/sh", "-c", WRAPPER, "sh"));
    wrapped.addAll(command);
    Process process = start(name, wrapped, env, log, pidFile);
    await(
        name + " to leave its pid",
        Duration.ofMinutes(2),
        () -> Files.exists(pidFile) || !process.isAlive());
    try {
      long pid = Long.parseLong(Files.readString(pidFile).trim());
      return new ServerProcess(
          name, process, ProcessHandle.of(pid).orElse(process.toHandle()), log);
    } catch (IOException e) {
      throw new UncheckedIOException(name + " did not start: " + tail(log), e);
    }
  }

  /**
   * Starts {@code mainClass} in its own JVM, with the JDK that runs this process.
   *
   * @param classPath a class path in the form of {@code java -cp}; this module's own classes are
   *     added
   */
  public static ServerProcess startJvm(
      String name,
      String classPath,
      List<String> jvmOptions,
      Map<String, String> env,
      String mainClass,
      List<String> args,
      Path log) {
    Path temporary = log.resolveSibling("tmp");
    try {
      Files.createDirectories(temporary);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Files that the child unpacks (native libraries) stay in its folder and are removed with it.
    command.add("-Djava.io.tmpdir=" + temporary.toAbsolutePath());
    command.add("-XX:-UsePerfData");
    command.addAll(ofTests());
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(classPath + File.pathSeparator + ownClasses());
    command.add(ChildJvm.class.getName());
    command.add(mainClass);
    command.addAll(args);
    Process process = start(name, command, env, log, null);
    return new ServerProcess(name, process, process.toHandle(), log);
  }

  /**
   * Returns the options that the build sets for each JVM that a test starts, placed before the
   * JVM's own options: a server that lives for a minute would spend most of it in the optimizing
   * compiler. Empty outside of tests.
   */
  public static List<String> ofTests() {
    String options = System.getProperty("hissrv.server.jvm", "").trim();
    return options.isEmpty() ? List.of() : List.of(options.split(" +"));
  }

  private static Process start(
      String name,
      List<String> command,
      Map<String, String> env,
      Path log,
      @Nullable Path pidFile) {
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(env);
      if (pidFile != null) {
        builder.environment().put("PID_FILE", pidFile.toString());
      }
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name + ": " + e.getMessage(), e);
    }
  }

  /**
   * Waits until the server answers.
   *
   * @throws IllegalStateException with the end of its log if it died or did not answer in time
   */
  public void awaitReady(Duration timeout, BooleanSupplier ready) {
    await(
        name + " to answer",
        timeout,
        () -> {
          if (!isAlive()) {
            throw new IllegalStateException(name + " ended while starting: " + tail(log));
          }
          return ready.getAsBoolean();
        },
        () -> tail(log));
  }

  /** Returns the name given at the start, for messages. */
  public String name() {
    return name;
  }

  /** Returns the pid of the server itself, not of a wrapper. */
  public long pid() {
    return server.pid();
  }

  public Path log() {
    return log;
  }

  public boolean isAlive() {
    return server.isAlive();
  }

  /**
   * Returns the CPU time used so far; zero if the system does not report it or the process is gone.
   */
  public Duration cpuTime() {
    return server.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Ends the server at once, like {@code kill -9}, and waits until it is gone. */
  public void kill() {
    server.destroyForcibly();
    awaitExit(KILL_TIMEOUT);
  }

  /**
   * Lets the server stand still, like {@code kill -STOP}: its connections stay open, and nobody
   * answers.
   */
  public void suspend() {
    signal("STOP");
  }

  /** Lets the server go on after {@link #suspend}; it does not know that time has passed. */
  public void resume() {
    signal("CONT");
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(pid())).start();
      if (kill.waitFor() != 0) {
        throw new IllegalStateException(name + " does not take the signal " + signal);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while sending a signal", e);
    }
  }

  /** Asks the server to end; ends it by force if that takes longer than a few seconds. */
  @Override
  public void close() {
    server.destroy();
    if (!awaitExit(STOP_TIMEOUT)) {
      server.destroyForcibly();
      process.destroyForcibly();
      awaitExit(KILL_TIMEOUT);
    }
  }

  private boolean awaitExit(Duration timeout) {
    try {
      return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      server.destroyForcibly();
      return false;
    }
  }

  /** Returns the last lines of the server's log, for messages. */
  public String tail() {
    return tail(log);
  }

  private static String tail(Path log) {
    try {
      List<String> lines =
          List.of(new String(Files.readAllBytes(log), StandardCharsets.UTF_8).split("\n"));
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  static void await(String what, Duration timeout, BooleanSupplier condition) {
    await(what, timeout, condition, () -> "");
  }

  private static void await(
      String what, Duration timeout, BooleanSupplier condition, Supplier<String> detail) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "waited " + timeout.toSeconds() + " s for " + what + ". " + detail.get());
      }
      pause();
    }
  }

  /** Sleeps between two checks of something that another process does. */
  static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting", e);
    }
  }

  /** Returns a class path that the build stored as a resource next to this class. */
  static String classPath(String resource) {
    try (InputStream in = ServerProcess.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(
            "no "
                + resource
                + " beside the testkit's classes; build it with `mvn compile -pl testkit -am`, or add"
                + " the artifact that carries it to the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).trim();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String ownClasses() {
    return Path.of(
            java.net.URI.create(
                ServerProcess.class.getProtectionDomain().getCodeSource().getLocation().toString()))
        .toString();
  }
}
