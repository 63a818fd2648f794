package com.voltageems.hissrv.query.web;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.voltageems.hissrv.query.openapi.CheckedClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** A proxy in front of the service, as it stands on many sites, that fails when it is told to. */
final class Gate implements AutoCloseable {
  /** Stands for every path of the service but its page. */
  static final String ALL = "*";

  private final HttpClient http = new CheckedClient();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final String target;
  private final Map<String, AtomicLong> counts = new ConcurrentHashMap<>();
  private volatile String heldQuery = "";
  private volatile String policy = "";
  private volatile Predicate<URI> tooLong = call -> false;
  private final List<String> folders;
  private final List<String> astray = new CopyOnWriteArrayList<>();

  /** What it answers instead of the service; to callers with the token it lets through. */
  record Answer(int status, String contentType, String body, String token) {}

  /**
   * @param folders paths such as {@code /site7/history} under which the service is, each as if it
   *     were a site of its own; none for the service alone
   */
  Gate(String target, String... folders) throws IOException {
    this.target = target;
    this.folders = folders.length == 0 ? List.of("") : List.of(folders);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The paths that were asked for and belong to none of the folders. */
  List<String> astray() {
    return astray;
  }

  void answer(String path, int status, String contentType, String body, String token) {
    answers.put(path, new Answer(status, contentType, body, token));
  }

  /** Lets calls of a path wait until {@link #letThrough()}. */
  void hold(String path) {
    hold(path, "");
  }

  /** Likewise those whose query has this text. */
  void hold(String path, String text) {
    heldQuery = text;
    held.put(path, new CountDownLatch(1));
  }

  /** Adds a policy of its own to the service's, as hardened proxies do; browsers obey both. */
  void policy(String policy) {
    this.policy = policy;
  }

  /** Such calls are answered as by a database that does not in time. */
  void tooLong(Predicate<URI> calls) {
    tooLong = calls;
  }

  void letThrough() {
    policy = "";
    tooLong = call -> false;
    answers.clear();
    held.values().forEach(CountDownLatch::countDown);
    held.clear();
  }

  /** How many calls of a path have come. */
  long count(String path) {
    return counts.computeIfAbsent(path, any -> new AtomicLong()).get();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String asked = exchange.getRequestURI().toString();
    String folder =
        folders.stream()
            .filter(one -> (asked + "/").startsWith(one + "/"))
            .findFirst()
            .orElse(null);
    if (folder == null) {
      astray.add(asked);
      byte[] nobody = "<title>the portal</title>".getBytes(StandardCharsets.UTF_8);
      send(exchange, 404, "text/html", nobody);
      return;
    }
    String rest = asked.substring(folder.length());
    URI call = URI.create(rest.startsWith("/") ? rest : "/" + rest);
    String path = call.getPath();
    counts.computeIfAbsent(path, any -> new AtomicLong()).incrementAndGet();
    boolean page = path.equals("/") || path.matches(".*\\.(js|css|svg)");
    Answer answer = answers.getOrDefault(path, page ? null : answers.get(ALL));
    if (tooLong.test(call)) {
      answer =
          new Answer(
              504, "application/json", "{\"detail\":\"no answer within query.timeout\"}", "");
    }
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    if (answer != null && !("Bearer " + answer.token()).equals(given)) {
      send(
          exchange,
          answer.status(),
          answer.contentType(),
          answer.body().getBytes(StandardCharsets.UTF_8));
      return;
    }
    try {
      CountDownLatch latch = held.get(path);
      String query = String.valueOf(call.getQuery());
      if (latch != null && query.contains(heldQuery) && !latch.await(10, TimeUnit.MINUTES)) {
        throw new IOException("held for too long: " + path);
      }
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(target + call))
              .header("X-Forwarded-For", "192.0.2.1")
              .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.noBody());
      if (given != null) {
        request.header("Authorization", given);
      }
      HttpResponse<byte[]> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      if (!policy.isEmpty()) {
        String name = "Content-Security-Policy";
        List<String> all = new ArrayList<>(response.headers().allValues(name));
        all.add(policy);
        exchange.getResponseHeaders().put(name, all);
      }
      send(
          exchange,
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse("text/plain"),
          response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
