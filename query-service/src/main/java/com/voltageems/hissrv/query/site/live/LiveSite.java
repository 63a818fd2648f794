package com.voltageems.hissrv.query.site.live;

import com.voltageems.hissrv.query.alert.AlertDesk;
import com.voltageems.hissrv.query.alert.Alerts;
import com.voltageems.hissrv.query.config.ConfigException;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.Redaction;
import com.voltageems.hissrv.query.http.QueryServer;
import com.voltageems.hissrv.query.resolution.CopyResolutions;
import com.voltageems.hissrv.query.resolution.Resolutions;
import com.voltageems.hissrv.query.site.Contents;
import com.voltageems.hissrv.query.site.SiteFile;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.SiteCompiler;
import com.voltageems.hissrv.query.site.connect.ConnectorRoutes;
import com.voltageems.hissrv.query.site.connect.FailedRestarts;
import com.voltageems.hissrv.query.site.yaml.BadFileException;
import com.voltageems.hissrv.query.site.yaml.Place;
import com.voltageems.hissrv.query.site.yaml.Problem;
import com.voltageems.hissrv.query.storage.StorageDesk;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.sync.SyncAnswer;
import com.voltageems.hissrv.query.sync.SyncException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running service of a site: follows the site's file and applies changes to it without a
 * restart. A valid file takes effect as a whole, an invalid one not at all.
 */
