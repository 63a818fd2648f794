package com.voltageems.hissrv.query.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.voltageems.hissrv.testkit.TlsServer;
import java.io.IOException;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/** Answers as an InfluxDB without data behind TLS does. */
final class EmptyInflux {
  private EmptyInflux() {}

  /**
   * Listens.
   *
   * @param port 0 for a free one
   * @param clients whose certificates it trusts
   */
  static TlsServer at(
      int port, HeldCertificate own, HeldCertificate clients, boolean asksForClient) {
    HandshakeCertificates certificates =
        new HandshakeCertificates.Builder()
            .heldCertificate(own)
            .addTrustedCertificate(clients.certificate())
            .build();
    return new TlsServer(port, certificates.sslContext(), asksForClient, EmptyInflux::answer);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    exchange.getResponseHeaders().add("X-Influxdb-Version", "v2.7.0");
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/ping")) {
      exchange.sendResponseHeaders(204, -1);
    } else {
      byte[] body =
          (path.equals("/query") ? "{\"results\":[{\"statement_id\":0}]}\n" : "{\"buckets\":[]}")
              .getBytes(UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }
}
