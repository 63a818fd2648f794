package com.voltageems.hissrv.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.FakeStore;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.HistoryQuery;
import com.voltageems.hissrv.query.store.Row;
import com.voltageems.hissrv.query.store.RowSink;
import com.voltageems.hissrv.query.store.Selection;
import com.voltageems.hissrv.query.store.StoreException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that are sent while the database still answers; a store that stops in the middle. */
class LongAnswersTest {
  private static final long START = 1_755_770_400_000_000L;
  private static final int ROWS = 25_000;
  private static final String QUESTION =
      "/query?measurement=m&fields=a&limit=50000&stream=yes&format=";

  private final CountDownLatch goOn = new CountDownLatch(1);
  private final HttpClient http = HttpClient.newHttpClient();
  private Slow store = new Slow(false, false);
  private QueryServer server = serve(store);

  /** Half of the rows at once, the rest when it is let. */
  private final class Slow extends FakeStore {
    private final boolean breaks;
    private final boolean truncated;
    private volatile boolean over;

    Slow(boolean breaks, boolean truncated) {
      super(() -> new HistoryAnswer(List.of(), false));
      this.breaks = breaks;
      this.truncated = truncated;
    }

    @Override
    public boolean scan(HistoryQuery query, Deadline deadline, RowSink sink) {
      try {
        Row row = new Row(query.columns().size());
        for (int i = 0; i < ROWS; i++) {
          if (i == ROWS / 2) {
            assertThat(goOn.await(5, TimeUnit.MINUTES)).isTrue();
            if (breaks) {
              throw new StoreException(
                  StoreException.Kind.UNAVAILABLE, "it broke off", new IOException("reset"));
            }
          }
          row.begin(START + i * 1000L, List.of(i % 2 == 0 ? "x" : "y"));
          row.setNumber(0, i);
          if (!sink.take(row)) {
            return false;
          }
        }
        return truncated;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      } finally {
        over = true;
      }
    }

    @Override
    public List<Field> fieldsWithValues(Selection selection, Deadline deadline) {
      return List.of(new Field("s", Field.Kind.TEXT));
    }
  }

  private static QueryServer serve(Slow store) {
    try {
      QueryConfig config =
          QueryConfig.of(Map.of("http.port", "0", "query.concurrency", "1", "site.name", "x"));
      HealthBoard health =
          new HealthBoard(
              List.of(), Map.of(), Duration.ofSeconds(1), Duration.ofSeconds(1), Clock.systemUTC());
      return new QueryServer(config, store, health, "1.2.3", Clock.systemUTC());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private int port;

  @BeforeEach
  void start() {
    port = server.start();
  }

  private void serveInstead(Slow other) {
    server.close();
    store = other;
    server = serve(other);
    port = server.start();
  }

  @AfterEach
  void stop() {
    goOn.countDown();
    server.close();
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofMinutes(1))
        .build();
  }

  @Test
  void firstRows_comeBeforeTheDatabaseIsThrough() throws Exception {
    for (String format : List.of("csv", "ndjson")) {
      HttpResponse<java.io.InputStream> response =
          http.send(request(QUESTION + format), HttpResponse.BodyHandlers.ofInputStream());
      assertThat(response.statusCode()).isEqualTo(200);
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
        if (format.equals("csv")) {
          assertThat(store.over).isFalse();
          assertThat(lines.readLine()).isEqualTo("time,ch,a");
          assertThat(lines.readLine()).isEqualTo("2025-08-21T10:00:00.000Z,x,0.0");
          assertThat(lines.readLine()).isEqualTo("2025-08-21T10:00:00.001Z,y,1.0");
          assertThat(store.over).isFalse();
        } else {
          assertThat(lines.readLine())
              .isEqualTo(
                  "{\"time\":\"2025-08-21T10:00:00.000Z\",\"tags\":{\"ch\":\"x\"},"
                      + "\"values\":{\"a\":0.0}}");
          assertThat(lines.readLine()).contains("\"tags\":{\"ch\":\"y\"},\"values\":{\"a\":1.0}");
        }
        goOn.countDown();
        assertThat(lines.lines().count()).isEqualTo(ROWS - 2);
      }
      awaitFreeSlot();
    }
  }

  /** What only the end can tell comes after the body. */
  @Test
  void truncated_isATrailerOfALongAnswer() throws Exception {
    serveInstead(new Slow(false, true));
    goOn.countDown();
    String whole = overTheWire(QUESTION + "csv");
    assertThat(whole).contains("Trailer: X-Hissrv-Truncated\r\n");
    assertThat(whole).endsWith("\r\n0\r\nX-Hissrv-Truncated: true\r\n\r\n");

    serveInstead(new Slow(false, false));
    assertThat(overTheWire(QUESTION + "csv")).endsWith("\r\n0\r\n\r\n");
  }

