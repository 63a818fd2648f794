package com.voltageems.hissrv.query.store.influxql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/** InfluxDB's {@code /query} over HTTP; the same on 1.x and 2.x. Safe for many threads. */
final class InfluxQlClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MediaType FORM = MediaType.get("application/x-www-form-urlencoded");
  private static final String BROKE_OFF = "InfluxDB broke off";

  private final InfluxLink link;
  private final String databaseParameter;
  private final String fixedParameters;
  private final @Nullable String authorization;

  /**
   * @param database of 2.x the bucket
   * @param authorization the header's value, or null for none
   */
  InfluxQlClient(InfluxLink link, String database, @Nullable String authorization) {
    this.link = link;
    this.databaseParameter = "db=" + encode(database);
    this.fixedParameters = "epoch=u&chunked=true&" + databaseParameter;
    this.authorization = authorization;
  }

  /** Runs statements; a series may come in several pieces. */
  void run(InfluxQl query, Deadline deadline, AnswerReader.Rows rows) {
    Request.Builder request =
        new Request.Builder()
            .url(link.at("/query"))
            .header("Accept", AnswerReader.PACKED)
            .post(RequestBody.create(form(query), FORM));
    Wanted wanted = new Wanted(rows);
    try (InfluxLink.Exchange answer = send(request, deadline)) {
      try {
        String type = answer.header("Content-Type");
        check(answer.status(), AnswerReader.read(answer.body().byteStream(), type, wanted));
      } catch (JsonEOFException e) {
        throw new StoreException(StoreException.Kind.UNAVAILABLE, BROKE_OFF, e);
      } catch (JsonProcessingException e) {
        check(answer.status(), answer.status() == 200 ? null : "not an answer of InfluxDB's");
        throw new StoreException(
            StoreException.Kind.FAILED, "InfluxDB answered with neither results nor an error", e);
      }
      if (wanted.enough) {
        answer.stop();
      }
    } catch (IOException e) {
      throw link.failed(e, deadline, BROKE_OFF);
    }
  }

  /** Notes whether the rest of the rows was not wanted. */
  private static final class Wanted implements AnswerReader.Rows {
    private final AnswerReader.Rows rows;
    private boolean enough;

    Wanted(AnswerReader.Rows rows) {
      this.rows = rows;
    }

    @Override
    public void head(AnswerReader.Head head) {
      rows.head(head);
    }

    @Override
    public boolean row(AnswerReader.Head head, @Nullable Object[] values) {
      enough = !rows.row(head, values);
      return !enough;
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
    Request.Builder request =
        new Request.Builder()
            .url(link.at("/write?" + databaseParameter))
            .post(RequestBody.create(new byte[0]));
    try (InfluxLink.Exchange answer = send(request, deadline)) {
      return answer.status();
    }
  }

  /** The version that it says it has, or an empty text. */
  String ping(Deadline deadline) {
    Request.Builder request = new Request.Builder().url(link.at("/ping"));
    try (InfluxLink.Exchange answer = send(request, deadline)) {
      checkPing(answer.status(), answer.response().peekBody(1024).string());
      String version = answer.header("X-Influxdb-Version");
      return version.startsWith("v") ? version.substring(1) : version;
    } catch (IOException e) {
      throw link.failed(e, deadline, BROKE_OFF);
    }
  }

  /** When it answered, by its clock, as the header has it. */
  String date(Deadline deadline) {
    Request.Builder request = new Request.Builder().url(link.at("/ping"));
    try (InfluxLink.Exchange answer = send(request, deadline)) {
      return answer.header("Date");
    }
  }

  /** A proxy in front answers, too: that a ping is not for everybody tells nothing of questions. */
  private static void checkPing(int status, String words) {
    // As Go's server and nginx say it.
    boolean speaksTls =
        status == 400 && (words.contains("HTTPS server") || words.contains("HTTPS port"));
    if (speaksTls || status >= 500) {
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

  private InfluxLink.Exchange send(Request.Builder request, Deadline deadline) {
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return link.send(request, deadline);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
