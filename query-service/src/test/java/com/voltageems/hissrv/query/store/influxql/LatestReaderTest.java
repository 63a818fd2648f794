package com.voltageems.hissrv.query.store.influxql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.LatestAnswer;
import com.voltageems.hissrv.query.store.Measurement;
import com.voltageems.hissrv.query.store.Selection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How often and for what the database is asked. */
class LatestReaderTest {
  private HttpServer server;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> answers = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/query",
        exchange -> {
          asked.add(
              URLDecoder.decode(
                  new String(exchange.getRequestBody().readAllBytes(), UTF_8), UTF_8));
          byte[] bytes = answers.remove(0).getBytes(UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private LatestAnswer latest(List<Field> fields) {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    Measurement m = new Measurement("m", List.of("ch", "type"), fields);
    try (InfluxQlStore store = InfluxQlStore.version2(url, "ems", "t")) {
      return store.latest(
          new Selection(m, List.of(), 0, 1000), fields, 1000, Deadline.in(Duration.ofMinutes(2)));
    }
  }

  private static List<Field> fields(int count) {
    return IntStream.range(0, count).mapToObj(i -> new Field("f" + i, Field.Kind.NUMBER)).toList();
  }

  /** The newest points of series of which the even ones have the first half of the fields. */
  private static String newest(int series, int fields) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < series; i++) {
      int type = i % 2;
      rows.add(
          "{\"name\":\"m\",\"tags\":{\"ch\":\"c%d\",\"type\":\"t%d\"},\"columns\":[%s],\"values\":[[1000,%s]]}"
              .formatted(
                  i,
                  type,
                  IntStream.range(0, fields + 1)
                      .mapToObj(j -> "\"v" + j + "\"")
                      .collect(Collectors.joining(",")),
                  IntStream.range(0, fields)
                      .mapToObj(j -> j * 2 / fields == type ? "1.5" : "null")
                      .collect(Collectors.joining(","))));
    }
    return "{\"results\":[{\"statement_id\":0,\"series\":[" + String.join(",", rows) + "]}]}";
  }

  /** 4 to 6 s for 1,000 series of 50 fields and 1,000 of 20 others. */
  @Test
  void fieldsOfOtherDeviceTypes_areAskedForOnce_notOneByOne() {
    answers.add(newest(100, 40));
    answers.add("{\"results\":[{\"statement_id\":0},{\"statement_id\":1}]}");
    assertThat(latest(fields(40)).series())
        .hasSize(100)
        .allSatisfy(one -> assertThat(one.fields()).hasSize(20));
    assertThat(asked).hasSize(2);
    assertThat(asked.get(1))
        .doesNotContain("last(")
        .contains("\"type\"::tag =~ /^(t0)$/", "\"type\"::tag =~ /^(t1)$/")
        .doesNotContain("\"ch\"::tag =~");
    assertThat(asked.get(1).chars().filter(c -> c == ';')).hasSize(1);
  }

  @Test
  void fewFields_areAskedForAtOnce() {
    answers.add(newest(2, 4));
    answers.add("{\"results\":[{\"statement_id\":0}]}");
    assertThat(latest(fields(4)).series()).hasSize(2);
    assertThat(asked.get(1)).contains("SELECT last(").doesNotContain("ORDER BY");
    assertThat(asked.get(1).chars().filter(c -> c == ';')).hasSize(3);
  }
}
