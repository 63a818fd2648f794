package com.voltageems.hissrv.query.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import com.voltageems.hissrv.query.config.ConfigException;
import com.voltageems.hissrv.query.config.ConfigFile;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.health.store.StoreProbe;
import com.voltageems.hissrv.query.http.QueryServer;
import com.voltageems.hissrv.query.openapi.CheckedClient;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.Tiers;
import com.voltageems.hissrv.query.store.tier.Wish;
import com.voltageems.hissrv.testkit.TlsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service's database behind https, with certificates of a site's own (field case O3). */
class DatabaseTlsTest {
  private static final HeldCertificate CA = authority("site");
  private static final HeldCertificate OTHER_CA = authority("other");
  private static final HeldCertificate SERVER = forHost("127.0.0.1");
  private static final HeldCertificate CLIENT =
      new HeldCertificate.Builder().signedBy(CA).commonName("service").build();
  private static final String SSL = "store.influxdb2.ssl.";

  @TempDir private Path dir;
  private @Nullable TlsServer server;
  private int port = 1;

  private static HeldCertificate authority(String name) {
    return new HeldCertificate.Builder().certificateAuthority(0).commonName(name).build();
  }

  private static HeldCertificate forHost(String host) {
    return new HeldCertificate.Builder().signedBy(CA).addSubjectAlternativeName(host).build();
  }

  private static HeldCertificate.Builder outdated() {
    Instant now = Instant.now();
    return new HeldCertificate.Builder()
        .signedBy(CA)
        .addSubjectAlternativeName("127.0.0.1")
        .validityInterval(
            now.minus(Duration.ofDays(9)).toEpochMilli(),
            now.minus(Duration.ofDays(1)).toEpochMilli());
  }

