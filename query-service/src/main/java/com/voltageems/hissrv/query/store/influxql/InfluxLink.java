package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.plugin.PromptSocketFactory;
import com.voltageems.hissrv.plugin.tls.Tls;
import com.voltageems.hissrv.plugin.tls.TlsException;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.tls.TlsClient;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;

/**
 * HTTP or HTTPS connection to InfluxDB. Turns failures into {@link StoreException}. Thread-safe.
 */
final class InfluxLink {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final int IDLE_CONNECTIONS = 16;

  private final URI url;
  private final Supplier<OkHttpClient> client;
  private final Optional<TlsClient<OkHttpClient>> tls;

  private InfluxLink(
      URI url, Supplier<OkHttpClient> client, Optional<TlsClient<OkHttpClient>> tls) {
    this.url = url;
    this.client = client;
    this.tls = tls;
  }

  /**
   * Creates a link without the site's own certificates.
   *
   * @param url address of the HTTP API, {@code http://host:8086}
   */
  static InfluxLink plain(URI url) {
    OkHttpClient client = builder().build();
    return new InfluxLink(url, () -> client, Optional.empty());
  }

  /** Creates a link that uses the certificates given to {@link #client(Tls)}. */
  static InfluxLink encrypted(URI url, TlsClient<OkHttpClient> client) {
    return new InfluxLink(url, client::get, Optional.of(client));
  }

  static OkHttpClient client(Tls tls) {
    OkHttpClient.Builder builder =
        builder().sslSocketFactory(tls.context().getSocketFactory(), tls.trust());
    if (!tls.checksHost()) {
      builder.hostnameVerifier((host, session) -> true);
    }
    return builder.build();
  }

  private static OkHttpClient.Builder builder() {
    return new OkHttpClient.Builder()
        .socketFactory(new PromptSocketFactory())
        // One connection per request: with HTTP/2, one dead connection would fail all requests.
        .protocols(List.of(Protocol.HTTP_1_1))
        .connectionPool(new ConnectionPool(IDLE_CONNECTIONS, 1, TimeUnit.MINUTES))
        .connectTimeout(CONNECT)
        // The deadline of each call limits the whole call.
        .readTimeout(Duration.ZERO)
        .writeTimeout(Duration.ZERO)
        .followRedirects(false);
  }

  /** Cancels the running call of a thread, which an interruption does not reach. */
  void cancel(Thread caller) {
    Optional<OkHttpClient> now = tls.isPresent() ? tls.get().current() : Optional.of(client.get());
    now.stream()
        .flatMap(one -> one.dispatcher().runningCalls().stream())
        .filter(call -> caller.equals(call.request().tag(Thread.class)))
        .forEach(Call::cancel);
  }

  /** Returns the full address of a path. */
  String at(String path) {
    return url + path;
  }

  /** A request and its answer. */
  record Exchange(Call call, Response response) implements AutoCloseable {
    int status() {
      return response.code();
    }

    /** Returns the header's value; empty if it is missing. */
    String header(String name) {
      return response.header(name, "");
    }

    ResponseBody body() {
      return Objects.requireNonNull(response.body(), "an answer to a call has a body");
    }

    /** Cancels the call because the rest of the answer is not wanted. */
    void stop() {
      call.cancel();
    }

    @Override
    public void close() {
      response.close();
    }
  }

  /**
   * Sends a request in the calling thread. The body can be read until the deadline.
   *
   * @throws StoreException if there is no answer
   */
  Exchange send(Request.Builder request, Deadline deadline) {
    try {
      // The database is near, so compression costs more than it saves.
      request.header("Accept-Encoding", "identity").tag(Thread.class, Thread.currentThread());
      Call call = client.get().newCall(request.build());
      call.timeout().timeout(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
      return new Exchange(call, call.execute());
    } catch (IOException | TlsException e) {
      throw failed(e, deadline, away(e));
    }
  }

  /**
   * Creates the exception for an answer that is missing or incomplete.
   *
   * @param words the message if the cause is not the deadline or an interruption
   */
  StoreException failed(Exception e, Deadline deadline, String words) {
    if (Thread.currentThread().isInterrupted()) {
      return new StoreException(StoreException.Kind.UNAVAILABLE, "interrupted", e);
    }
    return deadline.isOver()
        ? deadline.exceeded(e)
        : new StoreException(StoreException.Kind.UNAVAILABLE, words, e);
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
