package com.voltageems.hissrv.query.http.hisapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Ticker;
import com.voltageems.hissrv.query.catalogue.Catalogue;
import com.voltageems.hissrv.query.catalogue.CatalogueSettings;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.http.answer.Described;
import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.ask.NotFoundException;
import com.voltageems.hissrv.query.resolution.Resolutions;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.questdb.QuestDbStore;
import com.voltageems.hissrv.query.store.questdb.QuestDbWriter;
import com.voltageems.hissrv.testkit.QuestDb;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The old web application's calls over a real QuestDB. */
class HisApiIT {
  private static final Instant NOW = Instant.parse("2025-08-21T10:00:00Z");

  private static final Catalogue CATALOGUE =
      CatalogueSettings.read(
          Map.of(
              "site.channels.instance:2.name.zh", "二号储能",
              "site.channels.instance:2.points.1.name.zh", "电压",
              "site.channels.instance:2.points.1.unit", "V"),
          ZoneOffset.UTC);

  private static QuestDb database;
  private static QuestDbStore store;
  private static HisApi api;

  @BeforeAll
  static void start(@TempDir Path dir) {
    database = QuestDb.start(dir);
    store = new QuestDbStore(database.jdbcUrl(), "admin", "quest", 2);
    api =
        new HisApi(
            store,
            Resolutions.RAW,
            QueryConfig.defaults().limits(),
            CATALOGUE,
            Clock.fixed(NOW, ZoneOffset.UTC),
            new Described(store, Resolutions.RAW.discovery(), Ticker.systemTicker()));
    List<String> lines = new ArrayList<>();
    long start = NOW.toEpochMilli() - 3_600_000;
    for (int second = 0; second < 3600; second++) {
      lines.add("inst,instance=1,type=M 1=" + second + ".0 " + (start + second * 1000L));
    }
    lines.add("inst,instance=1,type=M,interval=1m 1=99.0 " + start);
    lines.add("inst,instance=2,type=M 1=7.0 " + start);
    new QuestDbWriter(database.url()).write("inst", lines);
    new QuestDbWriter(database.url())
        .write("telemetry", List.of("telemetry,channel=1001,type=m 1=1.0 " + start));
  }

  @AfterAll
  static void stop() {
    store.close();
    database.close();
  }

  private static Deadline deadline() {
    return Deadline.in(Duration.ofMinutes(2));
  }

  private static Map<String, @Nullable Object> query(Map<String, List<String>> texts) {
    return api.query(texts, deadline());
  }

  private static Map<String, @Nullable Object> statistics(Map<String, List<String>> texts) {
    return api.statistics(texts, deadline());
  }

  private static Map<String, @Nullable Object> latest(Map<String, List<String>> texts) {
    return api.latest(texts, deadline());
  }

  private static Map<String, List<String>> texts(String... pairs) {
    Map<String, List<String>> texts = new HashMap<>();
    texts.put("redis_key", List.of("inst:1:M"));
    texts.put("point_id", List.of("1"));
    texts.put("_t", List.of("123"));
    for (int i = 0; i < pairs.length; i += 2) {
      texts.put(pairs[i], List.of(pairs[i + 1]));
    }
    return texts;
  }

  @Test
  void names_ofTheCatalogue_standBesideTheAnswer() {
    assertThat(latest(texts("redis_key", "inst:2:M")))
        .containsEntry("device_name", "二号储能")
        .containsEntry("point_name", "电压")
        .containsEntry("unit", "V");
    assertThat(latest(texts())).doesNotContainKeys("device_name", "point_name", "unit");
  }

  @Test
  void query_withoutAnInterval_isMeansOfTenMinutes() {
    assertThat(query(texts()).get("total")).isEqualTo(6L);
  }

  @Test
  void query_pagesThroughThePointsNewestFirst() {
    assertThat(query(texts("interval", "1", "page", "2", "page_size", "2")))
        .isEqualTo(
            Map.of(
                "status",
                "success",
                "message",
                "2 records",
                "data",
                List.of(
                    Map.of(
                        "timestamp", "2025-08-21T09:59:57+00:00",
                        "redis_key", "inst:1:M",
                        "point_id", "1",
                        "value", 3597.0,
                        "source", "inst"),
                    Map.of(
                        "timestamp", "2025-08-21T09:59:56+00:00",
                        "redis_key", "inst:1:M",
                        "point_id", "1",
                        "value", 3596.0,
                        "source", "inst")),
                "total",
                3600L,
                "page",
                2,
                "page_size",
                2,
                "has_more",
                true));
    Map<String, ?> last = query(texts("interval", "1", "page", "36"));
    assertThat(last.get("has_more")).isEqualTo(false);
    assertThat(String.valueOf(last.get("data")))
        .startsWith("[{timestamp=2025-08-21T09:01:39+00:00,")
        .contains("{timestamp=2025-08-21T09:00:00+00:00,");
    assertThat(query(texts("interval", "1", "page", "37")).get("data")).isEqualTo(List.of());
  }

  @Test
  void query_withAnInterval_isMeansOfWindowsOnTheClock() {
    Map<String, ?> answer =
        query(
            texts(
                "interval",
                "720",
                "start_time",
                "2025-08-21T09:00:00.000Z",
                "end_time",
                "2025-08-21 10:00:00"));

    assertThat(answer.get("total")).isEqualTo(5L);
    assertThat(String.valueOf(answer.get("data")))
        .endsWith(
            "{timestamp=2025-08-21T09:00:00+00:00, redis_key=inst:1:M, point_id=1, value=359.5,"
                + " source=inst}]");
  }

