package com.voltageems.hissrv.query.store.influxdb1;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.Window;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * History in InfluxDB 1.x. Numbers are read as floating point, as the sink writes them. Starts
 * without the database being there and finds it again after it was away.
 */
public final class InfluxDb1Store implements HistoryStore {
  /** Decimal numbers without a fraction come without a point; all are read alike. */
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** In which order rows and series are answered: by time, then by tags. */
  private record Row(List<String> key, Point point) {}

  private final URI endpoint;
  private final String fixedParameters;
  private final @Nullable String authorization;
  private final List<String> policies;
  private final Duration timeout;
  private final HttpClient http;
  private final ScheduledExecutorService deadlines;

  /**
   * @param url address of the HTTP API, {@code http://host:8086}
   * @param policies retention policies to read from; none: the database's default one
   * @param username empty where the database asks for none
   * @param timeout longest time of one call
   */
  public InfluxDb1Store(
      URI url,
      String database,
      List<String> policies,
      String username,
      String password,
      Duration timeout) {
    this.policies = List.copyOf(policies);
    this.endpoint = URI.create(url + "/query");
    this.fixedParameters = "epoch=u&chunked=true&db=" + encode(database);
    this.authorization =
        username.isEmpty()
            ? null
            : "Basic "
                + Base64.getEncoder()
                    .encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
    this.timeout = timeout;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(
                timeout.compareTo(Duration.ofSeconds(3)) < 0 ? timeout : Duration.ofSeconds(3))
            .build();
    this.deadlines =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "influxdb1-deadlines");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public List<Measurement> measurements() {
    // One round for all of them; an answer names the measurement that it is about. Not from SHOW
    // MEASUREMENTS: that names those of other retention policies too, which would be empty here.
    Map<String, List<String>> tags = new TreeMap<>();
    Map<String, Map<String, Field>> fields = new TreeMap<>();
    String from =
        policies.isEmpty()
            ? ""
            : policies.stream()
                .map(policy -> InfluxQlBuilder.name(policy) + "./.*/")
                .collect(Collectors.joining(", ", " FROM ", ""));
    run(show("SHOW TAG KEYS" + from), series -> addTags(series, tags));
    run(show("SHOW FIELD KEYS" + from), series -> addFields(series, fields));
    return fields.keySet().stream().map(name -> measurement(name, tags, fields)).toList();
  }

  @Override
  public Optional<Measurement> measurement(String name) {
    if (name.indexOf('\0') >= 0) {
      // It would end the statement, and no measurement can have it.
      return Optional.empty();
    }
    Map<String, List<String>> tags = new TreeMap<>();
    Map<String, Map<String, Field>> fields = new TreeMap<>();
    String from = " FROM " + InfluxQlBuilder.from(name, policies);
    run(show("SHOW FIELD KEYS" + from), series -> addFields(series, fields));
    if (!fields.containsKey(name)) {
      return Optional.empty();
    }
    run(show("SHOW TAG KEYS" + from), series -> addTags(series, tags));
    return Optional.of(measurement(name, tags, fields));
  }

  private static InfluxQl show(String text) {
    return new InfluxQl(text, List.of(), List.of());
  }

  private static void addTags(JsonNode series, Map<String, List<String>> tags) {
    List<String> names =
        tags.computeIfAbsent(series.path("name").asText(), key -> new ArrayList<>());
    series.path("values").forEach(row -> names.add(row.path(0).asText()));
  }

  private static void addFields(JsonNode series, Map<String, Map<String, Field>> fields) {
    Map<String, Field> names =
        fields.computeIfAbsent(series.path("name").asText(), key -> new LinkedHashMap<>());
    for (JsonNode row : series.path("values")) {
      Field.Kind kind =
          switch (row.path(1).asText()) {
            case "string" -> Field.Kind.TEXT;
            case "boolean" -> Field.Kind.FLAG;
            case "integer" -> Field.Kind.INTEGER;
            default -> Field.Kind.NUMBER;
          };
      String name = row.path(0).asText();
      names.merge(name, new Field(name, kind), InfluxDb1Store::both);
    }
  }

  /** A field may have another type in another shard. */
  private static Field both(Field one, Field other) {
    if (one.kind() == other.kind()) {
      return one;
    }
    boolean numbers =
        one.isNumeric()
            && other.isNumeric()
            && one.kind() != Field.Kind.MIXED
            && other.kind() != Field.Kind.MIXED;
    return new Field(one.name(), numbers ? Field.Kind.NUMBER : Field.Kind.MIXED);
  }

  private static Measurement measurement(
      String name, Map<String, List<String>> tags, Map<String, Map<String, Field>> fields) {
    return new Measurement(
        name,
        tags.getOrDefault(name, List.of()).stream().distinct().sorted().toList(),
        List.copyOf(fields.getOrDefault(name, Map.of()).values()));
  }

