package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.raw.RawStore;
import com.voltageems.hissrv.query.store.window.Windows;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * History in InfluxDB 1.x or 2.x, read with InfluxQL. Starts while the database is unavailable, and
 * recovers by itself when the database comes back.
 */
public final class InfluxQlStore implements HistoryStore {
  private static final String NOTHING = "hissrv.nothing";
  private static final String RAW_TOKEN2 = "store.influxdb2.raw.token";
  private static final String PLACE1 =
      "InfluxDB has no such database or retention policy: see store.influxdb1.database and"
          + " store.influxdb1.retention.policies";

  /**
   * From this number of fields on, two extra queries are worth their cost, even if they turn out
   * not to suffice.
   */
  private static final int MANY_FIELDS = 8;

  private final InfluxQlClient client;
  private final Descriptions descriptions;
  private final PointReader points;
  private final WindowReader windows;
  private final LatestReader latest;
  private final List<String> policies;
  private final String version;
  private final @Nullable InfluxQlRaw raw;

  InfluxQlStore(InfluxQlClient client, List<String> policies, String version) {
    this(client, new Descriptions(client, policies), policies, version, null);
  }

  private InfluxQlStore(
      InfluxQlClient client,
      Descriptions descriptions,
      List<String> policies,
      String version,
      @Nullable InfluxQlRaw raw) {
    this.client = client;
    this.raw = raw;
    this.policies = List.copyOf(policies);
    this.descriptions = descriptions;
    this.points = new PointReader(client, this.policies);
    this.windows = new WindowReader(client, this.policies);
    this.latest = new LatestReader(client, this.policies);
    this.version = version;
  }

  /**
   * Opens a store on InfluxDB 1.x.
   *
   * @param url address of the HTTP API, {@code http://host:8086}
   * @param policies retention policies to read from; empty for the database's default one
   * @param username empty if the database requires no login
   */
  public static InfluxQlStore version1(
      URI url, String database, List<String> policies, String username, String password) {
    return version1(InfluxLink.plain(url), database, policies, username, password, "", "");
  }

  /**
   * Opens a store on InfluxDB 1.x that also has a login for raw queries, if that user is not empty.
   */
  static InfluxQlStore version1(
      InfluxLink link,
      String database,
      List<String> policies,
      String username,
      String password,
      String rawUsername,
      String rawPassword) {
    InfluxQlClient client =
        new InfluxQlClient(
            link,
            database,
            login(username, password),
            "store.influxdb1.username and store.influxdb1.password",
            PLACE1);
    return new InfluxQlStore(
        client,
        new Descriptions(client, policies),
        policies,
        "1.x",
        rawUsername.isEmpty()
            ? null
            : new InfluxQlRaw(
                new InfluxQlClient(
                    link,
                    database,
                    login(rawUsername, rawPassword),
                    "store.influxdb1.raw.username and store.influxdb1.raw.password",
                    PLACE1),
                "store.influxdb1.raw.username"));
  }

  /** Returns the value of the Authorization header, or null if the database requires no login. */
  static @Nullable String login(String username, String password) {
    return username.isEmpty() ? null : basic(username, password);
  }

