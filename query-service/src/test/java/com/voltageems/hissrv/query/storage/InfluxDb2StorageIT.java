package com.voltageems.hissrv.query.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.store.influxql.InfluxDb2Provider;
import com.voltageems.hissrv.query.store.spi.StoreSettings;
import com.voltageems.hissrv.query.store.tier.Tiers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The contract against an InfluxDB 2.x beside the project, told by two variables of the
 * environment. Each test gets a bucket of its own; all are deleted afterwards.
 */
@EnabledIfEnvironmentVariable(named = "HISSRV_INFLUXDB2_URL", matches = ".+")
@EnabledIfEnvironmentVariable(named = "HISSRV_INFLUXDB2_TOKEN", matches = ".+")
class InfluxDb2StorageIT extends StorageContract {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PREFIX = "hissrv-storage-" + ProcessHandle.current().pid() + "-";
  private static String url;
  private static String token;
  private static String organisation;
  private static int count;

  @BeforeAll
  static void start() {
    url = System.getenv("HISSRV_INFLUXDB2_URL");
    token = System.getenv("HISSRV_INFLUXDB2_TOKEN");
    organisation = json(send("GET", "/api/v2/orgs", "")).at("/orgs/0/id").asText();
  }

  @AfterAll
  static void stop() {
    for (JsonNode bucket : json(send("GET", "/api/v2/buckets?limit=100", "")).path("buckets")) {
      if (bucket.path("name").asText().startsWith(PREFIX)) {
        send("DELETE", "/api/v2/buckets/" + bucket.path("id").asText(), "");
      }
    }
  }

  private static JsonNode json(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpResponse<String> send(String method, String path, String body) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create(url + path))
              .header("Authorization", "Token " + token)
              .timeout(Duration.ofMinutes(1))
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String name() {
    return PREFIX + count;
  }

  @Override
  protected void drop(String policy) {
    String name = name() + "." + policy;
    for (JsonNode bucket : json(send("GET", "/api/v2/buckets?name=" + name, "")).path("buckets")) {
      send("DELETE", "/api/v2/buckets/" + bucket.path("id").asText(), "");
    }
  }

  /** One shard has one type of a field. */
  @Override
  protected RandomCopies.Kinds kinds(Duration apart) {
    boolean shards = apart.compareTo(Duration.ofDays(8)) > 0;
    return new RandomCopies.Kinds(shards ? true : null, shards, false);
  }

  @Override
  protected void fresh() {
    count++;
    String body = "{\"orgID\":\"" + organisation + "\",\"name\":\"" + name() + "\"}";
    assertThat(send("POST", "/api/v2/buckets", body).statusCode()).isEqualTo(201);
  }

  @Override
  protected Tiers tiers() {
    InfluxDb2Provider provider = new InfluxDb2Provider();
    return provider
        .tiers(
            new StoreSettings(
                provider.settings(),
                Map.of(
                    "store.influxdb2.url", url,
                    "store.influxdb2.bucket", name(),
                    "store.influxdb2.token", token),
                2))
        .orElseThrow();
  }

  @Override
  protected void write(String measurement, List<String> lines) {
    HttpResponse<String> response =
        send(
            "POST",
            "/api/v2/write?precision=ms&bucket=" + name() + "&orgID=" + organisation,
            String.join("\n", lines) + "\n");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
  }
}
