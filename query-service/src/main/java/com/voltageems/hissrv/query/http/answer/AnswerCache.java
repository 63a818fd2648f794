package com.voltageems.hissrv.query.http.answer;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Answers over windows, kept for a while: those whose windows have all ended five minutes ago for
 * as long as is set, those that are newer for no longer than a window, and a second at most. So
 * data that comes late is seen after that time at the latest. Many equal questions at once are one
 * question to the database. Safe for many threads.
 */
public final class AnswerCache {
  /** An answer that touches now. */
  private static final Duration LIVE = Duration.ofSeconds(1);

  /** So long after their end windows still fill: samples are on their way through Kafka. */
  private static final long SETTLED_MILLIS = 300_000;

  private final LongSupplier nowMillis;
  private final Duration closed;
  private final Cache<Ask, Kept> kept;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  private record Kept(HistoryAnswer answer, Duration length) {}

  /**
   * @param values most values (rows times columns) of all answers that are kept; 0: none
   * @param closed how long an answer is kept whose windows have all ended
   */
  public AnswerCache(long values, Duration closed, LongSupplier nowMillis, Ticker ticker) {
    this.nowMillis = nowMillis;
    this.closed = closed;
    this.kept =
        Caffeine.newBuilder()
            .maximumWeight(values)
            .weigher((Ask ask, Kept one) -> 16 + one.answer().rows() * (1 + ask.outputs().size()))
            .expireAfter(Expiry.<Ask, Kept>creating((ask, one) -> one.length()))
            .executor(Runnable::run)
            .ticker(ticker)
            .build();
  }

  /** The answer that is kept, or the one that is made now. */
  HistoryAnswer get(Ask ask, Supplier<HistoryAnswer> make) {
    boolean[] made = new boolean[1];
    Kept found =
        kept.get(
            ask,
            any -> {
              made[0] = true;
              return new Kept(make.get(), length(ask));
            });
    (made[0] ? misses : hits).increment();
    return found.answer();
  }

  private Duration length(Ask ask) {
    Windows windows = ask.windows();
    if (windows == null) {
      return Duration.ZERO;
    }
    if (ask.selection().endMillis() + SETTLED_MILLIS <= nowMillis.getAsLong()) {
      return closed;
    }
    Duration window = Duration.ofMillis(windows.shortestMillis());
    return window.compareTo(LIVE) < 0 ? window : LIVE;
  }

  /** How many answers were there already. */
  public long hits() {
    return hits.sum();
  }

  /** How many had to be made. */
  public long misses() {
    return misses.sum();
  }
}
