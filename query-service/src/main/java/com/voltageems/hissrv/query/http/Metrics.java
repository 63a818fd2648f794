package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.http.answer.AnswerCache;
import com.voltageems.hissrv.query.store.HistoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * Counts answers, in the format that Prometheus reads. Thread-safe. The labels are served paths and
 * status codes, so their number is bounded.
 */
final class Metrics {
  private record Answered(String path, int status) {}

  private final Map<Answered, LongAdder> answered = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> nanos = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> bytes = new ConcurrentHashMap<>();

  /**
   * Counts one answered request.
   *
   * @param path the path of the route, not of the request
   * @param size the size of the answer in bytes, before compression
   */
  void answered(String path, int status, long tookNanos, long size) {
    answered.computeIfAbsent(new Answered(path, status), key -> new LongAdder()).increment();
    nanos.computeIfAbsent(path, key -> new LongAdder()).add(tookNanos);
    bytes.computeIfAbsent(path, key -> new LongAdder()).add(size);
  }

  /**
   * The threads that serve HTTP.
   *
   * @param queue tasks that wait for a thread
   * @param sending threads that wait for a slow caller
   * @param mostSending how many threads may wait for a slow caller
   * @param cut answers that ended before the client had read them
   */
  record Threads(
      int busy,
      int idle,
      int queue,
      int most,
      int sending,
      int mostSending,
      long cut,
      Connections connections) {}

  /**
   * The connections of callers.
   *
   * @param cut connections that were closed before a request's head had arrived
   */
  record Connections(int open, int most, long cut) {}

  /**
   * Returns the metrics in Prometheus's text format, version 0.0.4.
   *
   * @param more gauges that no part reports
   * @param store the connections to the database; empty if the store does not report them
   */
  String text(
      List<PartState> parts,
      List<Gauge> more,
      int running,
      AnswerCache.Counts cache,
      Threads http,
      Optional<HistoryStore.Pool> store) {
    StringBuilder text = new StringBuilder();
    head(text, "hissrv_query_requests_total", "counter", "Requests answered, by path and status.");
    Map<String, Long> counts = new TreeMap<>();
    Map<String, Long> perPath = new TreeMap<>();
    answered.forEach(
        (key, count) -> {
          counts.put(
              "hissrv_query_requests_total{path=\""
                  + key.path()
                  + "\",status=\""
                  + key.status()
                  + "\"} ",
              count.sum());
          perPath.merge(key.path(), count.sum(), Long::sum);
        });
    counts.forEach((line, count) -> text.append(line).append(count).append('\n'));
    head(text, "hissrv_query_request_seconds", "summary", "Time to answer, by path.");
    perPath.forEach(
        (path, count) -> {
          LongAdder sum = nanos.getOrDefault(path, new LongAdder());
          String labels = "{path=\"" + path + "\"} ";
          text.append("hissrv_query_request_seconds_sum").append(labels);
          text.append(sum.sum() / 1e9).append('\n');
          text.append("hissrv_query_request_seconds_count").append(labels);
          text.append(count).append('\n');
        });
    head(text, "hissrv_query_response_bytes", "summary", "Size of answers, uncompressed, by path.");
    perPath.forEach(
        (path, count) -> {
          String labels = "{path=\"" + path + "\"}";
          LongAdder sum = bytes.getOrDefault(path, new LongAdder());
          value(text, "hissrv_query_response_bytes_sum" + labels, sum.sum());
          value(text, "hissrv_query_response_bytes_count" + labels, count);
        });
    head(text, "hissrv_query_running", "gauge", "Queries that run now.");
    text.append("hissrv_query_running ").append(running).append('\n');
    head(text, "hissrv_query_cache_total", "counter", "Answers over windows, by where from.");
    from(text, "memory", cache.memory());
    from(text, "memory and database", cache.partly());
    from(text, "database", cache.database());
    head(
        text,
        "hissrv_query_late_windows_total",
        "counter",
        "Windows that had ended and were kept, and were others when they were read again.");
    text.append("hissrv_query_late_windows_total ").append(cache.lateWindows()).append('\n');
    pools(text, http, store);
    head(text, "hissrv_part_up", "gauge", "1 when the part works, 0 when not; none when off.");
    for (PartState part : parts) {
      if (part.state() != PartState.State.OFF) {
        text.append("hissrv_part_up{part=\"").append(part.name()).append("\"} ");
        text.append(part.isTrouble() ? 0 : 1).append('\n');
      }
    }
    gauges(text, parts, more);
    Jvm.into(text);
    return text.toString();
  }

