package com.voltageems.hissrv.quickstart;

import com.voltageems.hissrv.testkit.Ports;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import redis.clients.jedis.RedisClient;

/** The command behind {@code quickstart.sh}. */
@Command(
    name = "quickstart.sh",
    mixinStandardHelpOptions = true,
    version = "hissrv quickstart 0.1.0",
    sortOptions = false,
    description = {
      "Starts the whole of hissrv on this machine and shows history: a simulated site writes into"
          + " Redis, the Lua script closes windows, two connectors in a Kafka Connect worker carry"
          + " all of it through Kafka into QuestDB, and the query service answers over HTTP.",
      "No root, no Docker, nothing installed but a JDK and Maven; everything listens on 127.0.0.1"
          + " and is gone after Ctrl-C.",
      ""
    },
    footer = {
      "",
      "Exit codes: 0 done; 1 a part failed or an answer was wrong, named in the last line;"
          + " 2 a wrong option; 3 the machine lacks something, named in the last line."
    })
final class Main implements Callable<Integer> {
  private static final Duration FIRST_ANSWER = Duration.ofMinutes(3);
  private static final Duration ONCE_LIMIT = Duration.ofMinutes(3);
  private static final Duration PROGRESS_EVERY = Duration.ofSeconds(5);
  private static final long ROOM_BYTES = 1L << 30;

  /**
   * Keeps samples for a month and means of hours for a year: the page's Storage shows how far the
   * means have got.
   */
  private static final String STORAGE =
      """
      retention:
        policies:
          - {name: samples, duration: 30d}
          - {name: hourly, duration: 365d}
      downsampling:
        tasks:
          - name: hourly
            source: samples
            target: hourly
            interval: 1h
            aggregations: [{function: mean, alias: avg}, {function: min}, {function: max}]
      """;

