package com.voltageems.hissrv.query;

import com.voltageems.hissrv.query.config.ConfigException;
import com.voltageems.hissrv.query.config.ConfigFile;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.ConnectFacts;
import com.voltageems.hissrv.query.health.ConnectProbe;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.kafka.KafkaAccess;
import com.voltageems.hissrv.query.health.pipeline.KafkaProbe;
import com.voltageems.hissrv.query.health.pipeline.SinkProbe;
import com.voltageems.hissrv.query.health.pipeline.SourceProbe;
import com.voltageems.hissrv.query.health.store.KafkaShownMemory;
import com.voltageems.hissrv.query.health.store.ShownMemory;
import com.voltageems.hissrv.query.health.store.StoreProbe;
import com.voltageems.hissrv.query.http.QueryServer;
import com.voltageems.hissrv.query.process.Crash;
import com.voltageems.hissrv.query.site.SiteFile;
import com.voltageems.hissrv.query.site.command.SiteCommands;
import com.voltageems.hissrv.query.site.compile.SiteCompiler;
import com.voltageems.hissrv.query.site.connect.ConnectorRoutes;
import com.voltageems.hissrv.query.site.connect.FailedRestarts;
import com.voltageems.hissrv.query.site.live.LiveSite;
import com.voltageems.hissrv.query.site.live.Parts;
import com.voltageems.hissrv.query.site.yaml.BadFileException;
import com.voltageems.hissrv.query.store.HistoryStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** The command line: reads the settings, starts the service, serves until it is asked to stop. */
@Command(
    name = "query-service",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    description = {
      "Answers over HTTP from the time-series database; the sub-commands set up a site from its one"
          + " file, hissrv.yml."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:stopped as asked",
      "1:the port is not available, or another failure at startup",
      "2:a setting or an option is invalid",
      "3:no memory left, or one of its threads ended by an error of the JVM: start it again"
    })
public final class Main implements Callable<Integer> {
  /** Exit code for a setting or an option that cannot be used. */
  private static final int BAD_SETTING = 2;

  private static final int STOP_SECONDS = 8;

