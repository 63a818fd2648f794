package com.voltageems.hissrv.influx.sink;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A write API that answers as a test wants, and remembers the lines it accepted. */
final class FaultyServer implements AutoCloseable {
  /** A request as it came. */
  record Request(String path, Map<String, List<String>> headers, List<String> lines) {}

  /** An answer; {@link #HANG} and {@link #RESET} are not HTTP. */
  record Answer(int status, Map<String, String> headers, String body) {
    static final Answer OK = of(204, "");
    static final Answer HANG = of(0, "");
    static final Answer RESET = of(-1, "");

    static Answer of(int status, String body) {
      return new Answer(status, Map.of(), body);
    }
  }

  /** Decides the answer to a request; {@link Answer#OK} stores its lines. */
  interface Behaviour {
    Answer answer(Request request) throws Exception;
  }

  final List<Request> requests = new CopyOnWriteArrayList<>();
  final List<String> stored = new CopyOnWriteArrayList<>();

  static {
    // Without this, an answer with a body waits 40 ms for the acknowledgement of its header.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private volatile Behaviour behaviour = request -> Answer.OK;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  FaultyServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  void behave(Behaviour next) {
    behaviour = next;
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Request request =
        new Request(
            exchange.getRequestURI().toString(),
            Map.copyOf(exchange.getRequestHeaders()),
            body.lines().toList());
    requests.add(request);
    Answer answer;
    try {
      answer = behaviour.answer(request);
      if (answer.equals(Answer.HANG)) {
        closed.await(10, TimeUnit.MINUTES);
      }
    } catch (Exception e) {
      answer = Answer.of(500, e.toString());
    }
    if (answer.status() <= 0) {
      exchange.close(); // without an answer
      return;
    }
    if (answer.equals(Answer.OK)) {
      stored.addAll(request.lines());
    }
    answer.headers().forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
    exchange.close();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