  /** A proxy may speak it; a body that ends with the connection has to be whole. */
  @Test
  void http10_hasItsAnswerWhenAllOfItIsThere() throws Exception {
    serveInstead(new Slow(false, true));
    goOn.countDown();
    String whole = overTheWire(QUESTION + "csv", "HTTP/1.0");
    assertThat(whole)
        .contains("X-Hissrv-Truncated: true\r\n")
        .contains("time,ch,a\r\n")
        .endsWith(",y,24999.0\r\n");

    serveInstead(new Slow(true, false));
    assertThat(overTheWire(QUESTION + "csv", "HTTP/1.0")).contains(" 503 ");
  }

  /**
   * Whoever asks for one answer by one connection, as nginx does of itself, sees by nothing but the
   * length or the last chunk that the connection was cut before the end: nginx passes a body that
   * only the connection ends on as whole.
   */
  @Test
  void everyLongAnswer_tellsItsEnd() throws Exception {
    goOn.countDown();
    for (String format : List.of("csv", "ndjson", "json")) {
      String path = QUESTION.replace("stream=yes&", "") + format;
      for (String more : List.of("", "Accept-Encoding: gzip\r\n")) {
        assertThat(overTheWire(path, "HTTP/1.1", more))
            .as(format + more)
            .contains("\r\nTransfer-Encoding: chunked\r\n")
            .endsWith("\r\n0\r\n\r\n");
        String old = overTheWire(path, "HTTP/1.0", more);
        int head = old.indexOf("\r\n\r\n");
        assertThat(old.substring(0, head))
            .as(format + more)
            .contains("\r\nContent-Length: " + (old.length() - head - 4))
            .doesNotContain("Content-Encoding", "Transfer-Encoding");
      }
    }
    assertThat(overTheWire("/openapi.json", "HTTP/1.0", "")).contains("\r\nContent-Length: ");
  }

  private String overTheWire(String path) throws IOException {
    return overTheWire(path, "HTTP/1.1");
  }

  private String overTheWire(String path, String version) throws IOException {
    return overTheWire(path, version, "");
  }

  /**
   * @param more headers, each with its end of line
   */
  private String overTheWire(String path, String version, String more) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(60_000);
      socket
          .getOutputStream()
          .write(
              ("GET "
                      + path
                      + " "
                      + version
                      + "\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                      + more
                      + "\r\n")
                  .getBytes(StandardCharsets.UTF_8));
      // A letter a byte, also of what is compressed.
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  /** Nobody may take a part for the whole. */
  @Test
  void databaseThatBreaksOff_cutsTheAnswer() throws Exception {
    serveInstead(new Slow(true, false));
    HttpResponse<java.io.InputStream> response =
        http.send(request(QUESTION + "csv"), HttpResponse.BodyHandlers.ofInputStream());
    goOn.countDown();

    assertThatThrownBy(() -> response.body().readAllBytes()).isInstanceOf(IOException.class);
    // The one slot is free again, however often.
    awaitFreeSlot();
    assertThat(overTheWire(QUESTION + "csv")).contains(" 200 ").doesNotEndWith("0\r\n\r\n");
    awaitFreeSlot();
  }

  @Test
  void clientThatLeaves_endsTheReading() throws Exception {
    HttpResponse<java.io.InputStream> response =
        http.send(request(QUESTION + "csv"), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(running()).isEqualTo("1");
    assertThat(
            http.send(request(QUESTION + "csv"), HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(429);
    response.body().close();
    goOn.countDown();

    awaitFreeSlot();
    assertThat(store.over).isTrue();
  }

  /** Where clients do not look for a trailer, the header has to tell it. */
  @Test
  void withoutStream_truncatedIsAHeader() throws Exception {
    serveInstead(new Slow(false, true));
    goOn.countDown();
    String whole = overTheWire(QUESTION.replace("stream=yes&", "") + "csv");
    assertThat(whole).contains("X-Hissrv-Truncated: true\r\n").doesNotContain("Trailer:");
  }

  @Test
  void stream_needsRowsOnly() throws Exception {
    for (String other :
        List.of("json", "csv&names=en", "ndjson&interval=1m", "csv&max_points=100")) {
      HttpResponse<String> refused =
          http.send(request(QUESTION + other), HttpResponse.BodyHandlers.ofString());
      assertThat(refused.statusCode()).as(other).isEqualTo(400);
      assertThat(refused.body()).contains("stream").contains("csv, ndjson or arrow");
    }
  }

  /** An answer's end may be here a moment before its slot is free. */
  private void awaitFreeSlot() {
    await().atMost(Duration.ofMinutes(1)).until(() -> running().equals("0"));
  }

  private String running() throws Exception {
    String metrics = http.send(request("/metrics"), HttpResponse.BodyHandlers.ofString()).body();
    return metrics
        .lines()
        .filter(line -> line.startsWith("hissrv_query_running "))
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .findFirst()
        .orElseThrow();
  }

  /** A database that has no value of any of the fields is not asked for rows of nothing. */
  @Test
  void columns_areTheFieldsThatHaveAnyValue() throws Exception {
    goOn.countDown();
    HttpResponse<String> response =
        http.send(
            request(QUESTION.replace("fields=a&", "") + "csv"),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.body()).startsWith("time,ch,s\r\n");
  }
}