  /** Counted down when everything is closed. */
  private static final CountDownLatch CLOSED = new CountDownLatch(1);

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "Settings: a site's hissrv.yml, or query.yml; without it every setting has its default.")
  private @Nullable Path config;

  @Option(names = "--check", description = "Check the settings and exit.")
  private boolean checkOnly;

  @Option(names = "--settings", description = "Print a table of all settings and exit.")
  private boolean printSettings;

  private Main() {}

  public static void main(String[] args) {
    int code = SiteCommands.into(new CommandLine(new Main())).execute(args);
    CLOSED.countDown();
    System.exit(code);
  }

  @Override
  public Integer call() throws InterruptedException {
    Crash.onLostThreads();
    if (printSettings) {
      System.out.print(QueryConfig.table());
      // On a full disk, half a table would pass for the whole.
      return System.out.checkError() ? 1 : 0;
    }
    QueryConfig settings;
    try {
      if (config != null && new SiteFile(config, System.getenv()).isSite()) {
        return site(new SiteFile(config, System.getenv()));
      }
    } catch (BadFileException e) {
      // The file cannot be read or is not YAML, so its kind is unknown.
      System.err.println(e.getMessage());
      return BAD_SETTING;
    }
    try {
      settings = config == null ? QueryConfig.defaults() : ConfigFile.read(config, System.getenv());
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      return BAD_SETTING;
    }
    if (checkOnly) {
      System.out.println("the settings are valid");
      return 0;
    }
    return serve(settings);
  }

  /** Serves a site from its one file. */
  private int site(SiteFile file) throws InterruptedException {
    Clock clock = Clock.systemUTC();
    try {
      if (checkOnly) {
        file.compile(SiteCompiler.For.SERVICE);
        System.out.println("the settings are valid");
        return 0;
      }
      try (LiveSite site = new LiveSite(file, new OwnParts(clock), Version.text(), clock)) {
        return untilStopped(site.http(), site::start);
      }
    } catch (BadFileException e) {
      System.err.println(e.getMessage());
      return BAD_SETTING;
    }
  }

  /** Creates the parts with the methods of this class. */
  private record OwnParts(Clock clock) implements Parts {
    @Override
    public HistoryStore store(QueryConfig settings) {
      return Main.store(settings);
    }

    @Override
    public HealthBoard board(
        QueryConfig settings, HistoryStore store, @Nullable HealthBoard before) {
      return Main.board(settings, store, before, clock);
    }
  }

  private static int serve(QueryConfig settings) throws InterruptedException {
    Clock clock = Clock.systemUTC();
    try (HistoryStore store = store(settings);
        HealthBoard health = board(settings, store, null, clock);
        FailedRestarts restarts = new FailedRestarts(settings::connect);
        QueryServer server =
            new QueryServer(
                settings,
                store,
                health,
                Version.text(),
                clock,
                new ConnectorRoutes(settings::connect, restarts))) {
      health.start();
      restarts.start();
      return untilStopped(settings.http(), server::start);
    }
  }

  /** Listens until the process is asked to stop; the caller closes everything then. */
  private static int untilStopped(QueryConfig.Http http, IntSupplier start)
      throws InterruptedException {
    CountDownLatch stop = new CountDownLatch(1);
    int port;
    try {
      port = start.getAsInt();
    } catch (RuntimeException e) {
      System.err.println(
          "cannot listen on "
              + bracketed(http.host())
              + ":"
              + http.port()
              + " (http.host, http.port): "
              + rootMessage(e));
      return 1;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAndWait(stop, CLOSED), "shutdown"));
    System.out.println(
        "query-service listens on http://" + address(http.host()) + ":" + port + "/");
    stop.await();
    return 0;
  }

  /** Lets the main thread close everything before the JVM ends. */
  private static void stopAndWait(CountDownLatch stop, CountDownLatch stopped) {
    stop.countDown();
    try {
      if (!stopped.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("not everything could be closed within " + STOP_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns the host's form in an address: IPv6 in brackets, "all addresses" as this machine. */
  private static String address(String host) {
    if (host.equals("0.0.0.0")) {
      return "127.0.0.1";
    }
    return host.equals("::") ? "[::1]" : bracketed(host);
  }

  private static String bracketed(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }

  private static HistoryStore store(QueryConfig settings) {
    return settings.store().open(settings.limits().concurrency());
  }

  private static HealthBoard board(
      QueryConfig settings, HistoryStore store, @Nullable HealthBoard before, Clock clock) {
    List<Probe> probes = new ArrayList<>();
    Map<String, String> off = new LinkedHashMap<>();
    ShownMemory memory =
        settings.kafka().isConfigured()
            ? new KafkaShownMemory(
                settings.kafka(), settings.store().key(), settings.checks().timeout())
            : ShownMemory.NONE;
    probes.add(
        new StoreProbe(
            store,
            settings.checks().timeout(),
            memory,
            clock,
            before == null ? null : before.probe(StoreProbe.class).orElse(null)));
    Supplier<ConnectFacts> facts = () -> ConnectFacts.UNKNOWN;
    if (settings.connect().isConfigured()) {
      ConnectProbe connect =
          new ConnectProbe(settings.connect(), settings.checks().timeout(), clock);
      facts = connect::facts;
      probes.add(connect);
    } else {
      off.put("connect", "connect.url is not set");
    }
    if (settings.kafka().isConfigured()) {
      probes.addAll(pipeline(settings, facts, off, clock));
    } else {
      for (String part : List.of("kafka", "source", "sink")) {
        off.put(part, QueryConfig.Kafka.NOT_SET);
      }
    }
    return new HealthBoard(
        probes, off, settings.checks().interval(), settings.checks().timeout(), clock);
  }

  /**
   * Returns the probes that check by means of Kafka whether data moves; adds the parts that do not
   * exist to {@code off}.
   */
  private static List<Probe> pipeline(
      QueryConfig settings, Supplier<ConnectFacts> facts, Map<String, String> off, Clock clock) {
    Duration stuck = settings.checks().stuckAfter();
    QueryConfig.Connect connect = settings.connect();
    KafkaAccess kafka = new KafkaAccess(settings.kafka(), settings.checks().timeout());
    List<Probe> probes = new ArrayList<>();
    if (connect.source().isEmpty()) {
      off.put("source", "connect.source is not set");
    } else {
      String topic = settings.kafka().statusTopic();
      probes.add(new SourceProbe(kafka, topic, connect.source(), facts, stuck, clock));
    }
    if (connect.sink().isEmpty()) {
      off.put("sink", "connect.sink is not set");
    } else {
      Duration commits = connect.commitInterval();
      probes.add(new SinkProbe(kafka, connect.sink(), facts, stuck, commits, clock));
    }
    probes.add(new KafkaProbe(kafka, settings.kafka().deadLetterTopic(), facts));
    return probes;
  }

  private static String rootMessage(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  /** Returns the version in the archive's manifest. */
  static final class Version implements IVersionProvider {
    static String text() {
      String version = Main.class.getPackage().getImplementationVersion();
      return version == null ? "unpackaged" : version;
    }

    @Override
    public String[] getVersion() {
      return new String[] {"hissrv query-service " + text()};
    }
  }
}
