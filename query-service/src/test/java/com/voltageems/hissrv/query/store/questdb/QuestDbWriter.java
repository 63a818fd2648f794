package com.voltageems.hissrv.query.store.questdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Writes to QuestDB over HTTP, as the sink connector does, and waits until it can be read. */
public final class QuestDbWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String url;
  private final HttpClient http = HttpClient.newHttpClient();

  public QuestDbWriter(String url) {
    this.url = url;
  }

  /** Lines of one measurement, times in milliseconds. */
  public void write(String measurement, List<String> lines) {
    HttpResponse<String> response =
        send(
            HttpRequest.newBuilder(URI.create(url + "/api/v2/write?org=o&bucket=b&precision=ms"))
                .header("Authorization", "Token x")
                .POST(HttpRequest.BodyPublishers.ofString(String.join("\n", lines) + "\n")));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
    await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofMinutes(1))
        .until(() -> isApplied(measurement));
  }

  /** Writes go to a log first; queries see what has been taken from it. */
  private boolean isApplied(String measurement) {
    String sql =
        "SELECT writerTxn, sequencerTxn FROM wal_tables() WHERE name = '" + measurement + "'";
    HttpResponse<String> response =
        send(
            HttpRequest.newBuilder(
                URI.create(url + "/exec?query=" + URLEncoder.encode(sql, StandardCharsets.UTF_8))));
    try {
      JsonNode row = JSON.readTree(response.body()).path("dataset").path(0);
      return row.size() == 2 && row.path(0).asLong() == row.path(1).asLong();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(
          request.timeout(Duration.ofMinutes(1)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
