package com.voltageems.hissrv.influx.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.testkit.TlsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.apache.kafka.common.config.ConfigValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Field case O3: an https database with certificates from the site's own CA. */
class TlsIT {
  private static final HeldCertificate CA = authority("site");
  private static final HeldCertificate OTHER_CA = authority("other");
  private static final HeldCertificate SERVER = forHost("127.0.0.1");
  private static final HeldCertificate CLIENT =
      new HeldCertificate.Builder().signedBy(CA).commonName("sink").build();

  @TempDir private Path dir;
  private final List<String> stored = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private @Nullable TlsServer server;
  private int port;

  private static HeldCertificate authority(String name) {
    return new HeldCertificate.Builder().certificateAuthority(0).commonName(name).build();
  }

  private static HeldCertificate forHost(String host) {
    return certificate(CA, host);
  }

  private static HeldCertificate certificate(HeldCertificate signer, String host) {
    return new HeldCertificate.Builder().signedBy(signer).addSubjectAlternativeName(host).build();
  }

  private void start(HeldCertificate certificate, boolean asksForClient) {
    start(0, certificate, CA, asksForClient);
  }

  private void start(
      int at, HeldCertificate certificate, HeldCertificate signer, boolean asksForClient) {
    HandshakeCertificates certificates =
        new HandshakeCertificates.Builder()
            .heldCertificate(certificate)
            .addTrustedCertificate(signer.certificate())
            .build();
    TlsServer made =
        new TlsServer(
            at,
            certificates.sslContext(),
            asksForClient,
            exchange -> {
              stored.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
              exchange.sendResponseHeaders(204, -1);
              exchange.close();
            });
    server = made;
    port = made.port();
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
    threads.shutdownNow();
  }

  private String file(String name, String content) {
    try {
      return Files.writeString(dir.resolve(name), content).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, String> settings(String... more) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("influxdb.url", "https://127.0.0.1:" + port);
    settings.put("influxdb.bucket", "ems");
    settings.put("linger.ms", "0");
    for (int i = 0; i < more.length; i += 2) {
      settings.put("influxdb.ssl." + more[i], more[i + 1]);
    }
    return settings;
  }

  private static Map<String, String> errors(Map<String, String> settings) {
    return new InfluxSinkConnector()
        .validate(settings).configValues().stream()
            .filter(value -> !value.errorMessages().isEmpty())
            .collect(
                Collectors.toMap(
                    ConfigValue::name, value -> String.join("; ", value.errorMessages())));
  }

  private void writes(Map<String, String> settings) {
    assertThat(errors(settings)).isEmpty();
    stored.clear();
    try (SinkHarness sink = new SinkHarness(settings, 1)) {
      sink.put(List.of(TestRecords.record(TestRecords.sample(Map.of("1", 2.5), 5), 0)));
      sink.pumpUntilCommitted(0, 1);
    }
    assertThat(stored).containsExactly("telemetry,channel=1001 1=2.5 5000000\n");
  }

  private String ca() {
    return file("ca.pem", CA.certificatePem());
  }

  /** A site's authority is renewed, and with it the certificates of both. */
  @Test
  void renewedFiles_areUsedWithoutARestart() {
    start(SERVER, true);
    String client = file("client.pem", CLIENT.certificatePem() + CLIENT.privateKeyPkcs8Pem());
    try (SinkHarness sink =
        new SinkHarness(settings("truststore.location", ca(), "keystore.location", client), 1)) {
      sink.put(List.of(TestRecords.record(TestRecords.sample(Map.of("1", 2.5), 5), 0)));
      sink.pumpUntilCommitted(0, 1);

      Objects.requireNonNull(server).close();
      HeldCertificate next = certificate(OTHER_CA, "127.0.0.1");
      start(port, next, OTHER_CA, true);
      sink.put(List.of(TestRecords.record(TestRecords.sample(Map.of("1", 3.5), 6), 1)));
      sink.pump(() -> String.valueOf(sink.metadata(0)).contains("influxdb.ssl.truststore"));
      // As it may look while somebody writes it.
      String unused = file("ca.pem", "-----BEGIN CERTIFICATE-----\n");
      unused = file("ca.pem", OTHER_CA.certificatePem());
      unused = file("client.pem", next.certificatePem() + next.privateKeyPkcs8Pem());
      sink.pumpUntilCommitted(0, 2);
    }
    assertThat(stored).hasSize(2);
  }

  @Test
  void ownAuthority_isTrustedByItsPem() {
    start(SERVER, false);
    writes(settings("truststore.location", ca()));
    writes(settings("truststore.certificates", CA.certificatePem()));
  }

  @Test
  void clientCertificate_isShown() {
    start(SERVER, true);
    writes(
        settings(
            "truststore.location",
            ca(),
            "keystore.location",
            file("client.pem", CLIENT.privateKeyPkcs8Pem() + CLIENT.certificatePem())));
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
      try (OutputStream file = Files.newOutputStream(dir.resolve(store.getKey()))) {
        store.getValue().store(file, password);
      }
    }
    Map<String, String> settings =
        settings(
            "truststore.location",
            dir.resolve("ca.p12").toString(),
            "truststore.password",
            "secret",
            "keystore.location",
            dir.resolve("c.p12").toString(),
            "keystore.password",
            "secret");
    writes(settings);
    settings.put("influxdb.ssl.keystore.password", "wrong");
    assertThat(errors(settings)).containsOnlyKeys("influxdb.ssl.keystore.password");
  }

