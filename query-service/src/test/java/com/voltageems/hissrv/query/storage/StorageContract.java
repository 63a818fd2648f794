package com.voltageems.hissrv.query.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import com.voltageems.hissrv.query.catalogue.Catalogue;
import com.voltageems.hissrv.query.completeness.Completeness;
import com.voltageems.hissrv.query.completeness.SeriesReport;
import com.voltageems.hissrv.query.completeness.WindowReport;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.health.SettableClock;
import com.voltageems.hissrv.query.http.Extension;
import com.voltageems.hissrv.query.http.QueryServer;
import com.voltageems.hissrv.query.http.answer.Described;
import com.voltageems.hissrv.query.http.hisapi.HisApi;
import com.voltageems.hissrv.query.lease.Keeper;
import com.voltageems.hissrv.query.lease.MemoryKeeper;
import com.voltageems.hissrv.query.resolution.Copies;
import com.voltageems.hissrv.query.resolution.CopyResolutions;
import com.voltageems.hissrv.query.resolution.Resolutions;
import com.voltageems.hissrv.query.storage.plan.Output;
import com.voltageems.hissrv.query.storage.plan.Policy;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.storage.plan.Task;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.TierRows;
import com.voltageems.hissrv.query.store.tier.Tiers;
import com.voltageems.hissrv.query.store.tier.Wish;
import com.voltageems.hissrv.query.store.window.CalendarWindows;
import com.voltageems.hissrv.query.store.window.Digits;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.query.store.window.WindowText;
import com.voltageems.hissrv.query.store.window.Windows;
import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What retention and downsampling do on every database. A database's test extends this, gives an
 * empty one for each test, and writes line protocol into it.
 */
public abstract class StorageContract {
  private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
  private static final long HOUR = 3_600_000;
  private static final long DAY = 24 * HOUR;

