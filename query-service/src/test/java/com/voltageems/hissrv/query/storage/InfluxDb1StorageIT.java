package com.voltageems.hissrv.query.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.store.influxql.InfluxDb1Provider;
import com.voltageems.hissrv.query.store.spi.StoreSettings;
import com.voltageems.hissrv.query.store.tier.Tiers;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract against a real InfluxDB 1.x: a database for each test. */
@RequiresServer(RequiresServer.Server.INFLUXDB_1)
class InfluxDb1StorageIT extends StorageContract {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static InfluxDb1 database;
  private static int count;

  @BeforeAll
  static void start(@TempDir Path dir) {
    database = InfluxDb1.start(dir);
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  static HttpResponse<String> post(String url, String body) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create(url))
              .timeout(Duration.ofMinutes(1))
              .POST(HttpRequest.BodyPublishers.ofString(body))
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
    return "site" + count;
  }

  @Override
  protected void drop(String policy) {
    String drop =
        URLEncoder.encode(
            "DROP RETENTION POLICY \"" + policy + "\" ON " + name(), StandardCharsets.UTF_8);
    assertThat(post(database.url() + "/query?q=" + drop, "").statusCode()).isEqualTo(200);
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
    String create = URLEncoder.encode("CREATE DATABASE " + name(), StandardCharsets.UTF_8);
    assertThat(post(database.url() + "/query?q=" + create, "").statusCode()).isEqualTo(200);
  }

  @Override
  protected Tiers tiers() {
    InfluxDb1Provider provider = new InfluxDb1Provider();
    return provider
        .tiers(
            new StoreSettings(
                provider.settings(),
                Map.of("store.influxdb1.url", database.url(), "store.influxdb1.database", name()),
                2))
        .orElseThrow();
  }

  @Override
  protected void write(String measurement, List<String> lines) {
    HttpResponse<String> response =
        post(database.url() + "/write?precision=ms&db=" + name(), String.join("\n", lines) + "\n");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
  }
}
