package com.voltageems.hissrv.query.store.influxql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Report;
import com.voltageems.hissrv.query.health.SettableClock;
import com.voltageems.hissrv.query.health.store.StoreProbe;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Asked;
import com.voltageems.hissrv.query.store.Column;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.HistoryStore;
import com.voltageems.hissrv.query.store.HistoryStoreContract;
import com.voltageems.hissrv.query.store.LatestSeries;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.Series;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.raw.RawException;
import com.voltageems.hissrv.query.store.window.Digits;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract against a real InfluxDB 1.x. */
@RequiresServer(RequiresServer.Server.INFLUXDB_1)
class InfluxDb1StoreIT extends HistoryStoreContract {
  private static final long WEEK = 604_800_000L;
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static InfluxDb1 database;
  private static InfluxQlStore store;

  @BeforeAll
  static void start(@TempDir Path dir) {
    database = InfluxDb1.start(dir);
    assertThat(post("/query?q=CREATE+DATABASE+site", "").statusCode()).isEqualTo(200);
    store = InfluxQlStore.version1(URI.create(database.url()), "site", List.of(), "", "");
  }

  @AfterAll
  static void stop() {
    store.close();
    database.close();
  }

  private static HttpResponse<String> post(String path, String body) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create(database.url() + path))
              .timeout(Duration.ofMinutes(1))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected HistoryStore store() {
    return store;
  }

  @Override
  protected void write(String measurement, List<String> lines) {
    HttpResponse<String> response =
        post("/write?db=site&precision=ms", String.join("\n", lines) + "\n");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
  }

  private static Asked ask() {
    return new Asked(store);
  }

  private static HistoryQuery points(Measurement of, List<Field> fields) {
    return HistoryQuery.points(
        new Selection(of, List.of(), T - WEEK, T + WEEK), fields, false, 100);
  }

  private static HistoryQuery windows(
      Measurement of, long length, Aggregation function, List<Field> fields) {
    return HistoryQuery.windows(
        new Selection(of, List.of(), T - WEEK, T + WEEK),
        fields,
        new FixedWindows(length),
        function,
        false,
        100);
  }

  /** Field case S2: a tag and a field of one name. */
  @Test
  void tagAndFieldOfOneName_areToldApart() {
    write(
        "twice",
        List.of(
            "twice,channel=1001,type=m 1=230.5 " + T,
            "twice,channel=9 type=5.0,1=2.0 " + (T + 1),
            "twice,channel=9,type=s type=6.0 " + (T + 2)));
    Measurement twice = ask().measurement("twice").orElseThrow();
    TagFilter m = new TagFilter("type", List.of("m"));
    Selection ofM = new Selection(twice, List.of(m), T, T + 10);

    assertThat(twice.tags()).containsExactly("channel", "type");
    assertThat(ask().query(HistoryQuery.points(ofM, twice.fields(), false, 10)).rows())
        .isEqualTo(1);
    Field type = twice.field("type").orElseThrow();
    assertThat(ask().query(points(twice, List.of(type))).series())
        .extracting(Series::tags)
        .containsExactly(Map.of("channel", "9"), Map.of("channel", "9", "type", "s"));
    assertThat(ask().query(windows(twice, 1000, Aggregation.SUM, List.of(type))).series())
        .extracting(Series::tags)
        .containsExactly(Map.of("channel", "9"), Map.of("channel", "9", "type", "s"));
    assertThat(ask().latest(ofM, twice.fields(), 10).series())
        .extracting(LatestSeries::tags)
        .containsExactly(Map.of("channel", "1001", "type", "m"));
    assertThat(ask().tagValues(ofM, 10))
        .isEqualTo(Map.of("channel", List.of("1001"), "type", List.of("m")));
    assertThat(ask().fieldsWithValues(ofM)).extracting(Field::name).containsExactly("1");
  }

  /** One field is asked for first; what the index has more is not overlooked. */
  @Test
  void seriesOfManyFields_areAllTold_whicheverFieldsTheyHave() {
    String fields =
        IntStream.range(0, 12).mapToObj(i -> "f" + i + "=1").collect(Collectors.joining(","));
    write("wide", List.of("wide,c=1 " + fields + " " + T, "wide,c=2 " + fields + " " + T));
    Measurement wide = ask().measurement("wide").orElseThrow();

    assertThat(cs(wide, List.of())).containsExactly("1", "2");
    assertThat(cs(wide, List.of(new TagFilter("c", List.of("2", "9"))))).containsExactly("2");
    write("wide", List.of("wide,c=3 f11=1 " + T, "wide,c=4 " + fields + " " + (T + 2 * WEEK)));
    assertThat(cs(wide, List.of()))
        .as("without f0, and out of the range")
        .containsExactly("1", "2", "3");
    Selection all = new Selection(wide, List.of(), T - WEEK, T + WEEK);
    assertThat(store.series(all, 10, Deadline.in(Duration.ofMinutes(2))))
        .extracting(one -> one.get("c"))
        .containsExactly("1", "2", "3");
  }

  private static List<String> cs(Measurement wide, List<TagFilter> filters) {
    Selection selection = new Selection(wide, filters, T - WEEK, T + WEEK);
    return ask().tagValues(selection, 10).getOrDefault("c", List.of());
  }

  /** Field case S9: texts in one week, numbers in another. */
  @Test
  void fieldOfSeveralTypes_isReadAsAll() {
    write("mixed", List.of("mixed,ch=1 v=\"ERR\" " + (T - WEEK), "mixed,ch=1 w=1.0 " + T));
    write("mixed", List.of("mixed,ch=1 v=2.5 " + T, "mixed,ch=1 v=3.5 " + (T + 1)));
    write("mixed", List.of("mixed,ch=1 v=true " + (T + WEEK - 1)));
    Measurement mixed = ask().measurement("mixed").orElseThrow();
    Field v = mixed.field("v").orElseThrow();

    assertThat(v.kind()).isEqualTo(Field.Kind.MIXED);
    assertThat(ask().query(points(mixed, List.of(v))).series().get(0).points())
        .extracting(point -> point.values().get(0))
        .containsExactly("ERR", 2.5, 3.5, true);
    for (Aggregation aggregation : Aggregation.values()) {
      assertThat(
              ask()
                  .query(windows(mixed, WEEK * 10, aggregation, List.of(v)))
                  .series()
                  .get(0)
                  .points()
                  .get(0)
                  .values())
          .as(aggregation.text())
          .containsExactly(
              switch (aggregation) {
                case MEAN -> 3.0;
                case MIN, FIRST -> 2.5;
                case MAX, LAST -> 3.5;
                case SUM -> 6.0;
                case COUNT -> 2L;
                case STDDEV -> Digits.computed(Math.sqrt(0.5));
              });
    }
    Selection all = new Selection(mixed, List.of(), T - WEEK, T + WEEK);
    assertThat(ask().latest(all, List.of(v), 5).series().get(0).fields())
        .isEqualTo(Map.of("v", new LatestSeries.Value(true, (T + WEEK - 1) * 1000)));
    assertThat(ask().fieldsWithValues(new Selection(mixed, List.of(), T - WEEK, T)))
        .containsExactly(v);
  }

  /** Field case S16: read from where the sink wrote. */
  @Test
  void otherRetentionPolicies_areRead() {
    for (String policy : List.of("short", "long")) {
      assertThat(
              post(
                      "/query?q=CREATE+RETENTION+POLICY+%22"
                          + policy
                          + "%22+ON+site+DURATION+INF+REPLICATION+1",
                      "")
                  .statusCode())
          .isEqualTo(200);
      assertThat(
              post(
                      "/write?db=site&precision=ms&rp=" + policy,
                      "kept,ch=1," + policy + "=x a=" + policy.length() + " " + T)
                  .statusCode())
          .isEqualTo(204);
    }
    assertThat(post("/write?db=site&precision=ms&rp=long", "kept,ch=1 a=7 " + (T + 1)).statusCode())
        .isEqualTo(204);
    assertThat(ask().measurement("kept")).isEmpty();
    assertThat(ask().measurements()).extracting(Measurement::name).doesNotContain("kept");
    try (InfluxQlStore other =
        InfluxQlStore.version1(
            URI.create(database.url()), "site", List.of("short", "long"), "", "")) {
      Asked asked = new Asked(other);
      Measurement kept = asked.measurement("kept").orElseThrow();
      assertThat(asked.measurements()).containsExactly(kept);
      assertThat(kept.tags()).containsExactly("ch", "long", "short");
      assertThat(asked.query(points(kept, kept.fields())).rows()).isEqualTo(3);
      HistoryQuery sum =
          new HistoryQuery(
              new Selection(kept, List.of(), T, T + 10),
              kept.fields().stream().map(one -> new Column(one, Aggregation.SUM)).toList(),
              new FixedWindows(1000),
              List.of("ch"),
              false,
              10);
      assertThat(asked.query(sum).series())
          .containsExactly(
              new Series(Map.of("ch", "1"), List.of(new Point(T * 1000, List.of(16.0)))));
    }
  }

  @Test
  void databaseAway_isUnavailableAndFoundAgain() {
    write("away", List.of("away v=1.0 " + T));
    assertThat(ask().ping()).startsWith("InfluxDB 1");

    database.kill();
    assertThatThrownBy(() -> ask().ping())
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.UNAVAILABLE));

    database.restart();
    await()
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(ask().measurement("away")).isPresent());
  }

  @Test
  void databaseThatIsNotThere_isAFailureNotAnEmptyAnswer() {
    try (InfluxQlStore other =
        InfluxQlStore.version1(URI.create(database.url()), "nope", List.of(), "", "")) {
      assertThatThrownBy(() -> new Asked(other).measurements())
          .isInstanceOfSatisfying(
              StoreException.class,
              e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.MISSING));
    }
  }

  /** Dropped and made again, as by another data folder: new points come, and all was green. */
  @Test
  void emptiedDatabase_isTold() {
    SettableClock clock = new SettableClock(Instant.ofEpochMilli(T));
    post("/query?q=CREATE+DATABASE+emptied", "");
    try (InfluxQlStore own =
        InfluxQlStore.version1(URI.create(database.url()), "emptied", List.of(), "", "")) {
      StoreProbe probe = new StoreProbe(own, Duration.ofMinutes(1), clock);
      post("/write?db=emptied&precision=ms", "meter,ch=1 v=1 " + (T - 1000) + "\n");
      assertThat(probe.check().message()).doesNotContain("all data up to");
      clock.pass(Duration.ofMinutes(1));
      assertThat(probe.check().message()).doesNotContain("all data up to");
      post("/query?q=DROP+DATABASE+emptied", "");
      post("/query?q=CREATE+DATABASE+emptied", "");
      post("/write?db=emptied&precision=ms", "meter,ch=1 v=1 " + (T + 1000) + "\n");
      clock.pass(Duration.ofMinutes(1));
      Report told = probe.check();
      assertThat(told.state()).isEqualTo(State.DEGRADED);
      assertThat(told.message()).startsWith("InfluxDB 1").contains("; all data up to ");
    }
  }

  /** Raw queries need a database that asks for logins: here anybody may write. */
  @Test
  void rawQueryWhereNobodyIsAskedForALogin_isRefusedByUs() {
    try (InfluxQlStore open =
        InfluxQlStore.version1(
            InfluxLink.plain(URI.create(database.url())),
            "site",
            List.of(),
            "",
            "",
            "reader",
            "r")) {
      assertThatThrownBy(
              () ->
                  open.raw()
                      .orElseThrow()
                      .ask("SHOW DATABASES", 10, 100, Deadline.in(Duration.ofMinutes(2))))
          .isInstanceOfSatisfying(
              RawException.class, e -> assertThat(e.kind()).isEqualTo(RawException.Kind.MAY_WRITE));
    }
  }
}
