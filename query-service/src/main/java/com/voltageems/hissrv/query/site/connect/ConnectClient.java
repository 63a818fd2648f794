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
 * Client for the calls of Connect's REST API that a site needs. It tries several workers in order
 * and uses the first that answers. All calls can be repeated without harm: if one worker does not
 * answer, the client tries the next one, and it repeats the call while the cluster rebalances
 * (409).
 */
public final class ConnectClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

  /** Prefix of the settings that our connectors add to those of their tasks. */
  private static final String OF_TASK = "hissrv.";

  /** Validation may ask Redis and the database, and a worker forwards some calls to its leader. */
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);

  private final ConnectHttp http;
  private final List<String> urls;
  private final @Nullable String authorization;
  private final Duration patience;
  private final Clock clock;
  private final Pause pause;
  private final Consumer<String> waiting;

  /** How long all calls together may take; null for any time. */
  private @Nullable Duration whole;

  private Instant end = Instant.MAX;

  /** Waits before the next attempt; replaced by a fake in tests. */
  @FunctionalInterface
  public interface Pause {
    void of(int attempt) throws InterruptedException;
  }

  /**
   * @param patience how long one call is repeated while no worker answers or the cluster rebalances
   */
  public ConnectClient(Compiled.Target target, Duration patience, Clock clock, Pause pause) {
    this(target, patience, clock, pause, why -> {});
  }

  /**
   * Creates the same client with a callback.
   *
   * @param waiting receives the reason for waiting before a call is repeated, once for each reason
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

  /** Ends all calls from now on when they have taken this long together: a person waits. */
  ConnectClient within(Duration all) {
    whole = all;
    end = clock.instant().plus(all);
    return this;
  }

  /** A mistake that the plugin found in a setting. */
  public record Mistake(String setting, String message) {}

  /** Returns the settings of all connectors of the cluster, by name. */
  public Map<String, Map<String, String>> connectors()
      throws ConnectException, InterruptedException {
    Map<String, Map<String, String>> all = new TreeMap<>();
    JsonNode body = call("GET", "/connectors?expand=info", null);
    for (JsonNode connector : body.isObject() ? body : JSON.createArrayNode().addNull()) {
      if (!connector.path("info").path("config").isObject()) {
        // Taken for a cluster without connectors, it would have everything created.
        throw new ConnectException(
            "what answers at "
                + String.join(", ", urls)
                + " (connect.url) is not Kafka Connect: its answer to GET /connectors is not a list of"
                + " connectors");
      }
    }
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
   * A plugin's answer about a connector's settings.
   *
   * @param mistakes empty if the settings can be used
   * @param known every setting that the plugin or Connect knows
   */
  public record Validation(List<Mistake> mistakes, Set<String> known) {}

  /** Asks the plugin to check settings; it may also check whether Redis and the database answer. */
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

  /** Returns the versions of the plugin that the workers have; empty if they lack it. */
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

  /** Removes a connector; does nothing if it does not exist. */
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
   * The parts that were restarted.
   *
   * @param itself whether the connector itself was restarted; its tasks are not part of it
   * @param tasks the numbers of its restarted tasks; often none
   */
  public record Restarted(boolean itself, List<Integer> tasks) {}

  /**
   * Restarts the failed parts of a connector, each with its own call. Connect's call for all of
   * them ({@code restart?includeTasks=true&onlyFailed=true}) writes to its config topic: if that
   * write fails, for example while brokers come back, the leading worker refuses every change from
   * then on (seen with Connect 3.9 to 4.4). If tasks are {@link #outdated}, this restarts the
   * connector instead, which then writes the tasks' settings and starts the tasks with them.
   *
   * @return empty if the connector does not exist
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
      // A task that no longer exists does not count as restarted.
      if (hasFailed(task) && found("POST", path + "/tasks/" + id + "/restart").isPresent()) {
        tasks.add(id);
      }
    }
    return Optional.of(new Restarted(itself, tasks));
  }

  /**
   * Returns the settings in which a task differs from its connector, sorted; normally empty. A
   * worker that took long over a change, for example while brokers were away, can overwrite the
   * tasks' present settings with the previous ones. Connect then keeps running the tasks with
   * those, or fails tasks for being more than {@code tasks.max}, until the connector is restarted
   * or submitted with other settings. Checks running connectors only: a paused connector's tasks
   * get their settings when it is resumed.
   *
   * @param status the connector's {@link #status}
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

  /** Returns null if the setting is missing; a setting that is null counts as missing. */
  private static @Nullable String text(JsonNode config, String name) {
    return config.path(name).asText(null);
  }

  /**
   * Returns whether this part of a connector's status, the connector itself or a task, has failed.
   */
  static boolean hasFailed(JsonNode part) {
    return part.path("state").asText().equals("FAILED");
  }

  /**
   * Returns Connect's answer about a connector and its tasks; empty if the connector does not exist
   * yet.
   */
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

  /** Sets the log level of hissrv's own messages on all workers. */
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

  /**
   * Asks one worker after the other until one answers. What is not Connect at one address, such as
   * a proxy that cannot reach its worker, is told only where no other one answers: it does not
   * become Connect by waiting.
   */
  private JsonNode once(String method, String path, @Nullable Object body)
      throws ConnectException, InterruptedException {
    IOException last = new IOException("no address");
    Optional<ConnectException> foreign = Optional.empty();
    for (String url : urls) {
      Duration limit = limit();
      try {
        return answer(
            method,
            path,
            WholeAnswer.get(http.client(), request(url + path, method, body, limit), limit));
      } catch (ForeignAnswer e) {
        foreign = Optional.of(new ConnectException(e.status, silent(url, Reasons.of(e))));
      } catch (IOException e) {
        last = e;
      }
    }
    if (foreign.isPresent()) {
      throw foreign.get();
    }
    IOException failure = last;
    throw new ConnectException(
        silent(String.join(", ", urls), http.reason(failure).orElseGet(() -> Reasons.of(failure))),
        last);
  }

  /** Thrown for an answer that is not in Connect's words, and will not be. */
  private static final class ForeignAnswer extends IOException {
    private static final long serialVersionUID = 1L;

    final int status;

    ForeignAnswer(int status, String message) {
      super(message);
      this.status = status;
    }
  }

  private static String silent(String where, String why) {
    return "Kafka Connect does not answer at " + where + " (connect.url): " + why;
  }

  /** Returns how long the next call may take. */
  private Duration limit() throws ConnectException {
    Duration all = whole;
    if (all == null) {
      return CALL_TIMEOUT;
    }
    Duration left = Duration.between(clock.instant(), end);
    if (left.isNegative() || left.isZero()) {
      throw new ConnectException(
          "Kafka Connect at "
              + String.join(", ", urls)
              + " (connect.url) is slow: not everything was done within "
              + all.toSeconds()
              + " s; see the state of the connector, and try again");
    }
    return left.compareTo(CALL_TIMEOUT) < 0 ? left : CALL_TIMEOUT;
  }

  private HttpRequest request(String url, String method, @Nullable Object body, Duration limit)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(limit)
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
    Optional<String> foreign = ConnectAnswer.foreign(response);
    if (foreign.isPresent() && status != 404) {
      // Jetty's own refusals, such as "Invalid SNI", name the cause.
      throw new ForeignAnswer(
          status, foreign.get() + message(response).replaceFirst("^: ", "; it says: "));
    }
    if (status == 404) {
      ConnectAnswer.requireOwn(response);
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
