package com.voltageems.hissrv.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.config.QueryConfig;
import com.voltageems.hissrv.query.function.PointFunctions;
import com.voltageems.hissrv.query.health.HealthBoard;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.store.Aggregation;
import com.voltageems.hissrv.query.store.FakeStore;
import com.voltageems.hissrv.query.store.HistoryAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The document says what is served, no more and no less. */
class OpenApiTest {
  private static JsonNode document() throws IOException {
    try (InputStream in = OpenApiTest.class.getResourceAsStream("/web/openapi.json")) {
      return new ObjectMapper().readTree(in);
    }
  }

  @Test
  void paths_areThoseServed() throws IOException {
    HealthBoard health =
        new HealthBoard(
            List.of(), Map.of(), Duration.ofSeconds(1), Duration.ofSeconds(1), Clock.systemUTC());
    QueryServer server =
        new QueryServer(
            QueryConfig.defaults(),
            new FakeStore(() -> new HistoryAnswer(List.of(), false)),
            health,
            "1",
            Clock.systemUTC());
    Set<String> served = new TreeSet<>(server.paths());
    new WebPage().paths().forEach(served::remove);
    // Those of a site's file, which site.live adds.
    served.addAll(
        List.of(
            "/reload",
            "/mappings",
            "/mappings/{name}",
            "/sync",
            "/alerts",
            "/alerts/{name}/test",
            "/connectors/{name}/restart",
            "/raw",
            "/storage",
            "/storage/apply",
            "/storage/backfill",
            "/storage/backfill/{id}"));

    Set<String> documented = new TreeSet<>();
    document().path("paths").fieldNames().forEachRemaining(documented::add);
    assertThat(documented).isEqualTo(served);
  }

  @Test
  void parametersOfACall_areThoseItKnows() throws IOException {
    assertThat(parameters("/query")).isEqualTo(QueryApi.QUERY);
    assertThat(parameters("/aggregate")).isEqualTo(QueryApi.AGGREGATE);
    assertThat(parameters("/latest")).isEqualTo(QueryApi.LATEST);
    assertThat(parameters("/completeness")).isEqualTo(QueryApi.COMPLETENESS);
    assertThat(parameters("/tags")).isEqualTo(QueryApi.RANGE);
    assertThat(parameters("/fields")).isEqualTo(QueryApi.RANGE);
  }

  @Test
  void errors_areThoseThereAre() throws IOException {
    Set<String> documented = new HashSet<>();
    document()
        .at("/components/schemas/Error/properties/error/enum")
        .forEach(one -> documented.add(one.asText()));
    assertThat(documented)
        .isEqualTo(
            Arrays.stream(ErrorKind.values()).map(ErrorKind::word).collect(Collectors.toSet()));
  }

  @Test
  void functions_areThoseThereAre() throws IOException {
    Set<String> documented = new HashSet<>();
    for (JsonNode parameter : document().at("/paths/~1query/get/parameters")) {
      if (parameter.path("name").asText().equals("function")) {
        parameter.at("/schema/enum").forEach(one -> documented.add(one.asText()));
      }
    }
    Set<String> all =
        new HashSet<>(Arrays.stream(Aggregation.values()).map(Aggregation::text).toList());
    all.addAll(PointFunctions.names());
    // Stands for any percentile.
    all.add("p95");
    assertThat(documented).isEqualTo(all);
  }

  private static Set<String> parameters(String path) throws IOException {
    JsonNode document = document();
    Set<String> names = new HashSet<>();
    for (JsonNode parameter : document.path("paths").path(path).path("get").path("parameters")) {
      JsonNode resolved =
          parameter.has("$ref")
              ? document.at(parameter.path("$ref").asText().substring(1))
              : parameter;
      assertThat(resolved.isMissingNode()).as(parameter.toString()).isFalse();
      names.add(resolved.path("name").asText());
    }
    // Stands for all the tags.
    names.remove("tags");
    return names;
  }
}