  @Override
  public HistoryAnswer query(HistoryQuery query) {
    Window window = query.window();
    boolean counts = window != null && window.aggregation() == Aggregation.COUNT;
    InfluxQl statement = InfluxQlBuilder.query(query, policies);
    Comparator<Row> order =
        Comparator.comparingLong(
            row -> query.newestFirst() ? -row.point().epochMicros() : row.point().epochMicros());
    Comparator<Row> rowOrder = order.thenComparing(Row::key, InfluxDb1Store::compareLists);
    List<Row> rows = new ArrayList<>();
    int most = query.limit() + 1;
    run(
        statement,
        series -> {
          List<String> key = new ArrayList<>();
          for (String tag : query.groupBy()) {
            key.add(series.path("tags").path(tag).asText(""));
          }
          for (JsonNode values : series.path("values")) {
            List<@Nullable Object> converted =
                new ArrayList<>(Collections.nCopies(query.fields().size(), null));
            boolean any = false;
            for (int i = 0; i < statement.columns().size(); i++) {
              InfluxQl.Column column = statement.columns().get(i);
              Object value = value(values.path(i + 1), column.type(), counts);
              if (value != null) {
                converted.set(column.field(), value);
                any = true;
              }
            }
            if (any) {
              rows.add(new Row(key, new Point(values.path(0).asLong(), converted)));
            }
          }
          // The database limits each series; over all of them we do, and keep no more than that.
          if (rows.size() > 2L * most) {
            rows.sort(rowOrder);
            rows.subList(most, rows.size()).clear();
          }
        });
    rows.sort(rowOrder);
    boolean truncated = rows.size() > query.limit();
    Map<List<String>, List<Point>> points = new TreeMap<>(InfluxDb1Store::compareLists);
    rows.stream()
        .limit(query.limit())
        .forEach(row -> points.computeIfAbsent(row.key(), k -> new ArrayList<>()).add(row.point()));
    List<Series> series = new ArrayList<>();
    points.forEach((key, list) -> series.add(new Series(tags(query.groupBy(), key), list)));
    return new HistoryAnswer(series, truncated);
  }

  @Override
  public LatestAnswer latest(Selection selection, List<Field> fields, int limit) {
    List<String> names = selection.measurement().tags();
    Map<List<String>, Map<String, LatestSeries.Value>> found =
        new TreeMap<>(InfluxDb1Store::compareLists);
    InfluxQl statements = InfluxQlBuilder.latest(selection, fields, policies);
    runNumbered(
        statements,
        (statement, series) -> {
          InfluxQl.Column column = statements.columns().get(statement);
          List<String> key = new ArrayList<>();
          for (String tag : names) {
            key.add(series.path("tags").path(tag).asText(""));
          }
          for (JsonNode row : series.path("values")) {
            Object value = value(row.path(1), column.type(), false);
            if (value != null) {
              found
                  .computeIfAbsent(key, k -> new LinkedHashMap<>())
                  .merge(
                      fields.get(column.field()).name(),
                      new LatestSeries.Value(value, row.path(0).asLong()),
                      (one, other) -> one.epochMicros() > other.epochMicros() ? one : other);
            }
          }
        });
    List<LatestSeries> series = new ArrayList<>();
    found.forEach((key, values) -> series.add(new LatestSeries(tags(names, key), values)));
    boolean truncated = series.size() > limit;
    return new LatestAnswer(truncated ? series.subList(0, limit) : series, truncated);
  }

  @Override
  public Map<String, List<String>> tagValues(Selection selection, int limit) {
    Map<String, Set<String>> values = new TreeMap<>();
    selection.measurement().tags().forEach(tag -> values.put(tag, new TreeSet<>()));
    run(
        InfluxQlBuilder.series(selection, policies),
        series -> values.forEach((tag, set) -> set.add(series.path("tags").path(tag).asText(""))));
    Map<String, List<String>> answer = new TreeMap<>();
    values.forEach((tag, set) -> answer.put(tag, set.stream().limit(limit).toList()));
    return answer;
  }

  @Override
  public List<Field> fieldsWithValues(Selection selection) {
    InfluxQl statement = InfluxQlBuilder.lastOfAll(selection, policies);
    BitSet found = new BitSet();
    run(
        statement,
        series -> {
          for (JsonNode row : series.path("values")) {
            for (int i = 0; i < statement.columns().size(); i++) {
              if (!row.path(i + 1).isNull()) {
                found.set(statement.columns().get(i).field());
              }
            }
          }
        });
    List<Field> fields = selection.measurement().fields();
    return found.stream().mapToObj(fields::get).toList();
  }