  @Test
  void query_ofAPointThatWasNeverStored_isEmpty() {
    assertThat(query(texts("point_id", "77")).get("total")).isEqualTo(0L);
    assertThat(query(texts("redis_key", "calc:result:x")).get("data")).isEqualTo(List.of());
  }

  @Test
  void statistics_areOldestFirst() {
    Map<String, ?> answer = statistics(texts("aggregation", "max", "interval", "30m"));

    assertThat(answer.get("aggregation")).isEqualTo("max");
    assertThat(answer.get("interval")).isEqualTo("30m");
    assertThat(answer.get("redis_key")).isEqualTo("inst:1:M");
    assertThat(answer.get("data"))
        .isEqualTo(
            List.of(
                Map.of("timestamp", "2025-08-21T09:00:00+00:00", "value", 1799.0),
                Map.of("timestamp", "2025-08-21T09:30:00+00:00", "value", 3599.0)));
  }

  @Test
  void latest_isOneRecordOrNotFound() {
    assertThat(latest(texts()))
        .hasToString(
            "{timestamp=2025-08-21T09:59:59+00:00, redis_key=inst:1:M, point_id=1, value=3599.0,"
                + " source=inst}");
    assertThatThrownBy(() -> latest(texts("redis_key", "inst:3:M")))
        .isInstanceOf(NotFoundException.class)
        .hasMessage("nothing is stored of point 1 of inst:3:M");
  }

  @Test
  void channels_areTheRedisKeys() {
    assertThat(api.channels(deadline()))
        .isEqualTo(
            Map.of("channels", List.of("comsrv:1001:m", "inst:1:M", "inst:2:M"), "count", 3));
  }

  @Test
  void range_tellsWhatIsStored() {
    assertThat(api.range(deadline()))
        .isEqualTo(
            Map.of(
                "earliest_timestamp",
                "2025-08-21T09:00:00+00:00",
                "latest_timestamp",
                "2025-08-21T09:59:59+00:00",
                "total_points",
                3603L,
                "channels",
                List.of("comsrv:1001:m", "inst:1:M", "inst:2:M"),
                "data_types",
                List.of("M", "m")));
  }

  @Test
  void metrics_tellHowMuchIsStored() {
    assertThat(api.metrics(deadline()))
        .isEqualTo(
            Map.of(
                "total_points",
                3603L,
                "latest_timestamp",
                "2025-08-21T09:59:59+00:00",
                "channels_count",
                3,
                "active_channels",
                1));
  }

  /** The site's clock on the wall: what its people type, and when their days begin. */
  @Test
  void timesWithoutAZone_areTheSites() {
    HisApi shanghai =
        new HisApi(
            store,
            Resolutions.RAW,
            QueryConfig.defaults().limits(),
            Catalogue.empty(ZoneId.of("Asia/Shanghai")),
            Clock.fixed(NOW, ZoneOffset.UTC),
            new Described(store, Resolutions.RAW.discovery(), Ticker.systemTicker()));

    assertThat(
            shanghai
                .query(
                    texts(
                        "interval",
                        "1",
                        "start_time",
                        "2025-08-21 17:00:00",
                        "end_time",
                        "2025-08-21 17:00:02"),
                    deadline())
                .get("total"))
        .isEqualTo(2L);
    assertThat(shanghai.statistics(texts("aggregation", "count", "interval", "1d"), deadline()))
        .containsEntry(
            "data", List.of(Map.of("timestamp", "2025-08-20T16:00:00+00:00", "value", 3600L)));
  }

  @Test
  void badValue_isNamed() {
    assertBad("redis_key", texts("redis_key", " "));
    assertBad("point_id", texts("point_id", " "));
    assertBad("end_time", texts("start_time", "2025-08-21", "end_time", "2025-08-21"));
    assertBad("start_time", texts("start_time", "2024-01-01"));
    assertBad("start_time", texts("start_time", "soon"));
    assertBad("page_size", texts("page_size", "0"));
    assertBad("page", texts("page", "10000"));
    assertBad("interval", texts("interval", "-1"));
    assertThatThrownBy(() -> statistics(texts("aggregation", "median")))
        .isInstanceOf(BadRequestException.class);
    assertThatThrownBy(() -> statistics(texts("interval", "3m")))
        .isInstanceOf(BadRequestException.class);
  }

  private static void assertBad(String parameter, Map<String, List<String>> texts) {
    assertThatThrownBy(() -> query(texts))
        .isInstanceOfSatisfying(
            BadRequestException.class, e -> assertThat(e.parameter()).isEqualTo(parameter));
  }

  /** The first of them was taken in silence. */
  @Test
  void parameterGivenTwice_isRefused() {
    Map<String, List<String>> texts =
        Map.of("redis_key", List.of("inst:1:M", "inst:2:M"), "point_id", List.of("1"));
    assertThatThrownBy(() -> api.latest(texts, Deadline.in(Duration.ofMinutes(1))))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("redis_key: \"inst:1:M, inst:2:M\"")
        .hasMessageContaining("one value, not several");
  }
}
