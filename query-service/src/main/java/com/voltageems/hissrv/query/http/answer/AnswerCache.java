package com.voltageems.hissrv.query.http.answer;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.http.ask.Keep;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.window.Windows;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Answers over windows, kept for a while: those whose windows have all ended five minutes ago for
 * as long as is set, those that are newer for no longer than a window, and a second at most. So
 * data that comes late is seen after that time at the latest. Kept is what was asked for more than
 * three times, what is over more than an hour, and what the caller wants kept. Many equal questions
 * at once are one question to the database. Safe for many threads.
 */
public final class AnswerCache {
  /** An answer that touches now. */
  private static final Duration LIVE = Duration.ofSeconds(1);

  /** So long after their end windows still fill: samples are on their way through Kafka. */
  private static final long SETTLED_MILLIS = 300_000;

  private static final long LONG_MILLIS = 3_600_000;
  private static final int HOT = 3;
  private static final int MOST_COUNTED = 10_000;
  private static final Duration COUNTED = Duration.ofMinutes(10);

  private final LongSupplier nowMillis;
  private final Duration closed;
  private final Cache<Ask, Kept> kept;
  private final Cache<Ask, AtomicInteger> asked;
  private final ClosedWindows windows;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  private record Kept(HistoryAnswer answer, Duration length) {}

  /** How often an answer came from where. */
  public record Counts(long memory, long partly, long database, long lateWindows) {}

  /**
   * @param values most values (rows times columns) of all answers that are kept; 0: none
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
   * The answer that is kept, or the one that is made now.
   *
   * @param wish whether the caller wants it kept
   * @param make asks the database, for this or for a part of it
   */
  HistoryAnswer get(Ask ask, Keep wish, Function<Ask, HistoryAnswer> make) {
    boolean keeps = wish == Keep.YES || isLong(ask) || isHot(ask);
    boolean[] made = new boolean[1];
    Kept found =
        kept.get(
            ask,
            any -> {
              made[0] = true;
              long settled = nowMillis.getAsLong() - SETTLED_MILLIS;
              return keeps
                  ? new Kept(windows.answer(ask, settled, make), length(ask))
                  : new Kept(make.apply(ask), Duration.ZERO);
            });
    (made[0] ? misses : hits).increment();
    return found.answer();
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
