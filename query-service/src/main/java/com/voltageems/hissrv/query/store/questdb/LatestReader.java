package com.voltageems.hissrv.query.store.questdb;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.SameTime;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.TagFilter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the last values. This requires reading the whole range, because a field may have had its
 * last value long before the others. Therefore the values up to some minutes ago are cached,
 * together with the number of rows that the table had until then, and the next call reads only what
 * came later. Rows that arrive late change that number; then the whole range is read again. An
 * UPDATE by hand does not change it, so the range is also read again after some minutes.
 * Thread-safe.
 */
final class LatestReader {
  /** Largest number of series whose last values are cached. */
  private static final int MOST_SERIES = 20_000;

  private static final int MOST = 200;
  private static final Duration UNUSED = Duration.ofHours(1);

  /** How long a reading is used, including the newer rows added to it. */
  private static final long TRUSTED_MILLIS = 600_000;

  /**
   * From this age on, it is worth two statements to move the cached end forward for the next call.
   */
  private static final long BEHIND_MILLIS = 600_000;

  private final LongSupplier nowMillis;
  private final Cache<Key, Base> known =
      Caffeine.newBuilder()
          .maximumSize(MOST)
          .expireAfterAccess(UNUSED)
          .executor(Runnable::run)
          .build();

  LatestReader(LongSupplier nowMillis) {
    this.nowMillis = nowMillis;
  }

  private record Key(
      String table, List<String> tags, List<TagFilter> filters, List<Field> fields) {}

  /**
   * The last values of a time range, and the number of rows in it.
   *
   * @param readMillis when the oldest part of it was read
   */
  private record Base(
      long startMillis, long endMillis, long rows, List<LatestSeries> series, long readMillis) {}

  /** A connection and the request that runs over it. */
  private record Call(
      Selection selection,
      List<Field> fields,
      int limit,
      String timeColumn,
      Connection connection,
      Deadline deadline) {}

  LatestAnswer read(
      Selection selection,
      List<Field> fields,
      int limit,
      String timeColumn,
      Connection connection,
      Deadline deadline)
      throws SQLException {
    Call call = new Call(selection, fields, limit, timeColumn, connection, deadline);
    Key key =
        new Key(
            selection.measurement().name(),
            selection.measurement().tags(),
            selection.filters(),
            fields);
    long now = nowMillis.getAsLong();
    long settled = Unrepeated.settled(selection.endMillis(), now);
    Base base = known.getIfPresent(key);
    if (base != null
        && Math.abs(now - base.readMillis()) < TRUSTED_MILLIS
        && base.startMillis() <= selection.startMillis()
        && base.endMillis() <= selection.endMillis()) {
      LatestAnswer answer = onTop(call, key, base, settled);
      if (answer != null) {
        return answer;
      }
      known.invalidate(key);
    }
    return whole(call, key, settled, now);
  }

  /**
   * Returns the cached values with the newer ones on top. Null if the number of rows in the cached
   * range has changed, or if there are too many series.
   */
  private @Nullable LatestAnswer onTop(Call call, Key key, Base base, long settled)
      throws SQLException {
    long end = call.selection().endMillis();
    Base next = base;
    if (settled - base.endMillis() > BEHIND_MILLIS) {
      long rows = base.rows() + rows(call, base.endMillis(), settled);
      LatestAnswer more = values(call, base.endMillis(), settled, MOST_SERIES);
      if (more.truncated()) {
        return null;
      }
      List<LatestSeries> series = joined(call, base.series(), more.series());
      next = new Base(base.startMillis(), settled, rows, series, base.readMillis());
    }
    LatestAnswer fresh = values(call, next.endMillis(), end, MOST_SERIES);
    boolean holds =
        !fresh.truncated()
            && next.series().size() <= MOST_SERIES
            && rows(call, base.startMillis(), base.endMillis()) == base.rows();
    if (!holds) {
      return null;
    }
    if (!next.equals(base)) {
      known.put(key, next);
    }
    return cut(call, joined(call, next.series(), fresh.series()));
  }

