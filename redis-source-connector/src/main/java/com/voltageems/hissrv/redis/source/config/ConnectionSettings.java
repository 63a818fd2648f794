package com.voltageems.hissrv.redis.source.config;

import com.voltageems.hissrv.plugin.Address;
import com.voltageems.hissrv.plugin.Recommenders;
import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.plugin.Validators;
import com.voltageems.hissrv.plugin.tls.RenewedTls;
import com.voltageems.hissrv.plugin.tls.TlsException;
import com.voltageems.hissrv.plugin.tls.TlsSettings;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.link.RedisSettings.Mode;
import com.voltageems.hissrv.redis.source.link.RedisTls;
import com.voltageems.hissrv.redis.source.link.SettingNames;
import com.voltageems.hissrv.redis.source.type.SourceTypes;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef.Recommender;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/** Settings {@code redis.…}: where Redis is, and how to reach it. */
public final class ConnectionSettings {
  private static final SettingNames NAMES =
      new SettingNames(
          "redis.uri",
          "redis.mode",
          "redis.nodes",
          "redis.username",
          "redis.password",
          "redis.timeout.ms",
          "redis.sentinel.master",
          "redis.sentinel.username",
          "redis.sentinel.password");

  private static final String INSTEAD =
      "write rediss:// for TLS, and use " + NAMES.username() + " and " + NAMES.password();

  /** Modes that use a setting. */
  private static final Map<String, List<Mode>> MODES_OF = new LinkedHashMap<>();

  static {
    MODES_OF.put(NAMES.nodes(), List.of(Mode.SENTINEL, Mode.CLUSTER));
    MODES_OF.put(NAMES.sentinelMaster(), List.of(Mode.SENTINEL));
    MODES_OF.put(NAMES.sentinelUsername(), List.of(Mode.SENTINEL));
    MODES_OF.put(NAMES.sentinelPassword(), List.of(Mode.SENTINEL));
  }

  private static final Recommender WITH_TLS =
      Recommenders.shownIf(NAMES.uri(), uri -> String.valueOf(uri).startsWith("rediss://"));

  private static final TlsSettings TLS = TlsSettings.ofPaths("redis.tls.", WITH_TLS);

  public static final Setting<Address> URI =
      Setting.text(NAMES.uri(), "redis://127.0.0.1:6379")
          .high()
          .width(Width.LONG)
          .valid(
              Validators.address(
                  "redis://host:port/database or rediss://host:port/database",
                  ConnectionSettings::requireUri))
          .dependents(names(TLS.all()))
          .doc(
              "Where Redis is: redis://host:port/database, or rediss:// with TLS. With Sentinel or"
                  + " a cluster only the scheme and the database count. User and password have"
                  + " settings of their own.")
          .as(ConnectionSettings::uri);

  public static final Setting<Mode> MODE =
      Setting.choice(NAMES.mode(), Mode.STANDALONE)
          .dependents(List.copyOf(MODES_OF.keySet()))
          .doc(
              "standalone: one server, redis.uri. sentinel: the primary that the sentinels of"
                  + " redis.nodes name. cluster: a cluster with the nodes of redis.nodes among"
                  + " others.");

  public static final Setting<List<HostAndPort>> NODES =
      ofModes(Setting.list(NAMES.nodes(), ""))
          .valid(Validators.eachAddress("host:port, ...", ConnectionSettings::address))
          .doc(
              "host:port of the sentinels, or of some nodes of the cluster; more than one, since"
                  + " one may be down.")
          .as(list -> list.stream().map(ConnectionSettings::address).toList());

  public static final Setting<String> SENTINEL_MASTER =
      ofModes(Setting.text(NAMES.sentinelMaster(), ""))
          .doc("The primary's name for the sentinels.");

  public static final Setting<String> SENTINEL_USERNAME =
      ofModes(Setting.text(NAMES.sentinelUsername(), ""))
          .low()
          .doc("ACL user of the sentinels; empty for their default user.");

  public static final Setting<Optional<Password>> SENTINEL_PASSWORD =
      ofModes(Setting.secret(NAMES.sentinelPassword()))
          .low()
          .doc("The password for the sentinels.");

  private static final Setting<String> USERNAME =
      Setting.text(NAMES.username(), "").doc("ACL user; empty for the default user.");

  public static final Setting<Optional<Password>> PASSWORD =
      Setting.secret(NAMES.password()).doc("The user's password.");

  private static final Setting<Duration> TIMEOUT =
      millis(NAMES.timeout(), 5000, 60_000).doc("Timeout for connecting and for every reply.");

  public static final Setting<Duration> BACKOFF_MIN =
      millis("redis.backoff.min.ms", 100, 60_000)
          .doc(
              "Wait after the first failure to reach Redis; it doubles with every "
                  + "further one, with jitter.");

  public static final Setting<Duration> BACKOFF_MAX =
      millis("redis.backoff.max.ms", 10_000, 600_000).doc("The longest such wait.");

  private ConnectionSettings() {}

  static Setting<?>[] all() {
    Setting<?>[] own = {
      URI,
      MODE,
      NODES,
      SENTINEL_MASTER,
      SENTINEL_USERNAME,
      SENTINEL_PASSWORD,
      USERNAME,
      PASSWORD,
      TIMEOUT,
      BACKOFF_MIN,
      BACKOFF_MAX
    };
    return Stream.of(own, TLS.all()).flatMap(Arrays::stream).toArray(Setting<?>[]::new);
  }

  private static <T> Setting<T> ofModes(Setting<T> setting) {
    return setting.recommended(
        Recommenders.shownWith(
            NAMES.mode(), modesOf(setting.name()).map(Setting::written).toArray()));
  }

