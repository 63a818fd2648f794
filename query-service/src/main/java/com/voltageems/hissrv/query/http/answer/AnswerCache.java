package com.voltageems.hissrv.query.http.answer;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.http.ask.Keep;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Answers over windows, kept for a while. If all windows of an answer ended at least five minutes
 * ago, it is kept for the configured time; a newer answer is kept no longer than one window, and at
 * most one second. So late data is seen after that time at the latest. An answer is kept if it was
 * asked for more than three times, if its range is longer than an hour, or if the caller wants it.
 * Many equal queries at the same time lead to one query to the database. Thread-safe.
 */
public final class AnswerCache {
  /** Longest time to keep an answer that reaches up to the present. */
  private static final Duration LIVE = Duration.ofSeconds(1);

  /**
   * For this long after their end windows still receive samples that are on their way through
   * Kafka.
   */
  private static final long SETTLED_MILLIS = 300_000;

  private static final long LONG_MILLIS = 3_600_000;
  private static final int HOT = 3;
  private static final int MOST_COUNTED = 10_000;
  private static final Duration COUNTED = Duration.ofMinutes(10);

  private final LongSupplier nowMillis;
  private final Duration closed;
  private final Cache<Ask, Kept> kept;
  private final Cache<Ask, AtomicInteger> asked;

  /**
   * Queries that the database is answering now. They are outside the cache, because computing
   * inside it would make other callers wait, too.
   */
  private final ConcurrentMap<Ask, CompletableFuture<HistoryAnswer>> underWay =
      new ConcurrentHashMap<>();

  private final ClosedWindows windows;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  private record Kept(HistoryAnswer answer, Duration length) {}

  /** How many answers came from each place. */
  public record Counts(long memory, long partly, long database, long lateWindows) {}

  /**
   * @param values limit for the values (rows times columns) of all kept answers; 0 keeps none
   * @param closed how long an answer is kept whose windows have all ended
   */
  public AnswerCache(long values, Duration closed, LongSupplier nowMillis, Ticker ticker) {
    this.nowMillis = nowMillis;
    this.closed = closed;
    this.windows = new ClosedWindows(values / 2, closed, ticker);
    this.kept =
        Caffeine.newBuilder()
            .maximumWeight(values - values / 2)
            .weigher((Ask ask, Kept one) -> 16 + one.answer().rows() * (1 + ask.outputs().size()))
            .expireAfter(Expiry.<Ask, Kept>creating((ask, one) -> one.length()))
            .executor(Runnable::run)
            .ticker(ticker)
            .build();
    this.asked =
        Caffeine.newBuilder()
            .maximumSize(MOST_COUNTED)
            .expireAfterAccess(COUNTED)
            .executor(Runnable::run)
            .ticker(ticker)
            .build();
  }

  /**
   * Returns the kept answer, or makes it now.
   *
   * @param wish whether the caller wants the answer kept
   * @param deadline how long to wait for the answer to an equal query that is already running
   * @param make queries the database, for this query or for a part of it
   * @throws RuntimeException the exception that {@code make} throws; callers that wait for its
   *     answer get it, too
   */
  HistoryAnswer get(Ask ask, Keep wish, Deadline deadline, Function<Ask, HistoryAnswer> make) {
    boolean keeps = wish == Keep.YES || isLong(ask) || isHot(ask);
    Kept known = kept.getIfPresent(ask);
    if (known != null) {
      hits.increment();
      return known.answer();
    }
    CompletableFuture<HistoryAnswer> mine = new CompletableFuture<>();
    CompletableFuture<HistoryAnswer> equal = underWay.putIfAbsent(ask, mine);
    if (equal != null) {
      hits.increment();
      return waitedFor(equal, deadline);
    }
    misses.increment();
    try {
      HistoryAnswer answer = keeps ? keep(ask, make) : make.apply(ask);
      mine.complete(answer);
      return answer;
    } catch (RuntimeException | Error e) {
      mine.completeExceptionally(e);
      throw e;
    } finally {
      underWay.remove(ask, mine);
    }
  }

  private HistoryAnswer keep(Ask ask, Function<Ask, HistoryAnswer> make) {
    long settled = nowMillis.getAsLong() - SETTLED_MILLIS;
    HistoryAnswer answer = windows.answer(ask, settled, make);
    kept.put(ask, new Kept(answer, windows.fresh(ask, length(ask))));
    return answer;
  }

  private static HistoryAnswer waitedFor(
      CompletableFuture<HistoryAnswer> equal, Deadline deadline) {
    try {
      return equal.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw deadline.exceeded(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(StoreException.Kind.UNAVAILABLE, "interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("an equal question failed", e.getCause());
    }
  }

  private static boolean isLong(Ask ask) {
    Selection selection = ask.selection();
    return selection.endMillis() - selection.startMillis() > LONG_MILLIS;
  }

  private boolean isHot(Ask ask) {
    return asked.get(ask, any -> new AtomicInteger()).incrementAndGet() > HOT;
  }

  private Duration length(Ask ask) {
    Windows of = ask.windows();
    if (of == null) {
      return Duration.ZERO;
    }
    if (ask.selection().endMillis() + SETTLED_MILLIS <= nowMillis.getAsLong()) {
      return closed;
    }
    Duration window = Duration.ofMillis(of.shortestMillis());
    return window.compareTo(LIVE) < 0 ? window : LIVE;
  }

  public Counts counts() {
    long partly = windows.parts();
    return new Counts(hits.sum(), partly, misses.sum() - partly, windows.late());
  }
}
