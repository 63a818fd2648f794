package com.voltageems.hissrv.query.openapi;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP client of this module's tests: every answer of the service has to be as {@code
 * /openapi.json} says, in status, content type and body.
 */
public final class CheckedClient extends HttpClient {
  private static final Contract CONTRACT = new Contract();

  private final HttpClient client = HttpClient.newHttpClient();

  private <T> HttpResponse<T> checked(HttpResponse<T> response) {
    Object body = response.body();
    String text =
        body instanceof String string
            ? string
            : body instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : null;
    HttpRequest request = response.request();
    String type = response.headers().firstValue("Content-Type").orElse("");
    CONTRACT
        .mistake(request.method(), request.uri().getPath(), response.statusCode(), type, text)
        .ifPresent(
            mistake -> {
              throw new AssertionError(
                  request.method()
                      + " "
                      + request.uri()
                      + " is not as /openapi.json says: "
                      + mistake
                      + "; "
                      + cut(text));
            });
    return response;
  }

  private static String cut(@Nullable String text) {
    return text == null ? "" : text.substring(0, Math.min(text.length(), 500));
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws IOException, InterruptedException {
    return checked(client.send(request, handler));
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    return client.sendAsync(request, handler).thenApply(this::checked);
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request,
      HttpResponse.BodyHandler<T> handler,
      HttpResponse.@Nullable PushPromiseHandler<T> pushes) {
    return client.sendAsync(request, handler, pushes).thenApply(this::checked);
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return client.cookieHandler();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return client.connectTimeout();
  }

  @Override
  public Redirect followRedirects() {
    return client.followRedirects();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return client.proxy();
  }

  @Override
  public SSLContext sslContext() {
    return client.sslContext();
  }

  @Override
  public SSLParameters sslParameters() {
    return client.sslParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return client.authenticator();
  }

  @Override
  public Version version() {
    return client.version();
  }

  @Override
  public Optional<Executor> executor() {
    return client.executor();
  }
}
