package com.voltageems.hissrv.query.http;

import java.util.Map;
import java.util.Optional;

/**
 * Where the source connector's default mapping puts the values of a Redis key. Pure.
 *
 * @param measurement the measurement's name
 * @param tags all tags of the series, by name
 */
record RedisKey(String measurement, Map<String, String> tags) {
  /** How a key may look, for messages. */
  static final String EXPECTED =
      "comsrv:<channel>:<type>, inst:<id>:<type>, modsrv:<model>:measurement,"
          + " modsrv:<model>:control or calc:result:<id>";

  RedisKey {
    tags = Map.copyOf(tags);
  }

  /** Empty for a key of no known layout. */
  static Optional<RedisKey> parse(String key) {
    String[] parts = key.split(":", -1);
    if (parts.length != 3 || parts[1].isEmpty() || parts[2].isEmpty()) {
      return Optional.empty();
    }
    return switch (parts[0]) {
      case "comsrv" ->
          Optional.of(new RedisKey("telemetry", Map.of("channel", parts[1], "type", parts[2])));
      case "inst" ->
          Optional.of(new RedisKey("inst", Map.of("instance", parts[1], "type", parts[2])));
      case "modsrv" ->
          switch (parts[2]) {
            case "measurement" ->
                Optional.of(new RedisKey("model_data", Map.of("model", parts[1])));
            case "control" -> Optional.of(new RedisKey("model_control", Map.of("model", parts[1])));
            default -> Optional.empty();
          };
      case "calc" ->
          parts[1].equals("result")
              ? Optional.of(new RedisKey("calc_result", Map.of("id", parts[2])))
              : Optional.empty();
      default -> Optional.empty();
    };
  }
}
