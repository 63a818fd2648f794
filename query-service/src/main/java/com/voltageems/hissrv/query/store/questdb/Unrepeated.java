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
 * Where no point was written twice. A statement that merges tells how many points there are, and
 * where the rows were as many there was nothing to merge; that is kept with the number of rows that
 * the table had there, which is counted quickly. Rows are only ever added, so that as many rows are
 * the same rows. Safe for many threads.
 */
final class Unrepeated {
  /** Rows so young still come; what is known of them would not hold for long. */
  private static final long SETTLED_MILLIS = 300_000;

  private static final int MOST = 2000;
  private static final Duration UNUSED = Duration.ofHours(6);

  /** Repeats stay; only with all of their partition they go. */
  private static final Duration REPEATED = Duration.ofHours(1);

  private final Cache<Key, Span> known =
      Caffeine.newBuilder()
          .maximumSize(MOST)
          .expireAfterAccess(UNUSED)
          .executor(Runnable::run)
          .build();

  /** Where something was repeated, so that counting there again is of no use. */
  private final Cache<Key, Range> repeated =
      Caffeine.newBuilder()
          .maximumSize(MOST)
          .expireAfterWrite(REPEATED)
          .executor(Runnable::run)
          .build();

  /** What a statement has seen: the same rows, and the same fields of them. */
  record Key(String table, List<String> tags, List<TagFilter> filters, Set<Field> fields) {}

  private record Range(long startMillis, long endMillis) {}

  /** As many rows, each point one, from the start to before the end. */
  record Span(long startMillis, long endMillis, long rows) {}

  /**
   * Under what the knowledge that a query needs is kept; empty where its windows do not show every
   * repeat: one without a second point has no deviation, and is left out.
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

  /** Somewhere in that range something is repeated. */
  void learnRepeated(Key key, long startMillis, long endMillis) {
    repeated.put(key, new Range(startMillis, endMillis));
  }

  /** Whether something in that range is known to be repeated. */
  boolean isRepeated(Key key, long startMillis, long endMillis) {
    Range range = repeated.getIfPresent(key);
    return range != null && startMillis <= range.startMillis() && range.endMillis() <= endMillis;
  }

  void forget(Key key) {
    known.invalidate(key);
  }

  /** Up to where something can be learned by a query that ends there. */
  static long settled(long endMillis, long nowMillis) {
    return Math.min(endMillis, nowMillis - SETTLED_MILLIS);
  }

  /** The range, cut at boundaries of windows into what is known and what is not: three at most. */
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
