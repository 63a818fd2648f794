package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.plugin.tls.TlsException;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.tls.TlsClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How InfluxDB is reached: over HTTP or HTTPS, failures in the words of the store. Safe for many
 * threads.
 */
final class InfluxLink {
  private static final Duration CONNECT = Duration.ofSeconds(3);

  private final URI url;
  private final Supplier<HttpClient> client;
  private final Optional<TlsClient<HttpClient>> tls;

  private InfluxLink(URI url, Supplier<HttpClient> client, Optional<TlsClient<HttpClient>> tls) {
    this.url = url;
    this.client = client;
    this.tls = tls;
  }

  /**
   * Without certificates of the site's own.
   *
   * @param url address of the HTTP API, {@code http://host:8086}
   */
  static InfluxLink plain(URI url) {
    HttpClient client = builder().build();
    return new InfluxLink(url, () -> client, Optional.empty());
  }

  /** With those that {@link #client(Tls)} was given. */
  static InfluxLink encrypted(URI url, TlsClient<HttpClient> client) {
    return new InfluxLink(url, client::get, Optional.of(client));
  }

  static HttpClient client(Tls tls) {
    return builder().sslContext(tls.context()).build();
  }

  private static HttpClient.Builder builder() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
  }

  /** The address of a path. */
  URI at(String path) {
    return URI.create(url + path);
  }

  <T> HttpResponse<T> send(
      HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler, Deadline deadline) {
    try {
      return client.get().send(request.timeout(deadline.left()).build(), handler);
    } catch (HttpConnectTimeoutException e) {
      throw new StoreException(StoreException.Kind.UNAVAILABLE, "InfluxDB cannot be reached", e);
    } catch (HttpTimeoutException e) {
      throw deadline.exceeded(e);
    } catch (IOException | TlsException e) {
      throw new StoreException(StoreException.Kind.UNAVAILABLE, away(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(StoreException.Kind.UNAVAILABLE, "interrupted", e);
    }
  }

  private String place() {
    return url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
  }

  private String away(Exception failure) {
    return tls.flatMap(client -> client.reason(failure))
        .map(reason -> "InfluxDB at " + place() + " cannot be reached by TLS: " + reason)
        .orElse("InfluxDB cannot be reached");
  }
}
