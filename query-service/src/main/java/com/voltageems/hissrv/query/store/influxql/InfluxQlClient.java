package com.voltageems.hissrv.query.store.influxql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** InfluxDB's {@code /query} over HTTP; the same on 1.x and 2.x. Safe for many threads. */
final class InfluxQlClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final InfluxLink link;
  private final String databaseParameter;
  private final String fixedParameters;
  private final @Nullable String authorization;
  private final ScheduledExecutorService deadlines;

  /**
   * @param database of 2.x the bucket
   * @param authorization the header's value, or null for none
   */
  InfluxQlClient(InfluxLink link, String database, @Nullable String authorization) {
    this.link = link;
    this.databaseParameter = "db=" + encode(database);
    this.fixedParameters = "epoch=u&chunked=true&" + databaseParameter;
    this.authorization = authorization;
    this.deadlines =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "influxdb-deadlines");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Runs statements; a series may come in several pieces. */
  void run(InfluxQl query, Deadline deadline, AnswerReader.Rows rows) {
    HttpResponse<InputStream> response =
        send(
            HttpRequest.newBuilder(link.at("/query"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", AnswerReader.PACKED)
                .POST(HttpRequest.BodyPublishers.ofString(form(query))),
            deadline);
    AtomicBoolean late = new AtomicBoolean();
    // The client's own timeout ends with the headers; this one holds for the whole answer.
    Future<?> guard =
        deadlines.schedule(
            () -> {
              late.set(true);
              response.body().close();
              return null;
            },
            deadline.left().toNanos(),
            TimeUnit.NANOSECONDS);
    try (InputStream body = response.body()) {
      String type = response.headers().firstValue("Content-Type").orElse("");
      check(response.statusCode(), AnswerReader.read(body, type, rows));
    } catch (JsonEOFException e) {
      throw new StoreException(StoreException.Kind.UNAVAILABLE, "InfluxDB broke off", e);
    } catch (JsonProcessingException e) {
      check(response.statusCode(), "not an answer of InfluxDB's");
      throw new StoreException(
          StoreException.Kind.FAILED, "InfluxDB answered with neither MessagePack nor JSON", e);
    } catch (IOException e) {
      throw late.get()
          ? deadline.exceeded(e)
          : new StoreException(StoreException.Kind.UNAVAILABLE, "InfluxDB broke off", e);
    } finally {
      guard.cancel(false);
    }
  }

  private String form(InfluxQl query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < query.parameters().size(); i++) {
      parameters.put("p" + i, query.parameters().get(i));
    }
    return fixedParameters
        + "&q="
        + encode(query.text())
        + "&params="
        + encode(JSON.valueToTree(parameters).toString());
  }

  /** The status that a write of nothing is answered with. */
  int writesNothing(Deadline deadline) {
    HttpResponse<InputStream> response =
        send(
            HttpRequest.newBuilder(link.at("/write?" + databaseParameter))
                .POST(HttpRequest.BodyPublishers.noBody()),
            deadline);
    try (InputStream body = response.body()) {
      body.readNBytes(1024);
    } catch (IOException e) {
      throw new StoreException(StoreException.Kind.UNAVAILABLE, "InfluxDB broke off", e);
    }
    return response.statusCode();
  }

  /** The version that it says it has, or an empty text. */
  String ping(Deadline deadline) {
    HttpResponse<InputStream> response =
        send(HttpRequest.newBuilder(link.at("/ping")).GET(), deadline);
    String words;
    try (InputStream body = response.body()) {
      words = new String(body.readNBytes(1024), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new StoreException(StoreException.Kind.UNAVAILABLE, "InfluxDB broke off", e);
    }
    checkPing(response.statusCode(), words);
    String version = response.headers().firstValue("X-Influxdb-Version").orElse("");
    return version.startsWith("v") ? version.substring(1) : version;
  }

  /** A proxy in front answers, too, and says what is wrong. */
  private static void checkPing(int status, String words) {
    if (status >= 300) {
      // As Go's server and nginx say it.
      boolean speaksTls = words.contains("HTTPS server") || words.contains("HTTPS port");
      throw new StoreException(
          StoreException.Kind.UNAVAILABLE,
          speaksTls
              ? "InfluxDB speaks TLS at this address; write https://"
              : "InfluxDB answered a ping with status " + status,
          new IOException(words.lines().findFirst().orElse("no words")));
    }
  }

  private static void check(int status, @Nullable String error) {
    if (status >= 500) {
      throw new StoreException(
          StoreException.Kind.UNAVAILABLE,
          "InfluxDB answered with status " + status,
          new IOException(String.valueOf(error)));
    }
    if (status != 200 || error != null) {
      throw new StoreException(
          StoreException.Kind.FAILED,
          "InfluxDB refused the query with status " + status,
          new IOException(String.valueOf(error)));
    }
  }

  private HttpResponse<InputStream> send(HttpRequest.Builder request, Deadline deadline) {
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return link.send(request, HttpResponse.BodyHandlers.ofInputStream(), deadline);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    deadlines.shutdownNow();
  }
}
