package com.voltageems.hissrv.query.store.influxql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Retention policies as other versions than the one that CI has tell about them. */
class InfluxDb1TiersTest {
  private static final Wish SAMPLES = new Wish(Tier.RAW, Duration.ofDays(7), null, 0, List.of());

  private volatile String policies = "{}";
  private volatile String otherwise = "{\"results\":[{\"statement_id\":0}]}";

  private HttpServer server;
  private InfluxDb1Tiers tiers;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String asked =
              URLDecoder.decode(
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
                  StandardCharsets.UTF_8);
          byte[] body =
              (asked.contains("SHOW RETENTION POLICIES") ? policies : otherwise)
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    tiers = new InfluxDb1Tiers(InfluxLink.plain(url), "ems", List.of(), null);
  }

  @AfterEach
  void stop() {
    tiers.close();
    server.stop(0);
  }

  private static Deadline soon() {
    return Deadline.in(Duration.ofMinutes(1));
  }

  /** Those of 1.6 to 1.11, and of 1.12, word for word. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"name\",\"duration\","
            + "\"shardGroupDuration\",\"replicaN\",\"default\"],\"values\":[[\"autogen\",\"0s\","
            + "\"168h0m0s\",1,true],[\"hour\",\"1h0m0s\",\"1h0m0s\",1,false]]}]}]}",
        "{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"name\",\"duration\","
            + "\"shardGroupDuration\",\"replicaN\",\"futureWriteLimit\",\"pastWriteLimit\","
            + "\"default\"],\"values\":[[\"autogen\",\"0s\",\"168h0m0s\",1,\"0s\",\"0s\",true],"
            + "[\"hour\",\"1h0m0s\",\"1h0m0s\",1,\"0s\",\"0s\",false]]}]}]}"
      })
  void policyOfTheSamples_isTheDefaultOne(String told) {
    policies = told;
    assertThat(tiers.places(SAMPLES, soon()))
        .containsExactly(new Place("autogen", true, null, Duration.ofDays(7), 1, null));
  }

  @Test
  void columnThatIsNotThere_isNamed() {
    policies =
        "{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"name\",\"duration\","
            + "\"shardGroupDuration\",\"replicaN\"],\"values\":[[\"autogen\",\"0s\",\"168h0m0s\",1]]}]}]}";
    assertThatThrownBy(() -> tiers.places(SAMPLES, soon()))
        .isInstanceOf(StoreException.class)
        .hasMessage("InfluxDB told about its retention policies without the column default");
  }

  /** Seen with 2.8.0 and 2.9.1. */
  @Test
  void version2_isSaid() {
    otherwise =
        "{\"results\":[{\"statement_id\":0,\"error\":\"not implemented: CREATE RETENTION"
            + " POLICY\"}]}";
    assertThatThrownBy(() -> tiers.keep(SAMPLES, Place.missing("hourly"), soon()))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "InfluxDB 2.x has buckets instead of retention policies: set influxdb.version to 2");
  }
}
