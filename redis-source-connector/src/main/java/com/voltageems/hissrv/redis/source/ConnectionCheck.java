package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.config.SourceSettings;
import com.voltageems.hissrv.redis.source.config.SourceSpec;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.link.Command;
import com.voltageems.hissrv.redis.source.link.CommandRefusedException;
import com.voltageems.hissrv.redis.source.link.ErrorKind;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisReplyException;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.link.RedisUnavailableException;
import com.voltageems.hissrv.redis.source.link.ServerFacts;
import com.voltageems.hissrv.redis.source.link.WrongServerException;
import com.voltageems.hissrv.redis.source.list.ListKeys;
import com.voltageems.hissrv.redis.source.reader.KeyspaceEvents;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/** One attempt to reach Redis, when a configuration is submitted, and what it tells. */
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
   * Empty when Redis answered, and can do what is asked for; else the message by the setting at
   * fault.
   *
   * @param connector its name
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
            ? RedisSourceConfig.REDIS_URI_CONFIG
            : RedisSourceConfig.REDIS_NODES_CONFIG;
    try (RedisLink link = new JedisLink(settings.withTimeout(timeout), () -> {})) {
      ping(link);
      requirePrimary(link.server());
      for (SourceSpec spec : config.sources()) {
        check(spec, link);
      }
    } catch (RedisUnavailableException e) {
      errors.put(where, String.valueOf(e.getMessage()));
    } catch (RedisReplyException e) {
      errors.put(where, "it is no usable Redis: " + e.error().message());
    } catch (WrongServerException e) {
      errors.put(RedisSourceConfig.REDIS_MODE_CONFIG, String.valueOf(e.getMessage()));
    } catch (ConnectException e) {
      errors.put(RedisSourceConfig.REDIS_PASSWORD_CONFIG, String.valueOf(e.getMessage()));
    }
  }

  private static void ping(RedisLink link) {
    try {
      link.callOn(0, Command.of("PING"));
    } catch (CommandRefusedException e) {
      // An answer all the same; but a login that is missing is told in this way, too.
      if (ErrorKind.of(e.reply()) == ErrorKind.NOT_PERMITTED && !e.reply().startsWith("NOPERM")) {
        throw e;
      }
    }
  }

  private void requirePrimary(@Nullable ServerFacts server) {
    boolean lists = config.sources().stream().anyMatch(s -> s.type() == SourceSpec.Type.LIST);
    if (server != null && server.isReplica() && (lists || config.aggregationEnabled())) {
      errors.put(
          RedisSourceConfig.REDIS_URI_CONFIG,
          "Redis at "
              + settings.where()
              + " is a replica, which takes no writes, and "
              + (lists ? "sources of type list move" : "the aggregation writes")
              + " what they read: name the primary, or use "
              + RedisSourceConfig.REDIS_MODE_CONFIG
              + "=sentinel");
    }
  }

  private void check(SourceSpec spec, RedisLink link) {
    String prefix = "sources." + spec.alias() + ".";
    try {
      if (spec.type() == SourceSpec.Type.LIST) {
        requireAlone(spec, prefix + SourceSettings.KEY, link);
      } else if (spec.type() == SourceSpec.Type.PUBSUB && KeyspaceEvents.isMeant(spec.patterns())) {
        String off = KeyspaceEvents.switchedOff(link);
        if (off != null) {
          errors.put(prefix + SourceSettings.PATTERN, off);
        }
      }
    } catch (CommandRefusedException | RedisReplyException e) {
      // Who may not ask is told by the running task, if there is anything to tell.
      return;
    }
  }

  private void requireAlone(SourceSpec spec, String setting, RedisLink link) {
    ListKeys keys = new ListKeys(spec.key(), link.isCluster());
    Object owner = link.call(Command.keyed("GET", keys.owner()));
    if (owner instanceof byte[] name && !Bytes.text(name).equals(connector)) {
      errors.put(
          setting,
          spec.key()
              + " is drained by the connector "
              + Bytes.text(Objects.requireNonNull(name))
              + " already, and two would send its elements twice; stop that one. Of a connector that"
              + " was killed this is said for half a minute or three poll intervals");
    }
  }
}
