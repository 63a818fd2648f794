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
 * Reads by Connect's REST API those settings of the two connectors, and of other sinks, that the
 * other parts need, and keeps no others: a configuration may hold secrets. Where Connect does not
 * tell, what was known stays.
 */
final class ConnectorSettings {
  private static final String STATUS_TOPIC = "status.topic";
  private static final String PREFIX = "topic.prefix";
  private static final String SOURCES = "sources";

  /** The source's own default. */
  private static final String DEFAULT_PREFIX = "hissrv.";

  private static final String REFRESH = "consumer.override.metadata.max.age.ms";

  /** One GET of Connect's REST API. */
  interface Rest {
    /** Null where the answer is 404. */
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

  /** What the source's topics begin with; empty where that is not known. */
  String sourcePrefix() {
    return sourcePrefix;
  }

  /** To which the source's sources write; empty where that is not known. */
  Set<String> sourceTopics() {
    return sourceTopics;
  }

  DeadLetterTopics deadLetters() {
    return deadLetters;
  }

  /**
   * Where the dead letters of all sinks go.
   *
   * @param own the site's sink, whether it is there or not; empty for none
   * @return whether Connect has told
   */
  boolean readSinks(Rest rest, String own) throws InterruptedException {
    try {
      JsonNode all = rest.get("/connectors?expand=info");
      if (all != null && all.isObject()) {
        deadLetters = DeadLetterTopics.of(all, own);
        return true;
      }
    } catch (IOException e) {
      // As below.
    }
    return false;
  }

  /**
   * @param source its name, or null when it is not there
   * @param sink its name, or null when it is not there
   */
  void read(Rest rest, @Nullable String source, @Nullable String sink) throws InterruptedException {
    // What was known of a connector that was gone says nothing of one that is back.
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
      // The part "connect" judges whether it answers; here less is known.
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

  /** One for each source, by its alias. */
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
   * @param plugin the plugin's settings, where the configuration does not name the topic
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
    // A reference to a file or a variable: the worker alone knows what it says.
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
