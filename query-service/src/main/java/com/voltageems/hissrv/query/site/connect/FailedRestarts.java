package com.voltageems.hissrv.query.site.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.health.Reasons;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restarts the failed parts of our two connectors, which Connect does not do: with exactly-once
 * support a task fails for good because the leading worker died while the task started, and the
 * site would stand still until the morning. Tasks whose settings differ from their connector's
 * count as failed too: every state is green, but they still do what was configured before. A part
 * that fails for a lasting reason is retried rarely and is still reported as FAILED. Runs in its
 * own thread; {@link #status} and {@link #gauges} may be called from any thread.
 */
public final class FailedRestarts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FailedRestarts.class);
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final Supplier<QueryConfig.Connect> settings;
  private final LongSupplier nanos;
  private final Map<String, RestartPauses> pauses = new ConcurrentHashMap<>();
  private final Map<String, Long> restarts = new ConcurrentHashMap<>();

  /** Connect's refusal of the last restart, by connector; empty if it accepted. */
  private final Map<String, String> refusals = new HashMap<>();

  private volatile Map<String, Map<String, @Nullable Object>> view = Map.of();
  private QueryConfig.@Nullable Connect known;
  private @Nullable ConnectClient client;
  private @Nullable Thread thread;

  /** Checks by the clock of this machine once it is started. */
  public FailedRestarts(Supplier<QueryConfig.Connect> settings) {
    this(settings, System::nanoTime);
  }

  FailedRestarts(Supplier<QueryConfig.Connect> settings, LongSupplier nanos) {
    this.settings = settings;
    this.nanos = nanos;
  }

  /** Starts the thread that checks. */
  public void start() {
    Thread worker = new Thread(this::run, "restarts");
    worker.setDaemon(true);
    thread = worker;
    worker.start();
  }

  private void run() {
    try {
      while (true) {
        TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
        try {
          look();
        } catch (RuntimeException | LinkageError e) {
          LOG.error("Connect: the check for failed tasks failed", e);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("nothing is started again any more");
    }
  }

  /** Checks once, and restarts the parts that are due. */
  void look() throws InterruptedException {
    QueryConfig.Connect connect = settings.get();
    List<String> names = watched(connect);
    if (names.isEmpty()) {
      pauses.clear();
      view = Map.of();
      return;
    }
    ConnectClient connected = client(connect);
    Map<String, Map<String, @Nullable Object>> next = new LinkedHashMap<>();
    for (String name : names) {
      try {
        look(connected, name, next);
      } catch (ConnectException e) {
        // /health reports that the state cannot be read.
        LOG.debug("Connect: {} is not looked at: {}", name, e.getMessage());
      }
    }
    view = next;
  }

  private ConnectClient client(QueryConfig.Connect connect) {
    ConnectClient before = client;
    if (before == null || !connect.equals(known)) {
      before = ConnectorRoutes.client(connect, Duration.ZERO);
      client = before;
      known = connect;
    }
    return before;
  }

  private void look(
      ConnectClient connected, String name, Map<String, Map<String, @Nullable Object>> shown)
      throws ConnectException, InterruptedException {
    List<String> failures = failures(connected, name);
    RestartPauses pause = pauses.computeIfAbsent(name, each -> new RestartPauses());
    long now = nanos.getAsLong();
    if (pause.look(!failures.isEmpty(), now)) {
      String refusal = "";
      try {
        connected.restartFailed(name);
        restarts.merge(name, 1L, Long::sum);
        LOG.warn(
            "Connect: restarted what had failed of {} ({}); if it fails again, the next "
                + "restart is in {} s",
            name,
            String.join("; ", failures),
            seconds(pause, now));
      } catch (ConnectException e) {
        refusal = String.valueOf(e.getMessage());
        LOG.warn(
            "Connect: cannot restart what failed of {}: {}; retrying in {} s",
            name,
            refusal,
            seconds(pause, now));
      }
      refusals.put(name, refusal);
    }
    if (pause.tries() > 0 || !failures.isEmpty()) {
      String told = refusals.getOrDefault(name, "");
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put("in_a_row", pause.tries());
      one.put("next_in_s", failures.isEmpty() ? null : seconds(pause, now));
      one.put("refused", failures.isEmpty() || told.isEmpty() ? null : told);
      shown.put(name, one);
    }
  }

  private static long seconds(RestartPauses pause, long now) {
    Duration left = pause.left(now);
    return left == null ? 0 : left.toSeconds();
  }

  /** Returns the failure of each failed part, one text each; empty if nothing has failed. */
  private static List<String> failures(ConnectClient connected, String name)
      throws ConnectException, InterruptedException {
    Optional<JsonNode> found = connected.status(name);
    if (found.isEmpty()) {
      return List.of();
    }
    JsonNode status = found.get();
    List<String> failures = new ArrayList<>();
    add(failures, "connector", status.path("connector"));
    for (JsonNode task : status.path("tasks")) {
      add(failures, "task " + task.path("id").asInt(), task);
    }
    Set<String> outdated = connected.outdated(name, status);
    if (!outdated.isEmpty()) {
      failures.add(
          "its tasks run with other settings than the connector: " + String.join(", ", outdated));
    }
    return failures;
  }

  private static void add(List<String> failures, String what, JsonNode part) {
    if (ConnectClient.hasFailed(part)) {
      failures.add(what + ": " + Reasons.of(part.path("trace").asText()));
    }
  }

  /**
   * Returns for each connector that failed recently: how many times in a row it was restarted, when
   * the next restart is due, and why Connect refused the last restart.
   */
  public Map<String, @Nullable Object> status() {
    return Map.of("restarts", view);
  }

  /**
   * Returns how many times each connector was restarted. Each gauge exists from the beginning, with
   * 0, because monitoring looks at increases.
   */
  public List<Gauge> gauges() {
    List<Gauge> gauges = new ArrayList<>();
    for (String name : watched(settings.get())) {
      gauges.add(
          new Gauge(
              "hissrv_connect_restarts",
              "How often this service has restarted what failed of a connector.",
              Map.of("connector", name),
              restarts.getOrDefault(name, 0L)));
    }
    return gauges;
  }

  /** Returns the names of the connectors whose failed parts are restarted. */
  private static List<String> watched(QueryConfig.Connect connect) {
    return connect.isConfigured() && connect.restartFailed()
        ? Stream.of(connect.source(), connect.sink()).filter(name -> !name.isEmpty()).toList()
        : List.of();
  }

  @Override
  public void close() {
    Thread worker = thread;
    if (worker != null) {
      worker.interrupt();
    }
  }
}
