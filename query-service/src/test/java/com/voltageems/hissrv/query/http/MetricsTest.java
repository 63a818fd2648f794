package com.voltageems.hissrv.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.voltageems.hissrv.query.http.answer.AnswerCache;
import com.voltageems.hissrv.query.store.HistoryStore;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final Metrics.Connections CALLERS = new Metrics.Connections(11, 1000, 2);
  private static final AnswerCache.Counts NONE = new AnswerCache.Counts(0, 0, 0, 0);

  private static String text(Optional<HistoryStore.Pool> store) {
    return new Metrics()
        .text(
            List.of(),
            List.of(),
            2,
            NONE,
            new Metrics.Threads(3, 5, 7, 24, 2, 12, 9, CALLERS),
            store);
  }

  @Test
  void pools_areToldByState() {
    assertThat(text(Optional.of(new HistoryStore.Pool(1, 6, 4, 8))))
        .contains(
            "hissrv_query_http_threads{state=\"busy\"} 3\n",
            "hissrv_query_http_threads{state=\"idle\"} 5\n",
            "hissrv_query_http_queue 7\n",
            "hissrv_query_http_threads_max 24\n",
            "hissrv_query_connections 11\n",
            "hissrv_query_connections_max 1000\n",
            "hissrv_query_connections_cut_total 2\n",
            "hissrv_query_store_connections{state=\"active\"} 1\n",
            "hissrv_query_store_connections{state=\"idle\"} 6\n",
            "hissrv_query_store_waiting 4\n",
            "hissrv_query_store_connections_max 8\n");
  }

  @Test
  void databaseThatDoesNotTell_hasNoFigures() {
    assertThat(text(Optional.empty())).doesNotContain("hissrv_query_store_");
  }

  @Test
  void sizesAndThisProcess_areTold() {
    Metrics metrics = new Metrics();
    metrics.answered("/query", 200, 1_000_000, 500);
    metrics.answered("/query", 200, 1_000_000, 700);

    String text =
        metrics.text(
            List.of(),
            List.of(),
            0,
            NONE,
            new Metrics.Threads(0, 1, 0, 8, 0, 4, 0, CALLERS),
            Optional.empty());

    assertThat(text)
        .contains(
            "hissrv_query_response_bytes_sum{path=\"/query\"} 1200\n",
            "hissrv_query_response_bytes_count{path=\"/query\"} 2\n",
            "jvm_memory_used_bytes{area=\"heap\"} ",
            "jvm_memory_max_bytes{area=\"heap\"} ",
            "jvm_gc_collection_seconds_sum{gc=\"")
        .containsPattern("process_cpu_seconds_total [0-9.]+\n");
  }
}
