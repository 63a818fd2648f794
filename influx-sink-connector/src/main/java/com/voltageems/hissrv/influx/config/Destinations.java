package com.voltageems.hissrv.influx.config;

import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.batch.Destination;
import com.voltageems.hissrv.influx.point.Glob;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The destinations of topics: a topic goes to the destination of the first rule that matches, else
 * to the default. Not thread-safe.
 */
public final class Destinations {
  private final List<Rule> rules;
  private final Destination fallback;
  private final Map<String, Destination> known = new HashMap<>();

  public Destinations(List<Rule> rules, Destination fallback) {
    this.rules = List.copyOf(rules);
    this.fallback = fallback;
  }

  /** Topics that match {@code topic} go to {@code destination}. */
  public record Rule(Glob topic, Destination destination) {
    /**
     * Parses {@code topic:bucket}, or for version 1 {@code topic:database} or {@code
     * topic:database/retention policy}.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    public static Rule parse(String text, InfluxVersion version) {
      int colon = text.indexOf(':');
      if (colon <= 0 || colon == text.length() - 1) {
        throw new IllegalArgumentException(
            "'" + text + "' is not of the form topic:bucket, for example hissrv.archive5m:ems_5m");
      }
      String bucket = text.substring(colon + 1).trim();
      int slash = bucket.indexOf('/');
      Destination destination =
          version == InfluxVersion.V1 && slash > 0
              ? new Destination(bucket.substring(0, slash), bucket.substring(slash + 1))
              : new Destination(bucket, null);
      return new Rule(new Glob(text.substring(0, colon).trim()), destination);
    }
  }

  /** Returns the destinations of all rules, each once and without the default. */
  public List<Destination> byRule() {
    return rules.stream()
        .map(Rule::destination)
        .distinct()
        .filter(destination -> !destination.equals(fallback))
        .toList();
  }

  public Destination of(String topic) {
    return known.computeIfAbsent(
        topic,
        name ->
            rules.stream()
                .filter(rule -> rule.topic().matches(name))
                .map(Rule::destination)
                .findFirst()
                .orElse(fallback));
  }
}
