package com.voltageems.hissrv.query.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.http.QueryServer;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.FakeStore;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.testkit.RequiresServer;
import com.voltageems.hissrv.testkit.RequiresServer.Server;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service behind a real nginx, as docs/operate/security.md has it. */
@RequiresServer({Server.CHROMEDRIVER, Server.NGINX})
class NginxIT extends OnSharedSite {
  private static final String FOLDER = "/site7/history";
  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path dir;

  private HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofMinutes(1));
  }

  private static String withoutComments(String page) throws IOException {
    return Nginx.example(page).replaceAll(" *#.*", "");
  }

  @Test
  void page_andCalls_areThere() throws Exception {
    assertThat(withoutComments("security.zh-CN.md")).isEqualTo(withoutComments("security.md"));
    try (Nginx nginx = new Nginx(dir, site.url())) {
      for (String view : List.of("completeness", "pipeline", "explore")) {
        browser.open(nginx.url() + FOLDER + "/#/" + view);
      }
      browser.open(nginx.url() + FOLDER + "#/pipeline");
      assertThat(browser.address()).isEqualTo(nginx.url() + FOLDER + "/#/pipeline");
      assertThat(browser.complaints()).isEmpty();
      browser.openOnly("about:blank");

      HttpResponse<String> changing =
          http.send(
              request(nginx.url() + FOLDER + "/connectors/sink/restart")
                  .POST(HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      // Who comes through a proxy is not on this machine.
      assertThat(changing.statusCode()).isIn(403, 404);
    }
  }

  /** Nobody may take a part for the whole. */
  @Test
  void answerThatBreaksOff_isSeenToDoSo() throws Exception {
    FakeStore breaks =
        new FakeStore(() -> new HistoryAnswer(List.of(), false)) {
          @Override
          public boolean scan(HistoryQuery query, Deadline deadline, RowSink sink) {
            Row row = new Row(query.columns().size());
            for (int i = 0; i < 25_000; i++) {
              row.begin(1_755_770_400_000_000L + i * 1000L, List.of("x"));
              row.setNumber(0, i);
              sink.take(row);
            }
            throw new StoreException(
                StoreException.Kind.UNAVAILABLE, "it broke off", new IOException("reset"));
          }
        };
    QueryConfig config = QueryConfig.of(Map.of("http.port", "0"));
    HealthBoard health =
        new HealthBoard(
            List.of(), Map.of(), Duration.ofSeconds(1), Duration.ofSeconds(1), Clock.systemUTC());
    try (QueryServer server = new QueryServer(config, breaks, health, "1", Clock.systemUTC());
        Nginx nginx = new Nginx(dir, "http://127.0.0.1:" + server.start())) {
      HttpRequest question =
          request(
                  nginx.url()
                      + FOLDER
                      + "/query?measurement=m&fields=a&limit=50000&stream=yes&format=csv")
              .build();
      assertThatThrownBy(() -> http.send(question, HttpResponse.BodyHandlers.ofString()))
          .isInstanceOf(IOException.class);
    }
  }
}
