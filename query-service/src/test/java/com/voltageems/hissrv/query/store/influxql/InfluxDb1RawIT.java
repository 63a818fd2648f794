package com.voltageems.hissrv.query.store.influxql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.raw.RawAnswer;
import com.voltageems.hissrv.query.store.raw.RawException;
import com.voltageems.hissrv.query.store.raw.RawStore;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Raw queries of an InfluxDB 1.x that asks for logins. */
@RequiresServer(RequiresServer.Server.INFLUXDB_1)
class InfluxDb1RawIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String ADMIN = "u=admin&p=secret";
  private static InfluxDb1 database;

  @BeforeAll
  static void start(@TempDir Path dir) throws Exception {
    database = InfluxDb1.startWithLogin(dir);
    statement("", "CREATE USER admin WITH PASSWORD 'secret' WITH ALL PRIVILEGES");
    statement(ADMIN, "CREATE DATABASE site");
    statement(ADMIN, "CREATE USER reader WITH PASSWORD 'r'");
    statement(ADMIN, "GRANT READ ON site TO reader");
    statement(ADMIN, "CREATE USER stranger WITH PASSWORD 'r'");
    statement(ADMIN, "CREATE USER writer WITH PASSWORD 'w'");
    statement(ADMIN, "GRANT ALL ON site TO writer");
    post(
        "/write?db=site&precision=s&" + ADMIN,
        "raw,ch=1 v=1.5 1700002800\nraw,ch=2 v=2.5 1700002801");
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  private static void statement(String login, String text) throws Exception {
    post("/query?" + login + "&q=" + URLEncoder.encode(text, StandardCharsets.UTF_8), "");
  }

  private static void post(String path, String body) throws Exception {
    HttpResponse<String> response =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(database.url() + path))
                .timeout(Duration.ofMinutes(1))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isIn(200, 204);
  }

  private static InfluxQlStore store(String user, String password) {
    return InfluxQlStore.version1(
        InfluxLink.plain(URI.create(database.url())),
        "site",
        List.of(),
        "admin",
        "secret",
        user,
        password);
  }

  private static RawAnswer ask(RawStore raw, String statement, int most) {
    return raw.ask(statement, most, 1000, Deadline.in(Duration.ofMinutes(2)));
  }

  /** Issue 14, item 12. */
  @Test
  void rawQuery_reads_andTheDatabaseRefusesEverythingElse() {
    try (InfluxQlStore store = store("reader", "r")) {
      RawStore raw = store.raw().orElseThrow();
      RawAnswer all = ask(raw, "SELECT v FROM raw GROUP BY ch", 10);
      assertThat(all.truncated()).isFalse();
      assertThat(all.tables())
          .containsExactly(
              new RawAnswer.Table(
                  "raw",
                  Map.of("ch", "1"),
                  List.of("time", "v"),
                  List.of(List.of("2023-11-14T23:00:00Z", 1.5))),
              new RawAnswer.Table(
                  "raw",
                  Map.of("ch", "2"),
                  List.of("time", "v"),
                  List.of(List.of("2023-11-14T23:00:01Z", 2.5))));
      assertThat(ask(raw, "SELECT v FROM raw", 1).truncated()).isTrue();
      assertThat(ask(raw, "SHOW TAG KEYS", 10).tables().get(0).rows())
          .containsExactly(List.of("ch"));
      for (String writing :
          List.of(
              "SELECT v INTO other FROM raw",
              "DROP MEASUREMENT raw",
              "DELETE FROM raw",
              "DROP DATABASE site",
              "CREATE USER x WITH PASSWORD 'x' WITH ALL PRIVILEGES",
              "SELECT v FROM raw; DROP SERIES FROM raw",
              "not InfluxQL at all")) {
        assertThatThrownBy(() -> ask(raw, writing, 10))
            .as(writing)
            .isInstanceOfSatisfying(
                RawException.class, e -> assertThat(e.kind()).isEqualTo(RawException.Kind.REFUSED));
      }
      assertThat(ask(raw, "SELECT count(v) FROM raw", 10).tables().get(0).rows().get(0).get(1))
          .isEqualTo(2L);
    }
  }

  @Test
  void rawQueryOfALoginThatMayWrite_isRefusedByUs() {
    for (String[] login : new String[][] {{"writer", "w"}, {"admin", "secret"}}) {
      try (InfluxQlStore store = store(login[0], login[1])) {
        assertThatThrownBy(() -> ask(store.raw().orElseThrow(), "SELECT v FROM raw", 10))
            .as(login[0])
            .isInstanceOfSatisfying(
                RawException.class,
                e -> assertThat(e.kind()).isEqualTo(RawException.Kind.MAY_WRITE))
            .hasMessageContaining("store.influxdb1.raw.username");
      }
    }
    try (InfluxQlStore store = store("none", "n")) {
      assertThatThrownBy(() -> ask(store.raw().orElseThrow(), "SELECT v FROM raw", 10))
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.LOGIN))
          .hasMessage(
              "InfluxDB refuses the service's login: see store.influxdb1.raw.username and"
                  + " store.influxdb1.raw.password");
    }
  }

  /** The login may be right, and may not read: all was green, and each question a 500. */
  @ParameterizedTest
  @CsvSource({
    "site, stranger, LOGIN, 'refuses this to the service''s login, which lacks the right: see"
        + " store.influxdb1.username and store.influxdb1.password', authorizing",
    "site, nobody, LOGIN, 'refuses the service''s login: see store.influxdb1.username and"
        + " store.influxdb1.password', authorization failed",
    "site, '', LOGIN, 'refuses the service''s login: see store.influxdb1.username and"
        + " store.influxdb1.password', unable to parse authentication credentials",
    "none, reader, LOGIN, 'refuses this to the service''s login, which lacks the right: see"
        + " store.influxdb1.username and store.influxdb1.password', authorizing",
    "none, admin, MISSING, 'has no such database or retention policy: see"
        + " store.influxdb1.database and store.influxdb1.retention.policies',"
        + " database not found: none"
  })
  void loginThatMayNotRead_andNoDatabase_areDown(
      String name, String user, StoreException.Kind kind, String words, String own) {
    String password = user.equals("admin") ? "secret" : "r";
    try (InfluxQlStore store =
        InfluxQlStore.version1(URI.create(database.url()), name, List.of(), user, password)) {
      assertThatThrownBy(() -> store.ping(Duration.ofSeconds(10)))
          .hasMessage("InfluxDB " + words)
          .isInstanceOfSatisfying(
              StoreException.class, failure -> assertThat(failure.kind()).isEqualTo(kind))
          .rootCause()
          .hasMessageContaining(own);
    }
  }

  @Test
  void loginThatMayOnlyRead_isUp() {
    try (InfluxQlStore store =
        InfluxQlStore.version1(URI.create(database.url()), "site", List.of(), "reader", "r")) {
      assertThat(store.ping(Duration.ofSeconds(10))).startsWith("InfluxDB 1.");
    }
  }
}
