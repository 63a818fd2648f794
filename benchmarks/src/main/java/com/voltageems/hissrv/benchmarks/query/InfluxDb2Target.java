package com.voltageems.hissrv.benchmarks.query;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A separate bucket in an existing InfluxDB 2, deleted afterwards. */
final class InfluxDb2Target {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private static final Pattern ID = Pattern.compile("\"id\":\\s*\"([0-9a-f]+)\"");

  private InfluxDb2Target() {}

  /**
   * Creates the bucket in the server named by {@code HISSRV_INFLUXDB2_URL} and {@code
   * HISSRV_INFLUXDB2_TOKEN}; empty if either is not set.
   */
  static Optional<QueryTarget> find() {
    String url = System.getenv("HISSRV_INFLUXDB2_URL");
    String token = System.getenv("HISSRV_INFLUXDB2_TOKEN");
    if (url == null || token == null) {
      return Optional.empty();
    }
    String authorization = "Token " + token;
    String bucket = "hissrv-bench-" + ProcessHandle.current().pid();
    String organisation = id(send(url, authorization, "GET", "/api/v2/orgs", ""));
    String created =
        send(
            url,
            authorization,
            "POST",
            "/api/v2/buckets",
            "{\"orgID\":\"%s\",\"name\":\"%s\"}".formatted(organisation, bucket));
    return Optional.of(
        new QueryTarget.Influx(
            "influxdb2",
            "store: {type: influxdb2, influxdb2: {url: \"%s\", bucket: %s, token: \"%s\"}}%n"
                .formatted(url, bucket, token),
            url,
            "/api/v2/write?precision=ms&bucket=" + bucket + "&orgID=" + organisation,
            bucket,
            Optional.of(authorization),
            () -> send(url, authorization, "DELETE", "/api/v2/buckets/" + id(created), "")));
  }

  private static String id(String json) {
    Matcher matcher = ID.matcher(json);
    if (!matcher.find()) {
      throw new IllegalStateException("no id in " + json);
    }
    return matcher.group(1);
  }

  private static String send(
      String url, String authorization, String method, String path, String body) {
    try {
      HttpResponse<String> answer =
          HTTP.send(
              HttpRequest.newBuilder(URI.create(url + path))
                  .timeout(Duration.ofSeconds(30))
                  .header("Authorization", authorization)
                  .method(method, HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() / 100 != 2) {
        throw new IllegalStateException(path + ": " + answer.statusCode() + " " + answer.body());
      }
      return answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
