package com.voltageems.hissrv.query.store.influxdb1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.HistoryStoreContract;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract against a real InfluxDB 1.x. */
@RequiresServer(RequiresServer.Server.INFLUXDB_1)
class InfluxDb1StoreIT extends HistoryStoreContract {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static InfluxDb1 database;
  private static InfluxDb1Store store;

  @BeforeAll
  static void start(@TempDir Path dir) {
    database = InfluxDb1.start(dir);
    assertThat(post("/query?q=CREATE+DATABASE+site", "").statusCode()).isEqualTo(200);
    store = new InfluxDb1Store(URI.create(database.url()), "site", "", "", Duration.ofSeconds(10));
  }

  @AfterAll
  static void stop() {
    store.close();
    database.close();
  }

  private static HttpResponse<String> post(String path, String body) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create(database.url() + path))
              .timeout(Duration.ofSeconds(20))
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

  @Override
  protected HistoryStore store() {
    return store;
  }

  @Override
  protected void write(String measurement, List<String> lines) {
    HttpResponse<String> response =
        post("/write?db=site&precision=ms", String.join("\n", lines) + "\n");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
  }

  @Test
  void databaseAway_isUnavailableAndFoundAgain() {
    write("away", List.of("away v=1.0 " + T));
    assertThat(store.ping()).startsWith("InfluxDB 1");

    database.kill();
    assertThatThrownBy(store::ping)
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE));

    database.restart();
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(store.measurement("away")).isPresent());
  }

  @Test
  void databaseThatIsNotThere_isAFailureNotAnEmptyAnswer() {
    try (InfluxDb1Store other =
        new InfluxDb1Store(URI.create(database.url()), "nope", "", "", Duration.ofSeconds(5))) {
      assertThatThrownBy(other::measurements)
          .isInstanceOfSatisfying(
              StoreException.class,
              e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.FAILED));
    }
  }
}
