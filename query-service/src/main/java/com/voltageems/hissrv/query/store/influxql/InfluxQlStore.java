package com.voltageems.hissrv.query.store.influxql;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Digits;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.raw.RawStore;
import com.voltageems.hissrv.query.store.window.Run;
import com.voltageems.hissrv.query.store.window.Windows;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * History in InfluxDB 1.x or 2.x, by InfluxQL. Starts without the database being there and finds it
 * again after it was away.
 */
public final class InfluxQlStore implements HistoryStore {
  private static final long MICRO = 1000;

  /** Statements in one request. */
  private static final int MOST_RUNS = 50;

  /** Rows asked for beyond the limit, so that those of the last time are likely to be all there. */
  private static final long BEYOND = 200;

  private final InfluxQlClient client;
  private final Descriptions descriptions;
  private final List<String> policies;
  private final String version;
  private final @Nullable InfluxQlRaw raw;

  InfluxQlStore(InfluxQlClient client, List<String> policies, String version) {
    this(client, policies, version, null);
  }

  private InfluxQlStore(
      InfluxQlClient client, List<String> policies, String version, @Nullable InfluxQlRaw raw) {
    this.client = client;
    this.raw = raw;
    this.policies = List.copyOf(policies);
    this.descriptions = new Descriptions(client, this.policies);
    this.version = version;
  }

  /**
   * InfluxDB 1.x.
   *
   * @param url address of the HTTP API, {@code http://host:8086}
   * @param policies retention policies to read from; none: the database's default one
   * @param username empty where the database asks for none
   */
  public static InfluxQlStore version1(
      URI url, String database, List<String> policies, String username, String password) {
    return version1(url, database, policies, username, password, "", "");
  }

  /** Likewise, with the login of raw queries; an empty user for none. */
  static InfluxQlStore version1(
      URI url,
      String database,
      List<String> policies,
      String username,
      String password,
      String rawUsername,
      String rawPassword) {
    return new InfluxQlStore(
        new InfluxQlClient(url, database, basic(username, password)),
        policies,
        "1.x",
        rawUsername.isEmpty()
            ? null
            : new InfluxQlRaw(
                new InfluxQlClient(url, database, basic(rawUsername, rawPassword)),
                "store.influxdb1.raw.username"));
  }

