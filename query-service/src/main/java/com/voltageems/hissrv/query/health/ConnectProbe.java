package com.voltageems.hissrv.query.health;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.tls.ConnectHttp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checks by Connect's REST API whether the two connectors and all their tasks run, and whether the
 * workers that have the tasks are alive and agree with our clock. The detail {@code connectors}
 * contains each connector's state, its tasks, and why a task failed; {@code clock_ahead_ms} is the
 * minimum by which the workers' clocks are ahead of ours.
 */
public final class ConnectProbe implements Probe {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RUNNING = "RUNNING";
  private static final String SOURCE = "source";
  private static final String SINK = "sink";

  /** Pause between two reads of all connectors of the cluster, because there may be hundreds. */
  private static final Duration SINKS = Duration.ofMinutes(1);

  private final QueryConfig.Connect config;
  private final Map<String, String> connectors = new LinkedHashMap<>();
  private final Duration timeout;
  private final ConnectHttp http;

  /** Addresses of workers; the one that answered last comes first. */
  private final List<URI> urls;

  private final ConnectorSettings settings = new ConnectorSettings();
  private final Clock clock;
  private @Nullable Instant sinksRead;

  /** Clock gap of the address that answered last. */
  private Duration gap = Duration.ZERO;

  private volatile ConnectFacts facts = ConnectFacts.UNKNOWN;

  /**
   * @param config with at least one address
   */
  public ConnectProbe(QueryConfig.Connect config, Duration timeout) {
    this(config, timeout, Clock.systemUTC());
  }

  /** Likewise, with the given clock. */
  public ConnectProbe(QueryConfig.Connect config, Duration timeout, Clock clock) {
    this.config = config;
    this.clock = clock;
    this.urls = new ArrayList<>(config.urls());
    connectors.put(SOURCE, config.source());
    connectors.put(SINK, config.sink());
    connectors.values().removeIf(String::isEmpty);
    // If one of several addresses is dead, there must still be time to ask the next one.
    this.timeout = urls.size() == 1 ? timeout : timeout.dividedBy(2);
    this.http = config.tls().http(urls, this.timeout);
  }

  @Override
  public String name() {
    return "connect";
  }

  /** Returns Connect's latest facts that the other parts need. */
  public ConnectFacts facts() {
    return facts;
  }

  @Override
  public Report check() throws ProbeException, InterruptedException {
    Map<String, JsonNode> statuses = statuses();
    Set<String> workers = new LinkedHashSet<>();
    statuses
        .values()
        .forEach(
            status ->
                status
                    .path("tasks")
                    .forEach(task -> workers.add(task.path("worker_id").asText(""))));
    workers.remove("");
    WorkerLife.Found lives = config.askWorkers() ? lives(workers) : WorkerLife.Found.NOTHING;
    Set<String> silent = lives.silent();
    // The server at connect.url is one of the workers, or a proxy in front of them.
    Map<String, Duration> gaps =
        lives.gaps().isEmpty() ? Map.of("Kafka Connect at " + urls.get(0), gap) : lives.gaps();
    List<Object> found = new ArrayList<>();
    List<String> trouble = new ArrayList<>();
    connectors.forEach(
        (role, name) -> {
          JsonNode status = statuses.getOrDefault(role, JSON.missingNode());
          if (status.isMissingNode()) {
            trouble.add(name + " is not there");
            found.add(entry(role, name, "ABSENT", List.of()));
          } else {
            found.add(describe(role, name, status, silent, trouble));
          }
        });
    facts = facts(statuses);
    String well =
        connectors.isEmpty() ? "neither connect.source nor connect.sink is set" : "all tasks run";
    List<String> words = new ArrayList<>(trouble.isEmpty() ? List.of(well) : trouble);
    Stream.of(lives.unasked(), ClockGap.words(gaps))
        .filter(doubt -> !doubt.isEmpty())
        .forEach(words::add);
    State worst = words.size() == 1 ? State.UP : State.DEGRADED;
    return new Report(
        trouble.isEmpty() ? worst : State.DOWN,
        String.join("; ", words),
        Map.of("url", urls.get(0).toString(), "connectors", found, "clock_ahead_ms", millis(gaps)),
        gauges(gaps));
  }

  private WorkerLife.Found lives(Set<String> workers) throws ProbeException {
    try {
      return new WorkerLife(http.client(), urls.get(0).getScheme(), timeout, clock).look(workers);
    } catch (IOException e) {
      throw new ProbeException(Reasons.of(e), e);
    }
  }

  private static Map<String, Long> millis(Map<String, Duration> gaps) {
    Map<String, Long> millis = new TreeMap<>();
    gaps.forEach((whose, gap) -> millis.put(whose, gap.toMillis()));
    return millis;
  }

  private static List<Gauge> gauges(Map<String, Duration> gaps) {
    List<Gauge> gauges = new ArrayList<>();
    gaps.forEach(
        (whose, gap) ->
            gauges.add(
                new Gauge(
                    "hissrv_clock_ahead_seconds",
                    "How far another machine's clock is ahead of this one's at least; behind where"
                        + " negative.",
                    Map.of("of", whose),
                    gap.toMillis() / 1000.0)));
    return gauges;
  }