  @Test
  void authorityNotTrusted_namesTheTruststore() {
    start(SERVER, false);
    assertThat(errors(settings())).containsOnlyKeys("influxdb.ssl.truststore.location");
    assertThat(errors(settings("truststore.location", file("o.pem", OTHER_CA.certificatePem()))))
        .hasEntrySatisfying(
            "influxdb.ssl.truststore.location",
            text ->
                assertThat(text)
                    .contains("the server's certificate is not trusted")
                    .contains("influxdb.ssl.truststore.location names the file"));
  }

  @Test
  void expiredCertificate_isSaid() {
    Instant now = Instant.now();
    start(
        new HeldCertificate.Builder()
            .signedBy(CA)
            .addSubjectAlternativeName("127.0.0.1")
            .validityInterval(
                now.minus(Duration.ofDays(9)).toEpochMilli(),
                now.minus(Duration.ofDays(1)).toEpochMilli())
            .build(),
        false);
    assertThat(errors(settings("truststore.location", ca())))
        .hasEntrySatisfying(
            "influxdb.url", text -> assertThat(text).contains("certificate").contains("expired"));
  }

  @Test
  void certificateOfAnotherHost_isRefusedUnlessToldOtherwise() {
    start(forHost("db.example"), false);
    assertThat(errors(settings("truststore.location", ca())))
        .hasEntrySatisfying(
            "influxdb.ssl.endpoint.identification.algorithm",
            text -> assertThat(text).contains("for another host"));
    writes(settings("truststore.location", ca(), "endpoint.identification.algorithm", ""));
  }

  @Test
  void missingClientCertificate_namesTheKeystore() {
    start(SERVER, true);
    assertThat(errors(settings("truststore.location", ca())))
        .hasEntrySatisfying(
            "influxdb.ssl.keystore.location",
            text -> assertThat(text).contains("client certificate"));
  }

  @Test
  void clientCertificateOfAStranger_namesTheKeystore() {
    start(SERVER, true);
    HeldCertificate stranger = new HeldCertificate.Builder().signedBy(OTHER_CA).build();
    assertThat(
            errors(
                settings(
                    "truststore.location",
                    ca(),
                    "keystore.location",
                    file("s.pem", stranger.privateKeyPkcs8Pem() + stranger.certificatePem()))))
        .containsOnlyKeys("influxdb.ssl.keystore.location");
  }

  @Test
  void plainHttpAtThatPort_isSaid() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Future<Object> answering =
          threads.submit(
              () -> {
                try (Socket client = plain.accept()) {
                  client.getInputStream().read();
                  client
                      .getOutputStream()
                      .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
                  client.getInputStream().readAllBytes();
                } catch (SocketException e) {
                  // connection reset, which is how the sink closes it
                }
                return "answered";
              });
      port = plain.getLocalPort();
      assertThat(errors(settings("truststore.location", ca())))
          .hasEntrySatisfying(
              "influxdb.url", text -> assertThat(text).contains("does not speak TLS"));
      answering.get(1, TimeUnit.MINUTES);
    }
  }

  @Test
  void settingsOfTls_withoutHttps_areRefused() {
    start(SERVER, false);
    Map<String, String> settings = settings("truststore.location", ca());
    settings.put("influxdb.url", "http://127.0.0.1:1");
    assertThat(errors(settings))
        .containsOnlyKeys("influxdb.ssl.truststore.location")
        .hasEntrySatisfying(
            "influxdb.ssl.truststore.location",
            text -> assertThat(text).contains("begins with https://"));
  }

  @Test
  void everyMistakeInTheFiles_isToldOnItsKey() {
    start(SERVER, false);
    assertThat(
            errors(
                settings(
                    "truststore.location",
                    dir.resolve("none").toString(),
                    "keystore.location",
                    ca())))
        .containsOnlyKeys("influxdb.ssl.truststore.location", "influxdb.ssl.keystore.location");
  }
}