  private static String basic(String username, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Opens a store on InfluxDB 2.x, where InfluxQL addresses buckets as databases.
   *
   * @param token has read access to the bucket
   */
  public static InfluxQlStore version2(URI url, String bucket, String token) {
    return version2(InfluxLink.plain(url), bucket, token, "");
  }

  /**
   * Opens a store on InfluxDB 2.x that also has a token for raw queries, if that token is not
   * empty.
   */
  static InfluxQlStore version2(InfluxLink link, String bucket, String token, String rawToken) {
    InfluxQlRaw raw =
        rawToken.isEmpty()
            ? null
            : new InfluxQlRaw(
                client2(link, bucket, rawToken, "store.influxdb2.bucket", RAW_TOKEN2), RAW_TOKEN2);
    return bucket(link, bucket, token, "store.influxdb2.bucket", "store.influxdb2.token", raw);
  }

  /**
   * Opens a bucket of InfluxDB 2.x.
   *
   * @param place name of the setting that names the bucket, for messages
   * @param login name of the setting that holds the token, for messages
   */
  static InfluxQlStore bucket(
      InfluxLink link,
      String bucket,
      String token,
      String place,
      String login,
      @Nullable InfluxQlRaw raw) {
    int slash = bucket.indexOf('/');
    Descriptions.Mapping mapping =
        slash < 0
            ? null
            : new Descriptions.Mapping(
                bucket.substring(slash + 1),
                "InfluxQL finds a bucket with a slash in its name only by its database's default"
                    + " DBRP mapping, and there is none to the bucket of "
                    + place
                    + " that "
                    + login
                    + " may read");
    InfluxQlClient client = client2(link, bucket, token, place, login);
    return new InfluxQlStore(
        client, new Descriptions(client, List.of(), mapping), List.of(), "2.x", raw);
  }

  /**
   * Returns the value of the Authorization header for {@code /query} and {@code /write} of 2.x.
   * They read {@code Token a:b} as a user and a token, and none with a space: the first token of a
   * server may be any text. Other paths take those as they are.
   */
  static String compatible(String token) {
    return token.indexOf(':') < 0 && token.indexOf(' ') < 0
        ? "Token " + token
        : basic("token", token);
  }

  private static InfluxQlClient client2(
      InfluxLink link, String bucket, String token, String place, String login) {
    int slash = bucket.indexOf('/');
    return new InfluxQlClient(
        link,
        slash < 0 ? bucket : bucket.substring(0, slash),
        compatible(token),
        login,
        "InfluxDB has no such bucket, or " + login + " may not read it: see " + place);
  }

  @Override
  public List<Measurement> measurements(Deadline deadline) {
    return descriptions.all(deadline);
  }

  @Override
  public Optional<Measurement> measurement(String name, Deadline deadline) {
    return descriptions.one(name, deadline);
  }

  @Override
  public boolean scan(HistoryQuery query, Deadline deadline, RowSink sink) {
    Windows windows = query.windows();
    return windows == null
        ? points.read(query, deadline, sink)
        : this.windows.read(query, windows, deadline, sink);
  }

  /**
   * Reads the points and computes the windows here. InfluxQL creates an iterator for each function,
   * field and series, and takes many times as long for them as for the points (36 s instead of 3.5
   * s for one minute of 1,000 series with 50 fields).
   */
  @Override
  public void sweep(HistoryQuery query, Deadline deadline, RowSink sink) {
    boolean bySeries = query.groupBy().containsAll(query.selection().measurement().tags());
    // If several policies have the same point, only the database can join its writes.
    if (policies.size() > 1 || !(bySeries || query.windows() != null)) {
      HistoryStore.super.sweep(query, deadline, sink);
    } else {
      points.sweep(query, deadline, sink);
    }
  }

  @Override
  public LatestAnswer latest(
      Selection selection, List<Field> fields, int limit, Deadline deadline) {
    return latest.read(selection, fields, limit, deadline);
  }

  @Override
  public List<Map<String, String>> series(Selection selection, int limit, Deadline deadline) {
    List<String> names = selection.measurement().tags();
    return seriesKeys(selection, deadline).stream()
        .limit(limit)
        .map(key -> Series.tags(names, key))
        .toList();
  }

  @Override
  public Map<String, List<String>> tagValues(Selection selection, int limit, Deadline deadline) {
    List<String> names = selection.measurement().tags();
    Set<List<String>> keys = seriesKeys(selection, deadline);
    Map<String, List<String>> answer = new TreeMap<>();
    for (int i = 0; i < names.size(); i++) {
      int place = i;
      answer.put(
          names.get(i),
          keys.stream().map(key -> key.get(place)).distinct().sorted().limit(limit).toList());
    }
    return answer;
  }

  /**
   * Returns the tag values of each series. InfluxQL creates an iterator for each field of each
   * series (2.8 s for 1,000 series with 50 fields). Therefore one field is read first: if as many
   * series have it as the index of version 1 lists, these are all series (0.1 s).
   */
  private Set<List<String>> seriesKeys(Selection selection, Deadline deadline) {
    List<Field> fields = selection.measurement().fields();
    if (version.startsWith("1") && policies.size() <= 1 && fields.size() >= MANY_FIELDS) {
      Set<List<String>> found =
          keys(InfluxQlBuilder.seriesOf(selection, fields.get(0), policies), selection, deadline);
      if (found.size() == count(InfluxQlBuilder.seriesCount(selection, policies), deadline)) {
        return found;
      }
    }
    return keys(InfluxQlBuilder.series(selection, policies), selection, deadline);
  }

  private Set<List<String>> keys(InfluxQl statement, Selection selection, Deadline deadline) {
    List<String> names = selection.measurement().tags();
    Set<List<String>> keys = new TreeSet<>(SameTime::compareKeys);
    client.run(
        statement,
        deadline,
        (head, row) -> {
          keys.add(names.stream().map(head::tag).toList());
          return true;
        });
    return keys;
  }

  /**
   * Returns the count, or -1 if the database does not support this query, as before version 1.4, or
   * does not allow it.
   */
  private long count(InfluxQl statement, Deadline deadline) {
    AtomicLong count = new AtomicLong();
    try {
      client.run(
          statement,
          deadline,
          (head, row) -> {
            count.addAndGet(row[0] instanceof Number number ? number.longValue() : 0);
            return true;
          });
    } catch (StoreException e) {
      if (e.kind() != StoreException.Kind.FAILED
          && e.kind() != StoreException.Kind.LOGIN
          && e.kind() != StoreException.Kind.TOO_MUCH) {
        throw e;
      }
      return -1;
    }
    return count.get();
  }

  @Override
  public List<Field> fieldsWithValues(Selection selection, Deadline deadline) {
    InfluxQl statement = InfluxQlBuilder.lastOfAll(selection, policies);
    BitSet found = new BitSet();
    client.run(
        statement,
        deadline,
        (head, row) -> {
          for (int i = 0; i < statement.columns().size(); i++) {
            if (row[i + 1] != null) {
              found.set(statement.columns().get(i).column());
            }
          }
          return true;
        });
    List<Field> fields = selection.measurement().fields();
    return found.stream().mapToObj(fields::get).toList();
  }

  @Override
  public String ping(Duration timeout) {
    Deadline deadline = Deadline.in(timeout);
    String told = client.ping(deadline);
    answersQuestions(deadline);
    if (told.isEmpty()) {
      return "InfluxDB " + version;
    }
    // Both versions answer the same queries, so this is worth a remark but not a failure.
    boolean same = told.charAt(0) == version.charAt(0);
    return "InfluxDB " + told + (same ? "" : ", although the settings say " + version);
  }

  @Override
  public Optional<Instant> time(Duration timeout) {
    try {
      return Optional.of(
          Instant.from(
              DateTimeFormatter.RFC_1123_DATE_TIME.parse(client.date(Deadline.in(timeout)))));
    } catch (DateTimeException e) {
      return Optional.empty(); // A proxy removed the header.
    }
  }

  /**
   * Checks that the database answers queries. A ping needs no login, and other products answer it,
   * too: QuestDB claims to be an InfluxDB. The check therefore runs the queries that precede every
   * request, for a measurement that hardly exists.
   */
  private void answersQuestions(Deadline deadline) {
    try {
      Optional<Measurement> unused = descriptions.one(NOTHING, deadline);
    } catch (StoreException e) {
      throw e.kind() == StoreException.Kind.FAILED
          ? new StoreException(
              e.kind(),
              e.getMessage()
                  + " when it was asked for fields: look at store.type, and at address, login and "
                  + (version.startsWith("1")
                      ? "database of store.influxdb1"
                      : "bucket of store.influxdb2"),
              e)
          : e;
    }
  }

  @Override
  public Optional<RawStore> raw() {
    return Optional.ofNullable(raw);
  }

  @Override
  public void close() {
    if (raw != null) {
      raw.close();
    }
  }
}
