package com.voltageems.hissrv.influx.sink;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.QuestDb;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Client that asks the databases in their own languages. */
final class HttpJson {
  // QuestDB writes control characters into its JSON without escaping them.
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS).build();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private HttpJson() {}

  static JsonNode questDb(QuestDb database, String sql) {
    return send(HttpRequest.newBuilder(URI.create(database.url() + "/exec?query=" + encode(sql))));
  }

  /** Sends {@code POST /query}, which may also change something. */
  static JsonNode influx1(InfluxDb1 database, String db, String influxQl) {
    return send(
        HttpRequest.newBuilder(
                URI.create(database.url() + "/query?epoch=ms&db=" + db + "&q=" + encode(influxQl)))
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  static JsonNode send(HttpRequest.Builder request) {
    try {
      return JSON.readTree(
          HTTP.send(
                  request.timeout(Duration.ofMinutes(1)).build(),
                  HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
              .body());
    } catch (IOException e) {
      throw new UncheckedIOException(request.build().uri().toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