  private static Stream<Mode> modesOf(String setting) {
    return MODES_OF.getOrDefault(setting, List.of()).stream();
  }

  private static Setting<Duration> millis(String name, int defaultValue, int most) {
    return Setting.count(name, defaultValue, 1, most).low().as(Duration::ofMillis);
  }

  private static List<String> names(Setting<?>... settings) {
    return Arrays.stream(settings).map(Setting::name).toList();
  }

  private static HostAndPort address(String text) {
    int colon = text.lastIndexOf(':');
    String host = text.substring(0, Math.max(colon, 0));
    if (text.indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "a user or password in an address would be shown in the open; " + INSTEAD);
    }
    if (host.indexOf(':') >= 0 && !host.matches("\\[.+]")) {
      throw new IllegalArgumentException("an IPv6 address stands in brackets, as in [::1]:6379");
    }
    if (colon > 0 && text.substring(colon + 1).matches("[0-9]{1,5}")) {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port >= 1 && port <= 65535) {
        return new HostAndPort(host, port);
      }
    }
    throw new IllegalArgumentException("not host:port");
  }

  private static void requireUri(String uri) {
    if (!uri(uri).path().matches("(/[0-9]{0,4})?")) {
      throw new IllegalArgumentException("the path is not the number of a database");
    }
  }

  private static Address uri(String text) {
    return Address.parse(text, List.of("redis", "rediss"), INSTEAD);
  }

  /**
   * Reads how to reach Redis.
   *
   * @throws TlsException if a certificate or key cannot be read
   */
  static RedisSettings read(AbstractConfig config, String clientName) {
    RedisTls tls = isEncrypted(config) ? new RedisTls(TLS, new RenewedTls(TLS, config)) : null;
    return read(config, clientName, tls);
  }

  private static boolean isEncrypted(AbstractConfig config) {
    return URI.in(config).scheme().equals("rediss");
  }

  /** Reads the same without certificates, which need not be valid yet. */
  static RedisSettings unencrypted(AbstractConfig config) {
    return read(config, "", null);
  }

  /** Reports TLS settings that have no effect. A flag that repeats its default is not a mistake. */
  private static void idleTls(
      AbstractConfig config, Map<String, String> given, Map<String, String> errors) {
    for (Setting<?> setting : TLS.all()) {
      String name = setting.name();
      if (SourceTypes.isGiven(given.get(name)) && !Boolean.TRUE.equals(config.values().get(name))) {
        errors.put(name, "has no effect unless " + URI + " begins with rediss://");
      }
    }
  }

  private static RedisSettings read(
      AbstractConfig config, String clientName, @Nullable RedisTls tls) {
    Address uri = URI.in(config);
    Mode mode = MODE.in(config);
    List<HostAndPort> addresses =
        mode == Mode.STANDALONE
            ? List.of(new HostAndPort(uri.host(), uri.port() < 0 ? 6379 : uri.port()))
            : NODES.in(config);
    String path = uri.path();
    return new RedisSettings(
        mode,
        addresses,
        SENTINEL_MASTER.in(config),
        path.length() > 1 ? Integer.parseInt(path.substring(1)) : 0,
        USERNAME.in(config),
        PASSWORD.in(config).orElse(null),
        SENTINEL_USERNAME.in(config),
        SENTINEL_PASSWORD.in(config).orElse(null),
        TIMEOUT.in(config),
        tls,
        clientName,
        NAMES);
  }

  /**
   * Reports contradictions between settings.
   *
   * @param given the properties as they were submitted
   * @param now time at which a client certificate must be valid
   * @param errors receives the message by the setting at fault
   */
  static void crossErrors(
      AbstractConfig config, Map<String, String> given, Instant now, Map<String, String> errors) {
    RedisSettings redis = unencrypted(config);
    String mode = Setting.written(redis.mode());
    if (redis.mode() != Mode.STANDALONE && redis.addresses().isEmpty()) {
      errors.put(NODES.name(), "is needed with " + MODE + "=" + mode);
    }
    if (redis.mode() == Mode.SENTINEL && redis.sentinelMaster().isEmpty()) {
      errors.put(SENTINEL_MASTER.name(), "is needed with " + MODE + "=sentinel");
    }
    if (redis.mode() == Mode.CLUSTER && redis.database() != 0) {
      errors.put(URI.name(), "a cluster has database 0 only");
    }
    if (!redis.username().isEmpty() && redis.password() == null) {
      errors.put(PASSWORD.name(), "is needed with " + USERNAME);
    }
    if (!redis.sentinelUsername().isEmpty() && redis.sentinelPassword() == null) {
      errors.put(SENTINEL_PASSWORD.name(), "is needed with " + SENTINEL_USERNAME);
    }
    if (BACKOFF_MAX.in(config).compareTo(BACKOFF_MIN.in(config)) < 0) {
      errors.put(BACKOFF_MAX.name(), "is below " + BACKOFF_MIN);
    }
    if (isEncrypted(config)) {
      errors.putAll(TLS.problems(config, now));
    } else {
      for (Setting<?> file : TLS.filesIn(config)) {
        errors.put(URI.name(), "needs rediss:// with " + file + ": redis:// is not encrypted");
      }
      if (!errors.containsKey(URI.name())) {
        idleTls(config, given, errors);
      }
    }
    MODES_OF.forEach(
        (setting, modes) -> {
          if (!modes.contains(redis.mode()) && SourceTypes.isGiven(given.get(setting))) {
            errors.put(
                setting,
                "is not used with "
                    + MODE
                    + "="
                    + mode
                    + ", only with "
                    + modes.stream().map(Setting::written).collect(Collectors.joining(", ")));
          }
        });
  }
}