  private LatestAnswer whole(Call call, Key key, long settled, long now) throws SQLException {
    long start = call.selection().startMillis();
    long end = call.selection().endMillis();
    if (settled > start) {
      long rows = rows(call, start, settled);
      LatestAnswer old = values(call, start, settled, MOST_SERIES);
      LatestAnswer fresh = values(call, settled, end, MOST_SERIES);
      if (!old.truncated() && !fresh.truncated()) {
        known.put(key, new Base(start, settled, rows, old.series(), now));
        return cut(call, joined(call, old.series(), fresh.series()));
      }
    }
    return values(call, start, end, call.limit());
  }

  /** Replaces earlier values by later ones; the series are in the order of their tags. */
  private static List<LatestSeries> joined(
      Call call, List<LatestSeries> earlier, List<LatestSeries> later) {
    List<String> names = call.selection().measurement().tags();
    Map<List<String>, Map<String, LatestSeries.Value>> all = new TreeMap<>(SameTime::compareKeys);
    for (List<LatestSeries> some : List.of(earlier, later)) {
      for (LatestSeries one : some) {
        List<String> tags = names.stream().map(tag -> one.tags().getOrDefault(tag, "")).toList();
        all.computeIfAbsent(tags, any -> new LinkedHashMap<>()).putAll(one.fields());
      }
    }
    List<LatestSeries> series = new ArrayList<>();
    all.forEach((tags, values) -> series.add(new LatestSeries(Series.tags(names, tags), values)));
    return series;
  }

  /**
   * Returns the values within the range, with the fields in the requested order and at most as many
   * series as requested.
   */
  private static LatestAnswer cut(Call call, List<LatestSeries> all) {
    long start = SqlBuilder.micros(call.selection().startMillis());
    List<LatestSeries> series = new ArrayList<>();
    for (LatestSeries one : all) {
      Map<String, LatestSeries.Value> values = new LinkedHashMap<>();
      for (Field field : call.fields()) {
        LatestSeries.Value value = one.fields().get(field.name());
        if (value != null && value.epochMicros() >= start) {
          values.put(field.name(), value);
        }
      }
      if (!values.isEmpty()) {
        series.add(new LatestSeries(one.tags(), values));
      }
    }
    boolean truncated = series.size() > call.limit();
    return new LatestAnswer(truncated ? series.subList(0, call.limit()) : series, truncated);
  }

  private static long rows(Call call, long startMillis, long endMillis) throws SQLException {
    return RowReader.count(
        call.connection(),
        SqlBuilder.rows(
            call.selection(),
            call.timeColumn(),
            SqlBuilder.micros(startMillis),
            SqlBuilder.micros(endMillis)),
        call.deadline());
  }

  private static LatestAnswer values(Call call, long startMillis, long endMillis, int limit)
      throws SQLException {
    if (startMillis >= endMillis) {
      return new LatestAnswer(List.of(), false);
    }
    Selection whole = call.selection();
    Selection part = whole.within(startMillis, endMillis);
    Sql sql = SqlBuilder.latest(part, call.fields(), limit, call.timeColumn());
    try (PreparedStatement statement =
            Connections.prepare(call.connection(), sql, call.deadline());
        ResultSet rows = statement.executeQuery()) {
      return values(rows, whole.measurement().tags(), call.fields(), limit);
    }
  }

  private static LatestAnswer values(
      ResultSet rows, List<String> names, List<Field> fields, int limit) throws SQLException {
    List<LatestSeries> series = new ArrayList<>();
    int count = 0;
    while (rows.next()) {
      if (count == limit) {
        return new LatestAnswer(series, true);
      }
      count++;
      Map<String, LatestSeries.Value> values = new LinkedHashMap<>();
      for (int i = 0; i < fields.size(); i++) {
        Object value = RowReader.value(rows, 2 + names.size() + 2 * i);
        if (value != null) {
          long time = rows.getLong(3 + names.size() + 2 * i);
          values.put(fields.get(i).name(), new LatestSeries.Value(value, time));
        }
      }
      if (!values.isEmpty()) {
        List<String> key = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
          key.add(RowReader.text(rows, 2 + i));
        }
        series.add(new LatestSeries(Series.tags(names, key), values));
      }
    }
    return new LatestAnswer(series, false);
  }
}
