package com.voltageems.hissrv.query.store.influxql;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.tls.DatabaseTls;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import okhttp3.Request;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;

/** Against a server behind TLS that would rather speak HTTP/2, as proxies do. */
class InfluxLinkHttp1Test {
  private static final HeldCertificate SERVER =
      new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();

  /** The first line of a question; by HTTP/2 that is its preface. */
  private static String serve(SSLServerSocket server, CompletableFuture<List<String>> offered)
      throws Exception {
    try (SSLSocket connection = (SSLSocket) server.accept()) {
      connection.setHandshakeApplicationProtocolSelector(
          (socket, protocols) -> {
            offered.complete(protocols);
            return protocols.contains("h2") ? "h2" : "http/1.1";
          });
      BufferedReader question =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII));
      String first = question.readLine();
      connection
          .getOutputStream()
          .write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return first;
    }
  }

  @Test
  void isAskedByHttp1_alsoWhereTheServerHasHttp2() throws Exception {
    HandshakeCertificates own = new HandshakeCertificates.Builder().heldCertificate(SERVER).build();
    String truststore = "store.influxdb2.ssl.truststore.certificates";
    ExecutorService threads = Executors.newSingleThreadExecutor();
    CompletableFuture<List<String>> offered = new CompletableFuture<>();
    try (SSLServerSocket server =
        (SSLServerSocket)
            own.sslContext()
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(60_000);
      Future<String> question = threads.submit(() -> serve(server, offered));
      InfluxLink link =
          InfluxLink.encrypted(
              URI.create("https://127.0.0.1:" + server.getLocalPort()),
              new DatabaseTls("store.influxdb2.")
                  .client(
                      Map.of(truststore, SERVER.certificatePem()),
                      InfluxLink::client,
                      Clock.systemUTC()));
      try (InfluxLink.Exchange answer =
          link.send(
              new Request.Builder().url(link.at("/ping")), Deadline.in(Duration.ofMinutes(1)))) {
        assertThat(answer.status()).isEqualTo(204);
      }
      assertThat(question.get(1, TimeUnit.MINUTES)).isEqualTo("GET /ping HTTP/1.1");
      assertThat(offered.get(1, TimeUnit.MINUTES)).containsExactly("http/1.1");
    } finally {
      threads.shutdownNow();
    }
  }
}