  @Override
  public String ping() {
    HttpResponse<InputStream> response =
        send(HttpRequest.newBuilder(endpoint.resolve("/ping")).GET());
    try (InputStream body = response.body()) {
      body.readAllBytes();
    } catch (IOException e) {
      throw new StoreException(StoreException.Kind.UNAVAILABLE, "InfluxDB broke off", e);
    }
    return "InfluxDB " + response.headers().firstValue("X-Influxdb-Version").orElse("1.x");
  }

  @Override
  public void close() {
    deadlines.shutdownNow();
  }

  private static @Nullable Object value(JsonNode node, InfluxQl.Type type, boolean count) {
    if (node.isNumber()) {
      if (count) {
        return node.asLong() == 0 ? null : node.asLong();
      }
      if (type == InfluxQl.Type.INTEGER && node.canConvertToLong()) {
        return node.asLong();
      }
      return node.asDouble();
    }
    if (node.isBoolean()) {
      return node.asBoolean();
    }
    return node.isTextual() ? node.asText() : null;
  }

  private static Map<String, String> tags(List<String> names, List<String> values) {
    Map<String, String> tags = new TreeMap<>();
    for (int i = 0; i < names.size(); i++) {
      if (!values.get(i).isEmpty()) {
        tags.put(names.get(i), values.get(i));
      }
    }
    return tags;
  }

  private static int compareLists(List<String> left, List<String> right) {
    for (int i = 0; i < left.size(); i++) {
      int order = left.get(i).compareTo(right.get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** Takes a piece of a series of the statement with this number. */
  private interface Pieces {
    void take(int statement, JsonNode series);
  }

  private void run(InfluxQl query, Consumer<JsonNode> series) {
    runNumbered(query, (statement, piece) -> series.accept(piece));
  }

  /** Runs statements; a series may come in several pieces, each with its tags. */
  private void runNumbered(InfluxQl query, Pieces pieces) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < query.parameters().size(); i++) {
      parameters.put("p" + i, query.parameters().get(i));
    }
    String form =
        fixedParameters
            + "&q="
            + encode(query.text())
            + "&params="
            + encode(JSON.valueToTree(parameters).toString());
    HttpResponse<InputStream> response =
        send(
            HttpRequest.newBuilder(endpoint)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form)));
    AtomicBoolean late = new AtomicBoolean();
    try (InputStream body = response.body()) {
      // The client's own timeout ends with the headers; this one holds for the whole answer.
      Future<?> deadline =
          deadlines.schedule(
              () -> {
                late.set(true);
                response.body().close();
                return null;
              },
              timeout.toMillis(),
              TimeUnit.MILLISECONDS);
      try (MappingIterator<JsonNode> documents = JSON.readerFor(JsonNode.class).readValues(body)) {
        while (documents.hasNextValue()) {
          JsonNode document = documents.nextValue();
          check(response.statusCode(), document.path("error"));
          for (JsonNode result : document.path("results")) {
            check(response.statusCode(), result.path("error"));
            int statement = result.path("statement_id").asInt();
            result.path("series").forEach(series -> pieces.take(statement, series));
          }
        }
        check(response.statusCode(), JSON.missingNode());
      } finally {
        deadline.cancel(false);
      }
    } catch (IOException e) {
      throw late.get()
          ? tooLong(e)
          : new StoreException(StoreException.Kind.UNAVAILABLE, "InfluxDB broke off", e);
    }
  }

  private static void check(int status, JsonNode error) {
    if (status >= 500) {
      throw new StoreException(
          StoreException.Kind.UNAVAILABLE,
          "InfluxDB answered with status " + status,
          new IOException(error.asText("")));
    }
    if (status != 200 || error.isTextual()) {
      throw new StoreException(
          StoreException.Kind.FAILED,
          "InfluxDB refused the query with status " + status,
          new IOException(error.asText("")));
    }
  }

  private StoreException tooLong(Throwable cause) {
    return new StoreException(
        StoreException.Kind.TIMEOUT,
        "the query took longer than " + timeout.toMillis() + " ms",
        cause);
  }

  private HttpResponse<InputStream> send(HttpRequest.Builder request) {
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    try {
      return http.send(request.timeout(timeout).build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (java.net.http.HttpConnectTimeoutException e) {
      throw new StoreException(StoreException.Kind.UNAVAILABLE, "InfluxDB cannot be reached", e);
    } catch (HttpTimeoutException e) {
      throw tooLong(e);
    } catch (IOException e) {
      throw new StoreException(StoreException.Kind.UNAVAILABLE, "InfluxDB cannot be reached", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(StoreException.Kind.UNAVAILABLE, "interrupted", e);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
