package com.voltageems.hissrv.query.health;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads those settings of the two connectors, and of other sinks, that the other parts need. Reads
 * them by Connect's REST API and keeps no other settings, because a configuration may hold secrets.
 * If Connect does not answer, the earlier values stay.
 */
final class ConnectorSettings {
  private static final String STATUS_TOPIC = "status.topic";
  private static final String PREFIX = "topic.prefix";
  private static final String SOURCES = "sources";

  /** The source connector's own default. */
  private static final String DEFAULT_PREFIX = "hissrv.";

  private static final String REFRESH = "consumer.override.metadata.max.age.ms";

  /** A GET of Connect's REST API. */
  interface Rest {
    /** Returns null if the answer is 404. */
    @Nullable JsonNode get(String path) throws IOException, InterruptedException;
  }

  private Telling telling = Telling.UNKNOWN;
  private SinkTopics sinkTopics = SinkTopics.UNKNOWN;
  private String sourcePrefix = "";
  private Set<String> sourceTopics = Set.of();
  private DeadLetterTopics deadLetters = DeadLetterTopics.UNKNOWN;

  Telling telling() {
    return telling;
  }

  SinkTopics sinkTopics() {
    return sinkTopics;
  }

  /** Returns the prefix of the source's topics; empty if unknown. */
  String sourcePrefix() {
    return sourcePrefix;
  }

  /** Returns the topics that the connector's sources write to; empty if unknown. */
  Set<String> sourceTopics() {
    return sourceTopics;
  }

  DeadLetterTopics deadLetters() {
    return deadLetters;
  }

  /**
   * Reads the dead-letter topics of all sinks.
   *
   * @param own the name of the site's sink, whether that sink exists or not; empty for none
   * @return whether Connect has answered
   */
  boolean readSinks(Rest rest, String own) throws InterruptedException {
    try {
      JsonNode all = rest.get("/connectors?expand=info");
      if (all != null && all.isObject()) {
        deadLetters = DeadLetterTopics.of(all, own);
        return true;
      }
    } catch (IOException e) {
      // Ignored as in read() below.
    }
    return false;
  }

  /**
   * Reads the settings of the site's connectors.
   *
   * @param source its name, or null if there is no such connector
   * @param sink its name, or null if there is no such connector
   */
  void read(Rest rest, @Nullable String source, @Nullable String sink) throws InterruptedException {
    // "Absent" from an earlier read says nothing about a connector that is back.
    telling = source == null ? Telling.ABSENT : known(telling, Telling.ABSENT, Telling.UNKNOWN);
    sinkTopics =
        sink == null ? SinkTopics.ABSENT : known(sinkTopics, SinkTopics.ABSENT, SinkTopics.UNKNOWN);
    try {
      if (source != null) {
        readSource(rest, source);
      }
      JsonNode config = sink == null ? null : rest.get(config(sink));
      if (config != null) {
        sinkTopics = topics(config);
      }
    } catch (IOException e) {
      // The part "connect" reports whether Connect answers; here the earlier values stay.
    }
  }

  private static <T> T known(T before, T absent, T unknown) {
    return before.equals(absent) ? unknown : before;
  }

  private void readSource(Rest rest, String source) throws IOException, InterruptedException {
    JsonNode config = rest.get(config(source));
    if (config == null) {
      return;
    }
    String prefix = config.path(PREFIX).asText(DEFAULT_PREFIX);
    sourcePrefix = isReference(prefix) ? "" : prefix.strip();
    sourceTopics = isReference(prefix) ? Set.of() : topics(prefix.strip(), config.path(SOURCES));
    JsonNode plugin =
        config.path(STATUS_TOPIC).isTextual()
            ? null
            : rest.get(
                "/connector-plugins/"
                    + encoded(config.path("connector.class").asText())
                    + "/config");
    telling = telling(config, plugin);
  }

  /** Returns one topic for each source, by its alias. */
  private static Set<String> topics(String prefix, JsonNode sources) {
    Set<String> topics = new TreeSet<>();
    for (String alias : sources.asText("").split(",", -1)) {
      if (!alias.isBlank() && !isReference(alias)) {
        topics.add(prefix + alias.strip());
      }
    }
    return topics;
  }

  private static String config(String connector) {
    return "/connectors/" + encoded(connector) + "/config";
  }

  static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * @param plugin the plugin's settings, if the configuration does not name the topic
   */
  static Telling telling(JsonNode config, @Nullable JsonNode plugin) {
    JsonNode set = config.path(STATUS_TOPIC);
    if (set.isTextual()) {
      return of(set.asText());
    }
    if (plugin == null || !plugin.isArray() || plugin.isEmpty()) {
      return Telling.UNKNOWN;
    }
    for (JsonNode setting : plugin) {
      if (setting.path("name").asText().equals(STATUS_TOPIC)) {
        return of(setting.path("default_value").asText(""));
      }
    }
    return Telling.OLDER;
  }

  private static Telling of(String topic) {
    String name = topic.strip();
    // A reference to a file or a variable: only the worker knows its value.
    return name.isEmpty() ? Telling.OFF : isReference(name) ? Telling.UNKNOWN : Telling.on(name);
  }

  private static boolean isReference(String text) {
    return text.contains("${");
  }

  static SinkTopics topics(JsonNode config) {
    String topics = config.path("topics").asText("");
    String regex = config.path("topics.regex").asText("");
    List<String> names = new ArrayList<>();
    for (String topic : topics.split(",", -1)) {
      if (!topic.isBlank()) {
        names.add(topic.strip());
      }
    }
    return isReference(topics) || isReference(regex)
        ? SinkTopics.UNKNOWN
        : new SinkTopics(true, names, regex.strip(), refresh(config));
  }

  private static Duration refresh(JsonNode config) {
    long millis = config.path(REFRESH).asLong(-1);
    return millis < 0 ? SinkTopics.REFRESH : Duration.ofMillis(millis);
  }
}
