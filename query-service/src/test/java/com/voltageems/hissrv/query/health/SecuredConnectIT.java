package com.voltageems.hissrv.query.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.connect.ConnectClient;
import com.voltageems.hissrv.query.site.connect.ConnectException;
import com.voltageems.hissrv.query.tls.ConnectTls;
import com.voltageems.hissrv.testkit.ConnectWorker;
import com.voltageems.hissrv.testkit.KafkaBroker;
import com.voltageems.hissrv.testkit.Ports;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker whose REST API is HTTPS alone, with a certificate of a site's own, and asks for a login
 * by Kafka's BasicAuthSecurityRestExtension.
 */
class SecuredConnectIT {
  private static final String PASSWORD = "of-the-operator";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final HeldCertificate signer =
      new HeldCertificate.Builder().certificateAuthority(0).commonName("site").build();
  private final int port = Ports.free();

  @TempDir Path dir;

  @Test
  void probeAndClient_workByTlsAndLogin_andWhatIsWrongIsNamed() throws Exception {
    Map<String, String> trust = Map.of("connect.ssl.truststore.location", ca(signer, "ca.pem"));
    try (KafkaBroker broker = KafkaBroker.start(dir.resolve("kafka"));
        ConnectWorker worker =
            ConnectWorker.prepare(
                dir.resolve("connect"),
                broker.bootstrapServers(),
                List.of(),
                Map.of(
                    "listeners",
                    "https://127.0.0.1:" + port,
                    "listeners.https.ssl.keystore.type",
                    "PKCS12",
                    "listeners.https.ssl.keystore.location",
                    keystore(),
                    "listeners.https.ssl.keystore.password",
                    "kp",
                    "listeners.https.ssl.key.password",
                    "kp",
                    "rest.extension.classes",
                    "org.apache.kafka.connect.rest.basic.auth.extension."
                        + "BasicAuthSecurityRestExtension"),
                ConnectWorker.Version.CURRENT,
                List.of("-Djava.security.auth.login.config=" + logins()))) {
      assertThat(worker.process().isAlive()).isTrue();
      ConnectClient client = client("127.0.0.1", PASSWORD, trust, LIMIT);
      // Until it has started, a worker answers 404, which the client waits for.
      assertThat(client.connectors()).isEmpty();
      // Its body reaches the worker, which has no plugin.
      assertThatThrownBy(() -> client.put("made", Map.of("connector.class", "of.Nobody")))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("of.Nobody");
      try (ConnectProbe probe = probe("127.0.0.1", PASSWORD, trust)) {
        assertThat(probe.check().message()).isEqualTo("made is not there");
      }
      assertThat(client.restartFailed("made")).isEmpty();

      String refused = "refuses the login (connect.username, connect.password)";
      fails("127.0.0.1", "not-" + PASSWORD, trust, refused, "connect.username and connect.pass");
      String untrusted = "the server's certificate is not trusted; connect.ssl.truststore.location";
      fails("127.0.0.1", PASSWORD, Map.of(), untrusted, untrusted);
      HeldCertificate other = new HeldCertificate.Builder().certificateAuthority(0).build();
      Map<String, String> others =
          Map.of("connect.ssl.truststore.location", ca(other, "other.pem"));
      fails("127.0.0.1", PASSWORD, others, untrusted, others.values().iterator().next());
      Map<String, String> anyHost = new HashMap<>(trust);
      fails("localhost", PASSWORD, trust, "localhost", "localhost");
      anyHost.put("connect.ssl.endpoint.identification.algorithm", "");
      // We take any host then; the worker (Jetty) itself does not.
      assertThatThrownBy(() -> client("localhost", PASSWORD, anyHost, Duration.ZERO).connectors())
          .hasMessageContaining("Invalid SNI");
    }
  }

  /** Both tell it, and neither tells the password. */
  private void fails(
      String host, String password, Map<String, String> tls, String toCommand, String toHealth) {
    assertThatThrownBy(() -> client(host, password, tls, Duration.ZERO).connectors())
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining(toCommand)
        .hasMessageNotContaining(password);
    try (ConnectProbe probe = probe(host, password, tls)) {
      assertThatThrownBy(probe::check)
          .isInstanceOf(ProbeException.class)
          .hasMessageContaining(toHealth)
          .hasMessageNotContaining(password);
    }
  }

  private List<URI> urls(String host) {
    return List.of(URI.create("https://" + host + ":" + port));
  }

  private ConnectClient client(
      String host, String password, Map<String, String> tls, Duration patience) {
    List<String> urls = urls(host).stream().map(URI::toString).toList();
    return new ConnectClient(
        new Compiled.Target(urls, "operator", password, "info", new ConnectTls(tls, false)),
        patience,
        Clock.systemUTC(),
        attempt -> TimeUnit.MILLISECONDS.sleep(200));
  }

  private ConnectProbe probe(String host, String password, Map<String, String> tls) {
    QueryConfig.Connect config =
        new QueryConfig.Connect(
            urls(host),
            "made",
            "",
            "operator",
            password,
            true,
            false,
            Duration.ofSeconds(1),
            new ConnectTls(tls, false));
    return new ConnectProbe(config, Duration.ofSeconds(20));
  }

  private String logins() throws IOException {
    Path users = Files.writeString(dir.resolve("users"), "operator=" + PASSWORD + "\n");
    return Files.writeString(
            dir.resolve("jaas.conf"),
            """
            KafkaConnect {
              org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required
                file="%s";
            };
            """
                .formatted(users))
        .toString();
  }

  private String ca(HeldCertificate certificate, String name) throws IOException {
    return Files.writeString(dir.resolve(name), certificate.certificatePem()).toString();
  }

  private String keystore() throws Exception {
    HeldCertificate own =
        new HeldCertificate.Builder()
            .signedBy(signer)
            .commonName("worker")
            .addSubjectAlternativeName("127.0.0.1")
            .build();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "worker",
        own.keyPair().getPrivate(),
        "kp".toCharArray(),
        new Certificate[] {own.certificate(), signer.certificate()});
    Path file = dir.resolve("worker.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, "kp".toCharArray());
    }
    return file.toString();
  }
}
