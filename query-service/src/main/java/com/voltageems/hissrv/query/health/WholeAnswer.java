package com.voltageems.hissrv.query.health;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP answer that arrives completely within a time limit, or fails. The client's own timeout
 * ends when the head of an answer has arrived: without this class, a server that stops in the
 * middle of its answer would be waited for for ever.
 */
public final class WholeAnswer {
  /** Far more than Kafka Connect answers with a thousand connectors. */
  private static final int MOST_BYTES = 32 << 20;

  private WholeAnswer() {}

  /**
   * Sends a request. The future fails with a {@link TimeoutException} if the answer does not arrive
   * in time.
   */
  public static CompletableFuture<HttpResponse<String>> send(
      HttpClient http, HttpRequest request, Duration timeout) {
    CompletableFuture<HttpResponse<String>> exchange =
        http.sendAsync(request, head -> new Bounded(MOST_BYTES));
    CompletableFuture<HttpResponse<String>> answer =
        exchange.copy().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    CompletableFuture<?> unused =
        answer.whenComplete(
            (whole, failure) -> {
              if (failure != null) {
                exchange.cancel(true);
              }
            });
    return answer;
  }

  /** Sends like {@link #send}, and waits for the answer. */
  public static HttpResponse<String> get(HttpClient http, HttpRequest request, Duration timeout)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<String>> answer = send(http, request, timeout);
    try {
      return answer.get();
    } catch (ExecutionException e) {
      Throwable cause = e;
      while (cause.getCause() != null
          && (cause instanceof ExecutionException || cause instanceof CompletionException)) {
        cause = cause.getCause();
      }
      if (cause instanceof TimeoutException) {
        throw new HttpTimeoutException("no whole answer within " + timeout.toMillis() + " ms");
      }
      throw cause instanceof IOException failure ? failure : new IOException(cause);
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw e;
    }
  }

  /** A text with a maximum size in bytes. */
  private static final class Bounded implements BodySubscriber<String> {
    private final BodySubscriber<String> text = BodySubscribers.ofString(StandardCharsets.UTF_8);
    private final int most;
    private long bytes;
    private Flow.@Nullable Subscription subscription;

    Bounded(int most) {
      this.most = most;
    }

    @Override
    public CompletionStage<String> getBody() {
      return text.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      text.onSubscribe(given);
    }

    @Override
    public void onNext(List<ByteBuffer> items) {
      items.forEach(item -> bytes += item.remaining());
      Flow.Subscription current = subscription;
      if (bytes > most && current != null) {
        current.cancel();
        text.onError(new IOException("an answer of more than " + most + " bytes"));
        return;
      }
      text.onNext(items);
    }

    @Override
    public void onError(Throwable failure) {
      text.onError(failure);
    }

    @Override
    public void onComplete() {
      text.onComplete();
    }
  }
}
