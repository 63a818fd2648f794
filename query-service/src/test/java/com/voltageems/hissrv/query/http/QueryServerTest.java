package com.voltageems.hissrv.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.config.ConfigException;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.health.store.StoreProbe;
import com.voltageems.hissrv.query.http.problem.Failures;
import com.voltageems.hissrv.query.openapi.CheckedClient;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.FakeStore;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.raw.RawAnswer;
import com.voltageems.hissrv.query.store.raw.RawException;
import com.voltageems.hissrv.query.store.raw.RawRows;
import com.voltageems.hissrv.query.store.raw.RawStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What goes over the wire, with a store that answers as told: loopback only, no other server. */
class QueryServerTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2025-08-21T10:00:00Z"), ZoneOffset.UTC);

  private final HttpClient http = new CheckedClient();
  private @Nullable QueryServer server;
  private int port;
  private boolean down;
  private Map<String, String> settings = Map.of();
  private @Nullable RawStore raw;
  private Measurement measurement = FakeStore.MEASUREMENT;

  private void serve(Supplier<HistoryAnswer> answer) throws ConfigException {
    Map<String, String> texts = new HashMap<>(settings);
    texts.put("http.port", "0");
    // An answer's end may be here a moment before its slot is free again.
    texts.putIfAbsent("query.concurrency", "20");
    texts.put("site.channels.m.points.a.name.zh", "电压");
    texts.put("site.channels.m.points.a.unit", "V");
    QueryConfig config = QueryConfig.of(texts);
    HealthBoard health =
        new HealthBoard(
            down
                ? List.of(new StoreProbe(new FakeStore(answer), Duration.ofSeconds(1)))
                : List.of(),
            Map.of("kafka", "off"),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            CLOCK);
    FakeStore store = new FakeStore(answer, measurement);
    store.raw = raw;
    QueryServer started = new QueryServer(config, store, health, "1.2.3", CLOCK);
    port = started.start();
    server = started;
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofMinutes(1))
        .build();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(request(path), HttpResponse.BodyHandlers.ofString());
  }

  private static HistoryAnswer rows(boolean truncated) {
    return new HistoryAnswer(
        List.of(
            new Series(
                Map.of("ch", "a,\"b\""),
                List.of(
                    new Point(1_755_770_400_000_000L, Arrays.asList(220.5, null)),
                    new Point(1_755_770_401_000_500L, Arrays.asList(1e-7, "x\ny"))))),
        truncated);
  }

  /** It is written while it is sent, and is the same JSON. */
  @Test
  void manyRows_areOneDocumentAsWell() throws Exception {
    int many = 5000;
    List<Point> points =
        IntStream.range(0, many)
            .mapToObj(i -> new Point(i * 1_000_000L, Arrays.asList(i + 0.25, "x" + i)))
            .toList();
    serve(() -> new HistoryAnswer(List.of(new Series(Map.of("ch", "1"), points)), true));

    HttpResponse<String> response = get("/query?measurement=m&limit=5000&time_format=ms");

    assertThat(response.headers().firstValue("X-Hissrv-Truncated")).contains("true");
    JsonNode body = new ObjectMapper().readTree(response.body());
    assertThat(body.path("rows").asInt()).isEqualTo(many);
    JsonNode rows = body.path("series").path(0).path("rows");
    assertThat(rows).hasSize(many);
    for (int i = 0; i < many; i++) {
      assertThat(rows.path(i)).hasToString("[%d,%d.25,\"x%d\"]".formatted(i * 1000L, i, i));
    }
  }

  @Test
  void query_asJson() throws Exception {
    serve(() -> rows(false));
    HttpResponse<String> response = get("/query?measurement=m&limit=5");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(response.headers().firstValue("X-Hissrv-Truncated")).isEmpty();
    assertThat(response.body())
        .isEqualTo(
            "{\"measurement\":\"m\",\"start\":\"2025-08-21T09:00:00.001Z\","
                + "\"end\":\"2025-08-21T10:00:00.001Z\",\"order\":\"asc\",\"limit\":5,"
                + "\"truncated\":false,\"rows\":2,\"series\":[{\"tags\":{\"ch\":\"a,\\\"b\\\"\"},"
                + "\"columns\":[\"time\",\"a\",\"s\"],\"rows\":["
                + "[\"2025-08-21T10:00:00.000Z\",220.5,null],"
                + "[\"2025-08-21T10:00:01.000500Z\",1.0E-7,\"x\\ny\"]]}]}");
  }

  @Test
  void query_asCsv() throws Exception {
    serve(() -> rows(true));
    HttpResponse<String> response = get("/query?measurement=m&format=csv&time_format=ms");

    assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/csv");
    assertThat(response.headers().firstValue("X-Hissrv-Truncated")).contains("true");
    assertThat(response.body())
        .isEqualTo(
            "time,ch,a,s\r\n1755770400000,\"a,\"\"b\"\"\",220.5,\r\n"
                + "1755770401000,\"a,\"\"b\"\"\",0.00000010,\"x\ny\"\r\n");
  }

  private HttpResponse<String> accepting(String accept, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(request(path), (name, value) -> true)
            .header("Accept", accept)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void query_asNdjson_isALinePerRow() throws Exception {
    serve(() -> rows(true));
    HttpResponse<String> response = get("/query?measurement=m&format=ndjson");

    assertThat(response.headers().firstValue("Content-Type")).contains("application/x-ndjson");
    assertThat(response.headers().firstValue("X-Hissrv-Truncated")).contains("true");
    assertThat(response.body())
        .isEqualTo(
            "{\"time\":\"2025-08-21T10:00:00.000Z\",\"tags\":{\"ch\":\"a,\\\"b\\\"\"},"
                + "\"values\":{\"a\":220.5}}\n"
                + "{\"time\":\"2025-08-21T10:00:01.000500Z\",\"tags\":{\"ch\":\"a,\\\"b\\\"\"},"
                + "\"values\":{\"a\":1.0E-7,\"s\":\"x\\ny\"}}\n");
  }

  @Test
  void accept_choosesTheFormat_andTheParameterWins() throws Exception {
    serve(() -> rows(false));
    Map<String, String> liked =
        Map.of(
            "text/csv", "text/csv",
            "application/x-ndjson, application/json;q=0.9", "application/x-ndjson",
            "text/html,application/xhtml+xml,*/*;q=0.8", "application/json",
            "text/*;q=0.5, application/json;q=0.4", "text/csv",
            "*/*, application/json;q=0", "text/csv",
            "APPLICATION/JSON; charset=utf-8", "application/json",
            "application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream",
            "application/*", "application/json");
    for (Map.Entry<String, String> one : liked.entrySet()) {
      HttpResponse<String> response = accepting(one.getKey(), "/query?measurement=m");
      assertThat(response.statusCode()).as(one.getKey()).isEqualTo(200);
      assertThat(response.headers().firstValue("Content-Type").orElseThrow())
          .as(one.getKey())
          .startsWith(one.getValue());
      assertThat(response.headers().allValues("Vary")).contains("Accept", "Accept-Encoding");
    }
    for (String none : List.of("image/png", "application/json;q=0")) {
      HttpResponse<String> refused = accepting(none, "/query?measurement=m");
      assertThat(refused.statusCode()).isEqualTo(406);
      assertThat(refused.body())
          .contains("there is application/json, text/csv, application/x-ndjson, application/vnd");
      assertThat(accepting(none, "/query?measurement=m&format=csv").statusCode()).isEqualTo(200);
    }
    assertThat(accepting("text/csv", "/query?measurement=m&names=zh").body()).contains("电压 (V)");
  }

  @Test
  void query_asCsv_hasTheCataloguesNames() throws Exception {
    serve(() -> rows(false));

    assertThat(get("/query?measurement=m&format=csv&names=zh").body())
        .startsWith("time,ch,电压 (V),s\r\n");
    assertThat(get("/query?measurement=m&names=zh").body()).contains("format=csv beside it");
    // What is computed has a unit of its own.
    String windows = "/query?measurement=m&format=csv&names=zh&interval=1m&function=";
    assertThat(get(windows + "last").body()).startsWith("time,ch,电压 (V),s\r\n");
    assertThat(get(windows + "count").body()).startsWith("time,ch,电压,s\r\n");
    assertThat(get("/catalogue").body())
        .contains("\"match\":\"m\"")
        .contains(
            "{\"match\":\"a\",\"name\":{\"en\":\"电压\",\"zh\":\"电压\"},\"unit\":\"V\",\"kind\":\"gauge\"}");
  }

  /** For a spreadsheet: times as the zone's clocks show them, and a mark that tells UTF-8. */
  @Test
  void query_asCsv_forASpreadsheet() throws Exception {
    serve(() -> rows(false));
    String path = "/query?measurement=m&timezone=Asia/Shanghai&time_format=local";

    assertThat(get(path + "&format=csv&names=zh").body())
        .startsWith("\ufefftime,ch,电压 (V),s\r\n2025-08-21 18:00:00,")
        .contains("\r\n2025-08-21 18:00:01.0005,");
    assertThat(accepting("text/csv", path).body()).contains("2025-08-21 18:00:00");
    assertThat(get(path).body()).contains("format=csv beside it");
    assertThat(get("/query?measurement=m&time_format=excel").body()).contains("iso or ms or local");
    assertThat(get("/latest?measurement=m&time_format=local").body()).contains("iso or ms");
  }

  /** Field case S9: what a function had to leave out is said, in the header too. */
  @Test
  void fieldsLeftOut_areNamed() throws Exception {
    measurement =
        new Measurement(
            "m",
            List.of("ch"),
            List.of(
                new Field("a", Field.Kind.MIXED),
                new Field("电压,1", Field.Kind.MIXED),
                new Field("n", Field.Kind.NUMBER)));
    serve(() -> new HistoryAnswer(List.of(), false));

    for (String path :
        List.of(
            "/query?measurement=m&interval=1m",
            "/query?measurement=m&interval=1m&format=csv",
            "/aggregate?measurement=m")) {
      assertThat(get(path).headers().firstValue("X-Hissrv-Left-Out"))
          .as(path)
          .contains("a,%E7%94%B5%E5%8E%8B%2C1");
    }
    assertThat(get("/query?measurement=m&interval=1m").body())
        .contains("\"left_out\":[\"a\",\"电压,1\"]");
    assertThat(get("/query?measurement=m").headers().firstValue("X-Hissrv-Left-Out")).isEmpty();
    assertThat(
            get("/query?measurement=m&interval=1m&fields=n")
                .headers()
                .firstValue("X-Hissrv-Left-Out"))
        .isEmpty();
  }

  @Test
  void hisHealth_tellsComponentsAsTheOriginalDoes() throws Exception {
    down = true;
    serve(() -> rows(false));

    assertThat(get("/hisApi/health").statusCode()).isEqualTo(200);
    assertThat(get("/hisApi/health").body())
        .isEqualTo(
            "{\"status\":\"unhealthy\",\"timestamp\":\"2025-08-21T10:00:00Z\",\"version\":\"1.2.3\",\"components\":{\"influxdb\":{\"status\":\"unhealthy\",\"message\":\"not "
                + "checked yet\"}}}");
  }

  @Test
  void failures_areJsonWithTheRightStatusAndNothingInternal() throws Exception {
    serve(
        () -> {
          throw new StoreException(
              StoreException.Kind.FAILED, "QuestDB refused", new IOException("select secret"));
        });

    assertThat(get("/query?measurement=m").statusCode()).isEqualTo(500);
    assertThat(get("/query?measurement=m").body())
        .isEqualTo(
            "{\"type\":\"tag:voltageems.com,2025:hissrv/store_failed\",\"title\":\"the database"
                + " refused the query\",\"status\":500,\"detail\":\"the database refused the"
                + " query; see the log\",\"error\":\"store_failed\",\"message\":\"the database"
                + " refused the query; see the log\"}");
    assertThat(get("/query?measurement=m").headers().firstValue("Content-Type"))
        .contains("application/problem+json");
    assertThat(get("/query?measurement=m&range=x").statusCode()).isEqualTo(400);
    assertThat(get("/query?measurement=m&range=x").body())
        .startsWith(
            "{\"type\":\"tag:voltageems.com,2025:hissrv/bad_parameter\",\"title\":\"invalid "
                + "parameter\",\"status\":400,\"detail\":\"range: ")
        .endsWith(
            "\"error\":\"bad_parameter\",\"message\":\"range: \\\"x\\\" cannot be used: needs a"
                + " length such as 500ms, 30s, 15m, 1h, 7d or 2w, not 0 and of at most 9 digits\","
                + "\"parameter\":\"range\",\"value\":\"x\",\"expected\":\"a length such as 500ms,"
                + " 30s, 15m, 1h, 7d or 2w, not 0 and of at most 9 digits\"}");
    assertThat(get("/query").statusCode()).isEqualTo(400);
    assertThat(get("/query?measurement=other").statusCode()).isEqualTo(404);
    assertThat(get("/query?measurement=other").body()).contains("\\\"other\\\"");
    assertThat(get("/nothing").statusCode()).isEqualTo(404);
    assertThat(get("/nothing").body()).contains("\"error\":\"not_found\"");
    // The web application's calls keep their own shape.
    HttpResponse<String> his = get("/hisApi/data/latest?redis_key=x");
    assertThat(his.statusCode()).isEqualTo(400);
    assertThat(his.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(his.body())
        .startsWith("{\"error\":\"bad_parameter\"")
        .contains("\"status\":\"error\"");
    HttpResponse<String> post =
        http.send(
            HttpRequest.newBuilder(request("/query"), (name, value) -> true)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(post.statusCode()).isEqualTo(405);
    assertThat(post.headers().firstValue("Allow")).contains("GET, HEAD");
    assertThat(post.body()).contains("\"error\":\"method_not_allowed\"");
  }

  private HttpResponse<String> head(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(request(path), (name, value) -> true)
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Field case Q4: what a load balancer asks with HEAD is what GET would say. */
  @Test
  void head_isAnsweredAsGetWithoutABody() throws Exception {
    down = true;
    serve(() -> rows(true));

    for (String path :
        List.of("/health", "/status", "/query?measurement=m", "/query", "/nothing", "/app.js")) {
      HttpResponse<String> get = get(path);
      HttpResponse<String> head = head(path);
      assertThat(head.statusCode()).as(path).isEqualTo(get.statusCode());
      assertThat(head.body()).isEmpty();
      for (String header : List.of("Content-Type", "X-Hissrv-Truncated", "Cache-Control")) {
        assertThat(head.headers().firstValue(header))
            .as(path + " " + header)
            .isEqualTo(get.headers().firstValue(header));
      }
    }
    assertThat(head("/health").statusCode()).isEqualTo(503);
  }

  /**
   * What is kept is asked for again by its tag; of an answer that nobody may keep there is none.
   */
  @Test
  void whatABrowserKeeps_hasATag() throws Exception {
    serve(() -> rows(true));

    for (String path : List.of("/", "/app.js", "/openapi.json")) {
      HttpResponse<String> first = get(path);
      String tag = first.headers().firstValue("ETag").orElseThrow();
      assertThat(tag).matches("\"[0-9a-f]{8}\"");
      assertThat(
              raw(
                  "GET %s HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: %s\r\nConnection: close\r\n\r\n"
                      .formatted(path, tag)))
          .startsWith("HTTP/1.1 304 ")
          .endsWith("\r\n\r\n");
    }
    assertThat(get("/query?measurement=m").headers().firstValue("ETag")).isEmpty();
  }

  /** One request as it stands; the whole answer. */
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Jetty gives such a value as none: the limit would not count, the tag would be another. */
  @Test
  void percentSignThatIsNotEscaped_isNamed() throws Exception {
    serve(() -> rows(false));
    for (String path :
        List.of(
            "/query?measurement=m&limit=%Z1",
            "/query?measurement=m&ch=50%",
            "/query?measurement=m&ch=%ff",
            "/hisApi/data/query?redis_key=%Z&point_id=1",
            "/latest?measurement=m&range=%1")) {
      assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
          .as(path)
          .startsWith("HTTP/1.1 400 ")
          .contains("\"error\":\"bad_parameter\"")
          .contains("%25");
    }
  }

  /** Field case Q4: a page of a stranger whose name points to this machine. */
  @Test
  void foreignHost_isRefused() throws Exception {
    serve(() -> rows(false));
    String rest = "\r\nConnection: close\r\n\r\n";

    for (String host : List.of("evil.example", "evil.example:8082", "127.0.0.1.evil.example")) {
      for (String path : List.of("/query?measurement=m", "/", "/nothing", "/hisApi/channels")) {
        assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: " + host + rest))
            .as(host + path)
            .startsWith("HTTP/1.1 421 ")
            .contains("\"error\":\"host_refused\"")
            .contains("http.allowed.hosts");
      }
    }
    for (String host :
        List.of("127.0.0.1:" + port, "localhost", "query-service:8082", "[::1]:8082", "a.b.")) {
      String answer = raw("GET /query?measurement=m HTTP/1.1\r\nHost: " + host + rest);
      assertThat(answer).as(host).startsWith(host.equals("a.b.") ? "HTTP/1.1 421" : "HTTP/1.1 200");
    }
    AllowedHosts some = new AllowedHosts(List.of("History.example"));
    assertThat(some.allows("history.EXAMPLE:80")).isTrue();
    assertThat(some.allows("history.example.")).isTrue();
    assertThat(some.allows("x.history.example")).isFalse();
    assertThat(some.allows(null)).isTrue();
    assertThat(new AllowedHosts(List.of("*")).allows("evil.example")).isTrue();
  }

  /** What Jetty refuses before our code runs is JSON, too. */
  @Test
  void requestThatCannotBeRead_isRefusedAsJson() throws Exception {
    serve(() -> rows(false));

    for (String request :
        List.of(
            "GET /query?measurement=" + "x".repeat(40_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(40_000) + "\r\n\r\n",
            "GET /%2e%2e/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "nonsense\r\n\r\n")) {
      String answer = raw(request);
      assertThat(answer)
          .startsWith("HTTP/1.1 4")
          .containsIgnoringCase("content-type: application/problem+json")
          .contains("\"error\":\"refused\",\"message\":\"the request cannot be read: ");
    }
    // Field case S8 over HTTP: numbers, lengths and times that are out of all bounds.
    for (String bad :
        List.of(
            "limit=99999999999999999999",
            "limit=%2B5",
            "limit=1e3",
            "max_points=999999999",
            "range=999999999w",
            "range=99999999999999999999s",
            "interval=999999999w",
            "start=now-999999999w",
            "start=1e1000000000")) {
      assertThat(get("/query?measurement=m&" + bad).statusCode()).as(bad).isEqualTo(400);
    }
    for (String bad :
        List.of(
            "interval=999999999", "page=999999999", "page_size=99999999999", "start_time=1e9")) {
      assertThat(get("/hisApi/data/query?redis_key=inst:1:M&point_id=1&" + bad).statusCode())
          .as(bad)
          .isEqualTo(400);
    }
  }

  @Test
  void failureOfAnUnforeseenKind_isA500ThatSaysNothing() throws Exception {
    serve(
        () -> {
          throw new IllegalStateException("internals");
        });

    assertThat(get("/query?measurement=m").statusCode()).isEqualTo(500);
    assertThat(get("/query?measurement=m").body()).doesNotContain("internals");
  }

  @Test
  void storeAwayOrSlow_hasItsOwnStatus() throws Exception {
    StoreException.Kind[] kind = {StoreException.Kind.UNAVAILABLE};
    serve(
        () -> {
          throw new StoreException(kind[0], "m", new IOException());
        });

    HttpResponse<String> away = get("/query?measurement=m");
    assertThat(away.statusCode()).isEqualTo(503);
    // It may have answered, with what the message says.
    assertThat(new ObjectMapper().readTree(away.body()).path("title").asText())
        .isEqualTo("the database gives no answer that can be used");
    kind[0] = StoreException.Kind.TIMEOUT;
    assertThat(get("/query?measurement=m").statusCode()).isEqualTo(504);
    kind[0] = StoreException.Kind.LOGIN;
    HttpResponse<String> login = get("/query?measurement=m");
    assertThat(login.statusCode()).isEqualTo(503);
    JsonNode named = new ObjectMapper().readTree(login.body());
    assertThat(named.path("error").asText()).isEqualTo("store_login");
    assertThat(named.path("title").asText()).isEqualTo("the database refuses the service's login");
    assertThat(named.path("detail").asText()).isEqualTo("m");
    kind[0] = StoreException.Kind.MISSING;
    HttpResponse<String> missing = get("/query?measurement=m");
    assertThat(missing.statusCode()).isEqualTo(503);
    JsonNode place = new ObjectMapper().readTree(missing.body());
    assertThat(place.path("error").asText()).isEqualTo("store_missing");
    assertThat(place.path("detail").asText()).isEqualTo("m");
    kind[0] = StoreException.Kind.TOO_MUCH;
    HttpResponse<String> refused = get("/query?measurement=m");
    assertThat(refused.statusCode()).isEqualTo(422);
    JsonNode told = new ObjectMapper().readTree(refused.body());
    assertThat(told.path("error").asText()).isEqualTo("too_much");
    assertThat(told.path("detail").asText()).isEqualTo("m");
  }

  /** Which question it was is what an operator asks first; a token in an address is a slip. */
  @Test
  void failedQuestion_isInTheLogWithoutSecretsAndInOneLine() throws Exception {
    serve(
        () -> {
          throw new StoreException(StoreException.Kind.TIMEOUT, "took too long", new IOException());
        });
    List<String> lines =
        logged(
            () -> {
              assertThat(get("/query?measurement=m&start=today-7d&tag.ch=a%0Ab").statusCode())
                  .isEqualTo(504);
              assertThat(get("/query?measurement=m&ch=token=hidden").statusCode()).isEqualTo(504);
              get("/query?measurement=m&ch=" + "m".repeat(600));
            });
    assertThat(lines)
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith(
                        "GET /query?measurement=m&start=today-7d&tag.ch=a%0Ab answered with 504: took"
                            + " too long"),
            line -> assertThat(line).contains("token=***").doesNotContain("hidden"),
            line -> assertThat(line).contains("mmm... answered with 504").hasSizeLessThan(700));
  }

  private interface Asking {
    void run() throws Exception;
  }

  /** Returns what is logged about failures meanwhile. */
  private static List<String> logged(Asking asking) throws Exception {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(Failures.class);
    logger.addAppender(log);
    try {
      asking.run();
    } finally {
      logger.detachAppender(log);
    }
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  /** A display that asks every second filled the log for as long as the database was away. */
  @Test
  void databaseThatIsAway_isInTheLogOnceForManyQuestions() throws Exception {
    serve(
        () -> {
          throw new StoreException(StoreException.Kind.UNAVAILABLE, "away", new IOException("no"));
        });
    List<String> lines =
        logged(
            () -> {
              for (int i = 0; i < 5; i++) {
                assertThat(get("/query?measurement=m&range=" + (i + 1) + "h").statusCode())
                    .isEqualTo(503);
              }
            });
    assertThat(lines)
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .isEqualTo(
                        "GET /query?measurement=m&range=1h answered with 503: away; cause:"
                            + " java.io.IOException: no"));
  }

  @Test
  void failureWithoutACause_isLoggedWithoutOne() throws Exception {
    serve(
        () -> {
          throw new StoreException(StoreException.Kind.UNAVAILABLE, "away", null);
        });
    assertThat(logged(() -> get("/query?measurement=m&range=1h")))
        .containsExactly("GET /query?measurement=m&range=1h answered with 503: away");
  }

  @Test
  void overload_isRefusedAtOnceWhileHealthStillAnswers() throws Exception {
    CountDownLatch running = new CountDownLatch(2);
    CountDownLatch go = new CountDownLatch(1);
    settings = Map.of("query.concurrency", "2");
    serve(
        () -> {
          running.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return rows(false);
        });
    List<CompletableFuture<HttpResponse<String>>> slow =
        List.of(
            http.sendAsync(request("/query?measurement=m"), HttpResponse.BodyHandlers.ofString()),
            http.sendAsync(request("/query?measurement=m"), HttpResponse.BodyHandlers.ofString()));
    running.await();

    // While those two wait, so that it waits for neither.
    HttpResponse<String> refused = get("/query?measurement=m");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Retry-After")).contains("1");
    assertThat(refused.body()).contains("\"error\":\"busy\"");
    assertThat(get("/health").statusCode()).isEqualTo(200);
    assertThat(get("/").statusCode()).isEqualTo(200);

    go.countDown();
    for (CompletableFuture<HttpResponse<String>> one : slow) {
      assertThat(one.get().statusCode()).isEqualTo(200);
    }
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> get("/query?measurement=m").statusCode() == 200);
  }

  @Test
  void everyAnswer_carriesTheSecurityHeaders() throws Exception {
    serve(() -> rows(false));

    for (String path : List.of("/", "/app.js", "/health", "/query", "/nothing")) {
      HttpResponse<String> response = get(path);
      assertThat(response.headers().firstValue("X-Content-Type-Options"))
          .as(path)
          .contains("nosniff");
      assertThat(response.headers().firstValue("Content-Security-Policy").orElseThrow())
          .contains("default-src 'none'");
      assertThat(response.headers().firstValue("Server")).isEmpty();
      assertThat(response.headers().allValues("Vary").toString()).contains("Accept-Encoding");
    }
    assertThat(get("/app.js").body()).contains("uPlot");
    assertThat(get("/%2e%2e/logback.xml").statusCode()).isIn(400, 404);
    assertThat(get("/logback.xml").statusCode()).isEqualTo(404);
  }

  /** The page names its files by their content: a browser that has one need not ask again. */
  @Test
  void filesOfThePage_areKeptForEver_underTheAddressThatThePageNames() throws Exception {
    serve(() -> rows(false));
    String page = get("/").body();
    List<String> named =
        Pattern.compile("(?:src|href)=\"([^\"]+\\?v=[0-9a-f]{16})\"")
            .matcher(page)
            .results()
            .map(found -> "/" + found.group(1))
            .toList();
    assertThat(named).hasSize(2).anyMatch(one -> one.startsWith("/app.js?v="));

    for (String one : named) {
      assertThat(get(one).statusCode()).isEqualTo(200);
      assertThat(get(one).headers().firstValue("Cache-Control"))
          .as(one)
          .contains("public, max-age=31536000, immutable");
    }
    for (String one : List.of("/", "/app.js", "/app.js?v=0123456789abcdef", "/?v=1")) {
      assertThat(get(one).headers().firstValue("Cache-Control")).as(one).contains("no-cache");
    }
  }

  @Test
  void status_hasNullForWhatIsNotKnown() throws Exception {
    serve(() -> rows(false));

    String page = get("/").body();
    int version = page.indexOf("\"app.js?v=") + "\"app.js?v=".length();
    assertThat(get("/status").body())
        .isEqualTo(
            "{\"status\":\"running\",\"processed\":null,\"failed\":null,\"queue_size\":null,"
                + "\"last_sync\":null,\"version\":\"1.2.3\",\"now\":1755770400000,"
                + "\"kafka\":{\"state\":\"off\","
                + "\"message\":\"off\"},\"page\":\""
                + page.substring(version, page.indexOf('"', version))
                + "\"}");
  }

  private HttpResponse<String> with(String token, String method, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(request(path), (name, value) -> true)
            .header("Authorization", "Bearer " + token)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void tokenToRead_isNeededForEverythingButThePagesFilesAndABareHealth() throws Exception {
    down = true;
    settings =
        Map.of(
            "http.token.read", "read-token-of-this-site,second-token-of-this-site",
            "http.token.write", "write-token-of-this-site");
    serve(() -> rows(false));

    for (String path :
        List.of("/query?measurement=m", "/status", "/metrics", "/catalogue", "/hisApi/health")) {
      HttpResponse<String> without = get(path);
      assertThat(without.statusCode()).as(path).isEqualTo(401);
      assertThat(without.headers().firstValue("WWW-Authenticate"))
          .contains("Bearer realm=\"hissrv\"");
      assertThat(without.body()).contains("\"error\":\"unauthorized\"");
      assertThat(head(path).statusCode()).isEqualTo(401);
      HttpResponse<String> wrong = with("guessed-token-of-this-site", "GET", path);
      assertThat(wrong.statusCode()).isEqualTo(401);
      assertThat(wrong.headers().firstValue("WWW-Authenticate").orElseThrow())
          .contains("invalid_token");
      assertThat(wrong.body()).contains("not known here").doesNotContain("guessed");
      for (String right :
          List.of(
              "read-token-of-this-site", "second-token-of-this-site", "write-token-of-this-site")) {
        assertThat(with(right, "GET", path).statusCode()).as(path).isEqualTo(200);
      }
    }
    for (String path : List.of("/", "/app.js", "/openapi.json")) {
      assertThat(get(path).statusCode()).as(path).isEqualTo(200);
    }
    assertThat(get("/health").statusCode()).isEqualTo(503);
    assertThat(get("/health").body()).isEqualTo("{\"status\":\"down\"}");
    assertThat(with("read-token-of-this-site", "GET", "/health").body()).contains("\"parts\":{");
    assertThat(get("/nothing").statusCode()).isEqualTo(404);
  }

  /** A request of another site's page, as a browser sends it. */
  private String ofPage(String origin, String method, String path, String more) throws IOException {
    return raw(
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1:"
            + port
            + "\r\nOrigin: "
            + origin
            + "\r\n"
            + more
            + "Connection: close\r\n\r\n");
  }

  @Test
  void cors_isForTheOriginsThatAreSet_withFailuresAndPreflightToo() throws Exception {
    settings =
        Map.of(
            "http.cors.origins", "https://ems.example:8443,http://b",
            "http.token.read", "read-token-of-this-site");
    serve(() -> rows(false));

    String preflight = "Access-Control-Request-Method: GET\r\n";
    String asked = preflight + "Access-Control-Request-Headers: authorization\r\n";
    for (String origin : List.of("https://ems.example:8443", "http://b")) {
      assertThat(ofPage(origin, "OPTIONS", "/query?measurement=m", asked))
          .startsWith("HTTP/1.1 20")
          .containsIgnoringCase("access-control-allow-origin: " + origin)
          .containsIgnoringCase("vary: origin")
          .containsIgnoringCase("authorization")
          .doesNotContainIgnoringCase("allow-credentials");
      for (String path : List.of("/query?measurement=m", "/nothing", "/health")) {
        assertThat(ofPage(origin, "GET", path, ""))
            .as(path)
            .containsIgnoringCase("access-control-allow-origin: " + origin)
            .containsIgnoringCase("access-control-expose-headers: ")
            .containsIgnoringCase("vary: origin")
            .containsIgnoringCase("vary: accept-encoding");
      }
    }
    for (String origin : List.of("https://ems.example", "https://ems.example:8443.evil", "null")) {
      assertThat(ofPage(origin, "OPTIONS", "/query?measurement=m", asked))
          .doesNotContainIgnoringCase("access-control-allow-origin");
      assertThat(ofPage(origin, "GET", "/health", ""))
          .doesNotContainIgnoringCase("access-control-allow-origin")
          .containsIgnoringCase("vary: origin");
    }
    assertThat(get("/health").headers().allValues("Vary")).contains("Origin");
  }

  @Test
  void cors_forAnyPage_andForNoneWithoutTheSetting() throws Exception {
    settings = Map.of("http.cors.origins", "*");
    serve(() -> rows(false));
    assertThat(ofPage("https://any.example", "GET", "/query?measurement=m", ""))
        .startsWith("HTTP/1.1 200")
        .containsIgnoringCase("access-control-allow-origin: ")
        .doesNotContainIgnoringCase("allow-credentials");
    stop();
    settings = Map.of();
    serve(() -> rows(false));
    assertThat(ofPage("https://any.example", "GET", "/query?measurement=m", ""))
        .doesNotContainIgnoringCase("access-control");
  }

  private HttpResponse<String> rawQuery(String token, String parameters, String statement)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(request("/raw" + parameters), (name, value) -> true)
            .header("Authorization", "Bearer " + token)
            .POST(HttpRequest.BodyPublishers.ofString(statement))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void rawQuery_isForCallersWithATokenOnly_andBounded() throws Exception {
    List<String> asked = new ArrayList<>();
    raw =
        new RawStore() {
          @Override
          public RawAnswer ask(String statement, int maxRows, int maxValues, Deadline deadline) {
            asked.add(maxRows + " " + statement);
            switch (statement) {
              case "bad" -> throw new RawException(RawException.Kind.REFUSED, "no such \"column\"");
              case "unsafe" ->
                  throw new RawException(RawException.Kind.MAY_WRITE, "admin may write");
              default -> {}
            }
            RawRows rows = new RawRows(maxRows, maxValues);
            rows.table("m", Map.of("ch", "1"), List.of("time", "v"));
            for (int i = 0; i < 3; i++) {
              rows.row(Arrays.asList("t" + i, i == 1 ? null : (Object) (i + 0.5)));
            }
            return rows.answer();
          }

          @Override
          public void close() {}
        };
    String token = "read-token-of-this-site";
    settings =
        Map.of(
            "query.raw.enabled", "true",
            "store.questdb.raw.user", "reader",
            "http.token.read", token);
    serve(() -> rows(false));

    assertThat(rawQuery("guessed-token-of-this-site", "", "SELECT 1").statusCode()).isEqualTo(401);
    assertThat(asked).isEmpty();
    HttpResponse<String> cut = rawQuery(token, "?limit=2", "SELECT 1");
    assertThat(cut.headers().firstValue("X-Hissrv-Truncated")).contains("true");
    assertThat(cut.body())
        .isEqualTo(
            "{\"truncated\":true,\"tables\":[{\"name\":\"m\",\"tags\":{\"ch\":\"1\"},"
                + "\"columns\":[\"time\",\"v\"],\"rows\":[[\"t0\",0.5],[\"t1\",null]]}]}");
    assertThat(asked).containsExactly("2 SELECT 1");
    HttpResponse<String> refused = rawQuery(token, "", "bad");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("raw_refused", "no such \\\"column\\\"");
    assertThat(rawQuery(token, "", "unsafe").statusCode()).isEqualTo(503);
    assertThat(rawQuery(token, "", " ").statusCode()).isEqualTo(400);
    assertThat(rawQuery(token, "?limit=0", "x").statusCode()).isEqualTo(400);
    assertThat(rawQuery(token, "?format=csv", "x").body())
        .contains("no parameter but limit", "\"parameter\":\"format\"");
    assertThat(rawQuery(token, "?limit=1000000000", "x").body())
        .contains("\"parameter\":\"limit\"", "a number from 1 to ");
    HttpResponse<String> large = rawQuery(token, "", "x".repeat(70_000));
    assertThat(large.statusCode()).isEqualTo(413);
    assertThat(large.body()).contains("too_large", "at most 65536 bytes");
  }

  @Test
  void rawQuery_isSwitchedOffUnlessItIsSwitchedOn() throws Exception {
    serve(() -> rows(false));
    HttpResponse<String> off = rawQuery("any", "", "SELECT 1");
    assertThat(off.statusCode()).isEqualTo(404);
    assertThat(off.body()).contains("query.raw.enabled");
  }
}