  /** Ten past: the hour before has ended, and its grace, too. */
  protected static final Instant NOW = now();

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.HOURS).plusSeconds(600);
  }

  private static final Task HOURLY =
      Task.of(
          "hourly_avg",
          "realtime",
          "hourly",
          "1h",
          List.of(
              new Output(Aggregation.MEAN, "avg"),
              new Output(Aggregation.MAX, "max"),
              new Output(Aggregation.MIN, "min"),
              new Output(Aggregation.LAST, "last")));
  private static final Task DAILY =
      Task.of(
          "daily_summary",
          "hourly",
          "daily",
          "1d",
          List.of(
              new Output(Aggregation.MEAN, "avg"),
              new Output(Aggregation.SUM, "total"),
              new Output(Aggregation.MAX, "max"),
              new Output(Aggregation.LAST, "last")));

  private final List<StorageDesk> desks = new ArrayList<>();
  private SettableClock clock = new SettableClock(NOW);

  /** Up to when all that was sent is there. */
  private final AtomicLong arrived = new AtomicLong(Long.MAX_VALUE);

  private final AtomicLong gone = new AtomicLong(Long.MAX_VALUE);

  /** Makes an empty database. */
  protected abstract void fresh();

  /** Its tiers; closed by the caller. */
  protected abstract Tiers tiers();

  /** Writes samples, times in milliseconds, and returns when they can be read. */
  protected abstract void write(String measurement, List<String> lines);

  /** Deletes a copy, as somebody may with the database's own means. */
  protected abstract void drop(String policy);

  /**
   * Which types of fields it can have.
   *
   * @param apart between older samples and newer ones
   */
  protected abstract RandomCopies.Kinds kinds(Duration apart);

  /** What the database does to a time that is not a whole number of its pieces. */
  protected Duration reached(Duration keep) {
    return keep;
  }

  @BeforeEach
  void begin() {
    fresh();
    clock = new SettableClock(NOW);
  }

  @AfterEach
  void end() {
    desks.forEach(StorageDesk::close);
  }

  protected static Policy policy(String name, int days) {
    return new Policy(name, Duration.ofDays(days), null, 0, List.of());
  }

  protected static StoragePlan plan(List<Policy> policies, Task... tasks) {
    return new StoragePlan(
        policies,
        List.of(tasks),
        "realtime",
        new StoragePlan.Pace(Duration.ofMinutes(5), Duration.ofHours(24), Duration.ofHours(1)));
  }

  private static StoragePlan whole() {
    return plan(
        List.of(policy("realtime", 400), policy("hourly", 800), policy("daily", 1600)),
        HOURLY,
        DAILY);
  }

  protected StorageDesk desk(StoragePlan plan) {
    return desk(plan, tiers());
  }

  private StorageDesk desk(StoragePlan plan, Tiers tiers) {
    return desk(plan, tiers, new MemoryKeeper());
  }

  private StorageDesk desk(StoragePlan plan, Tiers tiers, Keeper lease) {
    StorageDesk desk =
        new StorageDesk(
            plan,
            Optional.of(tiers),
            lease,
            ZONE,
            Duration.ofSeconds(20),
            clock,
            arrived::get,
            gone::get);
    desks.add(desk);
    return desk;
  }

  /** Rounds until there is nothing more to do. */
  protected static void settle(StorageDesk desk) {
    for (int i = 0; i < 5000; i++) {
      if (!desk.round(Duration.ZERO)) {
        return;
      }
    }
    throw new AssertionError("it never ends: " + desk.json());
  }

  protected static PolicyState state(StorageDesk desk, String policy) {
    return desk.policies().stream()
        .filter(one -> one.policy().name().equals(policy))
        .findFirst()
        .orElseThrow();
  }

  protected static TaskState task(StorageDesk desk, String name) {
    return desk.tasks().stream()
        .filter(one -> one.task().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Measurement measurement(Tiers tiers, Tier tier) {
    return Objects.requireNonNull(tiers.measurement(tier, "m", soon()));
  }

  private static Deadline soon() {
    return Deadline.in(Duration.ofMinutes(2));
  }

  // ---- retention ----

  @Test
  void policies_areMade_andAgainChangesNothing() {
    write("m", List.of("m,ch=1 a=1.0 " + NOW.toEpochMilli()));
    StorageDesk desk = desk(whole());
    settle(desk);

    assertThat(desk.policies()).extracting(PolicyState::state).containsOnly(PolicyState.State.OK);
    assertThat(state(desk, "realtime").kept()).isEqualTo(reached(Duration.ofDays(400)));
    assertThat(state(desk, "realtime").raw()).isTrue();
    for (Place place : state(desk, "daily").places()) {
      assertThat(place.keep()).isEqualTo(reached(Duration.ofDays(1600)));
    }

    Counting counted = new Counting(tiers());
    StorageDesk again = desk(whole(), counted);
    settle(again);
    assertThat(counted.kept).isZero();
    assertThat(again.policies()).extracting(PolicyState::state).containsOnly(PolicyState.State.OK);
  }

  @Test
  void shorterThanWhatIsThere_waitsForAWord() throws Exception {
    write(
        "m",
        List.of(
            "m,ch=1 a=1.0 " + NOW.minus(Duration.ofDays(20)).toEpochMilli(),
            "m,ch=1 a=2.0 " + NOW.toEpochMilli()));
    StorageDesk first = desk(plan(List.of(policy("realtime", 30))));
    settle(first);
    assertThat(state(first, "realtime").state()).isEqualTo(PolicyState.State.OK);
    assertThat(state(first, "realtime").kept()).isEqualTo(Duration.ofDays(30));

    StorageDesk longer = desk(plan(List.of(policy("realtime", 40))));
    settle(longer);
    assertThat(state(longer, "realtime").kept()).isEqualTo(Duration.ofDays(40));

    StorageDesk shorter = desk(plan(List.of(policy("realtime", 10))));
    settle(shorter);
    PolicyState waits = state(shorter, "realtime");
    assertThat(waits.state()).isEqualTo(PolicyState.State.PENDING);
    assertThat(waits.kept()).isEqualTo(Duration.ofDays(40));
    assertThat(waits.message())
        .contains("keeps 40d of data")
        .contains("POST /storage/apply {\"policy\":\"realtime\",\"duration\":\"10d\"}");
    assertThat(shorter.probes().get(0).check().message()).contains("would be deleted");

    assertThatThrownBy(() -> shorter.shorten("realtime", "10h"))
        .isInstanceOf(StorageException.class)
        .hasMessage("duration: the file has 10d for realtime");
    assertThatThrownBy(() -> shorter.shorten("none", "10d")).isInstanceOf(StorageException.class);
    settle(shorter);
    assertThat(state(shorter, "realtime").kept()).isEqualTo(Duration.ofDays(40));

    assertThat(shorter.shorten("realtime", "10d")).containsEntry("state", "ok");
    assertThat(state(shorter, "realtime").kept()).isEqualTo(Duration.ofDays(10));
  }

  @Test
  void shorterThanAnythingThatIsThere_isDone() {
    write("m", List.of("m,ch=1 a=1.0 " + NOW.minus(Duration.ofDays(3)).toEpochMilli()));
    settle(desk(plan(List.of(policy("realtime", 30)))));
    StorageDesk desk = desk(plan(List.of(policy("realtime", 7))));
    settle(desk);

    assertThat(state(desk, "realtime").state()).isEqualTo(PolicyState.State.OK);
    assertThat(state(desk, "realtime").kept()).isEqualTo(Duration.ofDays(7));
  }

  @Test
  void severalCopies_areRefusedByName() {
    write("m", List.of("m,ch=1 a=1.0 " + NOW.toEpochMilli()));
    StorageDesk desk =
        desk(
            plan(
                List.of(
                    policy("realtime", 30),
                    new Policy("hourly", Duration.ofDays(60), null, 3, List.of())),
                HOURLY));
    settle(desk);

    assertThat(state(desk, "hourly").state()).isEqualTo(PolicyState.State.REFUSED);
    assertThat(state(desk, "hourly").message()).startsWith("replication: ");
    assertThat(state(desk, "realtime").state()).isEqualTo(PolicyState.State.OK);
    assertThat(task(desk, "hourly_avg").state()).isEqualTo(TaskState.State.WAITING);
    assertThat(task(desk, "hourly_avg").message()).isEqualTo("the policy hourly is refused");
  }

  // ---- the oracle ----

  /** Samples as they were written last, by series, field and time. */
  private final Map<Map<String, String>, Map<String, TreeMap<Long, Double>>> samples =
      new HashMap<>();

  private void sample(List<String> lines, Map<String, String> tags, long time, Object... values) {
    StringBuilder line = new StringBuilder("m");
    new TreeMap<>(tags).forEach((tag, value) -> line.append(',').append(tag + "=" + value));
    String glue = " ";
    for (int i = 0; i < values.length; i += 2) {
      line.append(glue).append(values[i]).append('=').append(values[i + 1]);
      glue = ",";
      samples
          .computeIfAbsent(tags, any -> new HashMap<>())
          .computeIfAbsent((String) values[i], any -> new TreeMap<>())
          .put(time, (Double) values[i + 1]);
    }
    lines.add(line + " " + time);
  }

  /** What a copy must hold of a field: by series and window, count, sum, least, largest, last. */
  private Map<Map<String, String>, Map<Long, List<Double>>> wanted(
      String field, Windows windows, long start, long end) {
    Map<Map<String, String>, Map<Long, List<Double>>> wanted = new HashMap<>();
    samples.forEach(
        (tags, fields) ->
            fields
                .getOrDefault(field, new TreeMap<>())
                .subMap(start, end)
                .forEach(
                    (time, value) ->
                        wanted
                            .computeIfAbsent(tags, any -> new TreeMap<>())
                            .merge(
                                windows.floor(time),
                                List.of(1.0, value, value, value, value),
                                (a, b) ->
                                    List.of(
                                        a.get(0) + 1,
                                        a.get(1) + value,
                                        Math.min(a.get(2), value),
                                        Math.max(a.get(3), value),
                                        value))));
    return wanted;
  }

  /** What a copy holds: the same, of these aliases. */
  private static Map<Map<String, String>, Map<Long, List<Double>>> held(
      Tiers tiers, String policy, long start, long end, String... names) {
    Map<Map<String, String>, Map<Long, List<Double>>> held = new HashMap<>();
    Tier tier = new Tier(policy);
    Measurement copy = tiers.measurement(tier, "m", soon());
    if (copy == null) {
      return held;
    }
    List<Field> fields = new ArrayList<>();
    for (String name : names) {
      fields.add(copy.field(name).orElseThrow(() -> new AssertionError(name + " in " + copy)));
    }
    HistoryStore store = tiers.store(tier);
    store
        .query(
            HistoryQuery.points(new Selection(copy, List.of(), start, end), fields, false, 100_000),
            soon())
        .series()
        .forEach(
            series ->
                series
                    .points()
                    .forEach(
                        point -> {
                          List<Double> values = new ArrayList<>();
                          for (Object value : point.values()) {
                            values.add(value instanceof Number one ? one.doubleValue() : null);
                          }
                          held.computeIfAbsent(series.tags(), any -> new TreeMap<>())
                              .put(point.epochMicros() / 1000, values);
                        }));
    return held;
  }

  private static void assertHourly(
      StorageContract test, Tiers tiers, String field, long start, long end) {
    assertThat(
            held(
                tiers,
                "hourly",
                start,
                end,
                field + "_count",
                field + "_sum",
                field + "_min",
                field + "_max",
                field + "_last"))
        .as(field)
        .isEqualTo(test.wanted(field, new FixedWindows(HOUR), start, end));
  }

  /** Half numbers: their sums are exact, in whatever order they are added. */
  private void random(List<String> lines, long start, long end, long step, Map<String, String> of) {
    Random random = new Random(start + of.hashCode());
    for (long time = start; time < end; time += step) {
      sample(lines, of, time, "1", random.nextInt(2000) / 2.0 - 300, "b", random.nextInt(50) / 4.0);
    }
  }

  private static long floor(Instant time) {
    return Math.floorDiv(time.toEpochMilli(), HOUR) * HOUR;
  }

  // ---- tasks ----

  @Test
  void copy_isWhatTheSamplesSay_withRepeatsLateTagsAndARestartInTheMiddle() {
    long end = floor(NOW);
    long start = end - 24 * HOUR;
    List<String> lines = new ArrayList<>();
    random(lines, start - HOUR, NOW.toEpochMilli(), 97_000, Map.of("ch", "1", "type", "m"));
    random(lines, start, end - 3 * HOUR, 300_000, Map.of("ch", "2"));
    lines.add("m,ch=2 note=\"a text\" " + (start + 5));
    write("m", lines);
    // All of it again: a repeat counts once.
    write("m", lines);

    Counting counted = new Counting(tiers());
    StorageDesk first = desk(whole(), counted);
    for (int i = 0; i < 3; i++) {
      assertThat(first.round(Duration.ZERO)).as("more to do").isTrue();
    }
    first.close();
    desks.remove(first);
    // A tag that comes later.
    List<String> more = new ArrayList<>();
    random(more, end - 2 * HOUR, end, 60_000, Map.of("ch", "3", "zone", "north"));
    write("m", more);

    Tiers tiers = tiers();
    StorageDesk second = desk(whole(), tiers);
    settle(second);
    TaskState state = task(second, "hourly_avg");
    assertThat(state.message()).isNull();
    assertThat(state.state()).isEqualTo(TaskState.State.OK);
    assertThat(state.coverage())
        .isEqualTo(Coverage.NONE.plus(floor(NOW.minus(Duration.ofHours(24))), end));
    assertThat(state.behindMillis()).isZero();
    assertThat(state.leftOut()).isEmpty();
    for (String field : List.of("1", "b")) {
      assertHourly(this, tiers, field, start, end);
    }
    Measurement copy = measurement(tiers, new Tier("hourly"));
    assertThat(copy.tags()).containsExactly("ch", "type", "zone");
    assertThat(copy.field("note_last")).map(Field::kind).contains(Field.Kind.TEXT);
    assertThat(copy.field("note_count")).isEmpty();

    // Everything is there: a third one, which looks back, writes the hour that has ended since.
    Counting third = new Counting(tiers());
    clock.pass(Duration.ofMinutes(61));
    settle(desk(whole(), third));
    assertThat(third.rowsOf("hourly", "m")).isEqualTo(1);
  }

  @Test
  void lateData_isTakenInByItself_andOnlyWhatDiffersIsWritten() {
    long end = floor(NOW);
    List<String> lines = new ArrayList<>();
    random(lines, end - 10 * HOUR, end, 120_000, Map.of("ch", "1"));
    write("m", lines);
    Counting counted = new Counting(tiers());
    StorageDesk desk = desk(whole(), counted);
    settle(desk);
    long before = counted.rows;

    List<String> late = new ArrayList<>();
    sample(late, Map.of("ch", "1"), end - 7 * HOUR + 1, "1", 5000.5);
    sample(late, Map.of("ch", "9"), end - 6 * HOUR + 1, "1", 1.5);
    write("m", late);
    settle(desk);
    assertThat(counted.rows).as("not looked for yet").isEqualTo(before);

    clock.pass(Duration.ofHours(1));
    settle(desk);
    assertHourly(this, counted.tiers, "1", end - 10 * HOUR, end);
    // Two rows of hours; those of days, the hour that has ended since, and what tells how far it
    // is.
    assertThat(counted.rowsOf("hourly", "m")).isEqualTo(10 + 2);
    assertThat(task(desk, "hourly_avg").lookedBack()).isEqualTo(clock.millis());
  }

  /** A weekend without a sink, which then brings all of it: later than late data is looked for. */
  @Test
  void outageThatIsLongerThanLateData_isTakenInOnceAllHasArrived() {
    long end = floor(NOW);
    long start = end - 10 * HOUR;
    List<String> lines = new ArrayList<>();
    random(lines, start, end, 120_000, Map.of("ch", "1"));
    write("m", lines);
    Tiers tiers = tiers();
    StorageDesk desk = desk(whole(), tiers);
    settle(desk);

    arrived.set(clock.millis());
    for (int day = 0; day < 3; day++) {
      clock.pass(Duration.ofDays(1));
      settle(desk);
    }
    List<String> backlog = new ArrayList<>();
    random(backlog, end, end + DAY, 600_000, Map.of("ch", "1"));
    write("m", backlog);
    arrived.set(end + DAY);
    settle(desk);
    arrived.set(Long.MIN_VALUE);
    clock.pass(Duration.ofHours(2));
    settle(desk);
    long settled = task(desk, "hourly_avg").lookedBack() - DAY;
    assertThat(settled).as("newer ones are answered from the samples").isLessThanOrEqualTo(end);

    List<String> rest = new ArrayList<>();
    random(rest, end + DAY, end + 3 * DAY, 600_000, Map.of("ch", "1"));
    write("m", rest);
    arrived.set(Long.MAX_VALUE);
    settle(desk);
    assertHourly(this, tiers, "1", start, end + 3 * DAY);
    assertThat(task(desk, "hourly_avg").lookedBack()).isEqualTo(clock.millis());
    assertThat(task(desk, "daily_summary").lookedBack()).isEqualTo(clock.millis());
    // The same days from the samples.
    Windows days = new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZONE);
    long first = days.ceil(start);
    long last = days.floor(end + 3 * DAY);
    Map<Map<String, String>, Map<Long, List<Double>>> counted =
        held(tiers, "daily", first, last, "1_count", "1_total");
    wanted("1", days, first, last)
        .forEach(
            (tags, wanted) ->
                wanted.forEach(
                    (day, values) ->
                        assertThat(counted.get(tags))
                            .as("day %s", Instant.ofEpochMilli(day))
                            .containsEntry(day, values.subList(0, 2))));
  }

  /**
   * A restored backup older than late data is looked for: the copies went on computing windows
   * without their samples, and answered with them when the samples were back.
   */
  @Test
  void dataThatIsGone_andComesBack_isTakenIn_andAnsweredFromTheSamplesUntilThen() {
    long end = floor(NOW);
    long start = end - 10 * HOUR;
    List<String> lines = new ArrayList<>();
    random(lines, start, end, 120_000, Map.of("ch", "1"));
    write("m", lines);
    Tiers tiers = tiers();
    StorageDesk desk = desk(whole(), tiers);
    settle(desk);
    for (int day = 0; day < 3; day++) {
      clock.pass(Duration.ofDays(1));
      settle(desk);
    }
    assertThat(task(desk, "hourly_avg").lookedBack()).isEqualTo(clock.millis());

    gone.set(end - HOUR);
    settle(desk);
    List<String> lost = new ArrayList<>();
    random(lost, end, end + 3 * DAY, 600_000, Map.of("ch", "1"));
    write("m", lost);
    clock.pass(Duration.ofHours(2));
    settle(desk);
    assertThat(task(desk, "hourly_avg").lookedBack()).isEqualTo(end - HOUR);
    assertThat(task(desk, "daily_summary").lookedBack()).isEqualTo(end - HOUR);

    gone.set(Long.MAX_VALUE);
    settle(desk);
    assertHourly(this, tiers, "1", start, end + 3 * DAY);
    assertThat(task(desk, "hourly_avg").lookedBack()).isEqualTo(clock.millis());
    assertThat(task(desk, "daily_summary").lookedBack()).isEqualTo(clock.millis());
  }

  /**
   * What had not ended was computed as if it had, and counts no more; nothing waits for so long.
   */
  @Test
  void clockThatIsSetBack_holdsNothingUp() {
    long end = floor(NOW);
    List<String> lines = new ArrayList<>();
    random(lines, end - 5 * HOUR, end, 120_000, Map.of("ch", "1"));
    write("m", lines);
    clock.pass(Duration.ofHours(3));
    Counting counted = new Counting(tiers());
    StorageDesk desk = desk(whole(), counted);
    settle(desk);
    assertThat(task(desk, "hourly_avg").coverage().last().end()).isEqualTo(end + 3 * HOUR);

    clock.set(Duration.ofHours(-3));
    List<String> late = new ArrayList<>();
    sample(late, Map.of("ch", "1"), end - 3 * HOUR + 1, "1", 5000.5);
    write("m", late);
    settle(desk);
    assertThat(task(desk, "hourly_avg").coverage().last().end()).isEqualTo(end);
    assertHourly(this, counted.tiers, "1", end - 5 * HOUR, end);

    List<String> more = new ArrayList<>();
    random(more, end, end + 2 * HOUR, 120_000, Map.of("ch", "1"));
    write("m", more);
    for (int hour = 1; hour <= 2; hour++) {
      clock.pass(Duration.ofHours(1));
      settle(desk);
      TaskState state = task(desk, "hourly_avg");
      assertThat(state.message()).isNull();
      assertThat(state.failures()).isZero();
      assertThat(state.coverage().last().end()).isEqualTo(end + hour * HOUR);
      assertHourly(this, counted.tiers, "1", end - 5 * HOUR, end + hour * HOUR);
    }
    // Another service finds it as it is.
    StorageDesk other = desk(whole());
    settle(other);
    assertThat(task(other, "hourly_avg").coverage()).isEqualTo(task(desk, "hourly_avg").coverage());
  }

  @Test
  void days_areComputedFromHours_alsoWhereTheClocksChange() throws Exception {
    Instant change = ZONE.getRules().previousTransition(NOW.minus(Duration.ofDays(4))).getInstant();
    Windows days = new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZONE);
    long start = days.floor(change.toEpochMilli() - DAY);
    long end = days.next(days.next(change.toEpochMilli()));
    List<String> lines = new ArrayList<>();
    random(lines, start, end, 900_000, Map.of("ch", "1", "type", "m"));
    write("m", lines);
    write("m", lines);
    StorageDesk desk = desk(whole());
    settle(desk);

    // The later one waits for the earlier one.
    Map<String, @Nullable Object> daily = desk.backfill("daily_summary", start, end);
    clock.pass(Duration.ofSeconds(1));
    Map<String, @Nullable Object> hourly = desk.backfill("hourly_avg", start, end);
    assertThat(daily).containsEntry("state", "running").containsEntry("progress", 0.0);
    assertThat(hourly).containsEntry("task", "hourly_avg");
    desk.round(Duration.ZERO);
    assertThat(String.valueOf(desk.json().get("backfills")))
        .contains("waits for the backfill " + hourly.get("id"));
    finish(desk);

    Tiers tiers = tiers();
    try {
      Map<Map<String, String>, Map<Long, List<Double>>> wanted = new HashMap<>();
      wanted("1", days, start, end)
          .forEach(
              (tags, windows) ->
                  windows.forEach(
                      (time, of) ->
                          wanted
                              .computeIfAbsent(tags, any -> new TreeMap<>())
                              .put(time, List.of(of.get(0), of.get(1), of.get(3), of.get(4)))));
      assertThat(wanted.get(Map.of("ch", "1", "type", "m"))).hasSize(3);
      assertThat(held(tiers, "daily", start, end, "1_count", "1_total", "1_max", "1_last"))
          .isEqualTo(wanted);
      assertThat(measurement(tiers, new Tier("daily")).fields())
          .extracting(Field::name)
          .doesNotContain("1_sum", "1_min");
    } finally {
      tiers.close();
    }
  }

  /**
   * Days come after the hours that they are computed from, as far as all of their hours are there.
   */
  @Test
  void backfillOfHours_isFollowedByThatOfDays() throws Exception {
    Windows days = new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZONE);
    long first = days.floor(NOW.toEpochMilli() - 9 * DAY);
    long second = days.next(first);
    long third = days.next(second);
    long fourth = days.next(third);
    List<String> lines = new ArrayList<>();
    random(lines, first, fourth, 900_000, Map.of("ch", "1"));
    write("m", lines);
    StorageDesk desk = desk(whole());
    settle(desk);

    // A day that has not all of its hours is not computed.
    String id = id(desk.backfill("hourly_avg", first + 6 * HOUR, third + HOUR));
    assertThat(backfills(desk)).containsExactly(id + "-1 daily_summary", id + " hourly_avg");
    assertThat(range(desk, id + "-1")).containsExactly(second, third);
    finish(desk);
    assertThat(progress(desk, id + "-1")).isEqualTo(1.0);
    assertThat(task(desk, "daily_summary").coverage().contains(second, third)).isTrue();

    // Days that are there are computed again, all of them that have one of the hours.
    clock.pass(Duration.ofSeconds(1));
    String more = id(desk.backfill("hourly_avg", third, fourth - HOUR));
    assertThat(backfills(desk)).noneMatch(one -> one.startsWith(more + "-"));
    finish(desk);
    clock.pass(Duration.ofSeconds(1));
    String rest = id(desk.backfill("hourly_avg", fourth - HOUR, fourth));
    assertThat(range(desk, rest + "-1")).containsExactly(third, fourth);
    assertThat(desk.cancel(rest)).containsEntry("state", "cancelled");
    assertThat(String.valueOf(desk.json().get("backfills"))).doesNotContain("state=running");
    finish(desk);
    assertThat(task(desk, "daily_summary").coverage().contains(third, fourth)).isFalse();
  }

  /** Where the first one could not be written, those that follow it are none. */
  @Test
  void backfillThatCouldNotBeWritten_hasNotBegun() throws Exception {
    Windows days = new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZONE);
    long start = days.floor(NOW.toEpochMilli() - 9 * DAY);
    long end = days.next(start);
    List<String> lines = new ArrayList<>();
    random(lines, start, end, 900_000, Map.of("ch", "1"));
    write("m", lines);
    Counting refusing = new Counting(tiers());
    StorageDesk desk = desk(whole(), refusing);
    settle(desk);

    refusing.refused = "hourly";
    assertThatThrownBy(() -> desk.backfill("hourly_avg", start, end))
        .isInstanceOf(StoreException.class);
    refusing.refused = "";
    assertThat(refusing.rowsOf("daily", Copier.OWN + "backfills")).isEqualTo(1);
    StorageDesk other = desk(whole());
    for (StorageDesk one : List.of(desk, other)) {
      clock.pass(Duration.ofSeconds(61));
      finish(one);
      assertThat(backfills(one)).isEmpty();
    }
    String id = id(desk.backfill("hourly_avg", start, end));
    clock.pass(Duration.ofSeconds(61));
    finish(other);
    assertThat(progress(other, id)).isEqualTo(1.0);
    assertThat(progress(other, id + "-1")).isEqualTo(1.0);
  }

  private static String id(Map<String, @Nullable Object> backfill) {
    return String.valueOf(backfill.get("id"));
  }

  private static List<Map<?, ?>> listed(StorageDesk desk) {
    List<Map<?, ?>> all = new ArrayList<>();
    for (Object one : (List<?>) Objects.requireNonNull(desk.json().get("backfills"))) {
      all.add((Map<?, ?>) one);
    }
    return all;
  }

  private static List<String> backfills(StorageDesk desk) {
    return listed(desk).stream().map(one -> one.get("id") + " " + one.get("task")).toList();
  }

  private static List<Long> range(StorageDesk desk, String id) {
    Map<?, ?> found =
        listed(desk).stream().filter(one -> id.equals(one.get("id"))).findFirst().orElseThrow();
    return List.of(
        Instant.parse(String.valueOf(found.get("start"))).toEpochMilli(),
        Instant.parse(String.valueOf(found.get("end"))).toEpochMilli());
  }

  protected static void finish(StorageDesk desk) {
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .atMost(Duration.ofMinutes(2))
        .until(() -> !desk.round(Duration.ZERO));
  }

  @Test
  void backfill_hasProgress_isCancelled_andGoesOnAfterARestart() throws Exception {
    long end = floor(NOW) - 48 * HOUR;
    long start = end - 600 * HOUR;
    List<String> lines = new ArrayList<>();
    random(lines, start, end, 1_800_000, Map.of("ch", "1"));
    write("m", lines);
    StoragePlan plan = plan(List.of(policy("realtime", 400), policy("hourly", 800)), HOURLY);
    StorageDesk first = desk(plan);
    settle(first);
    String id = String.valueOf(first.backfill("hourly_avg", start, end).get("id"));
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .atMost(Duration.ofMinutes(2))
        .until(
            () -> {
              first.round(Duration.ZERO);
              return progress(first, id) > 0;
            });
    assertThat(progress(first, id)).isBetween(0.001, 0.999);
    double left = progress(first, id);
    first.close();
    desks.remove(first);

    Tiers tiers = tiers();
    StorageDesk second = desk(plan, tiers);
    second.round(Duration.ZERO);
    assertThat(progress(second, id)).isGreaterThanOrEqualTo(left);
    String other = String.valueOf(second.backfill("hourly_avg", start, end).get("id"));
    assertThat(second.cancel(other)).containsEntry("state", "cancelled");
    finish(second);
    assertThat(progress(second, id)).isEqualTo(1.0);
    assertThat(progress(second, other)).isZero();
    assertHourly(this, tiers, "1", start, end);
    assertThat(task(second, "hourly_avg").coverage().ranges()).hasSize(2);

    assertThatThrownBy(() -> second.cancel("none")).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> second.backfill("none", start, end))
        .isInstanceOf(StorageException.class)
        .hasMessage("there is no task none");
    assertThatThrownBy(() -> second.backfill("hourly_avg", start - 500 * DAY, end))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("start: not before ")
        .hasMessageContaining(", since the policy realtime keeps 400d of ");
  }

  /** The copy has one task, so that what was begun in it belongs to it under any name. */
  @Test
  void backfill_goesOnWhenItsTaskIsRenamed() throws Exception {
    long end = floor(NOW) - 48 * HOUR;
    long start = end - 600 * HOUR;
    List<String> lines = new ArrayList<>();
    random(lines, start, end, 1_800_000, Map.of("ch", "1"));
    write("m", lines);
    List<Policy> policies = List.of(policy("realtime", 400), policy("hourly", 800));
    StorageDesk first = desk(plan(policies, HOURLY));
    settle(first);
    String id = id(first.backfill("hourly_avg", start, end));
    String other = id(first.backfill("hourly_avg", start, end));
    first.cancel(other);
    first.close();
    desks.remove(first);

    Task renamed =
        new Task("per_hour", HOURLY.source(), HOURLY.target(), HOURLY.interval(), HOURLY.outputs());
    StorageDesk second = desk(plan(policies, renamed));
    finish(second);
    assertThat(backfills(second)).containsExactlyInAnyOrder(id + " per_hour", other + " per_hour");
    assertThat(progress(second, id)).isEqualTo(1.0);
    assertThat(progress(second, other)).isZero();
    second.close();
    desks.remove(second);

    // Rows of both names are there now.
    StorageDesk third = desk(plan(policies, renamed));
    third.round(Duration.ZERO);
    assertThat(listed(third))
        .extracting(one -> one.get("id") + " " + one.get("state"))
        .containsExactlyInAnyOrder(id + " done", other + " cancelled");
  }

  private static double progress(StorageDesk desk, String id) {
    List<?> all = (List<?>) Objects.requireNonNull(desk.json().get("backfills"));
    return all.stream()
        .map(one -> (Map<?, ?>) one)
        .filter(one -> id.equals(one.get("id")))
        .mapToDouble(one -> (Double) one.get("progress"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void refusedWrite_isToldAndTriedAgain() throws Exception {
    write("m", List.of("m,ch=1 a=1.0 " + (floor(NOW) - 1)));
    Counting refusing = new Counting(tiers());
    refusing.refuse = true;
    StorageDesk desk = desk(whole(), refusing);
    settle(desk);

    TaskState failed = task(desk, "hourly_avg");
    assertThat(failed.state()).isEqualTo(TaskState.State.FAILED);
    assertThat(failed.message()).isEqualTo("refused to write: no right");
    assertThat(failed.failures()).isEqualTo(1);
    assertThat(desk.probes().get(0).check().state()).isEqualTo(PartState.State.DEGRADED);
    assertThat(desk.probes().get(0).check().message())
        .isEqualTo("hourly_avg: refused to write: no right");

    refusing.refuse = false;
    clock.pass(Duration.ofSeconds(2));
    settle(desk);
    assertThat(task(desk, "hourly_avg").state()).isEqualTo(TaskState.State.OK);
    assertThat(desk.probes().get(0).check().message()).isEqualTo("3 policies, 2 tasks");
  }

  @Test
  void otherWindowsInATarget_areNotMixed() {
    write("m", List.of("m,ch=1 a=1.0 " + (floor(NOW) - 1)));
    settle(desk(plan(List.of(policy("realtime", 400), policy("hourly", 800)), HOURLY)));
    StorageDesk desk =
        desk(
            plan(
                List.of(policy("realtime", 400), policy("hourly", 800)),
                new Task("hourly_avg", "realtime", "hourly", "30m", HOURLY.outputs())));
    settle(desk);

    assertThat(task(desk, "hourly_avg").state()).isEqualTo(TaskState.State.WAITING);
    assertThat(task(desk, "hourly_avg").message())
        .startsWith("hourly has windows of 1h, not of 30m");
  }

  protected static Policy only(String name, int days, String... measurements) {
    return new Policy(name, Duration.ofDays(days), null, 0, List.of(measurements));
  }

  private CopyResolutions answers(StoragePlan plan, StorageDesk desk, Tiers tiers) {
    return new CopyResolutions(
        () ->
            new CopyResolutions.Known(
                Copies.of(plan, desk.policies(), desk.tasks(), ZONE, clock.millis()),
                Copies.expired(plan, desk.policies(), clock.millis()),
                tiers));
  }

  /** The answer is the samples', and tells where it is from. */
  private List<String> asked(
      StoragePlan plan,
      StorageDesk desk,
      Tiers tiers,
      Aggregation function,
      Windows windows,
      long start,
      long end) {
    Measurement m = measurement(tiers, Tier.RAW);
    HistoryQuery query =
        HistoryQuery.windows(
            new Selection(m, List.of(), start, end),
            List.of(m.field("1").orElseThrow()),
            windows,
            function,
            false,
            10_000);
    CopyResolutions answers = answers(plan, desk, tiers);
    HistoryStore samples = tiers.store(Tier.RAW);
    HistoryAnswer answer = answers.query(samples, query, false, soon());
    assertThat(answer.rows()).isPositive();
    assertThat(answer.series()).isEqualTo(answers.query(samples, query, true, soon()).series());
    return answer.parts().stream().map(HistoryAnswer.Part::resolution).distinct().toList();
  }

  /** Days that come from hours have no more than those. */
  @Test
  void whatTheSourceNeverHeld_isAnsweredFromTheSamples() throws Exception {
    Windows days = new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZONE);
    long start = days.floor(NOW.toEpochMilli() - 5 * DAY);
    List<String> lines = new ArrayList<>();
    random(lines, start, NOW.toEpochMilli(), 3_600_000, Map.of("ch", "1"));
    write("m", lines);
    write("late", List.of("late a=1.0 " + (start + 1)));
    StoragePlan plan =
        plan(
            List.of(policy("realtime", 400), only("hourly", 800, "late"), policy("daily", 1600)),
            HOURLY,
            DAILY);
    Tiers tiers = tiers();
    StorageDesk desk = desk(plan, tiers);
    settle(desk);
    desk.backfill("hourly_avg", start, NOW.toEpochMilli());
    desk.backfill("daily_summary", start, NOW.toEpochMilli());
    finish(desk);

    assertThat(task(desk, "daily_summary").coverage().isEmpty()).isFalse();
    assertThat(asked(plan, desk, tiers, Aggregation.SUM, days, start, start + 3 * DAY)).isEmpty();
    assertThat(Copies.of(plan, desk.policies(), desk.tasks(), ZONE, clock.millis()))
        .allMatch(copy -> copy.measurements().equals(List.of("late")));

    // What is computed from now on has it, what was computed before has not.
    StoragePlan more =
        plan(
            List.of(
                policy("realtime", 400), only("hourly", 800, "late", "m"), policy("daily", 1600)),
            HOURLY,
            DAILY);
    StorageDesk after = desk(more, tiers());
    settle(after);
    clock.pass(Duration.ofHours(30));
    settle(after);
    assertThat(
            asked(
                more,
                after,
                tiers,
                Aggregation.SUM,
                new FixedWindows(HOUR),
                start,
                floor(NOW) - HOUR))
        .containsExactly("raw", "hourly");
  }

  @Test
  void oneAggregationMore_leavesWhatIsThereReachable_andBack() throws Exception {
    long end = floor(NOW);
    long start = end - 100 * HOUR;
    List<String> lines = new ArrayList<>();
    random(lines, start, end, 900_000, Map.of("ch", "1"));
    write("m", lines);
    Task less = Task.of("hourly_avg", "realtime", "hourly", "1h", List.of());
    Windows hours = new FixedWindows(HOUR);
    List<Policy> policies = List.of(policy("realtime", 400), policy("hourly", 800));
    Tiers tiers = tiers();
    StoragePlan before = plan(policies, less);
    StorageDesk first = desk(before, tiers);
    settle(first);
    first.backfill("hourly_avg", start, end);
    finish(first);
    clock.pass(Duration.ofHours(2));
    settle(first);

    StoragePlan more = plan(policies, HOURLY);
    StorageDesk second = desk(more);
    settle(second);
    long settled = floor(clock.instant().minus(Duration.ofDays(1)));
    assertThat(asked(more, second, tiers, Aggregation.SUM, hours, start, settled))
        .containsExactly("hourly");
    assertThat(asked(more, second, tiers, Aggregation.MAX, hours, start, settled)).isEmpty();
    assertThat(task(second, "hourly_avg").earlier()).hasSize(1);
    clock.pass(Duration.ofHours(3));
    settle(second);
    assertThat(asked(more, second, tiers, Aggregation.MAX, hours, start, settled + 3 * HOUR))
        .containsExactly("raw", "hourly");
    assertThat(asked(more, second, tiers, Aggregation.SUM, hours, start, settled + 3 * HOUR))
        .containsExactly("hourly");
    assertHourly(this, tiers, "1", settled, end);

    // And back: all of it, without a hole.
    StorageDesk third = desk(before);
    settle(third);
    assertThat(task(third, "hourly_avg").coverage())
        .isEqualTo(Coverage.NONE.plus(start, floor(clock.instant())));
    assertThat(asked(before, third, tiers, Aggregation.SUM, hours, start, settled + 2 * HOUR))
        .containsExactly("hourly");
    // Computed again with more by a backfill.
    StorageDesk fourth = desk(more);
    settle(fourth);
    fourth.backfill("hourly_avg", start, end);
    finish(fourth);
    assertThat(task(fourth, "hourly_avg").earlier()).isEmpty();
    assertThat(asked(more, fourth, tiers, Aggregation.MAX, hours, start, settled))
        .containsExactly("hourly");
  }

  @Test
  void renamedTask_goesOn_andWithOtherWindowsIsStopped() throws Exception {
    write("m", List.of("m,ch=1 a=1.0 " + (floor(NOW) - 1)));
    List<Policy> policies = List.of(policy("realtime", 400), policy("hourly", 800));
    StorageDesk first = desk(plan(policies, HOURLY));
    settle(first);
    StorageDesk same =
        desk(plan(policies, new Task("b", "realtime", "hourly", "1h", HOURLY.outputs())));
    same.round(Duration.ZERO);
    assertThat(task(same, "b").coverage()).isEqualTo(task(first, "hourly_avg").coverage());

    StorageDesk other =
        desk(plan(policies, new Task("c", "realtime", "hourly", "30m", HOURLY.outputs())));
    settle(other);
    assertThat(task(other, "c").message()).startsWith("hourly has windows of 1h, not of 30m");
    assertThat(other.probes().get(0).check().state()).isEqualTo(PartState.State.DEGRADED);
    assertThat(other.probes().get(0).check().message())
        .startsWith("c: hourly has windows of 1h, not of 30m");
  }

  @Test
  void backfillAheadOfATaskThatIsBehind_leavesNoHole() throws Exception {
    long end = floor(NOW);
    List<String> lines = new ArrayList<>();
    random(lines, end - 10 * HOUR, end, 900_000, Map.of("ch", "1"));
    write("m", lines);
    StorageDesk desk = desk(plan(List.of(policy("realtime", 400), policy("hourly", 800)), HOURLY));
    settle(desk);
    clock.pass(Duration.ofDays(5));
    desk.round(Duration.ZERO);
    assertThat(task(desk, "hourly_avg").behindMillis()).isPositive();
    long now = floor(clock.instant());
    desk.backfill("hourly_avg", now - 10 * HOUR, now);
    for (int i = 0; i < 20; i++) {
      desk.round(Duration.ZERO);
    }

    assertThat(task(desk, "hourly_avg").coverage())
        .isEqualTo(Coverage.NONE.plus(floor(NOW.minus(Duration.ofDays(1))), now));
  }

  @Test
  void copyThatIsDeleted_isComputedAnew() {
    long end = floor(NOW);
    List<String> lines = new ArrayList<>();
    random(lines, end - 10 * HOUR, end, 900_000, Map.of("ch", "1"));
    write("m", lines);
    Tiers tiers = tiers();
    StorageDesk desk =
        desk(plan(List.of(policy("realtime", 400), policy("hourly", 800)), HOURLY), tiers);
    settle(desk);
    assertThat(task(desk, "hourly_avg").written()).isEqualTo(10);
    drop("hourly");
    clock.pass(Duration.ofSeconds(61));
    settle(desk);

    assertThat(state(desk, "hourly").state()).isEqualTo(PolicyState.State.OK);
    assertThat(task(desk, "hourly_avg").written()).isEqualTo(20);
    assertHourly(this, tiers, "1", end - 10 * HOUR, end);
  }

  /** A lease that is not this service's until it is given to it. */
  static final class Lease implements Keeper {
    boolean mine;
    @Nullable String problem;

    @Override
    public boolean look(Duration wait) {
      return mine;
    }

    @Override
    public Map<String, String> kept() {
      return Map.of();
    }

    @Override
    public void keep(String name, @Nullable String text) {}

    @Override
    public Optional<String> problem() {
      return Optional.ofNullable(problem);
    }

    @Override
    public void close() {}
  }

  @Test
  void ofTwoServices_oneComputes_theOtherShowsAndAsks_andTakesOver() throws Exception {
    long end = floor(NOW);
    long start = end - 100 * HOUR;
    List<String> lines = new ArrayList<>();
    random(lines, start, end, 900_000, Map.of("ch", "1"));
    write("m", lines);
    StoragePlan plan = plan(List.of(policy("realtime", 400), policy("hourly", 800)), HOURLY);
    Counting idle = new Counting(tiers());
    Lease lease = new Lease();
    StorageDesk other = desk(plan, idle, lease);
    settle(other);
    assertThat(state(other, "hourly").places()).noneMatch(Place::exists);
    assertThat(state(other, "realtime").state()).isEqualTo(PolicyState.State.DIFFERS);
    assertThat(other.probes().get(0).check().state())
        .as("the other one will do it")
        .isEqualTo(PartState.State.UP);
    StorageDesk desk = desk(plan);
    settle(desk);

    clock.pass(Duration.ofSeconds(61));
    settle(other);
    assertThat(other.isMine()).isFalse();
    assertThat(idle.kept).isZero();
    assertThat(idle.written).isEmpty();
    assertThat(task(other, "hourly_avg").coverage()).isEqualTo(task(desk, "hourly_avg").coverage());
    assertThat(other.probes().get(0).check().message())
        .isEqualTo("2 policies, 1 tasks; another service looks after them");

    // Asked for here, done there.
    String id = String.valueOf(other.backfill("hourly_avg", start, end).get("id"));
    settle(other);
    assertThat(progress(other, id)).isZero();
    clock.pass(Duration.ofSeconds(11));
    finish(desk);
    assertThat(progress(desk, id)).isEqualTo(1.0);
    assertHourly(this, tiers(), "1", start, end);

    String second = String.valueOf(desk.backfill("hourly_avg", start, end).get("id"));
    clock.pass(Duration.ofSeconds(61));
    settle(other);
    assertThat(progress(other, id)).isEqualTo(1.0);
    assertThat(other.cancel(second)).containsEntry("state", "cancelled");
    clock.pass(Duration.ofSeconds(11));
    finish(desk);
    assertThat(progress(desk, second)).isLessThan(1.0);

    // The first one is gone.
    desk.close();
    desks.remove(desk);
    clock.pass(Duration.ofHours(1));
    settle(other);
    // It said ok, whatever became of the first one.
    assertThat(task(other, "hourly_avg").state()).isEqualTo(TaskState.State.COMPUTING);
    assertThat(task(other, "hourly_avg").behindMillis()).isEqualTo(HOUR);
    lease.mine = true;
    settle(other);
    assertThat(other.isMine()).isTrue();
    assertThat(task(other, "hourly_avg").state()).isEqualTo(TaskState.State.OK);
    assertThat(task(other, "hourly_avg").coverage().last().end()).isEqualTo(end + HOUR);
  }

  // ---- answers ----

  @Test
  void longQuestion_isAnsweredFromCopies_asFromTheSamples() throws Exception {
    Windows days = new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZONE);
    long start = days.floor(NOW.toEpochMilli() - 12 * DAY);
    List<String> lines = new ArrayList<>();
    random(lines, start, NOW.toEpochMilli(), 900_000, Map.of("ch", "1", "type", "m"));
    random(lines, start + 5 * DAY, NOW.toEpochMilli(), 700_000, Map.of("ch", "2"));
    write("m", lines);
    write("m", lines);
    Tiers tiers = tiers();
    StorageDesk desk = desk(whole(), tiers);
    settle(desk);
    desk.backfill("hourly_avg", start, NOW.toEpochMilli());
    desk.backfill("daily_summary", start + 2 * DAY, NOW.toEpochMilli());
    finish(desk);
    // A tag and a field that the copies of the older part know nothing of.
    List<String> more = new ArrayList<>();
    sample(more, Map.of("ch", "3", "zone", "n"), NOW.toEpochMilli() - HOUR, "c", 1.5);
    write("m", more);

    HistoryStore samples = tiers.store(Tier.RAW);
    Measurement m = measurement(tiers, Tier.RAW);
    CopyResolutions resolutions =
        new CopyResolutions(
            () ->
                new CopyResolutions.Known(
                    Copies.of(whole(), desk.policies(), desk.tasks(), ZONE, clock.millis()),
                    Copies.expired(whole(), desk.policies(), clock.millis()),
                    tiers));
    Random random = new Random(7);
    Map<String, Integer> seen = new TreeMap<>();
    for (int i = 0; i < 60; i++) {
      HistoryQuery query = anyQuestion(random, m, start);
      HistoryAnswer fast = resolutions.query(samples, query, false, soon());
      HistoryAnswer slow = resolutions.query(samples, query, true, soon());
      assertThat(fast.series()).as(query.toString()).isEqualTo(slow.series());
      assertThat(fast.truncated()).as(query.toString()).isEqualTo(slow.truncated());
      assertThat(slow.parts()).isEmpty();
      fast.parts().forEach(part -> seen.merge(part.resolution(), 1, Integer::sum));
    }
    assertThat(seen.keySet()).containsExactly("daily", "hourly", "raw");
  }

  /** How complete days were: from the copy, or from the samples in any case. */
  private List<SeriesReport> complete(
      CopyResolutions resolutions, Tiers tiers, long start, boolean raw, List<String> parts) {
    Windows days = new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZONE);
    Measurement m = measurement(tiers, Tier.RAW);
    Completeness counted = new Completeness(m.tags(), days, days);
    long end = NOW.toEpochMilli();
    HistoryAnswer from =
        resolutions.samples(
            tiers.store(Tier.RAW),
            new Selection(m, List.of(), start, end),
            m.fields(),
            days,
            raw,
            soon(),
            counted);
    parts.clear();
    from.parts().forEach(part -> parts.add(part.resolution()));
    return counted.reports(start, end, end);
  }

  private static List<Map<String, String>> tags(List<SeriesReport> reports) {
    return reports.stream().map(SeriesReport::tags).toList();
  }

  @Test
  void completenessOfDays_isCountedByTheCopy_andOutlivesTheSamples() throws Exception {
    long start =
        new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZONE).floor(NOW.toEpochMilli() - 9 * DAY);
    long silent = start + 3 * DAY + 7 * HOUR;
    List<String> lines = new ArrayList<>();
    random(lines, start, silent, 300_000, Map.of("ch", "1"));
    random(lines, silent + 5 * HOUR, NOW.toEpochMilli(), 300_000, Map.of("ch", "1"));
    for (long time = start; time < NOW.toEpochMilli(); time += 600_000) {
      lines.add("m,ch=2 note=\"fine\" " + time);
    }
    write("m", lines);
    StoragePlan plan = plan(List.of(policy("realtime", 400), policy("hourly", 800)), HOURLY);
    StorageDesk desk = desk(plan);
    settle(desk);
    desk.backfill("hourly_avg", start, floor(NOW));
    finish(desk);

    Tiers tiers = tiers();
    List<String> parts = new ArrayList<>();
    CopyResolutions resolutions = answers(plan, desk, tiers);
    List<SeriesReport> slow = complete(resolutions, tiers, start, true, parts);
    assertThat(parts).containsOnly("raw");
    List<SeriesReport> fast = complete(resolutions, tiers, start, false, parts);
    assertThat(parts).contains("hourly");
    assertThat(tags(fast)).isEqualTo(tags(slow)).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(fast.get(i).windows()).isEqualTo(slow.get(i).windows());
      assertThat(fast.get(i).stepMicros()).isEqualTo(slow.get(i).stepMicros());
    }
    assertThat(fast.get(0).silences()).isEqualTo(slow.get(0).silences()).hasSize(1);
    assertThat(fast.get(1).silences()).isEmpty();

    StoragePlan shorter = plan(List.of(policy("realtime", 3), policy("hourly", 800)), HOURLY);
    StorageDesk after = desk(shorter);
    settle(after);
    assertThat(after.shorten("realtime", "3d")).containsEntry("state", "ok");
    List<SeriesReport> kept = complete(answers(shorter, after, tiers), tiers, start, false, parts);
    assertThat(kept.get(0).windows().subList(0, 5)).isEqualTo(slow.get(0).windows().subList(0, 5));
  }

  /** Of a device that never paused; what is gone was told as silent for days. */
  @Test
  void completenessOfHours_isCountedByTheCopyWhereSamplesAreGone_orNotKnown() throws Exception {
    long end = floor(NOW);
    long start = end - 10 * DAY;
    long expired = NOW.minus(Duration.ofDays(3)).toEpochMilli();
    List<String> lines = new ArrayList<>();
    random(lines, start, end, 300_000, Map.of("ch", "1"));
    for (long time = start; time < end; time += 600_000) {
      lines.add("m,ch=2 note=\"fine\" " + time);
    }
    write("m", lines);
    StoragePlan plan = plan(List.of(policy("realtime", 400), policy("hourly", 800)), HOURLY);
    Tiers tiers = tiers();
    StorageDesk desk = desk(plan, tiers);
    settle(desk);
    desk.backfill("hourly_avg", start + DAY, end);
    finish(desk);
    StoragePlan shorter = plan(List.of(policy("realtime", 3), policy("hourly", 800)), HOURLY);
    StorageDesk after = desk(shorter);
    settle(after);
    assertThat(after.shorten("realtime", "3d")).containsEntry("state", "ok");

    Measurement m = measurement(tiers, Tier.RAW);
    CopyResolutions resolutions = answers(shorter, after, tiers);
    for (long length : List.of(HOUR, DAY / 4, HOUR / 2)) {
      Windows windows = new FixedWindows(length);
      Completeness counted =
          new Completeness(
              m.tags(), windows, new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZONE));
      HistoryAnswer from =
          resolutions.samples(
              deletedBefore(tiers.store(Tier.RAW), expired),
              new Selection(m, List.of(), windows.floor(start), windows.floor(end)),
              m.fields(),
              windows,
              false,
              soon(),
              counted);
      assertThat(from.expiredBefore()).isEqualTo(expired);
      List<SeriesReport> reports =
          counted.reports(windows.floor(start), windows.floor(end), windows.floor(end));
      assertThat(reports).hasSize(2);
      long copied = length < HOUR ? Long.MAX_VALUE : start + DAY;
      for (WindowReport row : reports.get(0).windows()) {
        long from0 = row.startMillis();
        boolean known = from0 >= copied || from0 >= expired;
        long all = (known ? length : Math.max(0, from0 + length - expired)) / 300_000;
        boolean partly = !known && from0 + length > Math.min(expired, copied);
        assertThat(row.expected())
            .as(length + ": " + row)
            .isBetween(
                partly ? 0 : known ? all : WindowReport.UNKNOWN,
                partly ? length / 300_000 : known ? all : WindowReport.UNKNOWN);
        assertThat(row.samples())
            .as(length + ": " + row)
            .isBetween(row.expected() - (partly ? 1 : 0), row.expected() + (partly ? 1 : 0));
      }
      for (WindowReport row : reports.get(1).windows()) {
        boolean known = row.startMillis() >= expired;
        boolean gone = row.startMillis() + length <= expired;
        assertThat(row.expected()).isLessThanOrEqualTo(length / 600_000);
        if (known || gone) {
          assertThat(row.expected())
              .as(length + ": " + row)
              .isEqualTo(known ? length / 600_000 : WindowReport.UNKNOWN);
        }
      }
      for (SeriesReport report : reports) {
        assertThat(report.silences()).as(length + " of " + report.tags()).isEmpty();
        assertThat((double) report.samples() / report.expected()).isBetween(0.99, 1.01);
      }
    }
  }

  /** The samples, of which the older ones are deleted. */
  private static HistoryStore deletedBefore(HistoryStore samples, long time) {
    return (HistoryStore)
        Proxy.newProxyInstance(
            StorageContract.class.getClassLoader(),
            new Class<?>[] {HistoryStore.class},
            (proxy, method, arguments) -> {
              for (int i = 0; i < arguments.length; i++) {
                if (arguments[i] instanceof Selection all) {
                  if (all.endMillis() <= time) {
                    return null;
                  }
                  arguments[i] = all.within(Math.max(time, all.startMillis()), all.endMillis());
                } else if (arguments[i] instanceof HistoryQuery query) {
                  Selection all = query.selection();
                  if (all.endMillis() <= time) {
                    return null;
                  }
                  arguments[i] =
                      new HistoryQuery(
                          all.within(Math.max(time, all.startMillis()), all.endMillis()),
                          query.columns(),
                          query.windows(),
                          query.groupBy(),
                          query.newestFirst(),
                          query.limit());
                }
              }
              return method.invoke(samples, arguments);
            });
  }

  private static HistoryQuery anyQuestion(Random random, Measurement m, long start) {
    List<String> texts = List.of("1h", "3h", "1d", "2d", "1w", "90m");
    Windows windows = WindowText.parse(texts.get(random.nextInt(texts.size())), ZONE).orElseThrow();
    List<Aggregation> functions =
        List.of(Aggregation.MEAN, Aggregation.SUM, Aggregation.COUNT, Aggregation.MAX);
    List<Column> columns = new ArrayList<>();
    for (String field : List.of("1", "b", "c")) {
      if (columns.isEmpty() || random.nextBoolean()) {
        columns.add(
            new Column(
                m.field(field).orElseThrow(), functions.get(random.nextInt(functions.size()))));
      }
    }
    List<TagFilter> filters =
        switch (random.nextInt(4)) {
          case 0 -> List.of(new TagFilter("ch", List.of("1", "3")));
          case 1 -> List.of(new TagFilter("zone", List.of("")));
          case 2 -> List.of(new TagFilter("zone", List.of("n")));
          default -> List.of();
        };
    List<String> groups =
        switch (random.nextInt(3)) {
          case 0 -> List.of();
          case 1 -> List.of("ch");
          default -> m.tags();
        };
    long from = windows.floor(start + random.nextInt(6) * DAY);
    long to = windows.ceil(NOW.toEpochMilli() - random.nextInt(6) * DAY);
    int limit = random.nextInt(3) == 0 ? 1 + random.nextInt(20) : 10_000;
    return new HistoryQuery(
        new Selection(m, filters, from, to), columns, windows, groups, random.nextBoolean(), limit);
  }

  /**
   * Random series and questions: copies, memory and samples all say what plain Java says. More of
   * them: {@code -Dhissrv.copies.seeds=50}.
   */
  @Test
  void randomQuestions_areAnsweredAsPlainJavaDoes() throws Exception {
    long first = Long.getLong("hissrv.copies.first", 1);
    for (long seed = first; seed < first + Long.getLong("hissrv.copies.seeds", 1); seed++) {
      end();
      desks.clear();
      begin();
      try {
        randomQuestions(seed);
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private void randomQuestions(long seed) throws Exception {
    Instant change = ZONE.getRules().previousTransition(NOW.minus(Duration.ofDays(6))).getInstant();
    Windows days = new CalendarWindows(CalendarWindows.Unit.DAY, 1, ZONE);
    long old = days.floor(change.toEpochMilli() - 2 * DAY);
    long oldEnd = old + 4 * DAY;
    long recent = NOW.toEpochMilli() - 4 * DAY;
    RandomCopies random = new RandomCopies(seed, ZONE, kinds(Duration.ofMillis(recent - oldEnd)));
    write("m", random.lines(old, oldEnd));
    write("m", random.lines(recent, NOW.toEpochMilli()));
    Task quarter = Task.of("quarter", "realtime", "quarter", "15m", HOURLY.outputs());
    StoragePlan plan =
        plan(
            List.of(
                policy("realtime", 400),
                policy("quarter", 400),
                policy("hourly", 800),
                policy("daily", 1600)),
            quarter,
            HOURLY,
            DAILY);
    Tiers tiers = tiers();
    StorageDesk desk = desk(plan, tiers);
    settle(desk);
    desk.backfill("quarter", old, old + DAY);
    desk.backfill("hourly_avg", old, oldEnd);
    desk.backfill("hourly_avg", recent, NOW.toEpochMilli());
    finish(desk);
    // Late data that the next look back finds, and a day on it counts.
    write("m", random.late(NOW.toEpochMilli() - 20 * HOUR, NOW.toEpochMilli(), 20));
    clock.pass(Duration.ofHours(1));
    settle(desk);
    clock.pass(Duration.ofHours(seed % 3 * 12));
    settle(desk);

    Map<String, Integer> seen = new TreeMap<>();
    random.check(
        tiers.store(Tier.RAW),
        answers(plan, desk, tiers),
        measurement(tiers, Tier.RAW),
        clock.instant(),
        Integer.getInteger("hissrv.copies.questions", 25),
        seen);
    assertThat(seen).as("seed " + seed).containsKey("raw").hasSizeGreaterThan(1);
  }

  @Test
  void samplesThatAreGone_areSaid_andTheirPartIsAnsweredFromTheCopy() throws Exception {
    long start = floor(NOW) - 10 * DAY;
    List<String> lines = new ArrayList<>();
    random(lines, start, floor(NOW), 3_600_000, Map.of("ch", "1"));
    write("m", lines);
    Tiers tiers = tiers();
    StoragePlan plan = plan(List.of(policy("realtime", 400), policy("hourly", 800)), HOURLY);
    StorageDesk desk = desk(plan, tiers);
    settle(desk);
    desk.backfill("hourly_avg", start, floor(NOW));
    finish(desk);
    StoragePlan shorter = plan(List.of(policy("realtime", 3), policy("hourly", 800)), HOURLY);
    StorageDesk after = desk(shorter);
    settle(after);
    assertThat(after.shorten("realtime", "3d")).containsEntry("state", "ok");

    Measurement m = measurement(tiers, Tier.RAW);
    CopyResolutions resolutions =
        new CopyResolutions(
            () ->
                new CopyResolutions.Known(
                    Copies.of(shorter, after.policies(), after.tasks(), ZONE, clock.millis()),
                    Copies.expired(shorter, after.policies(), clock.millis()),
                    tiers));
    HistoryQuery hours =
        HistoryQuery.windows(
            new Selection(m, List.of(), start, floor(NOW)),
            List.of(m.field("1").orElseThrow()),
            new FixedWindows(HOUR),
            Aggregation.COUNT,
            false,
            10_000);
    HistoryAnswer answer = resolutions.query(tiers.store(Tier.RAW), hours, false, soon());
    assertThat(answer.rows()).isEqualTo(240);
    assertThat(answer.expiredBefore()).isNull();
    assertThat(answer.parts())
        .extracting(HistoryAnswer.Part::resolution)
        .containsExactly("hourly", "raw");
    assertThat(resolutions.query(tiers.store(Tier.RAW), hours, true, soon()).expiredBefore())
        .isEqualTo(NOW.minus(Duration.ofDays(3)).toEpochMilli());
    assertThatThrownBy(() -> after.backfill("hourly_avg", start, floor(NOW)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the policy realtime keeps 3d of ")
        .hasMessageContaining("samples are gone");
  }

  /** Of the old application's calls: a chart over samples that are gone is coarser, not empty. */
  @Test
  void samplesThatAreGone_areToldToTheOldApplicationByTheCopy() throws Exception {
    long start = floor(NOW) - 10 * DAY;
    long end = floor(NOW);
    List<String> lines = new ArrayList<>();
    random(lines, start, end, 300_000, Map.of("key", "m:1"));
    write("m", lines);
    Tiers tiers = tiers();
    StoragePlan plan = plan(List.of(policy("realtime", 400), policy("hourly", 800)), HOURLY);
    StorageDesk desk = desk(plan, tiers);
    settle(desk);
    desk.backfill("hourly_avg", start, end);
    finish(desk);
    StoragePlan shorter = plan(List.of(policy("realtime", 3), policy("hourly", 800)), HOURLY);
    StorageDesk after = desk(shorter);
    settle(after);
    assertThat(after.shorten("realtime", "3d")).containsEntry("state", "ok");

    HistoryStore samples = tiers.store(Tier.RAW);
    HisApi api =
        new HisApi(
            samples,
            answers(shorter, after, tiers),
            QueryConfig.defaults().limits(),
            Catalogue.empty(ZONE),
            clock,
            new Described(
                samples, answers(shorter, after, tiers).discovery(), Ticker.systemTicker()));
    long gone = floor(NOW.minus(Duration.ofDays(3))) + HOUR;
    List<String> wanted = new ArrayList<>();
    means(start, gone, HOUR).forEach((time, mean) -> wanted.add(time + " " + mean));
    means(gone, end, 900_000).forEach((time, mean) -> wanted.add(time + " " + mean));

    Map<String, @Nullable Object> means = api.query(his(start, end, "interval", "900"), soon());
    List<String> newest = new ArrayList<>(wanted);
    Collections.reverse(newest);
    assertThat(rows(means)).isEqualTo(newest);
    assertThat(means)
        .containsEntry("resolution", "hourly")
        .containsEntry("message", wanted.size() + " records")
        .containsEntry("total", (long) wanted.size())
        .doesNotContainKey("expired_before");
    assertThat(rows(api.statistics(his(start, end, "interval", "15m"), soon()))).isEqualTo(wanted);

    // A sum of an hour is not one of a quarter, and a mean is no sample: they are said to be gone.
    for (Map<String, @Nullable Object> one :
        List.of(
            api.query(his(start, end, "interval", "0"), soon()),
            api.statistics(his(start, end, "interval", "15m", "aggregation", "sum"), soon()))) {
      assertThat(one).containsKey("expired_before").doesNotContainKey("resolution");
      assertThat(String.valueOf(one.get("message"))).contains("; samples before ").contains("gone");
    }
    Map<String, @Nullable Object> sums =
        api.statistics(his(start, end, "interval", "1h", "aggregation", "sum"), soon());
    assertThat(rows(sums)).hasSize(240);
    assertThat(sums).containsEntry("resolution", "hourly").doesNotContainKey("expired_before");
  }

  /** All samples have expired; a back end that describes them no more said 404. */
  @Test
  void measurementWhoseSamplesAreGone_isFoundAndAnsweredByTheCopy() throws Exception {
    long start = floor(NOW) - 10 * DAY;
    long end = start + DAY;
    List<String> lines = new ArrayList<>();
    random(lines, start, end, 300_000, Map.of("key", "m:1"));
    write("m", lines);
    Tiers tiers = tiers();
    StoragePlan plan = plan(List.of(policy("realtime", 400), policy("hourly", 800)), HOURLY);
    StorageDesk desk = desk(plan, tiers);
    settle(desk);
    desk.backfill("hourly_avg", start, end);
    finish(desk);
    StoragePlan shorter = plan(List.of(policy("realtime", 3), policy("hourly", 800)), HOURLY);
    StorageDesk after = desk(shorter);
    settle(after);
    assertThat(after.shorten("realtime", "3d")).containsEntry("state", "ok");

    HistoryStore samples = emptied(tiers.store(Tier.RAW), tiers.forgetsExpired());
    Extension copies =
        new Extension() {
          @Override
          public void routes(RoutesConfig routes) {}

          @Override
          public Map<String, @Nullable Object> status() {
            return Map.of();
          }

          @Override
          public Resolutions resolutions() {
            return answers(shorter, after, tiers);
          }
        };
    HealthBoard health =
        new HealthBoard(
            List.of(), Map.of(), Duration.ofSeconds(1), Duration.ofSeconds(1), Clock.systemUTC());
    QueryConfig config = QueryConfig.of(Map.of("http.port", "0"));
    try (QueryServer server = new QueryServer(config, samples, health, "test", clock, copies)) {
      String url = "http://127.0.0.1:" + server.start();
      String range = "&start=" + start + "&end=" + end;
      String expired =
          "\"expired_before\":\"" + NOW.minus(Duration.ofDays(3)).toString().substring(0, 19);

      String hours =
          get(url + "/query?measurement=m&fields=1&interval=1h&function=sum&key=m:1" + range);
      assertThat(hours).contains("\"resolution\":\"hourly\"").doesNotContain("\"series\":[]");
      assertThat(get(url + "/aggregate?measurement=m&interval=1h&functions=count" + range))
          .contains("\"resolution\":\"hourly\"", "\"field\":\"1\"");
      String kept = "\"kept_interval\":\"1h\"";
      assertThat(get(url + "/query?measurement=m" + range))
          .contains("\"series\":[]", expired, kept);
      for (String finer : List.of("interval=15m", "interval=90m", "interval=1h&function=median")) {
        assertThat(get(url + "/query?measurement=m&fields=1&" + finer + range))
            .as(finer)
            .contains("\"series\":[]", expired, kept);
      }
      assertThat(get(url + "/aggregate?measurement=m&interval=15m" + range))
          .contains("\"series\":[]", expired, kept);
      for (String format : List.of("csv", "ndjson", "csv&stream=yes", "ndjson&stream=yes")) {
        String finer = "&fields=1" + (format.contains("stream") ? "" : "&interval=15m");
        HttpHeaders headers =
            asked(url + "/query?measurement=m&format=" + format + finer + range).headers();
        assertThat(headers.firstValue("X-Hissrv-Expired-Before")).as(format).isPresent();
        assertThat(headers.firstValue("X-Hissrv-Kept-Interval")).as(format).contains("1h");
      }
      assertThat(
              get(
                  url
                      + "/query?measurement=m&interval=1h&start="
                      + (start - DAY)
                      + "&end="
                      + start))
          .as("where no copy has anything")
          .contains("\"series\":[]", expired)
          .doesNotContain("kept_interval");
      assertThat(get(url + "/completeness?measurement=m&interval=1d" + range))
          .contains("\"resolution\":\"hourly\"", "\"key\":\"m:1\"");
      // Windows of the copy's own length.
      assertThat(get(url + "/completeness?measurement=m" + range))
          .contains("\"resolution\":\"hourly\"", "\"samples\":288,\"expected\":288")
          .doesNotContain("expired");
      assertThat(get(url + "/completeness?measurement=m&interval=10m" + range))
          .contains("\"series\":[]", expired);
      assertThat(get(url + "/tags?measurement=m"))
          .contains("\"key\":[\"m:1\"]", "\"resolution\":\"hourly\"", expired);
      assertThat(get(url + "/tags?measurement=m&key=m:2"))
          .contains("{\"key\":[]")
          .doesNotContain("resolution");
      assertThat(get(url + "/tags?measurement=m&range=1d")).doesNotContain("m:1", "expired");
      assertThat(get(url + "/fields?measurement=m"))
          .contains("{\"name\":\"1\",\"type\":\"number\"}", "\"resolution\":\"hourly\"", expired)
          .doesNotContain("1_");
      assertThat(get(url + "/latest?measurement=m&range=30d")).contains("\"series\":[]", expired);
      String all = get(url + "/measurements");
      assertThat(all)
          .contains("\"name\":\"m\"", "\"name\":\"1\"")
          .doesNotContain("1_avg", "hissrv");
      assertThat(all.contains("\"resolution\":\"hourly\"")).isEqualTo(tiers.forgetsExpired());
      assertThat(get(url + "/query?measurement=m&fields=no")).contains("bad_parameter");
      assertThat(get(url + "/query?measurement=none")).contains("not_found");

      assertThat(get(url + "/hisApi/channels"))
          .contains("\"channels\":[\"m:1\"]", "\"resolution\":\"hourly\"");
      assertThat(get(url + "/hisApi/data/latest?redis_key=m:1&point_id=1"))
          .contains("samples before ", "are gone", "hourly has coarser ones");
      assertThat(
              get(
                  url
                      + "/hisApi/data/query?redis_key=m:1&point_id=1&interval=3600&start_time="
                      + start
                      + "&end_time="
                      + end))
          .contains("24 records", "\"resolution\":\"hourly\"");
    }
    // Where all is named that the copies know, and they know all, nothing is said to be missing.
    HistoryStore whole = tiers.store(Tier.RAW);
    try (QueryServer server = new QueryServer(config, whole, health, "test", clock, copies)) {
      String url = "http://127.0.0.1:" + server.start();
      for (String call : List.of("/tags", "/fields")) {
        String all = url + call + "?measurement=m";
        for (String range : List.of("", "&start=" + start + "&end=" + end)) {
          assertThat(get(all + range))
              .as(call + range)
              .contains(call.equals("/tags") ? "m:1" : "\"1\"")
              .doesNotContain("expired", "resolution");
        }
        assertThat(get(all + "&start=" + (start - HOUR))).as(call).contains("expired_before");
      }
    }
  }

  private static String get(String address) throws Exception {
    return asked(address).body();
  }

  private static HttpResponse<String> asked(String address) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
  }

  /** The samples when all have expired, which a database does at a time of its own. */
  private static HistoryStore emptied(HistoryStore samples, boolean forgets) {
    return (HistoryStore)
        Proxy.newProxyInstance(
            StorageContract.class.getClassLoader(),
            new Class<?>[] {HistoryStore.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "measurement" ->
                      forgets ? Optional.empty() : method.invoke(samples, arguments);
                  case "measurements" -> forgets ? List.of() : method.invoke(samples, arguments);
                  case "scan" -> false;
                  case "sweep", "times", "close" -> null;
                  case "query" -> new HistoryAnswer(List.of(), false);
                  case "latest" -> new LatestAnswer(List.of(), false);
                  case "series", "fieldsWithValues" -> List.of();
                  case "tagValues" ->
                      ((Selection) arguments[0])
                          .measurement().tags().stream()
                              .collect(Collectors.toMap(tag -> tag, tag -> List.of()));
                  default -> throw new AssertionError(method.getName());
                });
  }

  private static Map<String, List<String>> his(long start, long end, String... more) {
    Map<String, List<String>> texts = new TreeMap<>();
    texts.put("redis_key", List.of("m:1"));
    texts.put("point_id", List.of("1"));
    texts.put("page_size", List.of("10000"));
    texts.put("start_time", List.of(Long.toString(start)));
    texts.put("end_time", List.of(Long.toString(end)));
    for (int i = 0; i < more.length; i += 2) {
      texts.put(more[i], List.of(more[i + 1]));
    }
    return texts;
  }

  private static List<String> rows(Map<String, @Nullable Object> answer) {
    List<String> rows = new ArrayList<>();
    for (Object one : (List<?>) Objects.requireNonNull(answer.get("data"))) {
      Map<?, ?> row = (Map<?, ?>) one;
      long time =
          OffsetDateTime.parse(String.valueOf(row.get("timestamp"))).toInstant().toEpochMilli();
      rows.add(time + " " + row.get("value"));
    }
    return rows;
  }

  private Map<Long, Double> means(long start, long end, long length) {
    Map<Long, Double> means = new TreeMap<>();
    wanted("1", new FixedWindows(length), start, end)
        .values()
        .forEach(
            windows ->
                windows.forEach(
                    (time, of) -> means.put(time, Digits.computed(of.get(1) / of.get(0)))));
    return means;
  }

  /** Counts what is done, and refuses it where it is told to. */
  private static final class Counting implements Tiers {
    private final Tiers tiers;
    private final Map<String, Integer> written = new TreeMap<>();
    private int kept;
    private long rows;
    private boolean refuse;

    /** The policy into which nothing can be written. */
    private String refused = "";

    Counting(Tiers tiers) {
      this.tiers = tiers;
    }

    int rowsOf(String policy, String measurement) {
      return written.getOrDefault(policy + "/" + measurement, 0);
    }

    @Override
    public Optional<String> refusal(Wish wish, Deadline deadline) {
      return tiers.refusal(wish, deadline);
    }

    @Override
    public List<Place> places(Wish wish, Deadline deadline) {
      return tiers.places(wish, deadline);
    }

    @Override
    public Duration reachable(Duration keep, Place place) {
      return tiers.reachable(keep, place);
    }

    @Override
    public boolean holds(Place place, Measurement measurement) {
      return tiers.holds(place, measurement);
    }

    @Override
    public boolean hasOlder(Tier tier, Measurement one, Instant than, Deadline deadline) {
      return tiers.hasOlder(tier, one, than, deadline);
    }

    @Override
    public void keep(Wish wish, Place place, Deadline deadline) {
      kept++;
      tiers.keep(wish, place, deadline);
    }

    @Override
    public Map<String, Measurement> measurements(Tier tier, Deadline deadline) {
      return tiers.measurements(tier, deadline);
    }

    @Override
    public @Nullable Measurement measurement(Tier tier, String name, Deadline deadline) {
      return tiers.measurement(tier, name, deadline);
    }

    @Override
    public HistoryStore store(Tier tier) {
      return tiers.store(tier);
    }

    @Override
    public void write(Wish wish, TierRows all, Deadline deadline) {
      if (refuse || wish.tier().policy().equals(refused)) {
        throw new StoreException(
            StoreException.Kind.FAILED, "refused to write", new IOException("no right"));
      }
      tiers.write(wish, all, deadline);
      written.merge(
          wish.tier().policy() + "/" + all.measurement(), all.rows().size(), Integer::sum);
      if (!all.measurement().startsWith(Copier.OWN)) {
        rows += all.rows().size();
      }
    }

    @Override
    public void close() {
      tiers.close();
    }
  }
}
