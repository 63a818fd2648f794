package com.voltageems.hissrv.influx.sink;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The few calls of Apicurio Registry's API (v2) that its serializers and converters make: they
 * register a schema, and ask for a schema by its id. Schemas are kept as they came.
 */
final class ScriptedRegistry implements AutoCloseable {
  private static final String API = "/apis/registry/v2";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern REGISTER = Pattern.compile(API + "/groups/([^/]+)/artifacts");
  private static final Pattern BY_ID =
      Pattern.compile(API + "/ids/(?:contentIds|globalIds)/([0-9]+)(/references)?/?");

  private record Schema(String type, String contentType, String content) {}

  private final List<Schema> schemas = new ArrayList<>();

  /** Calls that this class does not know. */
  final List<String> unknown = new CopyOnWriteArrayList<>();

  private final HttpServer server;

  ScriptedRegistry() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + API;
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String path = exchange.getRequestURI().getPath();
    Matcher register = REGISTER.matcher(path);
    Matcher byId = BY_ID.matcher(path);
    if (exchange.getRequestMethod().equals("POST") && register.matches()) {
      answer(exchange, 200, "application/json", register(register.group(1), exchange, body));
    } else if (byId.matches() && byId.group(2) != null) {
      answer(exchange, 200, "application/json", "[]");
    } else if (byId.matches() && Integer.parseInt(byId.group(1)) <= schemas.size()) {
      Schema schema = schemas.get(Integer.parseInt(byId.group(1)) - 1);
      exchange.getResponseHeaders().add("X-Registry-ArtifactType", schema.type());
      answer(exchange, 200, schema.contentType(), schema.content());
    } else {
      unknown.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
      answer(exchange, 404, "application/json", "{\"title\":\"not found\",\"status\":404}");
    }
  }

  private String register(String group, HttpExchange exchange, String content) {
    String type = header(exchange, "X-Registry-ArtifactType");
    schemas.add(new Schema(type, header(exchange, "Content-Type"), content));
    int id = schemas.size();
    ObjectNode answer = JSON.createObjectNode();
    answer.put("groupId", group);
    answer.put("id", header(exchange, "X-Registry-ArtifactId"));
    answer.put("type", type);
    answer.put("version", "1");
    answer.put("globalId", id);
    answer.put("contentId", id);
    answer.put("state", "ENABLED");
    return answer.toString();
  }

  private static String header(HttpExchange exchange, String name) {
    return String.valueOf(exchange.getRequestHeaders().getFirst(name));
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
