package com.voltageems.hissrv.query.health;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The dead-letter topics of all sinks that write into the site's database, according to their
 * settings in Connect. Dead letters of another sink, for example one submitted by hand for somebody
 * else's topics, are missing in the history as well.
 *
 * @param known whether Connect has answered
 * @param topics by the sink's name
 * @param uncounted sinks whose dead letters cannot be counted, with the reason
 */
public record DeadLetterTopics(
    boolean known, Map<String, String> topics, Map<String, String> uncounted) {
  public static final DeadLetterTopics UNKNOWN = new DeadLetterTopics(false, Map.of(), Map.of());

  private static final String TOPIC = "errors.deadletterqueue.topic.name";
  private static final String SINK = "InfluxSinkConnector";

  /** Two sinks with equal values for these settings write into the same database. */
  private static final List<String> DATABASE =
      List.of("influxdb.url", "influxdb.org", "influxdb.bucket", "influxdb.database");

  public DeadLetterTopics {
    topics = Collections.unmodifiableMap(new TreeMap<>(topics));
    uncounted = Collections.unmodifiableMap(new TreeMap<>(uncounted));
  }

  /**
   * Reads the topics from Connect's answer.
   *
   * @param all the answer to {@code GET /connectors?expand=info}
   * @param own the name of the site's sink; if the answer does not contain it, all sinks count
   */
  static DeadLetterTopics of(JsonNode all, String own) {
    Map<String, String> topics = new TreeMap<>();
    Map<String, String> uncounted = new TreeMap<>();
    JsonNode ours = config(all, own);
    for (Iterator<String> names = all.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      JsonNode config = config(all, name);
      if (!isSink(config.path("connector.class").asText())) {
        continue;
      }
      String topic = config.path(TOPIC).asText("").strip();
      String other = ours.isMissingNode() ? "" : differences(config, ours);
      if (!other.isEmpty()) {
        uncounted.put(name, "it writes elsewhere: its " + other + " is not that of " + own);
      } else if (topic.isEmpty()) {
        uncounted.put(name, "it has no dead-letter topic (" + TOPIC + ")");
      } else if (topic.contains("${")) {
        uncounted.put(name, "its worker alone knows its " + TOPIC + ", a reference");
      } else {
        topics.put(name, topic);
      }
    }
    return new DeadLetterTopics(true, topics, uncounted);
  }

  private static JsonNode config(JsonNode all, String name) {
    return all.path(name).path("info").path("config");
  }

  /**
   * Returns whether the type is our sink, by its class name or by the short names that Connect
   * accepts.
   */
  private static boolean isSink(String type) {
    return type.substring(type.lastIndexOf('.') + 1).equals(SINK) || type.equals("InfluxSink");
  }

  private static String differences(JsonNode one, JsonNode other) {
    return DATABASE.stream()
        .filter(setting -> !text(one, setting).equals(text(other, setting)))
        .collect(Collectors.joining(", "));
  }

  private static String text(JsonNode config, String setting) {
    return config.path(setting).asText("").strip().replaceFirst("/$", "");
  }
}
