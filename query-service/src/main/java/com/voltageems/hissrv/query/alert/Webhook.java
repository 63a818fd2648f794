package com.voltageems.hissrv.query.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.health.Reasons;
import com.voltageems.hissrv.query.health.WholeAnswer;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/** Posts notices. Thread-safe. Its messages contain neither an address's path nor a secret. */
final class Webhook {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 200;

  private final HttpClient http;
  private final Duration timeout;
  private final Clock clock;

  /**
   * @param timeout the time limit for one request including its answer
   */
  Webhook(Duration timeout, Clock clock) {
    this.timeout = timeout;
    this.clock = clock;
    this.http = HttpClient.newBuilder().connectTimeout(timeout).build();
  }

  /**
   * Sends the notice once.
   *
   * @return completes with the failure, or empty if it was delivered; never completes exceptionally
   */
  CompletableFuture<Optional<String>> send(Notice notice) {
    AlertRule rule = notice.rule();
    HttpRequest.Builder request;
    try {
      request =
          HttpRequest.newBuilder(address(rule))
              .timeout(timeout)
              .header("Content-Type", "application/json; charset=utf-8")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      notice.body(clock.instant()), StandardCharsets.UTF_8));
      if (!rule.authorization().isEmpty()) {
        request.header("Authorization", rule.authorization());
      }
    } catch (IllegalArgumentException e) {
      return CompletableFuture.completedFuture(
          Optional.of("the address or the authorization cannot be sent by HTTP"));
    }
    return WholeAnswer.send(http, request.build(), timeout)
        .handle(
            (response, failure) ->
                failure == null
                    ? refusal(rule, response.statusCode(), response.body())
                    : Optional.of(words(rule, failure)));
  }

  private String words(AlertRule rule, Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof TimeoutException || cause instanceof HttpTimeoutException) {
      return rule.target() + " does not answer within " + timeout.toSeconds() + " s";
    }
    String reason =
        cause instanceof IOException known ? Reasons.of(known) : cause.getClass().getSimpleName();
    return rule.target() + " cannot be reached: " + reason;
  }

  /** Returns what the answer refuses; robots also refuse with status 200. Pure. */
  static Optional<String> refusal(AlertRule rule, int status, String body) {
    if (status < 200 || status > 299) {
      return Optional.of(rule.target() + " answered " + status + ": " + cut(body));
    }
    String code =
        switch (rule.body()) {
          case DINGTALK, WECOM -> "errcode";
          case FEISHU -> "code";
          case HISSRV, ALERTMANAGER, SLACK -> "";
        };
    if (code.isEmpty()) {
      return Optional.empty();
    }
    try {
      return JSON.readTree(body).path(code).asInt(0) == 0
          ? Optional.empty()
          : Optional.of(rule.target() + " refused it: " + cut(body));
    } catch (JsonProcessingException e) {
      return Optional.of(
          rule.target()
              + " did not answer as "
              + rule.body().name().toLowerCase(Locale.ROOT)
              + " does: "
              + cut(body));
    }
  }

  private static String cut(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }

  /** Returns the address, with DingTalk's signature if the rule has a secret for it. */
  private URI address(AlertRule rule) {
    if (rule.body() != AlertRule.Body.DINGTALK || rule.secret().isEmpty()) {
      return rule.url();
    }
    long millis = clock.millis();
    String url = rule.url().toString();
    return URI.create(
        url
            + (url.contains("?") ? "&" : "?")
            + "timestamp="
            + millis
            + "&sign="
            + URLEncoder.encode(Signature.dingtalk(millis, rule.secret()), StandardCharsets.UTF_8));
  }
}
