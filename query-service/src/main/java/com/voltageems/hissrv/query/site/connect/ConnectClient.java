package com.voltageems.hissrv.query.site.connect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.health.ConnectAnswer;
import com.voltageems.hissrv.query.health.Reasons;
import com.voltageems.hissrv.query.health.Redaction;
import com.voltageems.hissrv.query.health.WholeAnswer;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.tls.ConnectHttp;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The few calls of Connect's REST API that a site needs. Of several workers the first that answers
 * is asked; all calls may be repeated without harm, so another worker is tried when one does not
 * answer, and the same again while the cluster rebalances (409).
 */
public final class ConnectClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

  /** What our connectors add to the settings of their tasks. */
  private static final String OF_TASK = "hissrv.";

  /** Validation may ask Redis and the database, and a worker hands some calls to its leader. */
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);

  private final ConnectHttp http;
  private final List<String> urls;
  private final @Nullable String authorization;
  private final Duration patience;
  private final Clock clock;
  private final Pause pause;
  private final Consumer<String> waiting;

  /** Waits; a fake in tests. */
  @FunctionalInterface
  public interface Pause {
    void of(int attempt) throws InterruptedException;
  }

  /**
   * @param patience how long one call is repeated while nobody answers or the cluster rebalances
   */
  public ConnectClient(Compiled.Target target, Duration patience, Clock clock, Pause pause) {
    this(target, patience, clock, pause, why -> {});
  }

  /**
   * Likewise.
   *
   * @param waiting told for what it waits before a call is repeated, once for each reason
   */
  public ConnectClient(
      Compiled.Target target,
      Duration patience,
      Clock clock,
      Pause pause,
      Consumer<String> waiting) {
    this.urls = target.urls();
    this.http = target.tls().http(urls.stream().map(URI::create).toList(), CONNECT_TIMEOUT);
    this.authorization =
        target.username().isEmpty()
            ? null
            : "Basic "
                + Base64.getEncoder()
                    .encodeToString(
                        (target.username() + ":" + target.password())
                            .getBytes(StandardCharsets.UTF_8));
    this.patience = patience;
    this.clock = clock;
    this.pause = pause;
    this.waiting = waiting;
  }

  /** A mistake that the plugin found in a setting. */
  public record Mistake(String setting, String message) {}

  /** The settings of all connectors of the cluster, by name. */
  public Map<String, Map<String, String>> connectors()
      throws ConnectException, InterruptedException {
    Map<String, Map<String, String>> all = new TreeMap<>();
    JsonNode body = call("GET", "/connectors?expand=info", null);
    for (Map.Entry<String, JsonNode> entry : body.properties()) {
      Map<String, String> config = new TreeMap<>();
      entry
          .getValue()
          .path("info")
          .path("config")
          .properties()
          .forEach(setting -> config.put(setting.getKey(), setting.getValue().asText()));
      all.put(entry.getKey(), config);
    }
    return all;
  }

  /**
   * What a plugin says of a connector's settings.
   *
   * @param mistakes none when they can be used
   * @param known every setting that it and Connect know
   */
  public record Validation(List<Mistake> mistakes, Set<String> known) {}

  /** Asks the plugin, which may look whether Redis and the database answer. */
  public Validation validate(String name, String pluginClass, Map<String, String> config)
      throws ConnectException, InterruptedException {
    Map<String, String> whole = new TreeMap<>(config);
    whole.put("name", name);
    List<Mistake> mistakes = new ArrayList<>();
    Set<String> known = new TreeSet<>();
    JsonNode body =
        call("PUT", "/connector-plugins/" + encoded(pluginClass) + "/config/validate", whole);
    for (JsonNode setting : body.path("configs")) {
      // Settings that depend on others, such as a source's, have a value and no definition.
      known.add(setting.path("value").path("name").asText());
      for (JsonNode error : setting.path("value").path("errors")) {
        mistakes.add(
            new Mistake(
                setting.path("value").path("name").asText(), Redaction.text(error.asText())));
      }
    }
    return new Validation(mistakes, known);
  }

  /** The versions in which the workers have the plugin; none where they lack it. */
  List<String> versions(String pluginClass) throws ConnectException, InterruptedException {
    List<String> versions = new ArrayList<>();
    for (JsonNode plugin : call("GET", "/connector-plugins", null)) {
      if (plugin.path("class").asText().equals(pluginClass)) {
        versions.add(plugin.path("version").asText());
      }
    }
    return versions;
  }

  /** Creates or replaces a connector. */
  public void put(String name, Map<String, String> config)
      throws ConnectException, InterruptedException {
    call("PUT", "/connectors/" + encoded(name) + "/config", config);
  }

  /** Removes a connector; one that is gone already is no mistake. */
  public void delete(String name) throws ConnectException, InterruptedException {
    try {
      call("DELETE", "/connectors/" + encoded(name), null);
    } catch (ConnectException e) {
      if (e.status() != 404) {
        throw e;
      }
    }
  }

  /**
   * What was started again.
   *
   * @param itself whether the connector, of which the tasks are not part
   * @param tasks the numbers of its tasks; often none
   */
  public record Restarted(boolean itself, List<Integer> tasks) {}

  /**
   * Starts again what of a connector failed, each part by itself. Connect's own call for all of
   * them ({@code restart?includeTasks=true&onlyFailed=true}) is a write to its config topic: where
   * that fails, as while brokers come back, the leading worker refuses every change from then on
   * (seen with Connect 3.9 to 4.4). Where tasks are {@link #outdated} the connector is started
   * again instead, which then writes their settings and starts them with it.
   *
   * @return nothing where the connector is not there
   */
  public Optional<Restarted> restartFailed(String name)
      throws ConnectException, InterruptedException {
    Optional<JsonNode> found = status(name);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    String path = "/connectors/" + encoded(name);
    boolean outdated = !outdated(name, found.get()).isEmpty();
    boolean itself =
        (outdated || hasFailed(found.get().path("connector")))
            && found("POST", path + "/restart").isPresent();
    List<Integer> tasks = new ArrayList<>();
    if (outdated) {
      return Optional.of(new Restarted(itself, tasks));
    }
    for (JsonNode task : found.get().path("tasks")) {
      int id = task.path("id").asInt();
      // One that is gone meanwhile is none that failed.
      if (hasFailed(task) && found("POST", path + "/tasks/" + id + "/restart").isPresent()) {
        tasks.add(id);
      }
    }
    return Optional.of(new Restarted(itself, tasks));
  }

  /**
   * The settings in which a task differs from its connector, sorted; none as a rule. A worker that
   * took long over a change, as while brokers are away, can write the tasks' settings of before
   * over those of now: Connect runs them on, or fails them for being more than {@code tasks.max},
   * until the connector is started again or submitted otherwise. Tells of a connector that runs: a
   * paused one gets the tasks' settings when it is resumed.
   *
   * @param status its {@link #status}
   */
  Set<String> outdated(String name, JsonNode status) throws ConnectException, InterruptedException {
    if (!status.path("connector").path("state").asText().equals("RUNNING")) {
      return Set.of();
    }
    String path = "/connectors/" + encoded(name);
    Optional<JsonNode> config = found("GET", path + "/config");
    Optional<JsonNode> tasks = found("GET", path + "/tasks");
    Set<String> differ = new TreeSet<>();
    if (config.isPresent() && tasks.isPresent()) {
      tasks.get().forEach(task -> differ.addAll(differences(config.get(), task.path("config"))));
    }
    return differ;
  }

  private static Set<String> differences(JsonNode connector, JsonNode task) {
    Set<String> names = new TreeSet<>();
    connector.fieldNames().forEachRemaining(names::add);
    task.fieldNames().forEachRemaining(names::add);
    names.removeIf(
        name ->
            name.equals("task.class")
                || name.startsWith(OF_TASK)
                || Objects.equals(text(connector, name), text(task, name)));
    return names;
  }

  /** Null where it is not there; a setting that is null is as if it were not. */
  private static @Nullable String text(JsonNode config, String name) {
    return config.path(name).asText(null);
  }

  /** Whether that part of a connector's status, itself or a task, has failed. */
  static boolean hasFailed(JsonNode part) {
    return part.path("state").asText().equals("FAILED");
  }

  /** Connect's own answer about a connector and its tasks; nothing where it is not there yet. */
  public Optional<JsonNode> status(String name) throws ConnectException, InterruptedException {
    return found("GET", "/connectors/" + encoded(name) + "/status");
  }

  private Optional<JsonNode> found(String method, String path)
      throws ConnectException, InterruptedException {
    try {
      return Optional.of(call(method, path, null));
    } catch (ConnectException e) {
      if (e.status() == 404) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The level of hissrv's own messages on all workers. */
  public void logLevel(String level) throws ConnectException, InterruptedException {
    call(
        "PUT",
        "/admin/loggers/com.voltageems.hissrv?scope=cluster",
        Map.of("level", level.toUpperCase(Locale.ROOT)));
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private JsonNode call(String method, String path, @Nullable Object body)
      throws ConnectException, InterruptedException {
    Instant deadline = clock.instant().plus(patience);
    String told = "";
    for (int attempt = 0; ; attempt++) {
      ConnectException failure;
      try {
        return once(method, path, body);
      } catch (ConnectException e) {
        failure = e;
      }
      boolean passing = failure.status() == 0 || failure.status() == 409;
      if (!passing || clock.instant().isAfter(deadline)) {
        throw failure;
      }
      String why = String.valueOf(failure.getMessage());
      if (!why.equals(told)) {
        waiting.accept("waiting for at most " + patience.toSeconds() + " s: " + why);
        told = why;
      }
      pause.of(attempt);
    }
  }

  /** Asks one worker after the other, until one answers. */
  private JsonNode once(String method, String path, @Nullable Object body)
      throws ConnectException, InterruptedException {
    IOException last = new IOException("no address");
    for (String url : urls) {
      try {
        return answer(
            method,
            path,
            WholeAnswer.get(http.client(), request(url + path, method, body), CALL_TIMEOUT));
      } catch (IOException e) {
        last = e;
      }
    }
    IOException failure = last;
    throw new ConnectException(
        "Kafka Connect does not answer at "
            + String.join(", ", urls)
            + " (connect.url): "
            + http.reason(failure).orElseGet(() -> Reasons.of(failure)),
        last);
  }

  private HttpRequest request(String url, String method, @Nullable Object body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(CALL_TIMEOUT)
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return request.build();
  }

  private JsonNode answer(String method, String path, HttpResponse<String> response)
      throws ConnectException, IOException {
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      String text = response.body();
      try {
        return text.isBlank() ? JSON.nullNode() : JSON.readTree(text);
      } catch (JsonProcessingException e) {
        throw new IOException(
            "answered with something that is not JSON; is this the REST API of Kafka Connect?", e);
      }
    }
    if (status == 401 || status == 403) {
      throw new ConnectException(
          status, "Kafka Connect refuses the login (connect.username, connect.password)");
    }
    if (status == 502 || status == 503 || status == 504) {
      throw new IOException("status " + status);
    }
    if (status == 500 && ConnectAnswer.isPassing(response.body())) {
      throw new IOException("status " + status + message(response));
    }
    if (status == 404) {
      ConnectAnswer.requireOwn404(response.body());
      if (ConnectAnswer.isNoSuchPath(response.body())) {
        throw new ConnectException(
            "Kafka Connect has no path "
                + response.uri().getPath()
                + "; connect.url ("
                + String.join(", ", urls)
                + ") has to be the root of its REST API, such as http://127.0.0.1:8083");
      }
    }
    throw new ConnectException(
        status,
        "Kafka Connect answered " + method + " " + path + " with " + status + message(response));
  }

  private static String message(HttpResponse<String> response) {
    try {
      String message = JSON.readTree(response.body()).path("message").asText("");
      return message.isEmpty() ? "" : ": " + Redaction.text(message);
    } catch (IOException e) {
      return "";
    }
  }
}
