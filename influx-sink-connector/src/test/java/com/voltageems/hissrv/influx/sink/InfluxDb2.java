package com.voltageems.hissrv.influx.sink;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigValue;
import org.jspecify.annotations.Nullable;

/** A bucket of its own on a real InfluxDB 2 that the environment names. */
record InfluxDb2(String url, String token, String org, String orgId, String bucket, String bucketId)
    implements AutoCloseable {
  static final String URL = "HISSRV_INFLUXDB2_URL";
  private static final String TOKEN = "HISSRV_INFLUXDB2_TOKEN";

  /** Returns null if the environment names no server. */
  static @Nullable InfluxDb2 configured() {
    String url = System.getenv(URL);
    String token = System.getenv(TOKEN);
    if (url == null || token == null) {
      return null;
    }
    JsonNode org = HttpJson.send(request(url + "/api/v2/orgs", token)).path("orgs").path(0);
    String bucket = "hissrv-round-trip-" + System.currentTimeMillis();
    JsonNode made =
        HttpJson.send(
            request(url + "/api/v2/buckets", token)
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"orgID\":\"%s\",\"name\":\"%s\",\"retentionRules\":[]}"
                            .formatted(org.path("id").asText(), bucket))));
    return new InfluxDb2(
        url,
        token,
        org.path("name").asText(),
        org.path("id").asText(),
        bucket,
        made.path("id").asText());
  }

  private static HttpRequest.Builder request(String url, String token) {
    return HttpRequest.newBuilder(URI.create(url)).header("Authorization", "Token " + token);
  }

  HttpRequest.Builder request(String path) {
    return request(url + path, token);
  }

  private JsonNode find(String name) {
    return HttpJson.send(request("/api/v2/buckets?org=" + org + "&name=" + name))
        .path("buckets")
        .path(0);
  }

  /** Another bucket of the same server. */
  Optional<InfluxDb2> bucketNamed(String name) {
    JsonNode found = find(name);
    return found.isMissingNode()
        ? Optional.empty()
        : Optional.of(new InfluxDb2(url, token, org, orgId, name, found.path("id").asText()));
  }

  /** Returns 0 for no limit. */
  long retentionSeconds() {
    return find(bucket).path("retentionRules").path(0).path("everySeconds").asLong();
  }

  /** Queries by InfluxQL, with the bucket as the database. */
  JsonNode query(String influxQl) {
    return HttpJson.send(
        request(url + "/query?epoch=ms&db=" + bucket, token)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "q=" + HttpJson.encode(influxQl), StandardCharsets.UTF_8)));
  }

  /** Returns the sink's settings for this bucket; {@code more} are names and values in turns. */
  Map<String, String> settings(String token, String... more) {
    Map<String, String> settings =
        new TreeMap<>(
            Map.of(
                "influxdb.url", url,
                "influxdb.org", org,
                "influxdb.bucket", bucket,
                "influxdb.token", token,
                "linger.ms", "50"));
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return settings;
  }

  /** Returns what {@code validate} finds, by setting. */
  static Map<String, String> problems(Map<String, String> settings) {
    Map<String, String> problems = new TreeMap<>();
    for (ConfigValue value : new InfluxSinkConnector().validate(settings).configValues()) {
      value.errorMessages().forEach(message -> problems.put(value.name(), message));
    }
    return problems;
  }

  @Override
  public void close() {
    HttpJson.send(request(url + "/api/v2/buckets/" + bucketId, token).DELETE());
  }
}