  /** The header's value, or null where the database asks for no user. */
  static @Nullable String basic(String username, String password) {
    return username.isEmpty()
        ? null
        : "Basic "
            + Base64.getEncoder()
                .encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * InfluxDB 2.x, whose buckets are databases to InfluxQL.
   *
   * @param token may read the bucket
   */
  public static InfluxQlStore version2(URI url, String bucket, String token) {
    return version2(url, bucket, token, "");
  }

  /** Likewise, with the token of raw queries; an empty one for none. */
  static InfluxQlStore version2(URI url, String bucket, String token, String rawToken) {
    return new InfluxQlStore(
        new InfluxQlClient(url, bucket, "Token " + token),
        List.of(),
        "2.x",
        rawToken.isEmpty()
            ? null
            : new InfluxQlRaw(
                new InfluxQlClient(url, bucket, "Token " + rawToken), "store.influxdb2.raw.token"));
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
        ? points(query, deadline, sink)
        : windows(query, windows, deadline, sink);
  }

  /**
   * Points come in the order of time over all series. The database cuts them among those of one
   * time as it likes; so these are asked for again where the cut is among them.
   */
  private boolean points(HistoryQuery query, Deadline deadline, RowSink sink) {
    SameTime rows =
        new SameTime(query.columns().size(), SameTime.Writes.JOINED, query.limit(), sink);
    long start = InfluxQlBuilder.nanos(query.selection().startMillis());
    long end = InfluxQlBuilder.nanos(query.selection().endMillis());
    long most = query.limit() + BEYOND;
    long count =
        points(query, InfluxQlBuilder.points(query, policies, start, end, most), deadline, rows);
    if (count >= most) {
      OptionalLong last = rows.discardLast();
      if (last.isPresent()) {
        long time = last.getAsLong() * MICRO;
        InfluxQl rest =
            query.newestFirst()
                ? InfluxQlBuilder.points(query, policies, start, time + MICRO, 0)
                : InfluxQlBuilder.points(query, policies, time, end, 0);
        points(query, rest, deadline, rows);
      }
    }
    return rows.end();
  }

  private long points(HistoryQuery query, InfluxQl statement, Deadline deadline, SameTime rows) {
    int values = statement.columns().size();
    Keys keys = new Keys(query.groupBy().size());
    long[] count = {0};
    client.run(
        statement,
        deadline,
        (head, row) -> {
          count[0]++;
          Row filled = rows.next(time(row), keys.of(row, 1 + values));
          for (int i = 0; i < values; i++) {
            put(filled, statement.columns().get(i), row[i + 1], null);
          }
          return rows.add();
        });
    return count[0];
  }

  /** Values of tags as they come with each row; mostly the same as those of the row before. */
  private static final class Keys {
    private final int tags;
    private List<String> last = List.of();

    Keys(int tags) {
      this.tags = tags;
    }

    List<String> of(@Nullable Object[] row, int from) {
      if (last.size() == tags && isLast(row, from)) {
        return last;
      }
      List<String> key = new ArrayList<>(tags);
      for (int i = 0; i < tags; i++) {
        key.add(row[from + i] instanceof String text ? text : "");
      }
      last = List.copyOf(key);
      return last;
    }

    private boolean isLast(@Nullable Object[] row, int from) {
      for (int i = 0; i < tags; i++) {
        if (!last.get(i).equals(row[from + i] instanceof String text ? text : "")) {
          return false;
        }
      }
      return true;
    }
  }

  private static long time(@Nullable Object[] row) {
    return row[0] instanceof Number number ? number.longValue() : 0;
  }

  private static void put(
      Row row, InfluxQl.Selected column, @Nullable Object value, @Nullable Column of) {
    Object converted = value(value, column.type(), of);
    if (converted != null) {
      row.set(column.column(), converted);
    }
  }

  private static @Nullable Object value(
      @Nullable Object value, InfluxQl.Type type, @Nullable Column of) {
    if (!(value instanceof Number number)) {
      return value;
    }
    if (of != null && of.function() == Aggregation.COUNT) {
      return number.longValue() == 0 ? null : (Object) number.longValue();
    }
    if (type == InfluxQl.Type.INTEGER && number instanceof Long) {
      return number;
    }
    return of != null && of.isRounded()
        ? Digits.computed(number.doubleValue())
        : number.doubleValue();
  }

  /** Windows come series by series, and are few: they are sorted here. */
  private boolean windows(HistoryQuery query, Windows windows, Deadline deadline, RowSink sink) {
    Comparator<Row> byTime = Comparator.comparingLong(Row::epochMicros);
    Comparator<Row> order =
        (query.newestFirst() ? byTime.reversed() : byTime)
            .thenComparing(Row::key, SameTime::compareKeys);
    int most = query.limit() + 1;
    List<Row> rows = new ArrayList<>();
    List<Run> runs = windows.runs(query.selection().startMillis(), query.selection().endMillis());
    for (int i = 0; i < runs.size(); i += MOST_RUNS) {
      List<Run> some = runs.subList(i, Math.min(runs.size(), i + MOST_RUNS));
      InfluxQl statement = InfluxQlBuilder.windows(query, some, policies);
      client.run(
          statement,
          deadline,
          (head, values) -> {
            List<String> key = query.groupBy().stream().map(head::tag).toList();
            Row row = new Row(query.columns().size()).begin(time(values), key);
            int columns = query.columns().size();
            for (int j = 0; j < columns; j++) {
              put(row, statement.columns().get(j), values[j + 1], query.columns().get(j));
            }
            if (row.hasAny()) {
              rows.add(row);
            }
            // The database limits each series; over all of them we do, and keep no more than that.
            if (rows.size() > 2L * most) {
              rows.sort(order);
              rows.subList(most, rows.size()).clear();
            }
            return true;
          });
    }
    rows.sort(order);
    for (int i = 0; i < Math.min(rows.size(), query.limit()); i++) {
      if (!sink.take(rows.get(i))) {
        return false;
      }
    }
    return rows.size() > query.limit();
  }

  @Override
  public LatestAnswer latest(
      Selection selection, List<Field> fields, int limit, Deadline deadline) {
    List<String> names = selection.measurement().tags();
    Map<List<String>, Map<String, LatestSeries.Value>> found = new TreeMap<>(SameTime::compareKeys);
    InfluxQl statements = InfluxQlBuilder.latest(selection, fields, policies);
    client.run(
        statements,
        deadline,
        (head, row) -> {
          InfluxQl.Selected column = statements.columns().get(head.statement());
          Object value = value(row[1], column.type(), null);
          if (value != null) {
            found
                .computeIfAbsent(
                    names.stream().map(head::tag).toList(), key -> new LinkedHashMap<>())
                .merge(
                    fields.get(column.column()).name(),
                    new LatestSeries.Value(value, time(row)),
                    (one, other) -> one.epochMicros() > other.epochMicros() ? one : other);
          }
          return true;
        });
    List<LatestSeries> series = new ArrayList<>();
    found.forEach((key, values) -> series.add(new LatestSeries(Series.tags(names, key), values)));
    boolean truncated = series.size() > limit;
    return new LatestAnswer(truncated ? series.subList(0, limit) : series, truncated);
  }

  @Override
  public List<Map<String, String>> series(Selection selection, int limit, Deadline deadline) {
    List<String> names = selection.measurement().tags();
    Set<List<String>> keys = new TreeSet<>(SameTime::compareKeys);
    client.run(
        InfluxQlBuilder.series(selection, policies),
        deadline,
        (head, row) -> {
          keys.add(names.stream().map(head::tag).toList());
          return true;
        });
    return keys.stream().limit(limit).map(key -> Series.tags(names, key)).toList();
  }

  @Override
  public Map<String, List<String>> tagValues(Selection selection, int limit, Deadline deadline) {
    Map<String, Set<String>> values = new TreeMap<>();
    selection.measurement().tags().forEach(tag -> values.put(tag, new TreeSet<>()));
    client.run(
        InfluxQlBuilder.series(selection, policies),
        deadline,
        (head, row) -> {
          values.forEach((tag, set) -> set.add(head.tag(tag)));
          return true;
        });
    Map<String, List<String>> answer = new TreeMap<>();
    values.forEach((tag, set) -> answer.put(tag, set.stream().limit(limit).toList()));
    return answer;
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
    String told = client.ping(Deadline.in(timeout));
    if (told.isEmpty()) {
      return "InfluxDB " + version;
    }
    // The same questions are answered by both, so that this is worth a word and no failure.
    boolean same = told.charAt(0) == version.charAt(0);
    return "InfluxDB " + told + (same ? "" : ", although the settings say " + version);
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
    client.close();
  }
}
