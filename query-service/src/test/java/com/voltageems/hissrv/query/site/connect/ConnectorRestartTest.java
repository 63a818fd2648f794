package com.voltageems.hissrv.query.site.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.site.FakeConnect;
import com.voltageems.hissrv.query.tls.ConnectTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody who restarts a failed task gets to see. */
class ConnectorRestartTest {
  private static final String RESTART = "POST /connectors/si/tasks/0/restart";

  private static QueryConfig.Connect settings(ConnectTls tls, String... urls) {
    return new QueryConfig.Connect(
        Stream.of(urls).map(URI::create).toList(),
        "so",
        "si",
        "operator",
        "of-the-operator",
        false,
        false,
        Duration.ofSeconds(1),
        tls);
  }

  private static ConnectClient client(String... urls) {
    return ConnectorRoutes.client(settings(ConnectTls.NONE, urls), Duration.ofSeconds(1));
  }

  @Test
  void rebalance_isWaitedFor_butNotForLong() throws Exception {
    try (FakeConnect connect = new FakeConnect()) {
      connect.connectors.put("si", Map.of());
      connect.failing.put("si", "x.Y: z");
      connect.rebalancing.set(2);
      assertThat(client(connect.url()).restartFailed("si"))
          .contains(new ConnectClient.Restarted(false, List.of(0)));
      assertThat(connect.changes).containsExactly(RESTART);
      connect.rebalancing.set(1000);
      assertThatThrownBy(() -> client(connect.url()).restartFailed("si"))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("with 409: rebalancing");
    }
  }

  @Test
  void failure_isTold() throws Exception {
    try (FakeConnect connect = new FakeConnect()) {
      connect.connectors.put("si", Map.of());
      connect.failure = "Cannot produce to config topic";
      connect.failures.set(1);
      assertThatThrownBy(() -> client(connect.url()).restartFailed("si"))
          .isInstanceOf(ConnectException.class)
          .hasMessage(
              "Kafka Connect answered GET /connectors/si/status with 500: Cannot produce to config"
                  + " topic");
    }
  }

  /** The second worker was never asked. */
  @ParameterizedTest
  @ValueSource(ints = {302, 429, 500})
  void foreignAnswer_isToldOnlyWhereNoOtherWorkerAnswers(int status) throws Exception {
    try (FakeConnect proxy = new FakeConnect();
        FakeConnect connect = new FakeConnect()) {
      proxy.foreign = Optional.of(new FakeConnect.Foreign(status, "<html>", Map.of()));
      connect.connectors.put("si", Map.of());
      connect.failing.put("si", "x.Y: z");
      assertThat(client(proxy.url(), connect.url()).restartFailed("si"))
          .contains(new ConnectClient.Restarted(false, List.of(0)));
      assertThat(connect.changes).containsExactly(RESTART);

      connect.foreign = Optional.of(new FakeConnect.Foreign(502, "", Map.of()));
      assertThatThrownBy(() -> client(proxy.url(), connect.url()).restartFailed("si"))
          .isInstanceOf(ConnectException.class)
          .hasMessage(
              "Kafka Connect does not answer at "
                  + proxy.url()
                  + " (connect.url): answered with status "
                  + status
                  + " and not in Kafka Connect's words: this is the address of something else or of"
                  + " a proxy's other path");
    }
  }

  /** Each call is in time, but the page gives up before the last of them. */
  @Test
  void slowWorker_isToldInTime() throws Exception {
    Clock slow =
        new Clock() {
          private final AtomicInteger calls = new AtomicInteger();

          @Override
          public Instant instant() {
            return Instant.EPOCH.plusSeconds(5L * calls.getAndIncrement());
          }

          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }
        };
    try (FakeConnect connect = new FakeConnect()) {
      connect.connectors.put("si", Map.of());
      connect.failing.put("si", "x.Y: z");
      ConnectClient client =
          ConnectorRoutes.client(settings(ConnectTls.NONE, connect.url()), Duration.ZERO, slow)
              .within(Duration.ofSeconds(25));
      assertThatThrownBy(() -> client.restartFailed("si"))
          .isInstanceOf(ConnectException.class)
          .hasMessage(
              "Kafka Connect at "
                  + connect.url()
                  + " (connect.url) is slow: not everything was done within 25 s; see the state of"
                  + " the connector, and try again");
      assertThat(connect.changes).isEmpty();
    }
  }

  /** A worker, or a proxy before it, that speaks HTTPS, has a login, and may answer with a page. */
  @Test
  void overHttps_withPemFiles_andLogin(@TempDir Path dir) throws Exception {
    HeldCertificate signer = new HeldCertificate.Builder().certificateAuthority(0).build();
    HeldCertificate own =
        new HeldCertificate.Builder()
            .signedBy(signer)
            .addSubjectAlternativeName("127.0.0.1")
            .build();
    List<String> asked = new CopyOnWriteArrayList<>();
    AtomicInteger pages = new AtomicInteger();
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(
            new HandshakeCertificates.Builder().heldCertificate(own).build().sslContext()));
    server.createContext("/", exchange -> answer(exchange, asked, pages));
    server.start();
    try {
      String url = "https://127.0.0.1:" + server.getAddress().getPort();
      Path ca = Files.writeString(dir.resolve("ca.pem"), signer.certificatePem());
      ConnectTls tls =
          new ConnectTls(Map.of("connect.ssl.truststore.location", ca.toString()), false);
      assertThat(client(url, tls).restartFailed("si"))
          .isEqualTo(Optional.of(new ConnectClient.Restarted(true, List.of(1))));
      assertThat(asked)
          .contains("POST /connectors/si/restart", "POST /connectors/si/tasks/1/restart")
          .doesNotContain("POST /connectors/si/tasks/0/restart");
      pages.set(1);
      assertThatThrownBy(() -> client(url, tls).restartFailed("si"))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("something that is not JSON")
          .hasMessageNotContaining("of-the-operator");
      assertThatThrownBy(() -> client(url, ConnectTls.NONE).restartFailed("si"))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("the server's certificate is not trusted");
    } finally {
      server.stop(0);
    }
  }

  private static ConnectClient client(String url, ConnectTls tls) {
    return ConnectorRoutes.client(settings(tls, url), Duration.ZERO);
  }

  private static void answer(HttpExchange exchange, List<String> asked, AtomicInteger pages)
      throws IOException {
    String login =
        "Basic "
            + Base64.getEncoder()
                .encodeToString("operator:of-the-operator".getBytes(StandardCharsets.UTF_8));
    boolean knows = login.equals(exchange.getRequestHeaders().getFirst("Authorization"));
    asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
    String text =
        pages.get() > 0
            ? "<html>Sign in</html>"
            : exchange.getRequestURI().getPath().endsWith("/status")
                ? """
                  {"connector":{"state":"FAILED"},"tasks":[{"id":0,"state":"RUNNING"},
                   {"id":1,"state":"FAILED","trace":"x"}]}"""
                : "";
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(
        knows ? body.length == 0 ? 204 : 200 : 401, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
