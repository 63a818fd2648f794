package com.voltageems.hissrv.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import com.voltageems.hissrv.query.store.FakeStore;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import com.voltageems.hissrv.query.store.Point;
import com.voltageems.hissrv.query.store.Series;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Callers that do not read what they asked for, or do not send what they began. */
class SlowCallersTest {
  private static final int ROWS = 200_000;

  /** Half of {@code http.threads}. */
  private static final int MOST = 6;

  private final List<Socket> slow = new ArrayList<>();
  private @Nullable QueryServer server;
  private int port;

  /** Longer than all that a connection's buffers take. */
  @BeforeEach
  void start() throws Exception {
    List<Point> points =
        IntStream.range(0, ROWS)
            .mapToObj(i -> new Point(i * 1_000_000L, Arrays.asList(i + 0.25, "x".repeat(40) + i)))
            .toList();
    QueryConfig config =
        QueryConfig.of(
            Map.of(
                "http.port", "0",
                "http.threads", Integer.toString(2 * MOST),
                "query.max.rows", Integer.toString(ROWS)));
    HealthBoard health =
        new HealthBoard(
            List.of(), Map.of(), Duration.ofSeconds(1), Duration.ofSeconds(1), Clock.systemUTC());
    FakeStore store =
        new FakeStore(
            () -> new HistoryAnswer(List.of(new Series(Map.of("ch", "1"), points)), false));
    QueryServer started = new QueryServer(config, store, health, "1", Clock.systemUTC());
    server = started;
    port = started.start();
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket one : slow) {
      one.close();
    }
    if (server != null) {
      server.close();
    }
  }

  private void begin(String request) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    slow.add(socket);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofMinutes(2))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  /** Some may be refused because too many ask the store at once, and more come than are let. */
  private void beginUntilFull(IntFunction<String> request) {
    await()
        .atMost(Duration.ofMinutes(3))
        .until(
            () -> {
              begin(request.apply(slow.size()));
              return get("/metrics").body().contains("hissrv_query_sending " + MOST + "\n");
            });
  }

  private void awaitSending(int count) {
    await()
        .atMost(Duration.ofMinutes(3))
        .until(() -> get("/metrics").body().contains("hissrv_query_sending " + count + "\n"));
  }

  @Test
  void thoseWhoDoNotRead_leaveThreadsForOthers_andAreToldAndFreed() throws Exception {
    String question = "/query?measurement=m&limit=" + ROWS + "&format=";
    beginUntilFull(
        i ->
            "GET "
                + question
                + (i % 2 == 0 ? "csv" : "json")
                + " HTTP/1.1\r\nHost: localhost\r\n\r\n");

    assertThat(get("/health").statusCode()).isEqualTo(200);
    assertThat(get("/metrics").body()).contains("hissrv_query_sending_max " + MOST + "\n");
    assertThat(get("/measurements").statusCode()).isEqualTo(200);
    // A short one keeps nobody waiting.
    for (String format : List.of("csv", "json", "ndjson")) {
      HttpResponse<String> few = get(question + format + "&max_points=20");
      assertThat(few.statusCode()).as(format + ": " + few.body()).isEqualTo(200);
      assertThat(few.body()).hasSizeBetween(200, 16_000);
    }
    HttpResponse<String> refused = get(question + "csv");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(refused.body())
        .contains("6 callers read long answers", "http.threads leaves for them");

    for (Socket one : slow) {
      one.close();
    }
    awaitSending(0);
    assertThat(get(question + "csv").body()).hasLineCount(ROWS + 1);
    assertThat(get("/metrics").body()).containsPattern("hissrv_query_cut_total [1-9]");
  }

  /** What the settings permit is not refused, and several pages opened at once are not slow. */
  @Test
  void asManyAsQueries_areLet_andAMomentIsWaitedFor() throws Exception {
    assertThat(new Senders(24, 6).most()).isEqualTo(12);
    Senders few = new Senders(10, 6);
    assertThat(few.most()).isEqualTo(6);
    List<Runnable> sent = IntStream.range(0, 6).mapToObj(i -> few.permit()).toList();
    assertThatThrownBy(few::permit).isInstanceOf(RefusedException.class).hasMessageContaining("6");
    Thread reader = new Thread(sent.get(0));
    Thread.currentThread().interrupt();
    assertThatThrownBy(few::permit).isInstanceOf(RefusedException.class);
    assertThat(Thread.interrupted()).isTrue();
    reader.start();
    reader.join();
    few.permit().run();
    assertThat(few.waiting()).isEqualTo(5);
  }

  /** A body that does not come keeps a thread as well. */
  @Test
  void thoseWhoDoNotSend_leaveThreadsForOthers() throws Exception {
    beginUntilFull(i -> "POST /raw HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{");
    assertThat(get("/health").statusCode()).isEqualTo(200);
  }

  /** Who takes a little now and then never meets the connection's own timeout. */
  @Test
  void whoReadsNextToNothing_isGivenUp_andAPauseOfTheDatabaseIsNotHis() throws Exception {
    AtomicLong nanos = new AtomicLong();
    AtomicLong wait = new AtomicLong();
    ByteArrayOutputStream taken = new ByteArrayOutputStream();
    CountingStream out =
        new CountingStream(
            new OutputStream() {
              @Override
              public void write(int one) {
                taken.write(one);
              }

              @Override
              public void write(byte[] bytes, int from, int length) {
                taken.write(bytes, from, length);
                nanos.addAndGet(wait.get());
              }
            },
            nanos::get);
    byte[] piece = new byte[CountingStream.PIECE];
    out.write(piece);
    nanos.addAndGet(Duration.ofHours(1).toNanos());
    out.write(piece);
    assertThat(out.count()).isEqualTo(2L * piece.length);

    wait.set(Duration.ofSeconds(15).toNanos());
    assertThatThrownBy(() -> out.write(piece))
        .isInstanceOf(CountingStream.SlowReaderException.class)
        .hasMessage("took 49152 bytes in 3615 s, less than 1024 a second");

    CountingStream fair = new CountingStream(taken, nanos::get);
    for (int i = 0; i < 100; i++) {
      fair.write(piece);
    }
    assertThat(fair.count()).isEqualTo(100L * piece.length);
  }
}
