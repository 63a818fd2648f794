package com.voltageems.hissrv.query.store.questdb;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Remembers in which time ranges no point was written twice. A statement that merges reports the
 * number of points; if it equals the number of rows, there was nothing to merge. This is cached
 * together with the number of rows that the table had in the range, which is quick to count. Rows
 * are only ever added, so the same number of rows means the same rows. Thread-safe.
 */
final class Unrepeated {
  /** Rows younger than this still arrive, so knowledge about them would not hold for long. */
  private static final long SETTLED_MILLIS = 300_000;

  private static final int MOST = 2000;
  private static final Duration UNUSED = Duration.ofHours(6);

  /** Repeated writes remain until their whole partition is dropped. */
  private static final Duration REPEATED = Duration.ofHours(1);

  private final Cache<Key, Span> known =
      Caffeine.newBuilder()
          .maximumSize(MOST)
          .expireAfterAccess(UNUSED)
          .executor(Runnable::run)
          .build();

  /** Ranges with repeated writes, where counting again is useless. */
  private final Cache<Key, Range> repeated =
      Caffeine.newBuilder()
          .maximumSize(MOST)
          .expireAfterWrite(REPEATED)
          .executor(Runnable::run)
          .build();

  /** Identifies what a statement has seen: the same rows, and the same fields of them. */
  record Key(String table, List<String> tags, List<TagFilter> filters, Set<Field> fields) {}

  private record Range(long startMillis, long endMillis) {}

  /** A number of rows, each of them a point of its own, from the start to the exclusive end. */
  record Span(long startMillis, long endMillis, long rows) {}

  /**
   * Returns the key for a query's knowledge. Empty if the query's windows do not show every
   * repeated write: a standard deviation has no value for a window with a single point, so that
   * window is missing.
   */
  static Optional<Key> key(HistoryQuery query) {
    boolean hidden =
        query.columns().stream()
            .map(Column::field)
            .anyMatch(
                field ->
                    query.columns().stream()
                        .filter(one -> one.field().equals(field))
                        .allMatch(one -> one.function() == Aggregation.STDDEV));
    if (hidden) {
      return Optional.empty();
    }
    return Optional.of(
        new Key(
            query.selection().measurement().name(),
            query.selection().measurement().tags(),
            query.selection().filters(),
            query.columns().stream().map(Column::field).collect(Collectors.toUnmodifiableSet())));
  }

  @Nullable Span find(Key key) {
    return known.getIfPresent(key);
  }

  void learn(Key key, Span span) {
    known.put(key, span);
  }

  /** Remembers that something is repeated somewhere in this range. */
  void learnRepeated(Key key, long startMillis, long endMillis) {
    repeated.put(key, new Range(startMillis, endMillis));
  }

  /** Returns true if something in this range is known to be repeated. */
  boolean isRepeated(Key key, long startMillis, long endMillis) {
    Range range = repeated.getIfPresent(key);
    return range != null && startMillis <= range.startMillis() && range.endMillis() <= endMillis;
  }

  void forget(Key key) {
    known.invalidate(key);
  }

  /** Returns up to which time a query that ends at {@code endMillis} can learn anything. */
  static long settled(long endMillis, long nowMillis) {
    return Math.min(endMillis, nowMillis - SETTLED_MILLIS);
  }

  /** Cuts the range at window boundaries into known and unknown parts: at most three. */
  static List<WindowStatement.Part> parts(
      Windows windows, long startMillis, long endMillis, @Nullable Span span) {
    if (span == null || span.endMillis() <= startMillis || span.startMillis() >= endMillis) {
      return List.of(new WindowStatement.Part(startMillis, endMillis, false));
    }
    boolean all = span.startMillis() <= startMillis && span.endMillis() >= endMillis;
    long from = all ? startMillis : windows.ceil(Math.max(startMillis, span.startMillis()));
    long to = all ? endMillis : windows.floor(Math.min(endMillis, span.endMillis()));
    if (from >= to) {
      return List.of(new WindowStatement.Part(startMillis, endMillis, false));
    }
    List<WindowStatement.Part> parts = new ArrayList<>();
    if (startMillis < from) {
      parts.add(new WindowStatement.Part(startMillis, from, false));
    }
    parts.add(new WindowStatement.Part(from, to, true));
    if (to < endMillis) {
      parts.add(new WindowStatement.Part(to, endMillis, false));
    }
    return parts;
  }
}