  private void start(HeldCertificate certificate, boolean asksForClient) {
    server = EmptyInflux.at(0, certificate, CA, asksForClient);
    port = server.port();
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private String file(String name, String content) {
    try {
      return Files.writeString(dir.resolve(name), content).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String ca() {
    return file("ca.pem", CA.certificatePem());
  }

  private String pem(HeldCertificate client) {
    return file("client.pem", client.privateKeyPkcs8Pem() + client.certificatePem());
  }

  private Map<String, String> texts(String type, String... more) {
    Map<String, String> texts = new HashMap<>();
    texts.put("store.type", type);
    texts.put("store." + type + ".url", "https://127.0.0.1:" + port);
    for (int i = 0; i < more.length; i += 2) {
      texts.put("store." + type + ".ssl." + more[i], more[i + 1]);
    }
    return texts;
  }

  private static QueryConfig.Store store(Map<String, String> texts) {
    try {
      QueryConfig config = QueryConfig.of(texts);
      config.checkFiles();
      return config.store();
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String ping(Map<String, String> texts) {
    try (HistoryStore store = store(texts).open(1)) {
      return store.ping(Duration.ofMinutes(1));
    }
  }

  /** What the store says of a call that failed. */
  private String failure(String... more) {
    StoreException failure =
        catchThrowableOfType(StoreException.class, () -> ping(texts("influxdb2", more)));
    assertThat(failure.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE);
    return String.valueOf(failure.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"influxdb1", "influxdb2"})
  void ownAuthority_isTrustedByItsPem(String type) {
    start(SERVER, false);
    assertThat(ping(texts(type, "truststore.location", ca()))).startsWith("InfluxDB 2.7.0");
    assertThat(ping(texts(type, "truststore.certificates", CA.certificatePem())))
        .startsWith("InfluxDB 2.7.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"influxdb1", "influxdb2"})
  void queriesAndCopies_goTheSameWay(String type) throws Exception {
    start(SERVER, true);
    QueryConfig.Store config =
        store(texts(type, "truststore.location", ca(), "keystore.location", pem(CLIENT)));
    Deadline soon = Deadline.in(Duration.ofMinutes(1));
    try (HistoryStore store = config.open(1);
        Tiers tiers = config.tiers().orElseThrow()) {
      assertThat(store.measurements(soon)).isEmpty();
      Wish wish = new Wish(new Tier("hourly"), null, null, 0, List.of());
      assertThat(tiers.places(wish, soon)).hasSize(1).noneMatch(place -> place.exists());
    }
  }

  /** What fails later names the keys of hissrv.yml where the operator has that. */
  @Test
  void settingsOfASite_areNamedByItsKeys() {
    start(SERVER, true);
    String authority = ca();
    assertThat(siteFailure(texts("influxdb2")))
        .contains("influxdb.tls.truststore.path")
        .doesNotContain("store.influxdb2");
    assertThat(siteFailure(texts("influxdb2", "truststore.location", authority)))
        .contains("set influxdb.tls.keystore.path")
        .doesNotContain("store.influxdb2");
    String other = file("other.pem", OTHER_CA.certificatePem());
    assertThat(siteFailure(texts("influxdb1", "truststore.location", other)))
        .contains("influxdb.tls.truststore.path", "now it names " + other)
        .doesNotContain("store.influxdb1");
    // Certificates as texts are not among the keys of a site: they came by another way.
    assertThat(
            siteFailure(texts("influxdb2", "truststore.certificates", OTHER_CA.certificatePem())))
        .contains("store.influxdb2.ssl.truststore.location");
    // They all count as before.
    Map<String, String> texts =
        texts(
            "influxdb2",
            "truststore.location",
            authority,
            "keystore.location",
            pem(CLIENT),
            "endpoint.identification.algorithm",
            "");
    texts.put("store.influxdb2.url", "https://localhost:" + port);
    try (HistoryStore store = site(texts).open(1)) {
      assertThat(store.ping(Duration.ofMinutes(1))).startsWith("InfluxDB 2.7.0");
    }
    texts.put(SSL + "endpoint.identification.algorithm", "https");
    assertThat(siteFailure(texts))
        .contains("influxdb.tls.verify.hostname")
        .doesNotContain("algorithm");
  }

  private static QueryConfig.Store site(Map<String, String> texts) {
    try {
      return QueryConfig.of(texts).ofSite().store();
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String siteFailure(Map<String, String> texts) {
    try (HistoryStore store = site(texts).open(1)) {
      return String.valueOf(
          catchThrowableOfType(StoreException.class, () -> store.ping(Duration.ofMinutes(1)))
              .getMessage());
    }
  }

  @Test
  void pkcs12_carriesAuthorityAndClientCertificate() throws Exception {
    start(SERVER, true);
    char[] password = "secret".toCharArray();
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", CA.certificate());
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry(
        "client",
        CLIENT.keyPair().getPrivate(),
        password,
        new Certificate[] {CLIENT.certificate(), CA.certificate()});
    for (Map.Entry<String, KeyStore> store : Map.of("ca.p12", trusted, "c.p12", own).entrySet()) {
      try (OutputStream out = Files.newOutputStream(dir.resolve(store.getKey()))) {
        store.getValue().store(out, password);
      }
    }
    Map<String, String> texts =
        texts(
            "influxdb2",
            "truststore.location",
            dir.resolve("ca.p12").toString(),
            "truststore.password",
            "secret",
            "keystore.location",
            dir.resolve("c.p12").toString(),
            "keystore.password",
            "secret");
    assertThat(ping(texts)).startsWith("InfluxDB 2.7.0");
    texts.put(SSL + "keystore.password", "wrong-secret");
    assertThatThrownBy(() -> ping(texts))
        .hasMessageContaining(
            SSL + "keystore.password: is not the password of the file " + dir.resolve("c.p12"))
        .hasMessageNotContaining("wrong-secret");
  }

  @Test
  void authorityNotTrusted_namesSettingAndFile() {
    start(SERVER, false);
    assertThat(failure())
        .isEqualTo(
            "InfluxDB at 127.0.0.1:"
                + port
                + " cannot be reached by TLS: the server's certificate is not trusted; "
                + SSL
                + "truststore.location names the file with those to trust");
    String other = file("other.pem", OTHER_CA.certificatePem());
    assertThat(failure("truststore.location", other)).endsWith("; now it names " + other);
  }

  @Test
  void expiredCertificate_isSaid() {
    start(outdated().build(), false);
    assertThat(failure("truststore.location", ca()))
        .contains("the server's certificate, or one of its chain, has expired");
  }

  @Test
  void certificateOfAnotherHost_isRefusedUnlessToldOtherwise() {
    start(forHost("db.example"), false);
    assertThat(failure("truststore.location", ca()))
        .contains("127.0.0.1:" + port)
        .contains("the server's certificate is for another host")
        .contains(SSL + "endpoint.identification.algorithm left empty");
    assertThat(
            ping(
                texts(
                    "influxdb2",
                    "truststore.location",
                    ca(),
                    "endpoint.identification.algorithm",
                    "")))
        .startsWith("InfluxDB 2.7.0");
    // Whichever host, but not whichever authority.
    assertThat(failure("endpoint.identification.algorithm", ""))
        .contains("the server's certificate is not trusted");
  }

  @Test
  void clientCertificate_missingStrangeOrOutdated_namesTheKeystore() {
    start(SERVER, true);
    assertThat(failure("truststore.location", ca()))
        .contains("client certificate")
        .contains("set " + SSL + "keystore.location");
    HeldCertificate stranger = new HeldCertificate.Builder().signedBy(OTHER_CA).build();
    assertThat(failure("truststore.location", ca(), "keystore.location", pem(stranger)))
        .contains("the server does not accept the client certificate of " + SSL + "keystore")
        .endsWith("; now it names " + dir.resolve("client.pem"));
    assertThat(failure("truststore.location", ca(), "keystore.location", pem(outdated().build())))
        .contains(SSL + "keystore.location holds a client certificate that is valid from ")
        .endsWith("; now it names " + dir.resolve("client.pem"));
  }

  /** At the start, before anything listens, in one line. */
  @Test
  void filesThatCannotBeUsed_areRefusedAtTheStart() {
    Path none = dir.resolve("none.pem");
    assertThatThrownBy(() -> read("truststore.location: " + none))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            dir.resolve("query.yml")
                + ": "
                + SSL
                + "truststore.location: does not name a file: "
                + none
                + " does not exist");
    assertThatThrownBy(() -> read("keystore.location: " + ca()))
        .hasMessageContaining(
            SSL + "keystore.location: holds no private key: the file " + dir.resolve("ca.pem"));
    assertThatThrownBy(() -> read("endpoint.identification.algorithm: http"))
        .hasMessageContaining("cannot be used: needs https, or nothing");
  }

  private QueryConfig read(String setting) throws ConfigException {
    file(
        "query.yml",
        "store: {type: influxdb2, influxdb2.url: \"https://i:1\", influxdb2.ssl."
            + setting
            + "}\n");
    return ConfigFile.read(dir.resolve("query.yml"), Map.of());
  }

  @Test
  void settingsOfTls_withoutHttps_areRefused() {
    Map<String, String> texts = texts("influxdb2", "truststore.location", ca());
    texts.put("store.influxdb2.url", "http://127.0.0.1:1");
    assertThatThrownBy(() -> QueryConfig.of(texts))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            SSL
                + "truststore.location: has no effect unless store.influxdb2.url begins with"
                + " https://");
  }

  /** As {@code ${CA:}} gives it where the environment has none. */
  @Test
  void blankSettingsOfTls_areAsIfNotSet() {
    Map<String, String> blank =
        texts("influxdb2", "truststore.location", " ", "truststore.certificates", "");
    blank.put(SSL + "endpoint.identification.algorithm", "");
    blank.put("store.influxdb2.url", "http://127.0.0.1:1");
    assertThat(store(blank)).isNotNull();
    start(SERVER, false);
    assertThat(ping(texts("influxdb2", "truststore.location", ca(), "keystore.location", " ")))
        .startsWith("InfluxDB 2.7.0");
  }

  /** Without a setting of TLS, what the JVM has: {@code -Djavax.net.ssl.keyStore} and the like. */
  @Test
  void nothingSet_theJvmsOwnCertificatesCount() throws Exception {
    start(SERVER, true);
    SSLContext before = SSLContext.getDefault();
    SSLContext.setDefault(
        new HandshakeCertificates.Builder()
            .heldCertificate(CLIENT)
            .addTrustedCertificate(CA.certificate())
            .build()
            .sslContext());
    try {
      assertThat(ping(texts("influxdb2"))).startsWith("InfluxDB 2.7.0");
      assertThat(ping(texts("influxdb2", "keystore.location", ""))).startsWith("InfluxDB 2.7.0");
      assertThat(failure("truststore.location", ca())).contains("client certificate");
    } finally {
      SSLContext.setDefault(before);
    }
  }

  @Test
  void certificateWithoutAlternativeName_isSaidToHaveNone() {
    start(new HeldCertificate.Builder().signedBy(CA).commonName("127.0.0.1").build(), false);
    assertThat(failure("truststore.location", ca()))
        .contains("the server's certificate has no subjectAltName")
        .contains(SSL + "endpoint.identification.algorithm left empty")
        .doesNotContain("for another host");
  }

  /** A new authority, as after a renewal; what is half written meanwhile changes nothing. */
  @Test
  void renewedFiles_areReadAgainWithoutARestart() {
    start(SERVER, false);
    try (HistoryStore store = store(texts("influxdb2", "truststore.location", ca())).open(1)) {
      assertThat(store.ping(Duration.ofMinutes(1))).startsWith("InfluxDB");
      file("ca.pem", CA.certificatePem().substring(0, 100));
      assertThat(store.ping(Duration.ofMinutes(1))).startsWith("InfluxDB");
      stop();
      server =
          EmptyInflux.at(
              port,
              new HeldCertificate.Builder()
                  .signedBy(OTHER_CA)
                  .addSubjectAlternativeName("127.0.0.1")
                  .build(),
              CA,
              false);
      assertThatThrownBy(() -> store.ping(Duration.ofMinutes(1)))
          .hasMessageContaining("the server's certificate is not trusted");
      file("ca.pem", OTHER_CA.certificatePem());
      assertThat(store.ping(Duration.ofMinutes(1))).startsWith("InfluxDB");
    }
  }

  @Test
  void fileThatVanishesBeforeTheFirstCall_isToldByTheCall() throws Exception {
    start(SERVER, false);
    Path file = Path.of(ca());
    try (HistoryStore store =
        store(texts("influxdb2", "truststore.location", file.toString())).open(1)) {
      Files.delete(file);
      assertThatThrownBy(() -> store.ping(Duration.ofMinutes(1)))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(SSL + "truststore.location does not name a file: " + file);
      ca();
      assertThat(store.ping(Duration.ofMinutes(1))).startsWith("InfluxDB");
    }
  }

  @Test
  void healthAndAnswer_sayWhatIsWrong() throws Exception {
    start(SERVER, false);
    Map<String, String> texts = texts("influxdb2");
    texts.put("http.port", "0");
    QueryConfig config = QueryConfig.of(texts);
    String reason =
        "cannot be reached by TLS: the server's certificate is not trusted; "
            + SSL
            + "truststore.location names the file with those to trust";
    try (HistoryStore store = config.store().open(1);
        HealthBoard board =
            new HealthBoard(
                List.of(new StoreProbe(store, Duration.ofMinutes(1))),
                Map.of(),
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                Clock.systemUTC());
        QueryServer service = new QueryServer(config, store, board, "1", Clock.systemUTC())) {
      board.start();
      String url = "http://127.0.0.1:" + service.start();
      await().atMost(Duration.ofMinutes(1)).until(() -> board.snapshot().get(0).checked() != null);
      HttpResponse<String> health = get(url + "/health");
      assertThat(health.statusCode()).isEqualTo(503);
      assertThat(said(health, "/parts/store/message")).contains(reason);
      HttpResponse<String> answer = get(url + "/measurements");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(said(answer, "/detail")).contains(reason);
    }
  }

  private static HttpResponse<String> get(String url) throws Exception {
    return new CheckedClient()
        .send(
            HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String said(HttpResponse<String> response, String pointer) throws IOException {
    return new ObjectMapper().readTree(response.body()).at(pointer).asText();
  }

  /** As Go's server and nginx answer; what a proxy says for a database that is away is no sign. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "400 Client sent an HTTP request to an HTTPS server.",
        "400 The plain HTTP request was sent to HTTPS port",
        "502 Bad Gateway"
      })
  void pingThatIsRefused_isNotUp(String answer) throws IOException {
    assertThatThrownBy(() -> pingAnsweredBy(answer))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            answer.startsWith("400")
                ? "InfluxDB speaks TLS at this address; write https://"
                : "InfluxDB answered a ping with status 502");
  }

  /** A proxy that lets questions through, and nothing else. */
  @ParameterizedTest
  @ValueSource(ints = {301, 401, 403, 404, 405})
  void pingThatAProxyForbids_isReached(int status) throws IOException {
    assertThat(pingAnsweredBy(status + " only /query goes by the HTTPS port"))
        .isEqualTo("InfluxDB 2.x");
  }

  private static String pingAnsweredBy(String answer) throws IOException {
    HttpServer plain =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    plain.createContext(
        "/",
        exchange -> {
          byte[] body = answer.substring(4).getBytes(UTF_8);
          exchange.sendResponseHeaders(Integer.parseInt(answer.substring(0, 3)), body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    plain.createContext(
        "/query",
        exchange -> {
          byte[] body = "{\"results\":[{\"statement_id\":0}]}\n".getBytes(UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    plain.start();
    try {
      Map<String, String> texts = new HashMap<>();
      texts.put("store.type", "influxdb2");
      texts.put("store.influxdb2.url", "http://127.0.0.1:" + plain.getAddress().getPort());
      return ping(texts);
    } finally {
      plain.stop(0);
    }
  }
}