  private static void pools(StringBuilder text, Threads http, Optional<HistoryStore.Pool> store) {
    head(text, "hissrv_query_http_threads", "gauge", "Threads that serve HTTP, by state.");
    value(text, "hissrv_query_http_threads{state=\"busy\"}", http.busy());
    value(text, "hissrv_query_http_threads{state=\"idle\"}", http.idle());
    head(
        text,
        "hissrv_query_http_threads_max",
        "gauge",
        "Maximum number of threads that serve HTTP.");
    value(text, "hissrv_query_http_threads_max", http.most());
    head(text, "hissrv_query_http_queue", "gauge", "Work that waits for a thread.");
    value(text, "hissrv_query_http_queue", http.queue());
    head(text, "hissrv_query_sending", "gauge", "Long answers that are being read now.");
    value(text, "hissrv_query_sending", http.sending());
    head(text, "hissrv_query_sending_max", "gauge", "Most of them; one more is answered with 429.");
    value(text, "hissrv_query_sending_max", http.mostSending());
    head(
        text,
        "hissrv_query_cut_total",
        "counter",
        "Answers whose reader went away, or was too slow, before their end.");
    value(text, "hissrv_query_cut_total", http.cut());
    Connections callers = http.connections();
    head(text, "hissrv_query_connections", "gauge", "Connections that callers hold open.");
    value(text, "hissrv_query_connections", callers.open());
    head(
        text,
        "hissrv_query_connections_max",
        "gauge",
        "Most of them; for one more, the one that has waited longest for a request is closed.");
    value(text, "hissrv_query_connections_max", callers.most());
    head(
        text,
        "hissrv_query_connections_cut_total",
        "counter",
        "Connections closed because no complete request head arrived in time, or too "
            + "many were open.");
    value(text, "hissrv_query_connections_cut_total", callers.cut());
    store.ifPresent(
        pool -> {
          head(text, "hissrv_query_store_connections", "gauge", "To the database, by state.");
          value(text, "hissrv_query_store_connections{state=\"active\"}", pool.active());
          value(text, "hissrv_query_store_connections{state=\"idle\"}", pool.idle());
          head(text, "hissrv_query_store_connections_max", "gauge", "Most connections.");
          value(text, "hissrv_query_store_connections_max", pool.most());
          head(text, "hissrv_query_store_waiting", "gauge", "Calls that wait for a connection.");
          value(text, "hissrv_query_store_waiting", pool.waiting());
        });
  }

  static void value(StringBuilder text, String series, long value) {
    text.append(series).append(' ').append(value).append('\n');
  }

  private static void from(StringBuilder text, String where, long count) {
    text.append("hissrv_query_cache_total{from=\"").append(where).append("\"} ");
    text.append(count).append('\n');
  }

  /**
   * Writes the gauges that the parts report. A part that is down is left out: its figures are
   * unknown.
   */
  private static void gauges(StringBuilder text, List<PartState> parts, List<Gauge> more) {
    Map<String, List<Gauge>> byName = new TreeMap<>();
    more.forEach(
        gauge -> byName.computeIfAbsent(gauge.name(), key -> new ArrayList<>()).add(gauge));
    for (PartState part : parts) {
      if (part.state() != PartState.State.DOWN) {
        for (Gauge gauge : part.report().gauges()) {
          byName.computeIfAbsent(gauge.name(), key -> new ArrayList<>()).add(gauge);
        }
      }
    }
    byName.forEach(
        (name, gauges) -> {
          head(text, name, "gauge", gauges.get(0).help());
          for (Gauge gauge : gauges) {
            text.append(name).append(labels(gauge.labels())).append(' ');
            text.append(number(gauge.value())).append('\n');
          }
        });
  }

  private static String labels(Map<String, String> labels) {
    if (labels.isEmpty()) {
      return "";
    }
    return labels.entrySet().stream()
        .map(
            label ->
                label.getKey()
                    + "=\""
                    + label
                        .getValue()
                        .replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                    + '"')
        .collect(Collectors.joining(",", "{", "}"));
  }

  /** Formats a number; whole numbers have no fraction. */
  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  static void head(StringBuilder text, String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }
}
