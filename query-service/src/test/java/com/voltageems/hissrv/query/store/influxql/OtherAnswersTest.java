package com.voltageems.hissrv.query.store.influxql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.raw.RawStore;
import com.voltageems.hissrv.query.store.spi.StoreSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A ping that is answered says little: the health was green while each question was a 500. */
class OtherAnswersTest {
  private HttpServer server;
  private int status;
  private int toWrites;
  private String type = "";
  private String body = "";
  private String policies = "";
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> logins = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/ping",
        exchange -> {
          exchange.getResponseHeaders().add("X-Influxdb-Version", "v2.7.4");
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.createContext(
        "/query",
        exchange -> {
          String question = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          asked.add(question);
          logins.add(exchange.getRequestHeaders().getFirst("Authorization"));
          byte[] bytes = (question.contains("POLICIES") ? policies : body).getBytes(UTF_8);
          exchange.getResponseHeaders().add("Content-Type", type);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.createContext(
        "/write",
        exchange -> {
          logins.add(exchange.getRequestHeaders().getFirst("Authorization"));
          exchange.sendResponseHeaders(toWrites, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String ping() {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (InfluxQlStore store = InfluxQlStore.version2(url, "ems", "t")) {
      return store.ping(Duration.ofMinutes(1));
    }
  }

  /** As QuestDB, and a web server that says yes to everything. */
  @ParameterizedTest
  @CsvSource({
    "404, text/plain, Not Found, InfluxDB refused the query with status 404",
    "200, text/html, <html>Welcome</html>, InfluxDB answered with neither results nor an error",
    "200, application/json, '{\"status\":\"ok\"}',"
        + " InfluxDB answered with neither results nor an error",
    "200, text/plain, '', InfluxDB answered with neither results nor an error"
  })
  void whoDoesNotAnswerQuestions_isDown(int status, String type, String body, String words) {
    this.status = status;
    this.type = type;
    this.body = body;
    assertThatThrownBy(this::ping)
        .isInstanceOf(StoreException.class)
        .hasMessage(
            words
                + " when it was asked for fields: look at store.type, and at address, login and bucket"
                + " of store.influxdb2");
  }

  /** Callers were answered 500 "see the log", and nobody was told which setting to look at. */
  @ParameterizedTest
  @CsvSource({
    "401, application/json, '{\"code\":\"unauthorized\",\"message\":\"unauthorized access\"}',"
        + " 'InfluxDB refuses the service''s login: see store.influxdb2.token'",
    "401, text/plain, '', 'InfluxDB refuses the service''s login: see store.influxdb2.token'",
    "403, application/json, '{\"code\":\"forbidden\",\"message\":\"token is inactive\"}',"
        + " 'InfluxDB refuses this to the service''s login, which lacks the right: see"
        + " store.influxdb2.token'"
  })
  void refusedLogin_isTold(int status, String type, String body, String words) {
    this.status = status;
    this.type = type;
    this.body = body;
    for (ThrowingCallable call : List.<ThrowingCallable>of(this::ping, this::measurements)) {
      assertThatThrownBy(call)
          .isInstanceOfSatisfying(
              StoreException.class,
              failure -> assertThat(failure.kind()).isEqualTo(StoreException.Kind.LOGIN))
          .hasMessage(words);
    }
  }

  /**
   * InfluxDB 2.7 says the first and the second of a bucket that the token may not read, too;
   * callers were answered 500 "see the log".
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "database not found: ems",
        "default retention policy not set for: ems",
        "retention policy not found: autogen"
      })
  void bucketThatIsMissingOrHidden_isTold(String error) {
    status = 200;
    type = "application/json";
    body = "{\"results\":[{\"statement_id\":0,\"error\":\"" + error + "\"}]}";
    for (ThrowingCallable call : List.<ThrowingCallable>of(this::ping, this::measurements)) {
      assertThatThrownBy(call)
          .isInstanceOfSatisfying(
              StoreException.class,
              failure -> assertThat(failure.kind()).isEqualTo(StoreException.Kind.MISSING))
          .hasMessage(
              "InfluxDB has no such bucket, or store.influxdb2.token may not read it: see"
                  + " store.influxdb2.bucket")
          .hasRootCauseMessage(error);
    }
  }

  /** As after an upgrade from 1.x; InfluxDB was asked for a database of that whole name. */
  @Test
  void bucketWithASlash_isReadAsTheDefaultPolicyOfItsDatabase() {
    status = 200;
    type = "application/json";
    body = "{\"results\":[{\"statement_id\":0}]}\n";
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (InfluxQlStore store = InfluxQlStore.version2(url, "hissrv/autogen", "t")) {
      policies = policies("autogen", true) + "\n";
      assertThat(store.ping(Duration.ofMinutes(1))).isEqualTo("InfluxDB 2.7.4");
      assertThat(asked).hasSize(2).allMatch(question -> question.contains("&db=hissrv&"));
      for (String other : List.of(policies("autogen", false), policies("daily", true), body)) {
        asked.clear();
        policies = other;
        assertThatThrownBy(() -> store.ping(Duration.ofMinutes(1)))
            .isInstanceOfSatisfying(
                StoreException.class,
                failure -> assertThat(failure.kind()).isEqualTo(StoreException.Kind.MISSING))
            .hasMessage(
                "InfluxQL finds a bucket with a slash in its name only by its database's default"
                    + " DBRP mapping, and there is none to the bucket of store.influxdb2.bucket that"
                    + " store.influxdb2.token may read");
        assertThat(asked).as("nothing is read from another bucket").hasSize(1);
      }
    }
  }

  private static String policies(String name, boolean isDefault) {
    return "{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"name\",\"duration\","
        + "\"shardGroupDuration\",\"replicaN\",\"default\"],\"values\":[[\""
        + name
        + "\",\"0s\",\"168h0m0s\",1,"
        + isDefault
        + "]]}]}]}";
  }

  /**
   * The first token of a server may be any text. InfluxDB 2's {@code /query} and {@code /write}
   * read {@code Token a:b} as a user of 1.x, and no token with a space; the rest of it takes both.
   */
  @ParameterizedTest
  @CsvSource({
    "a-token=, Token a-token=",
    "my:token, Basic dG9rZW46bXk6dG9rZW4=",
    "my token, Basic dG9rZW46bXkgdG9rZW4="
  })
  void tokenWithAColonOrASpace_isALogin(String token, String login) {
    status = 200;
    type = "application/json";
    body = "{\"results\":[{\"statement_id\":0}]}\n";
    toWrites = 403;
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (InfluxQlStore store = InfluxQlStore.version2(InfluxLink.plain(url), "ems", token, token)) {
      assertThat(store.ping(Duration.ofMinutes(1))).isEqualTo("InfluxDB 2.7.4");
      RawStore raw = store.raw().orElseThrow();
      assertThat(raw.ask("SELECT v FROM m", 1, 1, Deadline.in(Duration.ofMinutes(1))).tables())
          .isEmpty();
    }
    assertThat(logins).hasSize(3).containsOnly(login);
  }

  /** Each question was an unexpected failure, 500; the sink refuses such a token, too. */
  @ParameterizedTest
  @ValueSource(strings = {"store.influxdb2.token", "store.influxdb2.raw.token"})
  void tokenThatNoHeaderCanCarry_isRefusedOnItsKey(String key) {
    InfluxDb2Provider provider = new InfluxDb2Provider();
    for (String token : List.of("tökén", "to\nken")) {
      StoreSettings settings = new StoreSettings(provider.settings(), Map.of(key, token), 2);
      assertThatThrownBy(() -> provider.open(settings))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              key + ": the value cannot be used: needs a token of printable ASCII characters");
    }
  }

  /** Both were told as "the login of raw queries may write". */
  @ParameterizedTest
  @CsvSource({
    "401, LOGIN, 'refuses the service''s login: see store.influxdb2.raw.token'",
    "404, MISSING, 'has no such bucket, or store.influxdb2.raw.token may not read it: see"
        + " store.influxdb2.bucket'"
  })
  void tokenOfRawQueries_thatIsRefusedOrSeesNoBucket_isTold(
      int toWrites, StoreException.Kind kind, String words) {
    this.toWrites = toWrites;
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (InfluxQlStore store =
        InfluxQlStore.version2(InfluxLink.plain(url), "ems", "t", "of-raw-queries")) {
      RawStore raw = store.raw().orElseThrow();
      assertThatThrownBy(() -> raw.ask("SELECT v FROM m", 1, 1, Deadline.in(Duration.ofMinutes(1))))
          .isInstanceOfSatisfying(
              StoreException.class, failure -> assertThat(failure.kind()).isEqualTo(kind))
          .hasMessage("InfluxDB " + words);
      assertThat(asked).isEmpty();
    }
  }

  /**
   * A bucket without data; and a proxy before it may let pass no more than what the service asks.
   */
  @Test
  void emptyBucket_isUp_andIsAskedAsByEachQuestion() {
    status = 200;
    type = "application/json";
    body = "{\"results\":[{\"statement_id\":0}]}\n";
    assertThat(ping()).isEqualTo("InfluxDB 2.7.4");
    assertThat(asked).singleElement().asString().contains("&q=SHOW+FIELD+KEYS+FROM+");
  }

  /** InfluxDB 1.x says so with status 200, also in the middle of an answer. */
  @ParameterizedTest
  @CsvSource({
    "query engine shutdown, UNAVAILABLE, 'InfluxDB is stopping, or not ready yet'",
    "query interrupted, UNAVAILABLE, 'InfluxDB is stopping, or not ready yet'",
    "[shard 7] engine is closed, UNAVAILABLE, 'InfluxDB is stopping, or not ready yet'",
    "shard is disabled, UNAVAILABLE, 'InfluxDB is stopping, or not ready yet'",
    "tsdb: series file closed, UNAVAILABLE, 'InfluxDB is stopping, or not ready yet'",
    "'max-concurrent-queries limit exceeded(4, 4)', UNAVAILABLE, 'InfluxDB runs as many queries as"
        + " its max-concurrent-queries allows: raise it, or lower query.concurrency'",
    "query-timeout limit exceeded, TIMEOUT,"
        + " the query took longer than InfluxDB's own query-timeout allows",
    "max-select-point limit exceeed: (5/4), TOO_MUCH, 'InfluxDB reads at most 4 points for a query"
        + " (max-select-point): ask for a shorter range, fewer devices or fewer fields, or raise"
        + " it'",
    "max-select-series limit exceeded: (21/20), TOO_MUCH, 'InfluxDB reads at most 20 series for a"
        + " query (max-select-series): name tags, so that fewer devices are asked for, or raise it'",
    "max-select-buckets limit exceeded: (7201/50), TOO_MUCH, 'InfluxDB computes at most 50 windows"
        + " for a query (max-select-buckets), and this one has 7201: ask for longer windows or a"
        + " shorter range, or raise it'"
  })
  void questionThatInfluxDbRefusesForNow_mayBeAskedAgain(
      String error, StoreException.Kind kind, String words) {
    status = 200;
    type = "application/json";
    for (String answer :
        List.of(
            "{\"error\":\"" + error + "\"}",
            "{\"results\":[{\"statement_id\":0,\"error\":\"" + error + "\"}]}")) {
      body = answer;
      assertThatThrownBy(this::measurements)
          .isInstanceOfSatisfying(
              StoreException.class, failure -> assertThat(failure.kind()).isEqualTo(kind))
          .hasMessage(words);
    }
  }

  private List<Measurement> measurements() {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (InfluxQlStore store = InfluxQlStore.version2(url, "ems", "t")) {
      return store.measurements(Deadline.in(Duration.ofMinutes(1)));
    }
  }
}