  private ConnectFacts facts(Map<String, JsonNode> statuses) throws InterruptedException {
    URI url = urls.get(0);
    settings.read(
        path -> get(url, path),
        statuses.containsKey(SOURCE) ? config.source() : null,
        statuses.containsKey(SINK) ? config.sink() : null);
    Instant now = clock.instant();
    Instant read = sinksRead;
    if ((read == null || Duration.between(read, now).abs().compareTo(SINKS) >= 0)
        && settings.readSinks(path -> get(url, path), config.sink())) {
      sinksRead = now;
    }
    JsonNode all = statuses.getOrDefault(SOURCE, JSON.missingNode()).path("tasks");
    int tasks = all.size();
    boolean tooLarge = false;
    for (JsonNode task : all) {
      tooLarge |= Reasons.isTooLarge(task.path("trace").asText(""));
    }
    return new ConnectFacts(
        tasks == 0 ? OptionalInt.empty() : OptionalInt.of(tasks),
        settings.telling(),
        settings.sinkTopics(),
        settings.sourcePrefix(),
        settings.sourceTopics(),
        settings.deadLetters(),
        tooLarge);
  }

  /**
   * Returns the statuses by role, from the first address that answers; a connector that does not
   * exist is missing.
   */
  private Map<String, JsonNode> statuses() throws ProbeException, InterruptedException {
    List<String> failures = new ArrayList<>();
    IOException last = new IOException("no address");
    for (URI url : List.copyOf(urls)) {
      try {
        Map<String, JsonNode> statuses = new LinkedHashMap<>();
        if (connectors.isEmpty()) {
          // Without connectors, no other request would check whether Connect is there.
          JsonNode unused = get(url, "/");
        }
        for (Map.Entry<String, String> connector : connectors.entrySet()) {
          JsonNode status =
              get(
                  url,
                  "/connectors/" + ConnectorSettings.encoded(connector.getValue()) + "/status");
          if (status != null) {
            statuses.put(connector.getKey(), status);
          }
        }
        urls.remove(url);
        urls.add(0, url);
        return statuses;
      } catch (IOException e) {
        failures.add(url + ": " + http.reason(e).orElseGet(() -> Reasons.of(e)));
        last = e;
      }
    }
    throw new ProbeException(
        "Kafka Connect does not answer (connect.url): " + String.join("; ", failures), last);
  }

  /** Null if Connect answers that the thing does not exist. */
  private @Nullable JsonNode get(URI url, String path) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(timeout)
            .header("Accept", "application/json");
    if (!config.username().isEmpty()) {
      String login = config.username() + ":" + config.password();
      request.header(
          "Authorization",
          "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
    }
    Instant sent = clock.instant();
    HttpResponse<String> response = WholeAnswer.get(http.client(), request.build(), timeout);
    gap =
        response
            .headers()
            .firstValue("Date")
            .map(date -> ClockGap.of(date, sent, clock.instant()))
            .orElse(Duration.ZERO);
    if (response.statusCode() == 401 || response.statusCode() == 403) {
      throw new IOException(
          "refused with status "
              + response.statusCode()
              + "; see connect.username and connect.password");
    }
    if (response.statusCode() != 200) {
      ConnectAnswer.requireOwn(response);
    }
    if (response.statusCode() == 404) {
      if (ConnectAnswer.isNoSuchPath(response.body())) {
        throw new IOException(
            "has no path "
                + URI.create(url + path).getPath()
                + "; this has to be the root of Kafka Connect's REST API");
      }
      return null;
    }
    if (response.statusCode() != 200) {
      throw new IOException("answered with status " + response.statusCode());
    }
    try {
      return JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new IOException(
          "answered with something that is not JSON; is this the REST API of Kafka Connect?", e);
    }
  }

  /**
   * Describes one connector for people; adds to {@code trouble} everything that does not run. Pure.
   *
   * @param silent workers that give no sign of life
   */
  static Map<String, Object> describe(
      String role, String name, JsonNode status, Set<String> silent, List<String> trouble) {
    String state = status.path("connector").path("state").asText("UNKNOWN");
    String trace = status.path("connector").path("trace").asText("");
    if (!state.equals(RUNNING)) {
      trouble.add(name + " is " + state + why(trace) + Reasons.byHand(name, state));
    }
    List<Map<String, Object>> tasks = new ArrayList<>();
    for (JsonNode task : status.path("tasks")) {
      tasks.add(task(name, task, silent, trouble));
    }
    if (state.equals(RUNNING) && tasks.isEmpty()) {
      trouble.add(name + " has no task");
    }
    Map<String, Object> entry = entry(role, name, state, tasks);
    if (!trace.isEmpty()) {
      entry.put("trace", Redaction.text(trace));
    }
    return entry;
  }

  private static Map<String, Object> task(
      String name, JsonNode task, Set<String> silent, List<String> trouble) {
    Map<String, Object> shown = new LinkedHashMap<>();
    String state = task.path("state").asText("UNKNOWN");
    String worker = task.path("worker_id").asText();
    int id = task.path("id").asInt();
    shown.put("id", id);
    shown.put("state", state);
    shown.put("worker", worker);
    shown.put("worker_answers", !silent.contains(worker));
    String trace = task.path("trace").asText("");
    if (!trace.isEmpty()) {
      shown.put("trace", Redaction.text(trace));
    }
    if (!state.equals(RUNNING)) {
      trouble.add(name + " task " + id + " is " + state + why(trace));
    } else if (silent.contains(worker)) {
      trouble.add(
          name
              + " task "
              + id
              + " is said to run on "
              + worker
              + ", but that worker does not answer; Connect gives the task to another one after"
              + " scheduled.rebalance.max.delay.ms");
    }
    return shown;
  }

  private static String why(String trace) {
    return trace.isEmpty() ? "" : ": " + Reasons.of(trace);
  }

  private static Map<String, Object> entry(
      String role, String name, String state, List<Map<String, Object>> tasks) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("name", name);
    entry.put("role", role);
    entry.put("state", state);
    entry.put("tasks", tasks);
    return entry;
  }

  @Override
  public void close() {}
}
