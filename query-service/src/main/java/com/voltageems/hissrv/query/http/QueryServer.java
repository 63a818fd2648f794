package com.voltageems.hissrv.query.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Ticker;
import com.voltageems.hissrv.query.catalogue.Catalogue;
import com.voltageems.hissrv.query.catalogue.ZoneOffsets;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.http.access.Access;
import com.voltageems.hissrv.query.http.access.Cors;
import com.voltageems.hissrv.query.http.access.Guard;
import com.voltageems.hissrv.query.http.answer.AnswerCache;
import com.voltageems.hissrv.query.http.answer.CatalogueView;
import com.voltageems.hissrv.query.http.answer.Described;
import com.voltageems.hissrv.query.http.answer.LeftOut;
import com.voltageems.hissrv.query.http.export.Export;
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
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.zip.CRC32C;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** The HTTP server: paths to calls, answers and failures to responses. */
public final class QueryServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How many bytes an answer has, for the metrics. */
  private static final String SIZE = "hissrv.size";

  private volatile Catalogue catalogue;
  private volatile HistoryStore store;
  private volatile AnswerCache cache;
  private volatile QueryApi api;
  private volatile HisApi hisApi;
  private volatile RawApi rawApi;
  private volatile HealthBoard health;
  private volatile Guard guard;
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

  /** Nothing listens before {@link #start()}. */
  public QueryServer(
      QueryConfig config, HistoryStore store, HealthBoard health, String version, Clock clock) {
    this(config, store, health, version, clock, Extension.NONE);
  }

  /** As {@link #QueryServer(QueryConfig, HistoryStore, HealthBoard, String, Clock)}, and more. */
  public QueryServer(
      QueryConfig config,
      HistoryStore store,
      HealthBoard health,
      String version,
      Clock clock,
      Extension extension) {
    this.extension = extension;
    this.clock = clock;
    this.catalogue = config.catalogue();
    this.store = store;
    this.cache = cache(config);
    Described described = new Described(store, Ticker.systemTicker());
    this.api =
        new QueryApi(
            store, extension.resolutions(), config.limits(), catalogue, clock, cache, described);
    this.hisApi = new HisApi(store, config.limits(), catalogue, clock, described);
    this.rawApi = new RawApi(config, store, api);
    this.health = health;
    this.guard = new Guard(config.access());
    this.version = version;
    this.http = config.http();
    this.threads = new QueuedThreadPool(http.threads(), 4);
    this.allowedHosts = new AllowedHosts(http.allowedHosts());
    this.routes = routes();
    this.javalin = Javalin.create(this::configure);
  }

  /**
   * Listens.
   *
   * @return the port
   */
  public int start() {
    javalin.start(http.host(), http.port());
    return javalin.port();
  }

  /**
   * Answers from now on by other settings; where it listens stays. Requests under way end as they
   * began.
   *
   * @return how many of those there are still
   */
  public IntSupplier use(QueryConfig config, HistoryStore store, HealthBoard board) {
    QueryApi before = api;
    this.catalogue = config.catalogue();
    this.store = store;
    this.cache = cache(config);
    Described described = new Described(store, Ticker.systemTicker());
    this.api =
        new QueryApi(
            store, extension.resolutions(), config.limits(), catalogue, clock, cache, described);
    this.hisApi = new HisApi(store, config.limits(), catalogue, clock, described);
    this.rawApi = new RawApi(config, store, api);
    this.health = board;
    this.guard = new Guard(config.access());
    return before::running;
  }

  private AnswerCache cache(QueryConfig config) {
    return new AnswerCache(
        config.cache().values(), config.cache().closed(), clock::millis, Ticker.systemTicker());
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
          jetty.setIdleTimeout(30_000);
        });
    // What may be asked for again carries a tag of ours. Javalin's is reckoned byte by byte, of
    // all.
    config.http.generateEtags = false;
    config.http.prefer405over404 = true;
    config.http.maxRequestSize = 64 * 1024L;

    config.jetty.modifyServer(
        server -> {
          server.setErrorHandler(new JsonErrors());
          if (!http.corsOrigins().isEmpty()) {
            server.setHandler(Cors.handler(http.corsOrigins()));
          }
        });

    config.routes.before(this::secure);
    config.routes.beforeMatched(context -> guard.check(context));
    Set<String> open = openPaths();
    routes.forEach(
        (path, handler) -> {
          Access access = open.contains(path) ? Access.OPEN : Access.READ;
          config.routes.get(path, handler, access);
          // The same status and headers; Jetty leaves the body away.
          config.routes.head(path, handler, access);
        });
    config.routes.post(
        "/raw",
        context -> send(context, rawApi.ask(context.queryParamMap(), context.body())),
        Access.READ);
    extension.routes(config.routes);
    config.requestLogger.http(
        (context, millis) ->
            metrics.answered(
                routes.containsKey(context.path()) ? context.path() : "other",
                context.statusCode(),
                (long) (millis * 1e6),
                context.attribute(SIZE) instanceof Long size ? size : 0));
    Failures.register(config.routes);
  }

  /** What is answered without a token. */
  private Set<String> openPaths() {
    Set<String> open = new HashSet<>(Set.of("/health"));
    page.paths().forEach(open::add);
    return open;
  }

  /** Every path that is served, with what serves it. */
  private Map<String, Handler> routes() {
    Map<String, Handler> all = new LinkedHashMap<>();
    all.put("/health", this::health);
    all.put("/status", this::status);
    all.put("/metrics", this::metrics);
    all.put("/catalogue", this::catalogue);
    all.put("/query", this::query);
    all.put("/aggregate", context -> send(context, api.aggregate(context.queryParamMap())));
    all.put("/completeness", context -> send(context, api.completeness(context.queryParamMap())));
    all.put("/latest", context -> send(context, api.latest(context.queryParamMap())));
    all.put("/measurements", context -> send(context, api.measurements()));
    all.put("/tags", context -> send(context, api.tags(context.queryParamMap())));
    all.put("/fields", context -> send(context, api.fields(context.queryParamMap())));
    all.put("/hisApi/data/query", context -> his(context, hisApi::query));
    all.put("/hisApi/data/statistics", context -> his(context, hisApi::statistics));
    all.put("/hisApi/data/latest", context -> his(context, hisApi::latest));
    all.put("/hisApi/data/range", context -> his(context, (texts, end) -> hisApi.range(end)));
    all.put("/hisApi/channels", context -> his(context, (texts, end) -> hisApi.channels(end)));
    all.put("/hisApi/metrics", context -> his(context, (texts, end) -> hisApi.metrics(end)));
    all.put("/hisApi/health", this::hisHealth);
    for (String path : page.paths()) {
      all.put(path, context -> asset(context, path));
    }
    return all;
  }

  /** The paths that are served. */
  Set<String> paths() {
    return routes.keySet();
  }

  private void catalogue(Context context) throws JsonProcessingException {
    Map<String, Object> body = CatalogueView.json(catalogue, clock.instant());
    body.put("offsets", ZoneOffsets.of(catalogue.zone(), clock.instant()));
    sendTagged(context, Reply.json(200, JSON.writeValueAsBytes(body)), "no-cache");
  }

  private void query(Context context) {
    context.addHeader("Vary", "Accept");
    // A proxy may speak HTTP/1.0, which has neither chunks nor trailers.
    boolean chunked = !context.protocol().equals("HTTP/1.0");
    send(context, api.query(context.queryParamMap(), context.header("Accept"), chunked));
  }

  private void metrics(Context context) {
    byte[] body =
        metrics
            .text(health.snapshot(), api.running(), cache.counts(), threads(), store.pool())
            .getBytes(StandardCharsets.UTF_8);
    send(context, new Reply(200, "text/plain; version=0.0.4; charset=utf-8", body, false));
  }

  private Metrics.Threads threads() {
    return new Metrics.Threads(
        threads.getUtilizedThreads(),
        threads.getIdleThreads(),
        threads.getQueueSize(),
        threads.getMaxThreads());
  }

  /** A call of the VoltageEMS web application. */
  private interface HisCall {
    Map<String, @Nullable Object> answer(Map<String, List<String>> texts, Deadline deadline);
  }

  private void his(Context context, HisCall call) throws JsonProcessingException {
    Map<String, @Nullable Object> body =
        api.bounded(deadline -> call.answer(context.queryParamMap(), deadline));
    send(context, Reply.json(200, JSON.writeValueAsBytes(body)));
  }

  private void secure(Context context) {
    // Answers may be compressed, as the client likes it.
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
  }

  private void health(Context context) throws JsonProcessingException {
    List<PartState> parts = health.snapshot();
    Map<String, @Nullable Object> body =
        guard.mayRead(context)
            ? StatusView.health(parts, version, clock.instant())
            : StatusView.bareHealth(parts);
    send(
        context, Reply.json(StatusView.isHealthy(parts) ? 200 : 503, JSON.writeValueAsBytes(body)));
  }

  /** As the original service: 200 in any case, the state in the body. */
  private void hisHealth(Context context) throws JsonProcessingException {
    Map<String, @Nullable Object> body =
        StatusView.hisHealth(health.snapshot(), version, clock.instant());
    send(context, Reply.json(200, JSON.writeValueAsBytes(body)));
  }

  private void status(Context context) throws JsonProcessingException {
    Map<String, @Nullable Object> body =
        StatusView.status(health.snapshot(), version, clock.instant());
    body.putAll(extension.status());
    send(context, Reply.json(200, JSON.writeValueAsBytes(body)));
  }

  private void asset(Context context, String path) {
    sendTagged(
        context,
        page.asset(path).orElseThrow(),
        page.isForEver(path, context.queryParam("v"))
            ? "public, max-age=31536000, immutable"
            : "no-cache");
  }

  /** What a browser keeps, and asks whether it is still the same; 304 is Javalin's. */
  private static void sendTagged(Context context, Reply reply, String caching) {
    context.header("Cache-Control", caching);
    CRC32C sum = new CRC32C();
    sum.update(reply.body());
    context.header("ETag", "\"%08x\"".formatted(sum.getValue()));
    send(context, reply);
  }

  private static void send(Context context, Reply reply) {
    if (reply.truncated()) {
      context.header("X-Hissrv-Truncated", "true");
    }
    if (!reply.leftOut().isEmpty()) {
      context.header("X-Hissrv-Left-Out", LeftOut.header(reply.leftOut()));
    }
    reply.headers().forEach(context::header);
    context.status(reply.status()).contentType(reply.contentType());
    Export.Body written = reply.written();
    if (written == null) {
      context.attribute(SIZE, (long) reply.body().length);
      context.result(reply.body());
    } else {
      context.attribute(SIZE, Sending.send(context, written));
    }
  }

  @Override
  public void close() {
    javalin.stop();
  }
}
