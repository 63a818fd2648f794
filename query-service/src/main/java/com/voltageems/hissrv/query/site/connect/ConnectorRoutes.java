package com.voltageems.hissrv.query.site.connect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.http.Extension;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import com.voltageems.hissrv.query.site.compile.Compiled;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The route {@code POST /connectors/{name}/restart}: restarts the failed parts of one of our two
 * connectors. The name is {@code source}, {@code sink} or the connector's name in Connect; the
 * route refuses other connectors.
 */
public final class ConnectorRoutes implements Extension {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * How long a call is repeated while the cluster rebalances; short, because a person waits at the
   * page.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** How long a restart may take as a whole: the page waits for 30 s. */
  private static final Duration WHOLE = Duration.ofSeconds(25);

  private final Supplier<QueryConfig.Connect> settings;
  private final FailedRestarts byItself;
  private final Semaphore one = new Semaphore(1);

  /**
   * @param byItself restarts failed parts automatically
   */
  public ConnectorRoutes(Supplier<QueryConfig.Connect> settings, FailedRestarts byItself) {
    this.settings = settings;
    this.byItself = byItself;
  }

  @Override
  public void routes(RoutesConfig routes) {
    routes.post("/connectors/{name}/restart", this::restart);
  }

  @Override
  public Map<String, @Nullable Object> status() {
    return byItself.status();
  }

  @Override
  public List<Gauge> gauges() {
    return byItself.gauges();
  }

  private void restart(Context context) throws JsonProcessingException, InterruptedException {
    QueryConfig.Connect connect = settings.get();
    String name = ours(context.pathParam("name"), connect);
    if (!connect.isConfigured()) {
      throw new RefusedException(ErrorKind.CONNECT, "connect.url is not set");
    }
    if (!one.tryAcquire()) {
      throw new RefusedException(ErrorKind.BUSY, "a restart is under way; try again in a moment");
    }
    try {
      ConnectClient.Restarted restarted =
          client(connect, PATIENCE)
              .within(WHOLE)
              .restartFailed(name)
              .orElseThrow(
                  () ->
                      new RefusedException(
                          ErrorKind.NOT_FOUND, "Kafka Connect has no connector " + name));
      context
          .status(200)
          .contentType("application/json")
          .result(JSON.writeValueAsBytes(answer(name, restarted)));
    } catch (ConnectException e) {
      throw new RefusedException(ErrorKind.CONNECT, String.valueOf(e.getMessage()));
    } finally {
      one.release();
    }
  }

  private static String ours(String name, QueryConfig.Connect connect) {
    boolean isSource = name.equals("source") || name.equals(connect.source());
    boolean isSink = name.equals("sink") || name.equals(connect.sink());
    String found = isSource ? connect.source() : isSink ? connect.sink() : "";
    if (!found.isEmpty()) {
      return found;
    }
    throw new RefusedException(
        ErrorKind.NOT_FOUND,
        "not one of ours: source (" + connect.source() + ") and sink (" + connect.sink() + ") are");
  }

  /**
   * @param patience how long a call is repeated while the cluster rebalances
   */
  static ConnectClient client(QueryConfig.Connect connect, Duration patience) {
    return client(connect, patience, Clock.systemUTC());
  }

  static ConnectClient client(QueryConfig.Connect connect, Duration patience, Clock clock) {
    List<String> urls = connect.urls().stream().map(URI::toString).toList();
    return new ConnectClient(
        new Compiled.Target(urls, connect.username(), connect.password(), "info", connect.tls()),
        patience,
        clock,
        ConnectorRoutes::pause);
  }

  /**
   * Sleeps, longer with each attempt, and for a random part of that time, so that two clients do
   * not repeat their calls in step.
   */
  private static void pause(int attempt) throws InterruptedException {
    long most = 200L << Math.min(attempt, 3);
    TimeUnit.MILLISECONDS.sleep(most / 2 + ThreadLocalRandom.current().nextLong(most / 2));
  }

  /** Returns what was restarted, for people and for the page. Pure. */
  static Map<String, @Nullable Object> answer(String name, ConnectClient.Restarted restarted) {
    boolean any = restarted.itself() || !restarted.tasks().isEmpty();
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("connector", name);
    body.put("state", any ? "restarted" : "nothing_failed");
    body.put("connector_restarted", restarted.itself());
    body.put("tasks_restarted", restarted.tasks());
    return body;
  }
}