  @Option(
      names = "--once",
      description =
          "End with 0 as soon as live values, a closed window and a pending element have been read"
              + " back through /query and agree with what was written.")
  private boolean once;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8082",
      description = "Port of the query service; the next free one if taken (${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--windows",
      paramLabel = "LIST",
      split = ",",
      defaultValue = "5s,15s",
      description =
          "Aggregation windows, each a multiple of the first (${DEFAULT-VALUE}; on a site: 1m,5m).")
  private List<String> windows;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Keep data and logs in this folder. Without it nothing is left behind.")
  private @Nullable Path keep;

  private final PrintStream out = System.out;

  public static void main(String[] args) {
    System.exit(command().execute(args));
  }

  static CommandLine command() {
    CommandLine command = new CommandLine(new Main());
    command.setExecutionExceptionHandler(
        (e, line, result) -> {
          String message = e.getMessage();
          line.getErr().println("quickstart: " + (message == null ? e.toString() : message));
          return e instanceof WrongOptionException ? 2 : e instanceof NoRoomException ? 3 : 1;
        });
    return command;
  }

  /** Thrown if the machine lacks something that the system needs. */
  private static final class NoRoomException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoRoomException(String message) {
      super(message);
    }
  }

  /** Thrown if an option has a value that cannot be used. */
  private static final class WrongOptionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongOptionException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  @Override
  public Integer call() throws Exception {
    if (port < 1 || port > 65_435) {
      throw new WrongOptionException(
          "--port is " + port + ": it must be from 1 to 65435", /* cause= */ null);
    }
    Windows sizes = sizes();
    Path kept = keep;
    TemporaryFolder temporary = null;
    Path dir;
    if (kept == null) {
      temporary = TemporaryFolder.create();
      dir = temporary.path();
    } else {
      dir = folder(kept);
    }
    try (Closer closer = new Closer(temporary)) {
      // Ctrl-C ends here: closes the child processes first, then removes their files.
      Runtime.getRuntime().addShutdownHook(new Thread(closer::close, "shutdown"));
      requireRoom(dir);
      try {
        return run(dir, sizes, closer);
      } catch (RuntimeException e) {
        if (closer.isClosing()) {
          return 0; // parts that end because this process ends them are no failure
        }
        throw e;
      }
    }
  }

  private Windows sizes() {
    try {
      return Windows.parse(windows);
    } catch (IllegalArgumentException e) {
      throw new WrongOptionException("--windows: " + e.getMessage(), e);
    }
  }

  private static Path folder(Path kept) {
    try {
      return Files.createDirectories(kept.toAbsolutePath());
    } catch (FileAlreadyExistsException e) {
      throw new WrongOptionException("--keep: " + e.getFile() + " is a file, no folder", e);
    } catch (IOException e) {
      throw new WrongOptionException(
          "--keep: the folder " + kept + " cannot be made: " + why(e), e);
    }
  }

  /** Some failures of files have only the file's name for their message. */
  private static String why(IOException e) {
    return e instanceof FileSystemException named && named.getReason() == null
        ? e.toString()
        : String.valueOf(e.getMessage());
  }

  private static void requireRoom(Path dir) throws IOException {
    long room = Files.getFileStore(dir).getUsableSpace();
    if (room < ROOM_BYTES) {
      throw new NoRoomException(
          "%d MB are free in %s: 1024 MB are needed (--keep or TMPDIR names another folder)"
              .formatted(room >> 20, dir));
    }
  }

  private int run(Path dir, Windows sizes, Closer closer) throws InterruptedException {
    long start = System.nanoTime();
    int httpPort = Ports.freeFrom(port);
    if (httpPort != port) {
      out.printf("Port %d is taken: the query service listens on %d.%n", port, httpPort);
    }
    out.println("Starting the parts in " + dir + " ...");
    HistorySystem system =
        closer.add(
            new HistorySystem(
                Installation.find(),
                dir,
                httpPort,
                keep != null,
                HistoryDatabase::questDb,
                STORAGE,
                line -> out.println("  " + line)));
    Site site = new Site(20260101, ZoneId.systemDefault());
    RedisClient redis = closer.add(RedisClient.create(system.redis().uri()));
    Clock clock = Clock.systemUTC();
    int elements = Past.push(site, redis, clock.millis() / 1000);
    out.printf(
        "Pushed %d h of the site's past into Redis: %,d elements.%n",
        Past.LENGTH.toHours(), elements);
    SiteSimulator simulator = closer.add(new SiteSimulator(site, redis, clock));
    simulator.start();
    system.submitConnectors(sizes.names(), Map.of());
    HistoryClient history = new HistoryClient(system.url());
    Report report = new Report(out, system, site, history);

    Verification verification = new Verification(site, history, sizes);
    Site.Channel meter = site.channels().get(0);
    await(
        FIRST_ANSWER,
        system,
        simulator,
        "the first live values to be read back",
        () -> !verification.live(meter, meter.points().get(0)).isEmpty());
    out.printf("First values read back after %.1f s.%n%n", (System.nanoTime() - start) / 1e9);
    report.addresses(sizes.names().get(0));
    report.firstRows();

    if (once) {
      await(
          ONCE_LIMIT,
          system,
          simulator,
          "a closed window and a pending element to be read back",
          verification::complete);
      out.println(verification.summary());
      return 0;
    }
    out.println("Progress every few seconds; Ctrl-C ends everything.");
    CountDownLatch forever = new CountDownLatch(1);
    while (!forever.await(PROGRESS_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
      requireHealthy(system, simulator);
      report.progress(simulator);
    }
    return 0;
  }

  private interface Check {
    boolean holds() throws InterruptedException;
  }

  private static void await(
      Duration limit, HistorySystem system, SiteSimulator simulator, String what, Check check)
      throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!check.holds()) {
      requireHealthy(system, simulator);
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "waited %d s for %s; every part runs, but: %s"
                .formatted(limit.toSeconds(), what, system.whereItStands()));
      }
      TimeUnit.MILLISECONDS.sleep(250);
    }
  }

  private static void requireHealthy(HistorySystem system, SiteSimulator simulator) {
    simulator.check();
    system
        .fault()
        .ifPresent(
            fault -> {
              throw new IllegalStateException(fault);
            });
  }
}
