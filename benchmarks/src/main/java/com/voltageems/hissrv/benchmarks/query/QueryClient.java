package com.voltageems.hissrv.benchmarks.query;

import com.voltageems.hissrv.benchmarks.Figures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Sends requests over HTTP/1.1 on a connection that stays open, and measures the time to the last
 * byte.
 */
final class QueryClient {
  /**
   * Pairs that warm up the service until its code is compiled, as after a day at a site; limited by
   * {@link #LONG}.
   */
  private static final int WARM_UP = 5_000;

  private static final Duration LONG = Duration.ofSeconds(60);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /** The medians in milliseconds. */
  record Pair(double first, double second) {}

  byte[] body(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(
          request.uri()
              + ": "
              + answer.statusCode()
              + " "
              + new String(answer.body(), StandardCharsets.UTF_8));
    }
    return answer.body();
  }

  String text(HttpRequest request) {
    try {
      return new String(body(request), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Sends two requests in turn; the order changes from pair to pair. */
  Pair pairs(HttpRequest first, HttpRequest second, int count)
      throws IOException, InterruptedException {
    double[] ofFirst = new double[count];
    double[] ofSecond = new double[count];
    long warm = System.nanoTime() + LONG.toNanos();
    for (int i = 0; i < WARM_UP && System.nanoTime() < warm; i++) {
      body(first);
      body(second);
    }
    for (int i = 0; i < count; i++) {
      boolean firstBegins = i % 2 == 0;
      double one = millis(firstBegins ? first : second);
      double other = millis(firstBegins ? second : first);
      ofFirst[i] = firstBegins ? one : other;
      ofSecond[i] = firstBegins ? other : one;
    }
    return new Pair(Figures.median(ofFirst), Figures.median(ofSecond));
  }

  private double millis(HttpRequest request) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    body(request);
    return (System.nanoTime() - begun) / 1e6;
  }
}
