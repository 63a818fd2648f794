package com.voltageems.hissrv.query.site;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/** Connect's REST API as far as a site uses it, with connectors that run or fail as told. */
public final class FakeConnect implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;

  /** What was submitted, by name. */
  public final Map<String, Map<String, String>> connectors = new ConcurrentHashMap<>();

  /** Every change that was asked for: method and path. */
  public final List<String> changes = new CopyOnWriteArrayList<>();

  /** The stack trace with which the tasks of a connector fail. */
  public final Map<String, String> failing = new ConcurrentHashMap<>();

  /**
   * How often the status still tells of what failed before, once the connector was submitted anew;
   * for ever where it is not there.
   */
  public final Map<String, Integer> healing = new ConcurrentHashMap<>();

  private final Map<String, Integer> healed = new ConcurrentHashMap<>();

  /** Settings of the tasks that differ from those of their connector, until it is started again. */
  public final Map<String, Map<String, String>> outdated = new ConcurrentHashMap<>();

  /** What validation says of a setting. */
  public final Map<String, String> mistakes = new ConcurrentHashMap<>();

  /** The plugins on the workers, as Connect lists them: one found twice is there twice. */
  public final List<Map<String, String>> plugins =
      new CopyOnWriteArrayList<>(
          List.of(
              Map.of(
                  "class",
                  "com.voltageems.hissrv.redis.source.RedisSourceConnector",
                  "version",
                  "1.1.0"),
              Map.of(
                  "class",
                  "com.voltageems.hissrv.influx.sink.InfluxSinkConnector",
                  "version",
                  "1.1.0")));

  /** Whether restarts are refused, as to a user who may only read. */
  public final AtomicBoolean readOnly = new AtomicBoolean();

  /** How many calls are answered by 409 first. */
  public final AtomicInteger rebalancing = new AtomicInteger();

  /** How many calls are answered as by a worker that has just begun to listen. */
  public final AtomicInteger starting = new AtomicInteger();

  /** How many calls are answered with 500 and these words first. */
  public final AtomicInteger failures = new AtomicInteger();

  public volatile String failure = "";

  /** What somebody else does with a connector, and its settings, as soon as it was submitted. */
  public volatile BiConsumer<String, Map<String, String>> afterSubmission = (name, config) -> {};

  /** What stands under the address in place of a worker; empty for a worker. */
  public volatile Optional<Foreign> foreign = Optional.empty();

  /** An answer that is not Connect's. */
  public record Foreign(int status, String body, Map<String, String> headers) {}

  public FakeConnect() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().getPath();
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (foreign.isPresent()) {
      answer(exchange, foreign.get());
      return;
    }
    if (path.startsWith("//")) {
      answer(
          exchange,
          new Foreign(400, "<h2>HTTP ERROR 400 Ambiguous URI empty segment</h2>", Map.of()));
      return;
    }
    if (rebalancing.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      answer(exchange, 409, Map.of("error_code", 409, "message", "rebalancing"));
      return;
    }
    if (starting.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      answer(
          exchange, new Foreign(404, "<html><h2>HTTP ERROR 404 Not Found</h2></html>", Map.of()));
      return;
    }
    if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      answer(exchange, 500, Map.of("error_code", 500, "message", failure));
      return;
    }
    if (path.endsWith("/config/validate")) {
      answer(exchange, 200, validated(JSON.readTree(body)));
      return;
    }
    if (!method.equals("GET")) {
      String query = path.endsWith("/restart") ? exchange.getRequestURI().getQuery() : null;
      changes.add(method + " " + path + (query == null ? "" : "?" + query));
    }
    String[] parts = path.split("/", -1);
    String name = parts.length > 2 ? parts[2] : "";
    if (path.equals("/connector-plugins")) {
      answer(exchange, 200, plugins);
    } else if (path.equals("/connectors")) {
      Map<String, Object> all = new TreeMap<>();
      connectors.forEach((each, config) -> all.put(each, Map.of("info", Map.of("config", config))));
      answer(exchange, 200, all);
    } else if (method.equals("PUT") && path.endsWith("/config")) {
      Map<String, String> config = new TreeMap<>();
      JSON.readTree(body)
          .properties()
          .forEach(entry -> config.put(entry.getKey(), entry.getValue().asText()));
      connectors.put(name, config);
      afterSubmission.accept(name, config);
      Optional.ofNullable(healing.get(name)).ifPresent(times -> healed.put(name, times));
      answer(exchange, 200, Map.of());
    } else if (method.equals("GET") && path.endsWith("/config") && connectors.containsKey(name)) {
      answer(exchange, 200, connectors.get(name));
    } else if (path.endsWith("/tasks") && connectors.containsKey(name)) {
      Map<String, String> config = new TreeMap<>(connectors.get(name));
      config.putAll(Map.of("task.class", "x.Task", "hissrv.task.id", "0"));
      config.putAll(outdated.getOrDefault(name, Map.of()));
      answer(exchange, 200, List.of(Map.of("id", Map.of("task", 0), "config", config)));
    } else if (path.endsWith("/status") && connectors.containsKey(name)) {
      answer(exchange, 200, status(name));
    } else if (method.equals("DELETE") && connectors.remove(name) != null) {
      exchange.sendResponseHeaders(204, -1);
      exchange.close();
    } else if (path.endsWith("/restart") && connectors.containsKey(name)) {
      restarted(exchange, name);
    } else if (path.startsWith("/admin/")) {
      answer(exchange, 200, Map.of());
    } else {
      boolean isKnown = path.startsWith("/connectors/");
      answer(
          exchange,
          404,
          Map.of(
              "error_code",
              404,
              "message",
              isKnown ? "Connector " + name + " not found" : "HTTP 404 Not Found"));
    }
  }

  /** As a worker: nothing but 204. Connect's call for all parts at once is one not to be made. */
  private void restarted(HttpExchange exchange, String name) throws IOException {
    if (exchange.getRequestURI().getQuery() != null) {
      answer(exchange, 500, Map.of("error_code", 500, "message", "a write to the config topic"));
      return;
    }
    if (readOnly.get()) {
      answer(exchange, 403, Map.of("message", "no"));
      return;
    }
    failing.remove(name);
    if (!exchange.getRequestURI().getPath().contains("/tasks/")) {
      outdated.remove(name);
    }
    exchange.sendResponseHeaders(204, -1);
    exchange.close();
  }

  /**
   * As a worker: settings that depend on others have no definition, and such as nobody knows are
   * not there at all, nor are those of a group of topics, which Connect knows.
   */
  private Map<String, Object> validated(JsonNode config) {
    List<Object> configs = new ArrayList<>();
    config
        .fieldNames()
        .forEachRemaining(
            name -> {
              String mistake = mistakes.get(name);
              Map<String, Object> setting = new HashMap<>();
              boolean isDynamic = name.matches("(sources|mappings)\\..*");
              setting.put("definition", isDynamic ? null : Map.of("name", name));
              setting.put(
                  "value",
                  Map.of("name", name, "errors", mistake == null ? List.of() : List.of(mistake)));
              if (!name.matches("poison\\.retries|topic\\.creation\\.[^.]+\\..*")) {
                configs.add(setting);
              }
            });
    return Map.of("configs", configs);
  }

  private Map<String, Object> status(String name) {
    Integer left = healed.computeIfPresent(name, (each, times) -> times - 1);
    if (left != null && left < 0) {
      failing.remove(name);
    }
    Map<String, Object> task = new LinkedHashMap<>();
    task.put("id", 0);
    task.put("worker_id", "w:8083");
    String trace = failing.get(name);
    task.put("state", trace == null ? "RUNNING" : "FAILED");
    if (trace != null) {
      task.put("trace", trace);
    }
    return Map.of("connector", Map.of("state", "RUNNING"), "tasks", List.of(task));
  }

  private static void answer(HttpExchange exchange, Foreign answer) throws IOException {
    answer.headers().forEach(exchange.getResponseHeaders()::add);
    byte[] bytes = answer.body().getBytes(UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static void answer(HttpExchange exchange, int status, Object body) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(body);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
