package com.voltageems.hissrv.query.store.influxql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.voltageems.hissrv.query.store.Deadline;
import com.voltageems.hissrv.query.store.Field;
import com.voltageems.hissrv.query.store.StoreException;
import com.voltageems.hissrv.query.store.tier.Place;
import com.voltageems.hissrv.query.store.tier.Tier;
import com.voltageems.hissrv.query.store.tier.TierRow;
import com.voltageems.hissrv.query.store.tier.TierRows;
import com.voltageems.hissrv.query.store.tier.Wish;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What is said when a token lacks a right, and sizes, against a server that answers as 2.7 does.
 */
class InfluxDb2TiersTest {
  private static final Wish WISH = new Wish(new Tier("hourly"), null, null, 0, List.of());

  /** Status and body by method and path. */
  private final Map<String, String> answers = new ConcurrentHashMap<>();

  private volatile boolean version1;

  /** The login of the last request, by method and path. */
  private final Map<String, String> logins = new ConcurrentHashMap<>();

  private HttpServer server;
  private InfluxDb2Tiers tiers;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          String key = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
          logins.put(key, exchange.getRequestHeaders().getFirst("Authorization"));
          String answer = answers.getOrDefault(key, "404 {\"message\":\"not found\"}");
          if (version1) {
            exchange.getResponseHeaders().add("X-Influxdb-Version", "1.8.10");
          }
          byte[] body = answer.substring(4).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(
              Integer.parseInt(answer.substring(0, 3)), body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    tiers = new InfluxDb2Tiers(InfluxLink.plain(url), "ems", "a-secret-token");
  }

  @AfterEach
  void stop() {
    tiers.close();
    server.stop(0);
  }

  private static Deadline soon() {
    return Deadline.in(Duration.ofMinutes(1));
  }

  /** InfluxQL would take hissrv/autogen.hourly as a policy that is not the default one. */
  @Test
  void copiesOfABucketWithASlash_haveNone() {
    answers.put("GET /api/v2/buckets", "200 {\"buckets\":[]}");
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try (InfluxDb2Tiers upgraded =
        new InfluxDb2Tiers(InfluxLink.plain(url), "hissrv/autogen", "a-secret-token")) {
      assertThat(upgraded.places(WISH, soon()))
          .containsExactly(Place.missing("hissrv.autogen.hourly"));
    }
  }

  /** InfluxDB 2 answers 401 to both; of its many lines, the log and /health had the first: "{". */
  @Test
  void rightToMakeBuckets_isNoRefusedLogin() {
    answers.put(
        "GET /api/v2/buckets",
        "200 {\"buckets\":[{\"id\":\"0b\",\"orgID\":\"0a\",\"name\":\"ems\"}]}");
    answers.put(
        "POST /api/v2/buckets",
        "401 {\n\t\"code\": \"unauthorized\",\n\t\"message\": \"write:orgs/0a/buckets is"
            + " unauthorized\"\n}");
    assertThatThrownBy(() -> tiers.keep(WISH, Place.missing("ems.hourly"), soon()))
        .isInstanceOfSatisfying(
            StoreException.class,
            failure -> assertThat(failure.kind()).isEqualTo(StoreException.Kind.LOGIN))
        .hasMessage(
            "InfluxDB refused to make the bucket ems.hourly with status 401 (influxdb.token lacks"
                + " the right)")
        .hasRootCauseMessage("write:orgs/0a/buckets is unauthorized");
  }

  /** As the store does: only the newer paths take such a token as it is. */
  @Test
  void tokenWithAColon_isALogin() {
    answers.put("POST /write", "204 ");
    answers.put("GET /api/v2/buckets", "200 {\"buckets\":[]}");
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    TierRows rows =
        new TierRows(
            "m",
            List.of(),
            List.of(new Field("a", Field.Kind.NUMBER)),
            List.of(new TierRow(0, List.of(), List.of(1.0))));
    try (InfluxDb2Tiers other = new InfluxDb2Tiers(InfluxLink.plain(url), "ems", "my:token")) {
      assertThat(other.places(WISH, soon())).hasSize(1);
      other.write(WISH, rows, soon());
    }
    assertThat(logins)
        .containsEntry("GET /api/v2/buckets", "Token my:token")
        .containsEntry("POST /write", "Basic dG9rZW46bXk6dG9rZW4=");
  }

