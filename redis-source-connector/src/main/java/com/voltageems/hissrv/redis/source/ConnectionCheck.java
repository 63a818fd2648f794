package com.voltageems.hissrv.redis.source;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;

/** One attempt to reach Redis, when a configuration is submitted. */
final class ConnectionCheck {
  private ConnectionCheck() {}

  /** Empty when Redis answered; else the message by the setting at fault. */
  static Map<String, String> run(RedisSettings settings, Duration maxTimeout) {
    Duration timeout =
        settings.timeout().compareTo(maxTimeout) < 0 ? settings.timeout() : maxTimeout;
    String where =
        settings.mode() == RedisSettings.Mode.STANDALONE
            ? RedisSourceConfig.REDIS_URI_CONFIG
            : RedisSourceConfig.REDIS_NODES_CONFIG;
    try (RedisLink link = new JedisLink(settings.withTimeout(timeout), () -> {})) {
      link.callOn(0, Command.of("PING"));
      return Map.of();
    } catch (RedisUnavailableException e) {
      return Map.of(where, String.valueOf(e.getMessage()));
    } catch (RedisReplyException e) {
      return Map.of(where, "it is no usable Redis: " + e.error().message());
    } catch (ConnectException e) {
      return Map.of(RedisSourceConfig.REDIS_PASSWORD_CONFIG, String.valueOf(e.getMessage()));
    }
  }
}
