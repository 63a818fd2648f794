package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.config.ConnectionSettings;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.CommandRefusedException;
import com.voltageems.hissrv.redis.source.link.ErrorKind;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.redis.source.link.SentinelLoginException;
import com.voltageems.hissrv.redis.source.link.SentinelRefusalException;
import com.voltageems.hissrv.redis.source.link.ServerFacts;
import com.voltageems.hissrv.redis.source.link.UnknownPrimaryException;
import com.voltageems.hissrv.redis.source.link.WrongServerException;
import com.voltageems.hissrv.redis.source.type.Source;
import com.voltageems.hissrv.redis.source.type.SourceTypes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/** Checks the connection when a configuration is submitted: one attempt to reach Redis. */
final class ConnectionCheck {
  private final RedisSourceConfig config;
  private final RedisSettings settings;
  private final String connector;
  private final Map<String, String> errors = new LinkedHashMap<>();

  private ConnectionCheck(RedisSourceConfig config, String connector) {
    this.config = config;
    this.settings = config.redis("hissrv-validate");
    this.connector = connector;
  }

  /**
   * Tries to reach Redis. Returns an empty map if Redis answers and can do what the configuration
   * needs; otherwise the message by the setting at fault.
   *
   * @param connector name of the connector
   */
  static Map<String, String> run(RedisSourceConfig config, String connector, Duration maxTimeout) {
    ConnectionCheck check = new ConnectionCheck(config, connector);
    check.connect(maxTimeout);
    return check.errors;
  }

  private void connect(Duration maxTimeout) {
    Duration timeout =
        settings.timeout().compareTo(maxTimeout) < 0 ? settings.timeout() : maxTimeout;
    String where =
        settings.mode() == RedisSettings.Mode.STANDALONE
            ? ConnectionSettings.URI.name()
            : ConnectionSettings.NODES.name();
    try (RedisLink link = new JedisLink(settings.withTimeout(timeout), () -> {})) {
      ping(link);
      requirePrimary(link.server());
      for (Source source : config.sources()) {
        ask(source, link);
      }
    } catch (UnknownPrimaryException e) {
      errors.put(ConnectionSettings.SENTINEL_MASTER.name(), String.valueOf(e.getMessage()));
    } catch (SentinelLoginException | SentinelRefusalException e) {
      errors.put(ConnectionSettings.SENTINEL_PASSWORD.name(), String.valueOf(e.getMessage()));
    } catch (RedisUnavailableException e) {
      errors.put(where, String.valueOf(e.getMessage()));
    } catch (RedisReplyException e) {
      errors.put(where, "not a usable Redis: " + e.error().message());
    } catch (WrongServerException e) {
      errors.put(ConnectionSettings.MODE.name(), String.valueOf(e.getMessage()));
    } catch (ConnectException e) {
      errors.put(ConnectionSettings.PASSWORD.name(), String.valueOf(e.getMessage()));
    }
  }

  private static void ping(RedisLink link) {
    try {
      link.callOn(0, Command.of("PING"));
    } catch (CommandRefusedException e) {
      // A refusal is an answer, too. But a missing login is also reported in this way.
      if (ErrorKind.of(e.reply()) == ErrorKind.NOT_PERMITTED && !e.reply().startsWith("NOPERM")) {
        throw e;
      }
    }
  }

  private void requirePrimary(@Nullable ServerFacts server) {
    String writer =
        config.sources().stream()
            .filter(Source::writes)
            .findFirst()
            .map(source -> "sources of type " + source.common().type() + " move what they read")
            .orElse(config.aggregationEnabled() ? "the aggregation writes what it makes" : "");
    if (server != null && server.isReplica() && !writer.isEmpty()) {
      errors.put(
          ConnectionSettings.URI.name(),
          "Redis at "
              + settings.where()
              + " is a replica, which takes no writes, and "
              + writer
              + ": name the primary, or use "
              + ConnectionSettings.MODE.name()
              + "=sentinel");
    }
  }

  private void ask(Source source, RedisLink link) {
    try {
      source
          .problemsAt(link, connector)
          .forEach(
              (setting, problem) ->
                  errors.put(SourceTypes.prefix(source.common().alias()) + setting, problem));
    } catch (CommandRefusedException | RedisReplyException e) {
      // If the user may not ask, the running task reports the problem, if there is one.
      return;
    }
  }
}