  @Test
  void missingRight_namesTheSetting() {
    answers.put("POST /write", "403 {\"message\":\"insufficient permissions for write\"}");
    answers.put("GET /api/v2/buckets", "401 {\"message\":\"unauthorized access\"}");
    TierRows rows =
        new TierRows(
            "m",
            List.of(),
            List.of(new Field("a", Field.Kind.NUMBER)),
            List.of(new TierRow(0, List.of(), List.of(1.0))));

    assertThatThrownBy(() -> tiers.write(WISH, rows, soon()))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "InfluxDB refused to write into the bucket ems.hourly with status 403 (influxdb.token"
                + " lacks the right)")
        .hasRootCauseMessage("insufficient permissions for write");
    assertThatThrownBy(() -> tiers.places(WISH, soon()))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "InfluxDB refused to tell about the bucket ems.hourly with status 401 (it refuses the"
                + " login of influxdb.token)")
        .isInstanceOfSatisfying(
            StoreException.class,
            failure -> assertThat(failure.kind()).isEqualTo(StoreException.Kind.LOGIN));
  }

  @Test
  void bucketOfTheSamplesThatIsNotThere_isNamed() {
    assertThatThrownBy(() -> tiers.keep(WISH, Place.missing("ems.hourly"), soon()))
        .isInstanceOf(StoreException.class)
        .hasMessage("InfluxDB has no bucket ems (influxdb.bucket) that influxdb.token may see");
  }

  /** 1.8 answers the service's questions to a bucket, but has none of its own. */
  @Test
  void version1_isSaid() {
    version1 = true;
    assertThatThrownBy(() -> tiers.places(WISH, soon()))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "InfluxDB 1.x has retention policies instead of buckets: set influxdb.version to 1");
  }

  @Test
  void size_isThatOfItsShards_whereTheMetricsAreOpen() {
    answers.put(
        "GET /api/v2/buckets",
        "200 {\"buckets\":[{\"id\":\"0a\",\"retentionRules\":[{\"everySeconds\":604800,"
            + "\"shardGroupDurationSeconds\":86400}]}]}");
    assertThat(tiers.places(WISH, soon()))
        .containsExactly(
            new Place("ems.hourly", true, Duration.ofDays(7), Duration.ofDays(1), 1, null));

    answers.put(
        "GET /metrics",
        """
        200 # TYPE storage_shard_disk_size gauge
        storage_shard_disk_size{bucket="0a",engine="tsm1",id="1"} 1.5e+06
        storage_shard_disk_size{bucket="0b",engine="tsm1",id="2"} 7
        storage_shard_disk_size{bucket="0a",engine="tsm1",id="3"} 10
        """);
    assertThat(tiers.places(WISH, soon()).get(0).bytes()).isEqualTo(1_500_010);
  }

  @Test
  void whatABucketCannotDo_isRefusedByName() {
    assertThat(tiers.refusal(new Wish(Tier.RAW, null, null, 0, List.of("m")), soon()).orElseThrow())
        .startsWith("measurements: ");
    assertThat(tiers.refusal(new Wish(Tier.RAW, null, null, 2, List.of()), soon()).orElseThrow())
        .startsWith("replication: ");
    assertThat(tiers.refusal(WISH, soon())).isEmpty();
  }

  /** Where the connection breaks the client sends once more what was carried out already. */
  @Test
  void bucketThatIsThereByARepeatedRequest_isMade() {
    answers.put(
        "POST /api/v2/buckets",
        "422 {\"code\":\"conflict\",\"message\":\"bucket with name ems.hourly already exists\"}");
    answers.put(
        "GET /api/v2/buckets",
        "200 {\"buckets\":[{\"id\":\"0a\",\"orgID\":\"0b\",\"retentionRules\":[]}]}");
    assertThatCode(() -> tiers.keep(WISH, Place.missing("ems.hourly"), soon()))
        .doesNotThrowAnyException();

    // Somebody else's is not taken for ours.
    answers.put(
        "GET /api/v2/buckets",
        "200 {\"buckets\":[{\"id\":\"0a\",\"orgID\":\"0b\",\"retentionRules\":"
            + "[{\"everySeconds\":604800}]}]}");
    assertThatThrownBy(() -> tiers.keep(WISH, Place.missing("ems.hourly"), soon()))
        .isInstanceOf(StoreException.class)
        .hasMessage("InfluxDB refused to make the bucket ems.hourly with status 422")
        .hasRootCauseMessage("bucket with name ems.hourly already exists");
  }
}
