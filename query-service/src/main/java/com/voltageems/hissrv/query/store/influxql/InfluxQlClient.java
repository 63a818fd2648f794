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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/** Client for InfluxDB's {@code /query} endpoint, which is the same on 1.x and 2.x. Thread-safe. */
final class InfluxQlClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MediaType FORM = MediaType.get("application/x-www-form-urlencoded");
  private static final String BROKE_OFF = "InfluxDB broke off";

  /** What InfluxDB answers while it stops or starts, and status 200 with it. */
  private static final Pattern NOT_READY =
      Pattern.compile(
          "query engine shutdown|query interrupted|engine is closed|shard is disabled"
              + "|store is closed|(file|partition|WAL) closed");

  /**
   * The place that the question names is not there. InfluxDB 2 says so, too, of a bucket that the
   * token may not read.
   */
  private static final Pattern MISSING =
      Pattern.compile(
          "database not found: |retention policy not found: |default retention policy not set for: ");

  /** What a query exceeded; InfluxDB misspells one of these. */
  private static final Pattern LIMIT =
      Pattern.compile(
          "max-select-(?<what>point|series|bucket)s? limit excee\\w+: \\((?<asked>\\d+)/(?<most>\\d+)\\)");

  private final InfluxLink link;
  private final String databaseParameter;
  private final String fixedParameters;
  private final @Nullable String authorization;
  private final String login;
  private final String missing;

  /**
   * @param database the database; on 2.x the bucket
   * @param authorization value of the Authorization header, or null for none
   * @param login names of the settings that hold the login, for messages
   * @param missing what to say if the database is not there, or hidden from the login
   */
  InfluxQlClient(
      InfluxLink link,
      String database,
      @Nullable String authorization,
      String login,
      String missing) {
    this.link = link;
    this.databaseParameter = "db=" + encode(database);
    this.fixedParameters = "epoch=u&chunked=true&" + databaseParameter;
    this.authorization = authorization;
    this.login = login;
    this.missing = missing;
  }

  /** Runs statements. A series may arrive in several pieces. */
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

  /** Remembers whether the receiver wanted no more rows. */
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

  /**
   * Sends an empty write and returns the status of the answer.
   *
   * @throws StoreException if InfluxDB does not know the login, or shows it no such database
   */
  int writesNothing(Deadline deadline) {
    Request.Builder request =
        new Request.Builder()
            .url(link.at("/write?" + databaseParameter))
            .post(RequestBody.create(new byte[0]));
    try (InfluxLink.Exchange answer = send(request, deadline)) {
      if (answer.status() == 401) {
        check(401, "to a write of nothing");
      }
      if (answer.status() == 404) {
        throw missing("to a write of nothing");
      }
      return answer.status();
    }
  }

  /** Returns the version that InfluxDB reports, or an empty string. */
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

  /** Returns the Date header of a ping: when the database answered, by its own clock. */
  String date(Deadline deadline) {
    Request.Builder request = new Request.Builder().url(link.at("/ping"));
    try (InfluxLink.Exchange answer = send(request, deadline)) {
      return answer.header("Date");
    }
  }

  /**
   * Checks the answer to a ping. A status below 500 passes: a proxy in front may reject pings and
   * still let queries through.
   */
  private static void checkPing(int status, String words) {
    // The words of Go's server and of nginx.
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

  private void check(int status, @Nullable String error) {
    if (status >= 500) {
      throw new StoreException(
          StoreException.Kind.UNAVAILABLE,
          "InfluxDB answered with status " + status,
          new IOException(String.valueOf(error)));
    }
    if (status == 401 || status == 403) {
      throw new StoreException(
          StoreException.Kind.LOGIN,
          (status == 401
                  ? "InfluxDB refuses the service's login: see "
                  : "InfluxDB refuses this to the service's login, which lacks the right: see ")
              + login,
          new IOException(String.valueOf(error)));
    }
    if (status != 200 || error != null) {
      String words = String.valueOf(error);
      if (MISSING.matcher(words).lookingAt()) {
        throw missing(words);
      }
      throw refused(words, "InfluxDB refused the query with status " + status);
    }
  }

  private StoreException missing(String words) {
    return new StoreException(StoreException.Kind.MISSING, missing, new IOException(words));
  }

  /** Status and error alone do not say whether a later or a smaller query may succeed. */
  private static StoreException refused(String error, String otherwise) {
    IOException cause = new IOException(error);
    if (NOT_READY.matcher(error).find()) {
      return new StoreException(
          StoreException.Kind.UNAVAILABLE, "InfluxDB is stopping, or not ready yet", cause);
    }
    if (error.contains("max-concurrent-queries limit exceeded")) {
      return new StoreException(
          StoreException.Kind.UNAVAILABLE,
          "InfluxDB runs as many queries as its max-concurrent-queries allows: raise it, or lower"
              + " query.concurrency",
          cause);
    }
    if (error.contains("query-timeout limit exceeded")) {
      return new StoreException(
          StoreException.Kind.TIMEOUT,
          "the query took longer than InfluxDB's own query-timeout allows",
          cause);
    }
    Matcher limit = LIMIT.matcher(error);
    return limit.find()
        ? new StoreException(StoreException.Kind.TOO_MUCH, tooMuch(limit), cause)
        : new StoreException(StoreException.Kind.FAILED, otherwise, cause);
  }

  /** Names the limit, and what to ask instead. Of points and series, InfluxDB stops counting. */
  private static String tooMuch(Matcher limit) {
    String most = limit.group("most");
    return switch (limit.group("what")) {
      case "series" ->
          "InfluxDB reads at most "
              + most
              + " series for a query (max-select-series): name tags, so that fewer devices are asked"
              + " for, or raise it";
      case "bucket" ->
          "InfluxDB computes at most "
              + most
              + " windows for a query (max-select-buckets), and this one has "
              + limit.group("asked")
              + ": ask for longer windows or a shorter range, or raise it";
      default ->
          "InfluxDB reads at most "
              + most
              + " points for a query (max-select-point): ask for a shorter range, fewer devices or"
              + " fewer fields, or raise it";
    };
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
