package com.voltageems.hissrv.query.http.hisapi;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place where the source connector's default mapping puts the values of a Redis key. The rule
 * is that connector's {@code KeyMapper}; {@code redis-keys.csv} in testkit checks both. Pure.
 *
 * @param measurement the measurement's name
 * @param tags all tags of the series, by name; a tag without a value counts as absent
 */
record RedisKey(String measurement, Map<String, String> tags) {
  /** Examples of keys, for messages. */
  static final String EXPECTED =
      "a Redis key such as comsrv:<channel>:<type>, inst:<id>:<type>, modsrv:<model>:measurement,"
          + " modsrv:<model>:control or calc:result:<id>";

  private static final Pattern ARCHIVE = Pattern.compile("(?s)archive:([^:]+):([0-9]{1,12}):(.+)");
  private static final Pattern CHANNEL = Pattern.compile("(?s)([0-9]+)(?::([^:]*))?");
  private static final Pattern INSTANCE = Pattern.compile("(?s)inst:([^:]*):([^:]*)");
  private static final Pattern LIVE = Pattern.compile("(?s)(comsrv|inst):([^:]*):([^:]*)");
  private static final Pattern MODEL =
      Pattern.compile("(?s)modsrv:(.*):(control|measurement|update)");
  private static final Pattern CALCULATION = Pattern.compile("(?s)calc:result:(.*)");

  RedisKey {
    Map<String, String> some = new TreeMap<>(tags);
    some.values().removeIf(String::isEmpty);
    tags = Map.copyOf(some);
  }

  /**
   * Returns the live key of a series; empty if no live key is mapped to the series, as with
   * windows.
   */
  static Optional<String> of(String measurement, Map<String, String> tags) {
    String key =
        switch (measurement) {
          case "telemetry" -> "comsrv:" + tags.get("channel") + ":" + tags.get("type");
          case "inst" -> "inst:" + tags.get("instance") + ":" + tags.get("type");
          case "model_data" -> "modsrv:" + tags.get("model") + ":measurement";
          case "model_control" -> "modsrv:" + tags.get("model") + ":control";
          case "calc_result" -> "calc:result:" + tags.get("id");
          default -> tags.getOrDefault("key", "");
        };
    return parse(key)
        .filter(found -> found.measurement().equals(measurement) && found.tags().equals(tags))
        .map(found -> key);
  }

  /** Returns the place of a key; empty only for a blank key. */
  static Optional<RedisKey> parse(String key) {
    return key.isBlank() ? Optional.empty() : Optional.of(of(key));
  }

  private static RedisKey of(String key) {
    Matcher archive = ARCHIVE.matcher(key);
    if (archive.matches()) {
      return archive(archive.group(1), archive.group(3));
    }
    Matcher live = LIVE.matcher(key);
    if (live.matches()) {
      boolean instance = live.group(1).equals("inst");
      return new RedisKey(
          instance ? "inst" : "telemetry",
          Map.of(instance ? "instance" : "channel", live.group(2), "type", live.group(3)));
    }
    Matcher model = MODEL.matcher(key);
    if (model.matches()) {
      return new RedisKey(
          model.group(2).equals("control") ? "model_control" : "model_data",
          Map.of("model", model.group(1)));
    }
    Matcher calculation = CALCULATION.matcher(key);
    if (calculation.matches()) {
      return new RedisKey("calc_result", Map.of("id", calculation.group(1)));
    }
    if (key.equals("point:update")) {
      return new RedisKey("point", Map.of());
    }
    int colon = key.indexOf(':');
    String first = colon < 0 ? key : key.substring(0, colon);
    return new RedisKey(first.isEmpty() ? "redis" : first, Map.of("key", key));
  }

  /** Maps the hash of a window. */
  private static RedisKey archive(String window, String channel) {
    Matcher number = CHANNEL.matcher(channel);
    if (number.matches()) {
      String type = number.group(2) == null ? "" : number.group(2);
      return new RedisKey(
          "telemetry", Map.of("interval", window, "channel", number.group(1), "type", type));
    }
    Matcher instance = INSTANCE.matcher(channel);
    if (instance.matches()) {
      return new RedisKey(
          "inst",
          Map.of("interval", window, "instance", instance.group(1), "type", instance.group(2)));
    }
    return channel.startsWith("modsrv:")
        ? new RedisKey("model_data", Map.of("interval", window, "model", channel.substring(7)))
        : new RedisKey("telemetry", Map.of("interval", window, "channel", channel));
  }
}
