package com.voltageems.hissrv.query.http.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.http.ask.Ask;
import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.ask.Keep;
import com.voltageems.hissrv.query.http.ask.Parameters;
import com.voltageems.hissrv.query.resolution.CopyResolutions;
import com.voltageems.hissrv.query.resolution.Expired;
import com.voltageems.hissrv.query.resolution.Resolutions;
import com.voltageems.hissrv.query.sample.MemoryProvider;
import com.voltageems.hissrv.query.sample.MemoryStore;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.spi.StoreSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AnswererTest {
  private static final long T = 1_700_002_800_000L;
  private static final Set<String> KNOWN =
      Set.of(
          "start",
          "end",
          "range",
          "timezone",
          "limit",
          "fields",
          "interval",
          "function",
          "functions",
          "fill",
          "group_by",
          "order");

  private final MemoryStore store =
      (MemoryStore)
          new MemoryProvider()
              .open(new StoreSettings(new MemoryProvider().settings(), Map.of(), 1));

  @BeforeEach
  void write() {
    for (int i = 0; i < 10; i++) {
      if (i != 4 && i != 5) {
        point("1", i * 30_000L, i);
      }
    }
    point("2", 0, 100);
    point("2", 270_000, 200);
  }

  private void point(String channel, long after, double value) {
    store.write("m", Map.of("ch", channel), (T + after) * 1000, Map.of("v", value));
  }

  private long now = T + 600_000;
  private final AtomicLong nanos = new AtomicLong();
  private AnswerCache cache = cache(Duration.ofMinutes(1));
  private Keep wish = Keep.YES;

  private AnswerCache cache(Duration closed) {
    return new AnswerCache(100_000, closed, () -> now, nanos::get);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void answerOfClosedWindows_isKeptUntilLateDataMayBeSeen() {
    assertThat(query("interval=1m&function=count&ch=2")).isEqualTo("2: 0=1 4=1");
    point("2", 60_000, 7);
    pass(Duration.ofSeconds(59));
    assertThat(query("interval=1m&function=count&ch=2")).isEqualTo("2: 0=1 4=1");
    assertThat(query("interval=1m&function=count&ch=1")).startsWith("1: 0=2");
    wish = Keep.NO;
    assertThat(query("interval=1m&function=count&ch=2")).isEqualTo("2: 0=1 1=1 4=1");
    wish = Keep.YES;
    pass(Duration.ofSeconds(2));
    assertThat(query("interval=1m&function=count&ch=2")).isEqualTo("2: 0=1 1=1 4=1");
    assertThat(cache.counts()).isEqualTo(new AnswerCache.Counts(1, 0, 3, 1));
  }

  @Test
  void whatIsAskedSeldom_isNotKept() {
    wish = Keep.AS_USUAL;
    for (int i = 0; i < 3; i++) {
      assertThat(query("interval=1m&function=count&ch=2")).doesNotContain("1=1");
    }
    assertThat(cache.counts().memory()).isZero();
    // From now on it is hot.
    query("interval=1m&function=count&ch=2");
    point("2", 60_000, 7);
    assertThat(query("interval=1m&function=count&ch=2")).isEqualTo("2: 0=1 4=1");
    assertThat(cache.counts().memory()).isEqualTo(1);
  }

  private String between(int from, int to, String query) {
    return query("start=" + (T + from * 60_000L) + "&end=" + (T + to * 60_000L) + "&" + query);
  }

  @Test
  void rangeThatOverlaps_asksForTheRestOnly() {
    now = T + 480_000;
    String counts = "interval=1m&function=count";
    assertThat(between(0, 4, counts)).isEqualTo("1: 0=2 1=2 3=2 | 2: 0=1");
    // Not asked for again: it would be seen.
    point("2", 60_000, 7);
    assertThat(between(1, 5, counts)).isEqualTo("1: 1=2 3=2 4=2 | 2: 4=1");
    assertThat(between(0, 5, counts)).isEqualTo("1: 0=2 1=2 3=2 4=2 | 2: 0=1 4=1");
    assertThat(cache.counts()).isEqualTo(new AnswerCache.Counts(0, 2, 1, 0));
    // What has not ended for good is asked for again.
    point("1", 245_000, 1);
    pass(Duration.ofSeconds(1));
    assertThat(between(0, 5, counts)).isEqualTo("1: 0=2 1=2 3=2 4=3 | 2: 0=1 4=1");
    // Everything is read anew after its time, and what came late is counted.
    pass(Duration.ofSeconds(60));
    assertThat(between(0, 5, counts)).isEqualTo("1: 0=2 1=2 3=2 4=3 | 2: 0=1 1=1 4=1");
    assertThat(cache.counts().lateWindows()).isEqualTo(1);
  }

  /** It was kept for the whole time again: late data came into view after twice that. */
  @Test
  void answerOfKeptWindows_isKeptAsLongAsThese() {
    String counts = "interval=1m&function=count&ch=2";
    assertThat(between(0, 4, counts)).isEqualTo("2: 0=1");
    point("2", 60_000, 7);
    pass(Duration.ofSeconds(50));
    assertThat(between(0, 5, counts)).isEqualTo("2: 0=1 4=1");
    pass(Duration.ofSeconds(9));
    assertThat(between(0, 5, counts)).isEqualTo("2: 0=1 4=1");
    pass(Duration.ofSeconds(2));
    assertThat(between(0, 5, counts)).isEqualTo("2: 0=1 1=1 4=1");
  }

  @Test
  void rangeThatTheLimitCuts_isAskedForAsAWhole() {
    assertThat(between(0, 4, "interval=1m&function=count")).startsWith("1: 0=2");
    assertThat(between(0, 5, "interval=1m&function=count&limit=5"))
        .isEqualTo("1: 0=2 1=2 3=2 4=2 | 2: 0=1");
    assertThat(between(0, 5, "interval=1m&function=count&order=desc&ch=2")).isEqualTo("2: 4=1 0=1");
    assertThat(cache.counts().partly()).isZero();
  }

  @Test
  void answerThatStillFills_isKeptForASecond() {
    now = T + 599_999;
    assertThat(query("interval=10m&function=count&ch=2")).endsWith("=2");
    assertThat(query("interval=1m&function=count&ch=2")).isEqualTo("2: 0=1 4=1");
    point("2", 255_000, 7);
    assertThat(query("interval=10m&function=count&ch=2")).endsWith("=2");
    assertThat(query("interval=1m&function=count&ch=2")).isEqualTo("2: 0=1 4=1");
    pass(Duration.ofSeconds(1));
    assertThat(query("interval=10m&function=count&ch=2")).endsWith("=3");
    assertThat(query("interval=1m&function=count&ch=2")).isEqualTo("2: 0=1 4=2");
  }

  /** query.cache.closed is about windows that have ended. */
  @Test
  void answerThatStillFills_isKeptForASecond_alsoWhereEndedWindowsAreNot() {
    cache = cache(Duration.ZERO);
    String counts = "interval=1m&function=count&ch=2";
    now = T + 599_999;
    assertThat(query(counts)).isEqualTo("2: 0=1 4=1");
    point("2", 255_000, 7);
    pass(Duration.ofMillis(999));
    assertThat(query(counts)).isEqualTo("2: 0=1 4=1");
    pass(Duration.ofMillis(1));
    assertThat(query(counts)).isEqualTo("2: 0=1 4=2");
    now = T + 600_000;
    pass(Duration.ofSeconds(1));
    assertThat(query(counts)).isEqualTo("2: 0=1 4=2");
    point("2", 256_000, 8);
    assertThat(query(counts)).isEqualTo("2: 0=1 4=3");
  }

  /** A question that the database is slow with must not hold up others, equal ones excepted. */
  @Test
  void slowQuestion_holdsUpNoOther_andEqualOnesUntilTheirDeadline() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    HistoryAnswer empty = new HistoryAnswer(List.of(), false);
    Ask slow = ask("interval=1m&function=count&limit=1", false);
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      Future<HistoryAnswer> first =
          threads.submit(
              () ->
                  cache.get(
                      slow,
                      Keep.YES,
                      Deadline.in(Duration.ofMinutes(2)),
                      any -> {
                        asked.countDown();
                        awaitFor(answered);
                        throw new StoreException(
                            StoreException.Kind.FAILED, "refused", new IOException());
                      }));
      asked.await();
      for (int limit = 2; limit < 100; limit++) {
        Ask other = ask("interval=1m&function=count&limit=" + limit, false);
        Future<HistoryAnswer> quick =
            threads.submit(
                () -> cache.get(other, Keep.YES, Deadline.in(Duration.ofMinutes(2)), any -> empty));
        assertThat(quick).as("limit %d", limit).succeedsWithin(Duration.ofMinutes(1));
      }
      assertThatThrownBy(
              () -> cache.get(slow, Keep.YES, Deadline.in(Duration.ofMillis(20)), any -> empty))
          .isInstanceOfSatisfying(
              StoreException.class,
              e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.TIMEOUT));
      Future<HistoryAnswer> equal =
          threads.submit(
              () -> cache.get(slow, Keep.YES, Deadline.in(Duration.ofMinutes(2)), any -> empty));
      await().atMost(Duration.ofMinutes(1)).until(() -> cache.counts().memory() == 2);
      answered.countDown();
      assertThat(first).failsWithin(Duration.ofMinutes(1));
      assertThat(equal)
          .failsWithin(Duration.ofMinutes(1))
          .withThrowableThat()
          .withMessageContaining("refused");
      // A failure is not kept.
      assertThat(cache.get(slow, Keep.YES, Deadline.in(Duration.ofMinutes(2)), any -> empty))
          .isEqualTo(empty);
    } finally {
      answered.countDown();
      threads.shutdownNow();
    }
  }

  private static void awaitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private HistoryAnswer answer(String query, boolean aggregate) {
    Deadline deadline = Deadline.in(Duration.ofMinutes(1));
    return new Answerer(store, Resolutions.RAW, 1000, cache)
        .answer(ask(query, aggregate), wish, false, deadline);
  }

  private Ask ask(String query, boolean aggregate) {
    Map<String, List<String>> texts = new LinkedHashMap<>();
    String range = query.startsWith("start=") ? "" : "&start=" + T + "&range=5m";
    for (String one : (query + range).split("&", -1)) {
      texts
          .computeIfAbsent(one.substring(0, one.indexOf('=')), key -> new ArrayList<>())
          .add(one.substring(one.indexOf('=') + 1));
    }
    Parameters parameters =
        new Parameters(
            texts,
            KNOWN,
            QueryConfig.defaults().limits(),
            Instant.ofEpochMilli(T + 300_000),
            ZoneOffset.UTC);
    Deadline deadline = Deadline.in(Duration.ofMinutes(1));
    var measurement = store.measurement("m", deadline).orElseThrow();
    return aggregate ? parameters.aggregate(measurement) : parameters.query(measurement);
  }

  /** {@code ch: minute=value minute=value}, the series separated by a bar. */
  private static String text(HistoryAnswer answer) {
    StringBuilder text = new StringBuilder();
    answer
        .series()
        .forEach(
            series -> {
              text.append(text.isEmpty() ? "" : " | ").append(series.tags().get("ch")).append(':');
              series
                  .points()
                  .forEach(
                      point ->
                          text.append(' ')
                              .append((point.epochMicros() / 1000 - T) / 60_000)
                              .append('=')
                              .append(
                                  point.values().size() == 1
                                      ? point.values().get(0)
                                      : point.values()));
            });
    return text.toString();
  }

  private String query(String query) {
    return text(answer(query, false));
  }

  @Test
  void functionsOfStoreAndService_areJoined() {
    assertThat(text(answer("interval=1m&functions=count,median,max,increase&ch=1", true)))
        .isEqualTo(
            "1: 0=[2, 0.5, 1.0, 1.0] 1=[2, 2.5, 3.0, 2.0] 3=[2, 6.5, 7.0, 4.0]"
                + " 4=[2, 8.5, 9.0, 2.0]");
    assertThat(text(answer("functions=median,count", true)))
        .isEqualTo("1: 0=[4.5, 8] | 2: 0=[150.0, 2]");
    assertThat(query("interval=5m&function=median&group_by=")).isEqualTo("null: 0=6.5");
  }

  @Test
  void limit_cutsAtTheFarEndOfTime() {
    assertThat(query("interval=1m&function=median&limit=3"))
        .isEqualTo("1: 0=0.5 1=2.5 | 2: 0=100.0");
    assertThat(answer("interval=1m&function=median&limit=3", false).truncated()).isTrue();
    assertThat(query("interval=1m&function=median&limit=3&order=desc"))
        .isEqualTo("1: 4=8.5 3=6.5 | 2: 4=200.0");
    assertThat(query("interval=1m&function=median&limit=1")).isEqualTo("1: 0=0.5");
    assertThat(answer("interval=1m&function=median&limit=6", false).truncated()).isFalse();
  }

  @Test
  void fill_givesEveryWindowARow() {
    assertThat(query("interval=1m&function=max&fill=null&ch=1"))
        .isEqualTo("1: 0=1.0 1=3.0 2=null 3=7.0 4=9.0");
    assertThat(query("interval=1m&function=max&fill=previous&ch=1"))
        .isEqualTo("1: 0=1.0 1=3.0 2=3.0 3=7.0 4=9.0");
    assertThat(query("interval=1m&function=max&fill=linear"))
        .isEqualTo("1: 0=1.0 1=3.0 2=5.0 3=7.0 4=9.0 | 2: 0=100.0 1=125.0 2=150.0 3=175.0 4=200.0");
    assertThat(query("interval=1m&function=count&fill=0&ch=2&order=desc"))
        .isEqualTo("2: 4=1 3=0.0 2=0.0 1=0.0 0=1");
    assertThat(query("interval=1m&function=max&fill=-1.5&ch=1&limit=3"))
        .isEqualTo("1: 0=1.0 1=3.0 2=-1.5 3=7.0");
  }

  /** Of a window that the limit cut off in one series nobody knows that it had no value. */
  @Test
  void fillOfACutAnswer_makesNothingOfWhatWasCut() {
    point("3", 0, 7);
    point("3", 60_000, 8);
    // Minute 0 has three rows and minute 1 two, of which the limit lets one through.
    assertThat(query("interval=1m&function=max&limit=4"))
        .isEqualTo("1: 0=1.0 1=3.0 | 2: 0=100.0 | 3: 0=7.0");
    assertThat(query("interval=1m&function=max&fill=0&limit=4"))
        .isEqualTo("1: 0=1.0 1=3.0 | 2: 0=100.0 | 3: 0=7.0");
    assertThat(query("interval=1m&function=max&fill=previous&limit=4"))
        .isEqualTo("1: 0=1.0 1=3.0 | 2: 0=100.0 | 3: 0=7.0");
    // From the newest on: minute 4 has two rows, minute 3 and minute 1 have one or two.
    assertThat(query("interval=1m&function=max&fill=0&limit=4&order=desc"))
        .isEqualTo("1: 4=9.0 3=7.0 2=0.0 1=3.0 | 2: 4=200.0 3=0.0 2=0.0");
  }

  /** An integral over a range that has lost samples must not pass for the whole. */
  @Test
  void functionsOfTheService_tellThatSamplesAreGone() {
    long before = T + 60_000;
    Resolutions expired =
        new CopyResolutions(
            () -> new CopyResolutions.Known(List.of(), new Expired(before, List.of()), null));
    Answerer answerer = new Answerer(store, expired, 1000, cache);
    for (String asked :
        List.of(
            "interval=1m&function=integral",
            "interval=1m&functions=mean,increase",
            "interval=1m&functions=mean,max")) {
      HistoryAnswer answer =
          answerer.answer(
              ask(asked, asked.contains("functions")),
              wish,
              false,
              Deadline.in(Duration.ofMinutes(1)));
      assertThat(answer.expiredBefore()).as(asked).isEqualTo(before);
    }
  }

  @Test
  void whatCannotBe_isRefused() {
    assertBad("fill", "interval=1m&fill=next");
    assertBad("fill", "fill=0");
    assertBad("fill", "interval=500ms&fill=0");
    assertBad("group_by", "interval=1m&function=integral&group_by=");
    assertBad("function", "interval=1m&function=p101");
  }

  private void assertBad(String parameter, String query) {
    assertThatThrownBy(() -> answer(query, false))
        .isInstanceOfSatisfying(
            BadRequestException.class, e -> assertThat(e.parameter()).isEqualTo(parameter));
  }
}