public final class LiveSite implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveSite.class);

  private final SiteFile file;
  private final Parts parts;
  private final Clock clock;
  private final QueryServer server;
  private final QueryConfig.Http listening;
  private volatile QueryConfig settings;
  private Compiled compiled;
  private volatile HistoryStore store;
  private volatile HealthBoard board;
  private volatile AlertDesk alerts;
  private volatile StorageDesk storage;
  private volatile SyncSite sync;
  private volatile Reloads state;

  /** The contents that were read last, whether accepted or refused. */
  private volatile Contents contents = new Contents();

  /** The states of the alerts, where no Kafka keeps them: another file is no restart. */
  private final Map<String, String> keptAlerts = new ConcurrentHashMap<>();

  private @Nullable Triggers triggers;

  private final FailedRestarts restarts = new FailedRestarts(this::connect);

  /**
   * Reads the file; does not listen before {@link #start()}.
   *
   * @throws BadFileException listing every problem of the file
   */
  public LiveSite(SiteFile file, Parts parts, String version, Clock clock) throws BadFileException {
    this.file = file;
    this.parts = parts;
    this.clock = clock;
    this.compiled = file.compile(SiteCompiler.For.SERVICE, contents);
    this.settings = settings(compiled);
    this.listening = settings.http();
    this.store = parts.store(settings);
    this.alerts = desk(compiled, settings);
    this.sync = new SyncSite(compiled.redis(), settings, () -> board, clock);
    this.storage = StorageSite.desk(compiled, settings, parts, () -> board.snapshot(), clock);
    this.board = parts.board(settings, store, null);
    this.board.also(probes(alerts, storage));
    this.state = Reloads.first(clock.instant(), texts(compiled.notes()));
    LogLevel.set(compiled.target().logLevel());
    this.server =
        new QueryServer(
            settings,
            store,
            board,
            version,
            clock,
            new SiteRoutes(
                this,
                new Mappings(file, clock),
                new StorageRoutes(
                    () -> storage,
                    () -> board.snapshot(),
                    () -> settings.catalogue().zone(),
                    clock),
                new ConnectorRoutes(this::connect, restarts)));
  }

  private static List<Probe> probes(AlertDesk alerts, StorageDesk storage) {
    List<Probe> probes = new ArrayList<>(alerts.probes());
    probes.addAll(storage.probes());
    return probes;
  }

  private AlertDesk desk(Compiled site, QueryConfig settings) {
    return Alerts.desk(
        site.site(),
        site.alerts(),
        settings,
        () -> board.snapshot(),
        () -> store,
        keptAlerts,
        clock);
  }

  private QueryConfig settings(Compiled site) throws BadFileException {
    try {
      return QueryConfig.of(site.serviceTexts()).ofSite();
    } catch (ConfigException e) {
      throw new BadFileException(
          file.path().toString(),
          List.of(new Problem(Place.START, "", String.valueOf(e.getMessage()))));
    }
  }

  private List<String> texts(List<Problem> problems) {
    return problems.stream().map(problem -> problem.text(file.path().toString())).toList();
  }

  /** Starts to listen and to watch the file; returns the port. */
  public synchronized int start() {
    board.start();
    int port = server.start();
    alerts.start();
    storage.start();
    restarts.start();
    triggers = Triggers.of(this);
    return port;
  }

  /** Returns the HTTP settings that the service was started with. */
  public QueryConfig.Http http() {
    return listening;
  }

  /** Returns the result of the last reading of the file. */
  public Reloads state() {
    return state;
  }

  /**
   * Makes the source read now.
   *
   * @return null if too many such requests are under way
   */
  @Nullable SyncAnswer sync(Duration patience) throws SyncException, InterruptedException {
    return sync.sync(patience);
  }

  /** Returns where Kafka Connect is, and the names of our connectors there. */
  QueryConfig.Connect connect() {
    return settings.connect();
  }

  /** Returns the resolutions that the present coarser copies offer. */
  Resolutions resolutions() {
    return new CopyResolutions(
        () -> StorageSite.known(storage, settings.catalogue().zone(), clock));
  }

  AlertDesk alerts() {
    return alerts;
  }

  /** Returns the contents of the files when they were read last. */
  Contents contents() {
    return contents;
  }

  SiteFile file() {
    return file;
  }

  /**
   * Reads the file again and applies it, or keeps the present settings if it is invalid.
   *
   * @return the result
   */
  public synchronized Reloads reload() {
    Compiled next;
    QueryConfig wanted;
    Contents read = new Contents();
    try {
      next = file.compile(SiteCompiler.For.SERVICE, read);
      wanted = settings(next);
    } catch (BadFileException e) {
      List<String> problems = String.valueOf(e.getMessage()).lines().toList();
      state = state.refused(clock.instant(), problems);
      LOG.warn(
          "The changed file is rejected, the previous one stays in effect: {}", problems.get(0));
      return state;
    } finally {
      contents = read;
    }
    if (!next.redis().equals(compiled.redis())
        || !next.site().equals(compiled.site())
        || !next.serviceTexts().equals(compiled.serviceTexts())
        || !next.alerts().equals(compiled.alerts())
        || !next.storage().equals(compiled.storage())) {
      try {
        take(next, wanted);
      } catch (RuntimeException e) {
        // A problem that no check found: the old settings stay in effect, and the failure must be
        // reported.
        LOG.error("The changed file cannot be used, the previous one stays in effect", e);
        String words = Redaction.oneLine(file.path() + ": cannot be taken: " + e);
        state = state.refused(clock.instant(), List.of(words));
        return state;
      }
    }
    compiled = next;
    LogLevel.set(next.target().logLevel());
    List<String> restart =
        wanted.http().equals(listening)
            ? List.of()
            : List.of(
                "api.host, api.port, api.threads and api.cors_origins take effect after a"
                    + " restart");
    state = state.taken(clock.instant(), restart, texts(next.notes()));
    LOG.info(
        "The file was reloaded and is in effect{}", restart.isEmpty() ? "" : "; " + restart.get(0));
    return state;
  }

  /** Replaces what other settings need, and nothing else: the rest goes on with what it knows. */
  private void take(Compiled next, QueryConfig wanted) {
    boolean sameStore =
        wanted.store().equals(settings.store())
            && wanted.limits().concurrency() == settings.limits().concurrency();
    boolean sameBoard =
        sameStore
            && wanted.kafka().equals(settings.kafka())
            && wanted.connect().equals(settings.connect())
            && wanted.checks().equals(settings.checks());
    boolean sameAlerts =
        next.alerts().equals(compiled.alerts()) && isSameDesk(compiled, settings, next, wanted);
    boolean sameStorage = StorageSite.isSame(compiled, settings, next, wanted);
    List<AutoCloseable> made = new ArrayList<>();
    HistoryStore nextStore;
    HealthBoard nextBoard;
    AlertDesk nextAlerts;
    StorageDesk nextStorage;
    SyncSite nextSync;
    try {
      nextStore = sameStore ? store : made(parts.store(wanted), made);
      nextBoard = sameBoard ? board : made(parts.board(wanted, nextStore, ofSame(wanted)), made);
      nextAlerts = sameAlerts ? alerts : made(desk(next, wanted), made);
      nextStorage =
          sameStorage
              ? storage
              : made(StorageSite.desk(next, wanted, parts, () -> board.snapshot(), clock), made);
      nextSync = made(new SyncSite(next.redis(), wanted, () -> board, clock), made);
    } catch (RuntimeException e) {
      Collections.reverse(made);
      close(made);
      throw e;
    }
    nextBoard.also(probes(nextAlerts, nextStorage));
    if (!sameBoard) {
      nextBoard.start();
    }
    StorageDesk oldStorage = storage;
    if (!sameStorage) {
      // What it knows goes on to answer until the new one knows the same: otherwise samples that
      // are gone would look like a silence for that long.
      oldStorage.stop();
      nextStorage.start();
    }
    awaitFirstLook(nextBoard, nextStorage, wanted.checks().timeout());
    List<AutoCloseable> old = new ArrayList<>(List.of(sync));
    if (!sameBoard) {
      old.add(board);
    }
    if (!sameStore) {
      old.add(store);
    }
    if (sameAlerts && !sameBoard) {
      nextAlerts.forget();
    }
    // Storage first: samples of another store must not be joined with what the old copies cover.
    storage = nextStorage;
    IntSupplier underWay = server.use(wanted, nextStore, nextBoard);
    Duration patience = settings.limits().queryTimeout().plusSeconds(5);
    store = nextStore;
    board = nextBoard;
    settings = wanted;
    sync = nextSync;
    if (!sameAlerts) {
      // The old alerts first: closing them releases the lease.
      alerts.close();
      if (wanted.kafka().isConfigured()) {
        // From now on Kafka keeps them, and knows more than was kept here.
        keptAlerts.clear();
      }
      alerts = nextAlerts;
      nextAlerts.start();
    }
    if (!sameStorage) {
      // Requests that are under way may be reading from the old copies.
      old.add(oldStorage);
    }
    Thread closer = new Thread(() -> closeWhenIdle(underWay, patience, old), "close-old");
    closer.setDaemon(true);
    closer.start();
  }

  private static <T extends AutoCloseable> T made(T one, List<AutoCloseable> all) {
    all.add(one);
    return one;
  }

  /** Returns the present board if it checks the wanted database; else null. */
  private @Nullable HealthBoard ofSame(QueryConfig wanted) {
    return wanted.store().key().equals(settings.store().key()) ? board : null;
  }

  /** Returns whether nothing differs that the alert desk works with, except the alerts. */
  private static boolean isSameDesk(
      Compiled one, QueryConfig settings, Compiled next, QueryConfig wanted) {
    return next.site().equals(one.site())
        && wanted.kafka().equals(settings.kafka())
        && wanted.checks().equals(settings.checks())
        && wanted.catalogue().zone().equals(settings.catalogue().zone())
        && wanted.limits().queryTimeout().equals(settings.limits().queryTimeout());
  }

  /**
   * Waits for the first check of the board and of the storage, so that {@code /health} does not say
   * "not looked at yet" for a moment, and every answer knows which samples are gone.
   */
  private static void awaitFirstLook(HealthBoard board, StorageDesk storage, Duration timeout) {
    long deadline = System.nanoTime() + timeout.plusSeconds(1).toNanos();
    try {
      while (System.nanoTime() < deadline
          && (!storage.hasLooked()
              || board.snapshot().stream()
                  .anyMatch(part -> part.state() == PartState.State.UNKNOWN))) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void closeWhenIdle(
      IntSupplier underWay, Duration patience, List<AutoCloseable> old) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      // A request that has just fetched the old store may not be counted yet.
      TimeUnit.SECONDS.sleep(1);
      while (underWay.getAsInt() > 0 && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close(old);
  }

  private static void close(List<AutoCloseable> all) {
    for (AutoCloseable one : all) {
      try {
        one.close();
      } catch (Exception e) {
        LOG.warn("What a file was for could not be closed", e);
      }
    }
  }

  @Override
  public synchronized void close() {
    if (triggers != null) {
      triggers.close();
    }
    restarts.close();
    alerts.close();
    storage.stop();
    sync.close();
    server.close();
    storage.close();
    board.close();
    store.close();
  }
}
