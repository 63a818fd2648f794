package com.voltageems.hissrv.query.http;

import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.http.answer.AnswerCache;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * Counts of what was answered, as Prometheus reads them. Safe for many threads. The labels are
 * paths that we serve and status codes, so their number is bounded.
 */
final class Metrics {
  private record Answered(String path, int status) {}

  private final Map<Answered, LongAdder> answered = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> nanos = new ConcurrentHashMap<>();

  /**
   * One request is answered.
   *
   * @param path the path of the route, not of the request
   */
  void answered(String path, int status, long tookNanos) {
    answered.computeIfAbsent(new Answered(path, status), key -> new LongAdder()).increment();
    nanos.computeIfAbsent(path, key -> new LongAdder()).add(tookNanos);
  }

  /** The text format, version 0.0.4. */
  String text(List<PartState> parts, int running, AnswerCache.Counts cache) {
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
    head(text, "hissrv_part_up", "gauge", "1 when the part works, 0 when not; none when off.");
    for (PartState part : parts) {
      if (part.state() != PartState.State.OFF) {
        text.append("hissrv_part_up{part=\"").append(part.name()).append("\"} ");
        text.append(part.isTrouble() ? 0 : 1).append('\n');
      }
    }
    gauges(text, parts);
    return text.toString();
  }

  private static void from(StringBuilder text, String where, long count) {
    text.append("hissrv_query_cache_total{from=\"").append(where).append("\"} ");
    text.append(count).append('\n');
  }

  /** What the parts tell of themselves; of one that is down nothing is known. */
  private static void gauges(StringBuilder text, List<PartState> parts) {
    Map<String, List<Gauge>> byName = new TreeMap<>();
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

  /** Whole numbers without a fraction. */
  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static void head(StringBuilder text, String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }
}
