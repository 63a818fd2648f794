package com.voltageems.hissrv.query.store.influxql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.Asked;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.TagFilter;
import com.voltageems.hissrv.query.store.window.FixedWindows;
import com.voltageems.hissrv.testkit.InfluxDb1;
import com.voltageems.hissrv.testkit.RequiresServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real InfluxDB 1.x that limits what one query may ask for. */
@RequiresServer(RequiresServer.Server.INFLUXDB_1)
class InfluxDb1LimitsIT {
  private static final long T = 1_700_000_000_000L;
  private static final String SERIES =
      "InfluxDB reads at most 2 series for a query (max-select-series): name tags, so that fewer"
          + " devices are asked for, or raise it";

  @TempDir Path dir;

  @Test
  void questionBeyondALimit_namesIt() throws Exception {
    try (InfluxDb1 database =
            InfluxDb1.start(
                dir,
                Map.of(
                    "INFLUXDB_COORDINATOR_MAX_SELECT_SERIES", "2",
                    "INFLUXDB_COORDINATOR_MAX_SELECT_BUCKETS", "50"));
        InfluxQlStore store =
            InfluxQlStore.version1(URI.create(database.url()), "site", List.of(), "", "")) {
      database.create("site");
      write(database, "meter,ch=1 v=1 %d\nmeter,ch=2 v=2 %d\nmeter,ch=3 v=3 %d\n");
      Asked ask = new Asked(store);
      Measurement meter = ask.measurement("meter").orElseThrow();
      Selection all = new Selection(meter, List.of(), T, T + 100_000);
      Selection one =
          new Selection(meter, List.of(new TagFilter("ch", List.of("1"))), T, T + 100_000);

      assertTooMuch(() -> ask.query(HistoryQuery.points(all, meter.fields(), false, 100)), SERIES);
      assertTooMuch(() -> ask.latest(all, meter.fields(), 10), SERIES);
      assertTooMuch(() -> ask.tagValues(all, 10), SERIES);
      assertTooMuch(() -> ask.fieldsWithValues(all), SERIES);
      assertTooMuch(
          () -> ask.query(windows(one, 1000)),
          "InfluxDB computes at most 50 windows for a query (max-select-buckets), and this one has"
              + " 100: ask for longer windows or a shorter range, or raise it");
      assertThat(ask.query(windows(one, 10_000)).rows()).isEqualTo(1);
    }
  }

  private static HistoryQuery windows(Selection selection, long length) {
    return HistoryQuery.windows(
        selection,
        selection.measurement().fields(),
        new FixedWindows(length),
        Aggregation.MEAN,
        false,
        100);
  }

  private static void assertTooMuch(ThrowingCallable question, String words) {
    assertThatThrownBy(question)
        .hasMessage(words)
        .isInstanceOfSatisfying(
            StoreException.class,
            failure -> assertThat(failure.kind()).isEqualTo(StoreException.Kind.TOO_MUCH));
  }

  private static void write(InfluxDb1 database, String lines) throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(database.url() + "/write?db=site&precision=ms"))
                    .POST(HttpRequest.BodyPublishers.ofString(lines.replace("%d", "" + T)))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
  }
}
