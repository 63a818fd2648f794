package com.voltageems.hissrv.query.tls;

import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.plugin.tls.TlsException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;

/** The HTTP client for Kafka Connect's REST API, with a site's certificates if it needs them. */
public final class ConnectHttp {
  private final Optional<HttpClient> plain;
  private final Optional<TlsClient<HttpClient>> encrypted;

  private ConnectHttp(Optional<HttpClient> plain, Optional<TlsClient<HttpClient>> encrypted) {
    this.plain = plain;
    this.encrypted = encrypted;
  }

  ConnectHttp(TlsClient<HttpClient> encrypted) {
    this(Optional.empty(), Optional.of(encrypted));
  }

  static ConnectHttp plain(Duration connectTimeout) {
    return new ConnectHttp(
        Optional.of(HttpClient.newBuilder().connectTimeout(connectTimeout).build()),
        Optional.empty());
  }

  static HttpClient client(Tls tls, Duration connectTimeout) {
    return HttpClient.newBuilder().connectTimeout(connectTimeout).sslContext(tls.context()).build();
  }

  /**
   * Returns the client with the present certificates.
   *
   * @throws IOException if the files that the settings name cannot be used
   */
  public HttpClient client() throws IOException {
    try {
      return plain.isPresent() ? plain.get() : encrypted.orElseThrow().get();
    } catch (TlsException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Explains why a call failed, with the setting and its file; empty if TLS was not the reason. */
  public Optional<String> reason(Throwable failure) {
    return encrypted.flatMap(client -> client.reason(failure));
  }
}
