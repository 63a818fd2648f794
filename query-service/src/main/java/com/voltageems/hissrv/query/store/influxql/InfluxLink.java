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
 * How InfluxDB is reached: over HTTP or HTTPS, failures in the words of the store. Safe for many
 * threads.
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
   * Without certificates of the site's own.
   *
   * @param url address of the HTTP API, {@code http://host:8086}
   */
  static InfluxLink plain(URI url) {
    OkHttpClient client = builder().build();
    return new InfluxLink(url, () -> client, Optional.empty());
  }

  /** With those that {@link #client(Tls)} was given. */
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
        // One connection for one question: with HTTP/2 a dead one would take all of them along.
        .protocols(List.of(Protocol.HTTP_1_1))
        .connectionPool(new ConnectionPool(IDLE_CONNECTIONS, 1, TimeUnit.MINUTES))
        .connectTimeout(CONNECT)
        // The deadline of each call holds for all of it.
        .readTimeout(Duration.ZERO)
        .writeTimeout(Duration.ZERO)
        .followRedirects(false);
  }

  /** Ends the calls under way, which an interruption does not reach. */
  void cancel() {
    Optional<OkHttpClient> now = tls.isPresent() ? tls.get().current() : Optional.of(client.get());
    now.ifPresent(one -> one.dispatcher().cancelAll());
  }

  /** The address of a path. */
  String at(String path) {
    return url + path;
  }

  /** A question and its answer. */
  record Exchange(Call call, Response response) implements AutoCloseable {
    int status() {
      return response.code();
    }

    /** Empty when there is none. */
    String header(String name) {
      return response.header(name, "");
    }

    ResponseBody body() {
      return Objects.requireNonNull(response.body(), "an answer to a call has a body");
    }

    /** No more of the answer is wanted. */
    void stop() {
      call.cancel();
    }

    @Override
    public void close() {
      response.close();
    }
  }

  /**
   * Sends, in the calling thread. The body can be read until the deadline.
   *
   * @throws StoreException when there is no answer
   */
  Exchange send(Request.Builder request, Deadline deadline) {
    try {
      // Near the database, packing costs more than it saves.
      Call call = client.get().newCall(request.header("Accept-Encoding", "identity").build());
      call.timeout().timeout(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
      return new Exchange(call, call.execute());
    } catch (IOException | TlsException e) {
      throw failed(e, deadline, away(e));
    }
  }

  /**
   * Why there was no answer, or no whole one.
   *
   * @param words what to say where it was not the deadline
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
