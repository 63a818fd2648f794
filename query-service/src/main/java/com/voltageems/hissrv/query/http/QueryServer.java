package com.voltageems.hissrv.query.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.catalogue.Catalogue;
import com.voltageems.hissrv.query.catalogue.ZoneOffsets;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.http.access.Access;
import com.voltageems.hissrv.query.http.access.Cors;
import com.voltageems.hissrv.query.http.answer.CatalogueView;
import com.voltageems.hissrv.query.http.ask.Escapes;
import com.voltageems.hissrv.query.http.hisapi.HisApi;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.Failures;
import com.voltageems.hissrv.query.http.problem.JsonErrors;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** The HTTP server: routes paths to calls, and turns answers and failures into responses. */
public final class QueryServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Methods whose requests may have a body that a handler reads. */
  private static final Set<HandlerType> BODIED =
      Set.of(HandlerType.POST, HandlerType.PUT, HandlerType.PATCH);

  /**
   * A browser opens six connections; the service's limit of open files is far above this number.
   */
  private static final int MOST_CONNECTIONS = 1000;

  private static final Duration IDLE = Duration.ofSeconds(30);

  private volatile Served served;
  private final Extension extension;
  private final WebPage page = new WebPage();
  private final Metrics metrics = new Metrics();
  private final Map<String, Handler> routes;
  private final String version;
  private final Clock clock;
  private final Javalin javalin;
  private final QueryConfig.Http http;
  private final AllowedHosts allowedHosts;
  private final QueuedThreadPool threads;
  private final Senders senders;
  private final Sending sending;
  private final OpenConnections connections =
      new OpenConnections(IDLE.plusSeconds(10), MOST_CONNECTIONS, System::nanoTime);

  /** Creates the server. It does not listen before {@link #start()}. */
  public QueryServer(
      QueryConfig config, HistoryStore store, HealthBoard health, String version, Clock clock) {
    this(config, store, health, version, clock, Extension.NONE);
  }

  /**
   * Creates the server like {@link #QueryServer(QueryConfig, HistoryStore, HealthBoard, String,
   * Clock)}, with the routes, status and metrics of an extension added.
   */
  public QueryServer(
      QueryConfig config,
      HistoryStore store,
      HealthBoard health,
      String version,
      Clock clock,
      Extension extension) {
    this.extension = extension;
    this.clock = clock;
    this.served = Served.by(config, store, health, extension.resolutions(), clock);
    this.version = version;
    this.http = config.http();
    this.threads = new QueuedThreadPool(http.threads(), 4);
    this.senders = new Senders(http.threads(), config.limits().concurrency());
    this.sending = new Sending(senders);
    this.allowedHosts = new AllowedHosts(http.allowedHosts());
    this.routes = routes();
    this.javalin = Javalin.create(this::configure);
  }

  /**
   * Starts to listen.
   *
   * @return the port
   */
  public int start() {
    javalin.start(http.host(), http.port());
    connections.attach(javalin.jettyServer().server());
    return javalin.port();
  }

  /**
   * Answers with other settings from now on; host and port stay the same. Running requests end with
   * the settings they began with.
   *
   * @return supplies how many of those requests still run
   */
  public IntSupplier use(QueryConfig config, HistoryStore store, HealthBoard board) {
    Slots before = served.slots();
    this.served = Served.by(config, store, board, extension.resolutions(), clock);
    return before::running;
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    threads.setName("http");
    config.jetty.threadPool = threads;
    config.jetty.modifyHttpConfiguration(
        jetty -> {
          jetty.setSendServerVersion(false);
          jetty.setRequestHeaderSize(32 * 1024);
          jetty.setIdleTimeout(IDLE.toMillis());
        });
    // Files that a browser may ask for again carry our own ETag. Javalin would compute one for
    // every answer, byte by byte.
    config.http.generateEtags = false;
    config.http.prefer405over404 = true;
    config.router.javaLangErrorHandler(Failures::error);
    config.http.maxRequestSize = Sending.MOST_BODY;

    config.jetty.modifyServer(
        server -> {
          server.setErrorHandler(new JsonErrors());
          if (!http.corsOrigins().isEmpty()) {
            connections.setHandler(Cors.handler(http.corsOrigins()));
          }
          server.setHandler(connections);
        });

    config.routes.before(this::secure);
    config.routes.beforeMatched(
        context -> {
          served.guard().check(context);
          if (BODIED.contains(context.method())) {
            sending.body(context);
          }
        });
    Set<String> open = openPaths();
    routes.forEach(
        (path, handler) -> {
          Access access = open.contains(path) ? Access.OPEN : Access.READ;
          config.routes.get(path, handler, access);
          // HEAD gives the same status and headers as GET; Jetty omits the body.
          config.routes.head(path, handler, access);
        });
    config.routes.post(
        "/raw",
        context ->
            sending.reply(
                context, served.rawApi().ask(context.queryParamMap(), context.bodyAsBytes())),
        Access.READ);
    extension.routes(config.routes);
    config.requestLogger.http(
        (context, millis) ->
            metrics.answered(
                routes.containsKey(context.path()) ? context.path() : "other",
                context.statusCode(),
                (long) (millis * 1e6),
                Sending.size(context)));
    Failures.register(config.routes);
  }

  /** Paths that are answered without a token. */
  private Set<String> openPaths() {
    Set<String> open = new HashSet<>(Set.of("/health"));
    page.paths().forEach(open::add);
    return open;
  }

  /** Every served path with its handler. */
  private Map<String, Handler> routes() {
    Map<String, Handler> all = new LinkedHashMap<>();
    all.put("/health", this::health);
    all.put("/status", this::status);
    all.put("/metrics", this::metrics);
    all.put("/catalogue", this::catalogue);
    all.put("/query", this::query);
    all.put(
        "/aggregate",
        context -> sending.reply(context, served.api().aggregate(context.queryParamMap())));
    all.put(
        "/completeness",
        context -> sending.reply(context, served.api().completeness(context.queryParamMap())));
    all.put(
        "/latest", context -> sending.reply(context, served.api().latest(context.queryParamMap())));
    all.put("/measurements", context -> sending.reply(context, served.api().measurements()));
    all.put("/tags", context -> sending.reply(context, served.api().tags(context.queryParamMap())));
    all.put(
        "/fields", context -> sending.reply(context, served.api().fields(context.queryParamMap())));
    all.put(
        "/hisApi/data/query", context -> his(context, (his, texts, end) -> his.query(texts, end)));
    all.put(
        "/hisApi/data/statistics",
        context -> his(context, (his, texts, end) -> his.statistics(texts, end)));
    all.put(
        "/hisApi/data/latest",
        context -> his(context, (his, texts, end) -> his.latest(texts, end)));
    all.put("/hisApi/data/range", context -> his(context, (his, texts, end) -> his.range(end)));
    all.put("/hisApi/channels", context -> his(context, (his, texts, end) -> his.channels(end)));
    all.put("/hisApi/metrics", context -> his(context, (his, texts, end) -> his.metrics(end)));
    all.put("/hisApi/health", this::hisHealth);
    for (String path : page.paths()) {
      all.put(path, context -> asset(context, path));
    }
    return all;
  }

  /** Returns the paths that are served. */
  Set<String> paths() {
    return routes.keySet();
  }

  private void catalogue(Context context) throws JsonProcessingException {
    Catalogue now = served.catalogue();
    Map<String, Object> body = CatalogueView.json(now, clock.instant());
    body.put("offsets", ZoneOffsets.of(now.zone(), clock.instant()));
    sending.tagged(context, Reply.json(200, JSON.writeValueAsBytes(body)), "no-cache");
  }

  private void query(Context context) {
    context.addHeader("Vary", "Accept");
    // A proxy may use HTTP/1.0, which has neither chunks nor trailers.
    boolean chunked = Sending.mayBeChunked(context);
    sending.reply(
        context, served.api().query(context.queryParamMap(), context.header("Accept"), chunked));
  }

  private void metrics(Context context) {
    Served now = served;
    byte[] body =
        metrics
            .text(
                now.health().snapshot(),
                extension.gauges(),
                now.slots().running(),
                now.cache().counts(),
                threads(),
                now.store().pool())
            .getBytes(StandardCharsets.UTF_8);
    sending.reply(context, new Reply(200, "text/plain; version=0.0.4; charset=utf-8", body, false));
  }

  private Metrics.Threads threads() {
    return new Metrics.Threads(
        threads.getUtilizedThreads(),
        threads.getIdleThreads(),
        threads.getQueueSize(),
        threads.getMaxThreads(),
        senders.waiting(),
        senders.most(),
        senders.cut(),
        new Metrics.Connections(connections.count(), connections.most(), connections.cut()));
  }

  /** A call of the VoltageEMS web application. */
  private interface HisCall {
    Map<String, @Nullable Object> answer(
        HisApi api, Map<String, List<String>> texts, Deadline deadline);
  }

  private void his(Context context, HisCall call) throws JsonProcessingException {
    Served now = served;
    Map<String, @Nullable Object> body =
        now.slots()
            .bounded(deadline -> call.answer(now.hisApi(), context.queryParamMap(), deadline));
    sending.reply(context, Reply.json(200, JSON.writeValueAsBytes(body)));
  }

  private void secure(Context context) {
    // Answers may be compressed, depending on what the client accepts.
    context.addHeader("Vary", "Accept-Encoding");
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Referrer-Policy", "no-referrer");
    context.header("Content-Security-Policy", page.policy());
    context.header("Cross-Origin-Resource-Policy", "same-origin");
    context.header("Cache-Control", "no-store");
    if (!allowedHosts.allows(context.header("Host"))) {
      throw new RefusedException(
          ErrorKind.HOST_REFUSED,
          "this service may not be called under this host name; http.allowed.hosts can allow it");
    }
    Escapes.check(context.queryString());
  }

  private void health(Context context) throws JsonProcessingException {
    Served now = served;
    List<PartState> parts = now.health().snapshot();
    Map<String, @Nullable Object> body =
        now.guard().mayRead(context)
            ? StatusView.health(parts, version, clock.instant())
            : StatusView.bareHealth(parts);
    sending.reply(
        context, Reply.json(StatusView.isHealthy(parts) ? 200 : 503, JSON.writeValueAsBytes(body)));
  }

  /** Answers like the original service: always 200, with the state in the body. */
  private void hisHealth(Context context) throws JsonProcessingException {
    Map<String, @Nullable Object> body =
        StatusView.hisHealth(served.health().snapshot(), version, clock.instant());
    sending.reply(context, Reply.json(200, JSON.writeValueAsBytes(body)));
  }

  private void status(Context context) throws JsonProcessingException {
    Map<String, @Nullable Object> body =
        StatusView.status(served.health().snapshot(), version, clock.instant());
    body.put("page", page.version());
    body.putAll(extension.status());
    sending.reply(context, Reply.json(200, JSON.writeValueAsBytes(body)));
  }

  private void asset(Context context, String path) {
    sending.tagged(
        context,
        page.asset(path).orElseThrow(),
        page.isForEver(path, context.queryParam("v"))
            ? "public, max-age=31536000, immutable"
            : "no-cache");
  }

  @Override
  public void close() {
    javalin.stop();
  }
}
