package com.voltageems.hissrv.redis.source.config;

import com.voltageems.hissrv.plugin.Address;
import com.voltageems.hissrv.plugin.Recommenders;
import com.voltageems.hissrv.plugin.Submission;
import com.voltageems.hissrv.plugin.Validators;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.link.SettingNames;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.NonFinite;
import com.voltageems.hissrv.redis.source.sample.SourceLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/**
 * The connector's settings. Those of a source or mapping exist once for every name in the lists.
 */
public final class RedisSourceConfig extends AbstractConfig {
  public static final String REDIS_URI_CONFIG = SettingNames.URI;
  static final String REDIS_URI_DEFAULT = "redis://127.0.0.1:6379";
  static final String REDIS_URI_DOC =
      "Where Redis is: redis://host:port/database, or rediss:// with TLS. With Sentinel or a cluster"
          + " only the scheme and the database count. User and password have settings of their own.";

  public static final String REDIS_MODE_CONFIG = SettingNames.MODE;
  static final String REDIS_MODE_DEFAULT = "standalone";
  static final String REDIS_MODE_DOC =
      "standalone: one server, redis.uri. sentinel: the primary that the sentinels of redis.nodes"
          + " name. cluster: a cluster with the nodes of redis.nodes among others.";

  public static final String REDIS_NODES_CONFIG = SettingNames.NODES;
  static final String REDIS_NODES_DOC =
      "host:port of the sentinels, or of some nodes of the cluster; more than one, since one may be"
          + " down.";

  public static final String REDIS_SENTINEL_MASTER_CONFIG = "redis.sentinel.master";
  static final String REDIS_SENTINEL_MASTER_DOC = "The primary's name for the sentinels.";

  public static final String REDIS_SENTINEL_USERNAME_CONFIG = "redis.sentinel.username";
  static final String REDIS_SENTINEL_USERNAME_DOC =
      "ACL user of the sentinels; empty for their default user.";

  public static final String REDIS_SENTINEL_PASSWORD_CONFIG = "redis.sentinel.password";
  static final String REDIS_SENTINEL_PASSWORD_DOC = "The password for the sentinels.";

  public static final String REDIS_USERNAME_CONFIG = SettingNames.USERNAME;
  static final String REDIS_USERNAME_DOC = "ACL user; empty for the default user.";

  public static final String REDIS_PASSWORD_CONFIG = SettingNames.PASSWORD;
  static final String REDIS_PASSWORD_DOC = "The user's password.";

  static final String REDIS_TIMEOUT_MS_CONFIG = "redis.timeout.ms";
  static final int REDIS_TIMEOUT_MS_DEFAULT = 5000;
  static final String REDIS_TIMEOUT_MS_DOC = "For connecting and for every reply.";

  public static final String REDIS_BACKOFF_MIN_MS_CONFIG = "redis.backoff.min.ms";
  static final int REDIS_BACKOFF_MIN_MS_DEFAULT = 100;
  static final String REDIS_BACKOFF_MIN_MS_DOC =
      "The wait after the first failure to reach Redis; it doubles with every further one, with a"
          + " random part.";

  public static final String REDIS_BACKOFF_MAX_MS_CONFIG = "redis.backoff.max.ms";
  static final int REDIS_BACKOFF_MAX_MS_DEFAULT = 10_000;
  static final String REDIS_BACKOFF_MAX_MS_DOC = "The longest such wait.";

  public static final String REDIS_TLS_TRUSTSTORE_CONFIG = SettingNames.TLS_TRUSTSTORE;
  static final String REDIS_TLS_TRUSTSTORE_DOC =
      "Keystore file (PKCS12 or JKS) with the certificates to trust; empty for the platform's own.";

  static final String REDIS_TLS_TRUSTSTORE_PASSWORD_CONFIG = "redis.tls.truststore.password";
  static final String REDIS_TLS_TRUSTSTORE_PASSWORD_DOC = "Its password.";

  public static final String REDIS_TLS_KEYSTORE_CONFIG = SettingNames.TLS_KEYSTORE;
  static final String REDIS_TLS_KEYSTORE_DOC =
      "Keystore file with the client's certificate and key; empty for none.";

  static final String REDIS_TLS_KEYSTORE_PASSWORD_CONFIG = "redis.tls.keystore.password";
  static final String REDIS_TLS_KEYSTORE_PASSWORD_DOC = "Its password.";

  static final String REDIS_TLS_VERIFY_HOSTNAME_CONFIG = "redis.tls.verify.hostname";
  static final boolean REDIS_TLS_VERIFY_HOSTNAME_DEFAULT = true;
  static final String REDIS_TLS_VERIFY_HOSTNAME_DOC =
      "Whether the server's certificate has to name the host that was connected to.";

  static final String TOPIC_PREFIX_CONFIG = "topic.prefix";
  static final String TOPIC_PREFIX_DEFAULT = "hissrv.";
  static final String TOPIC_PREFIX_DOC = "A source's topic is this prefix and the source's alias.";

  public static final String SOURCES_CONFIG = "sources";
  static final String SOURCES_DOC =
      "Aliases of the sources, each with settings of its own: sources.<alias>.type and so on.";

  static final String POLL_INTERVAL_MS_CONFIG = "poll.interval.ms";
  static final long POLL_INTERVAL_MS_DEFAULT = 1000;
  static final String POLL_INTERVAL_MS_DOC =
      "How often hashes are read, and how often an empty list or archive is looked at again.";

  static final String SNAPSHOT_INTERVAL_MS_CONFIG = "snapshot.interval.ms";
  static final long SNAPSHOT_INTERVAL_MS_DEFAULT = 600_000;
  static final String SNAPSHOT_INTERVAL_MS_DOC =
      "How often hashes are given whole, changed or not; 0 for never after the first time.";

  static final String DISCOVERY_INTERVAL_MS_CONFIG = "discovery.interval.ms";
  static final long DISCOVERY_INTERVAL_MS_DEFAULT = 5000;
  static final String DISCOVERY_INTERVAL_MS_DOC =
      "How often new keys of the patterns are looked for by SCAN.";

  static final String BATCH_MAX_RECORDS_CONFIG = "batch.max.records";
  static final int BATCH_MAX_RECORDS_DEFAULT = 2000;
  static final String BATCH_MAX_RECORDS_DOC =
      "Most records of one poll, and most elements of one claim of a list, which has 500 at most.";

  static final String BATCH_MAX_BYTES_CONFIG = "batch.max.bytes";
  static final int BATCH_MAX_BYTES_DEFAULT = 256 * 1024;
  static final String BATCH_MAX_BYTES_DOC =
      "About the most bytes of one claim of a list and of one page of a stream; more would hold Redis"
          + " for longer than a few milliseconds.";

  static final String VALUE_MAX_BYTES_CONFIG = "value.max.bytes";
  static final int VALUE_MAX_BYTES_DEFAULT = 64 * 1024;
  static final String VALUE_MAX_BYTES_DOC =
      "A longer value is rejected. InfluxDB takes texts of 64 KB; above that the producer's"
          + " max.request.size has to grow, too.";

  static final String NON_FINITE_CONFIG = "nonfinite.values";
  static final String NON_FINITE_DEFAULT = "drop";
  static final String NON_FINITE_DOC =
      "NaN and infinities: drop them (and count them), or keep them as text.";

  static final String CONTROL_CHANNEL_CONFIG = "control.channel";
  static final String CONTROL_CHANNEL_DEFAULT = "hissrv:control";
  static final String CONTROL_CHANNEL_DOC =
      "A message on this channel makes every source be looked at now; empty for none. A user whose"
          + " ACL refuses it makes the task fail only if this setting is given.";

  static final String STATUS_TOPIC_CONFIG = "status.topic";
  static final String STATUS_TOPIC_DEFAULT = "hissrv-status";
  static final String STATUS_TOPIC_DOC =
      "The topic for small records that tell what holds the task up (docs/status.md); empty for"
          + " none.";

  static final String STATUS_INTERVAL_MS_CONFIG = "status.interval.ms";
  static final long STATUS_INTERVAL_MS_DEFAULT = 10_000;
  static final String STATUS_INTERVAL_MS_DOC = "How often such a record comes at least.";

  public static final String MAPPINGS_CONFIG = "mappings";
  static final String MAPPINGS_DOC =
      "Names of the mappings, tried in this order; a key that none matches gets the default of its"
          + " layout.";

  static final String AGGREGATION_ENABLED_CONFIG = "aggregation.enabled";
  static final boolean AGGREGATION_ENABLED_DEFAULT = false;
  static final String AGGREGATION_ENABLED_DOC =
      "Whether task 0 triggers the aggregation script in Redis once a second.";

  static final String AGGREGATION_WINDOWS_CONFIG = "aggregation.windows";
  static final String AGGREGATION_WINDOWS_DEFAULT = "1m,5m";
  static final String AGGREGATION_WINDOWS_DOC =
      "Lengths of the windows (5s, 1m, 1h), the base first, each further one a multiple of it.";

  public static final String TASK_CONFIG = "hissrv.task";
  public static final String TASKS_CONFIG = "hissrv.tasks";

  private static final String INSTEAD =
      "write rediss:// for TLS, and use " + REDIS_USERNAME_CONFIG + " and " + REDIS_PASSWORD_CONFIG;

  /** The longest of the intervals: far more would overflow in nanoseconds. */
  static final long YEAR_MS = 31_536_000_000L;

  /** Which modes use a setting of Redis's. */
  private static final Map<String, List<Object>> MODES_OF =
      Map.of(
          REDIS_NODES_CONFIG, List.of("sentinel", "cluster"),
          REDIS_SENTINEL_MASTER_CONFIG, List.of("sentinel"),
          REDIS_SENTINEL_USERNAME_CONFIG, List.of("sentinel"),
          REDIS_SENTINEL_PASSWORD_CONFIG, List.of("sentinel"));

  private static final String REDIS_GROUP = "Redis";
  private static final String SOURCES_GROUP = "Sources";
  private static final String MAPPING_GROUP = "Mapping";
  private static final String AGGREGATION_GROUP = "Aggregation";

  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._-]{0,180}");

  public RedisSourceConfig(Map<String, String> properties) {
    super(definition(properties), new Submission(properties).given(), false);
  }

  /** The settings that exist whatever the lists say. */
  public static ConfigDef staticDefinition() {
    return new Definitions().redis().sources().mapping().aggregation().def;
  }

  /** The settings of this configuration: the static ones, and those of its sources and mappings. */
  public static ConfigDef definition(Map<String, String> properties) {
    ConfigDef def = staticDefinition();
    for (String alias : names(properties.get(SOURCES_CONFIG))) {
      SourceSettings.define(def, "sources." + alias + ".", "source " + alias);
    }
    for (String name : names(properties.get(MAPPINGS_CONFIG))) {
      MappingSettings.define(def, "mappings." + name + ".", "mapping " + name);
    }
    return def;
  }

  /** The well-formed names of a list, each once. */
  public static List<String> names(@Nullable String list) {
    if (list == null) {
      return List.of();
    }
    return List.of(list.split(",")).stream()
        .map(String::trim)
        .filter(Validators::isName)
        .distinct()
        .toList();
  }

  /** Builds the static definition, group by group. */
  private static final class Definitions {
    private static final String[] MODES = {"standalone", "sentinel", "cluster"};
    private static final String[] NON_FINITES = {"drop", "text"};
    private static final List<String> TLS =
        List.of(
            REDIS_TLS_TRUSTSTORE_CONFIG,
            REDIS_TLS_TRUSTSTORE_PASSWORD_CONFIG,
            REDIS_TLS_KEYSTORE_CONFIG,
            REDIS_TLS_KEYSTORE_PASSWORD_CONFIG,
            REDIS_TLS_VERIFY_HOSTNAME_CONFIG);

    final ConfigDef def = new ConfigDef();
    private int order;

    private Definitions add(
        String group,
        String name,
        ConfigDef.Type type,
        @Nullable Object defaultValue,
        ConfigDef.@Nullable Validator validator,
        Importance importance,
        Width width,
        String doc) {
      return add(
          group, name, type, defaultValue, validator, importance, width, doc, List.of(), null);
    }

    /**
     * @param dependents the settings whose recommender looks at this one
     */
    private Definitions add(
        String group,
        String name,
        ConfigDef.Type type,
        @Nullable Object defaultValue,
        ConfigDef.@Nullable Validator validator,
        Importance importance,
        Width width,
        String doc,
        List<String> dependents,
        ConfigDef.@Nullable Recommender recommender) {
      def.define(
          name,
          type,
          defaultValue,
          validator,
          importance,
          doc,
          group,
          ++order,
          width,
          name,
          dependents,
          recommender);
      return this;
    }

    Definitions redis() {
      String group = REDIS_GROUP;
      ConfigDef.Recommender withTls =
          Recommenders.shownIf(
              REDIS_URI_CONFIG, uri -> String.valueOf(uri).startsWith("rediss://"));
      add(
          group,
          REDIS_URI_CONFIG,
          ConfigDef.Type.STRING,
          REDIS_URI_DEFAULT,
          Validators.address(
              "redis://host:port/database or rediss://host:port/database",
              RedisSourceConfig::requireUri),
          Importance.HIGH,
          Width.LONG,
          REDIS_URI_DOC,
          TLS,
          null);
      add(
          group,
          REDIS_MODE_CONFIG,
          ConfigDef.Type.STRING,
          REDIS_MODE_DEFAULT,
          Validators.oneOf(MODES),
          Importance.MEDIUM,
          Width.SHORT,
          REDIS_MODE_DOC,
          List.of(
              REDIS_NODES_CONFIG,
              REDIS_SENTINEL_MASTER_CONFIG,
              REDIS_SENTINEL_USERNAME_CONFIG,
              REDIS_SENTINEL_PASSWORD_CONFIG),
          Recommenders.oneOf(MODES));
      add(
          group,
          REDIS_NODES_CONFIG,
          ConfigDef.Type.LIST,
          "",
          Validators.eachAddress("host:port, ...", RedisSourceConfig::requireAddress),
          Importance.MEDIUM,
          Width.LONG,
          REDIS_NODES_DOC,
          List.of(),
          shownWithItsModes(REDIS_NODES_CONFIG));
      add(
          group,
          REDIS_SENTINEL_MASTER_CONFIG,
          ConfigDef.Type.STRING,
          "",
          null,
          Importance.MEDIUM,
          Width.MEDIUM,
          REDIS_SENTINEL_MASTER_DOC,
          List.of(),
          shownWithItsModes(REDIS_SENTINEL_MASTER_CONFIG));
      add(
          group,
          REDIS_SENTINEL_USERNAME_CONFIG,
          ConfigDef.Type.STRING,
          "",
          null,
          Importance.LOW,
          Width.MEDIUM,
          REDIS_SENTINEL_USERNAME_DOC,
          List.of(),
          shownWithItsModes(REDIS_SENTINEL_USERNAME_CONFIG));
      add(
          group,
          REDIS_SENTINEL_PASSWORD_CONFIG,
          ConfigDef.Type.PASSWORD,
          null,
          null,
          Importance.LOW,
          Width.MEDIUM,
          REDIS_SENTINEL_PASSWORD_DOC,
          List.of(),
          shownWithItsModes(REDIS_SENTINEL_PASSWORD_CONFIG));
      add(
          group,
          REDIS_USERNAME_CONFIG,
          ConfigDef.Type.STRING,
          "",
          null,
          Importance.MEDIUM,
          Width.MEDIUM,
          REDIS_USERNAME_DOC);
      add(
          group,
          REDIS_PASSWORD_CONFIG,
          ConfigDef.Type.PASSWORD,
          null,
          null,
          Importance.MEDIUM,
          Width.MEDIUM,
          REDIS_PASSWORD_DOC);
      add(
          group,
          REDIS_TIMEOUT_MS_CONFIG,
          ConfigDef.Type.INT,
          REDIS_TIMEOUT_MS_DEFAULT,
          ConfigDef.Range.between(1, 60_000),
          Importance.LOW,
          Width.SHORT,
          REDIS_TIMEOUT_MS_DOC);
      add(
          group,
          REDIS_BACKOFF_MIN_MS_CONFIG,
          ConfigDef.Type.INT,
          REDIS_BACKOFF_MIN_MS_DEFAULT,
          ConfigDef.Range.between(1, 60_000),
          Importance.LOW,
          Width.SHORT,
          REDIS_BACKOFF_MIN_MS_DOC);
      add(
          group,
          REDIS_BACKOFF_MAX_MS_CONFIG,
          ConfigDef.Type.INT,
          REDIS_BACKOFF_MAX_MS_DEFAULT,
          ConfigDef.Range.between(1, 600_000),
          Importance.LOW,
          Width.SHORT,
          REDIS_BACKOFF_MAX_MS_DOC);
      add(
          group,
          REDIS_TLS_TRUSTSTORE_CONFIG,
          ConfigDef.Type.STRING,
          "",
          null,
          Importance.LOW,
          Width.LONG,
          REDIS_TLS_TRUSTSTORE_DOC,
          List.of(),
          withTls);
      add(
          group,
          REDIS_TLS_TRUSTSTORE_PASSWORD_CONFIG,
          ConfigDef.Type.PASSWORD,
          null,
          null,
          Importance.LOW,
          Width.MEDIUM,
          REDIS_TLS_TRUSTSTORE_PASSWORD_DOC,
          List.of(),
          withTls);
      add(
          group,
          REDIS_TLS_KEYSTORE_CONFIG,
          ConfigDef.Type.STRING,
          "",
          null,
          Importance.LOW,
          Width.LONG,
          REDIS_TLS_KEYSTORE_DOC,
          List.of(),
          withTls);
      add(
          group,
          REDIS_TLS_KEYSTORE_PASSWORD_CONFIG,
          ConfigDef.Type.PASSWORD,
          null,
          null,
          Importance.LOW,
          Width.MEDIUM,
          REDIS_TLS_KEYSTORE_PASSWORD_DOC,
          List.of(),
          withTls);
      return add(
          group,
          REDIS_TLS_VERIFY_HOSTNAME_CONFIG,
          ConfigDef.Type.BOOLEAN,
          REDIS_TLS_VERIFY_HOSTNAME_DEFAULT,
          null,
          Importance.LOW,
          Width.SHORT,
          REDIS_TLS_VERIFY_HOSTNAME_DOC,
          List.of(),
          withTls);
    }

    Definitions sources() {
      String group = SOURCES_GROUP;
      add(
          group,
          SOURCES_CONFIG,
          ConfigDef.Type.LIST,
          ConfigDef.NO_DEFAULT_VALUE,
          Validators.nonEmptyNames(),
          Importance.HIGH,
          Width.LONG,
          SOURCES_DOC);
      add(
          group,
          TOPIC_PREFIX_CONFIG,
          ConfigDef.Type.STRING,
          TOPIC_PREFIX_DEFAULT,
          Validators.of("letters, digits, '.', '_' and '-'", RedisSourceConfig::requirePrefix),
          Importance.HIGH,
          Width.MEDIUM,
          TOPIC_PREFIX_DOC);
      add(
          group,
          POLL_INTERVAL_MS_CONFIG,
          ConfigDef.Type.LONG,
          POLL_INTERVAL_MS_DEFAULT,
          ConfigDef.Range.between(10, 3_600_000),
          Importance.MEDIUM,
          Width.SHORT,
          POLL_INTERVAL_MS_DOC);
      add(
          group,
          SNAPSHOT_INTERVAL_MS_CONFIG,
          ConfigDef.Type.LONG,
          SNAPSHOT_INTERVAL_MS_DEFAULT,
          ConfigDef.Range.between(0, YEAR_MS),
          Importance.MEDIUM,
          Width.SHORT,
          SNAPSHOT_INTERVAL_MS_DOC);
      add(
          group,
          DISCOVERY_INTERVAL_MS_CONFIG,
          ConfigDef.Type.LONG,
          DISCOVERY_INTERVAL_MS_DEFAULT,
          ConfigDef.Range.between(10, 3_600_000),
          Importance.LOW,
          Width.SHORT,
          DISCOVERY_INTERVAL_MS_DOC);
      add(
          group,
          BATCH_MAX_RECORDS_CONFIG,
          ConfigDef.Type.INT,
          BATCH_MAX_RECORDS_DEFAULT,
          ConfigDef.Range.between(1, 10_000),
          Importance.MEDIUM,
          Width.SHORT,
          BATCH_MAX_RECORDS_DOC);
      add(
          group,
          BATCH_MAX_BYTES_CONFIG,
          ConfigDef.Type.INT,
          BATCH_MAX_BYTES_DEFAULT,
          ConfigDef.Range.between(1024, BATCH_MAX_BYTES_DEFAULT),
          Importance.LOW,
          Width.SHORT,
          BATCH_MAX_BYTES_DOC);
      add(
          group,
          VALUE_MAX_BYTES_CONFIG,
          ConfigDef.Type.INT,
          VALUE_MAX_BYTES_DEFAULT,
          ConfigDef.Range.between(64, 16 * 1024 * 1024),
          Importance.LOW,
          Width.SHORT,
          VALUE_MAX_BYTES_DOC);
      add(
          group,
          CONTROL_CHANNEL_CONFIG,
          ConfigDef.Type.STRING,
          CONTROL_CHANNEL_DEFAULT,
          null,
          Importance.LOW,
          Width.MEDIUM,
          CONTROL_CHANNEL_DOC);
      add(
          group,
          STATUS_TOPIC_CONFIG,
          ConfigDef.Type.STRING,
          STATUS_TOPIC_DEFAULT,
          Validators.of("letters, digits, '.', '_' and '-'", RedisSourceConfig::requirePrefix),
          Importance.LOW,
          Width.MEDIUM,
          STATUS_TOPIC_DOC);
      add(
          group,
          STATUS_INTERVAL_MS_CONFIG,
          ConfigDef.Type.LONG,
          STATUS_INTERVAL_MS_DEFAULT,
          ConfigDef.Range.between(100, 3_600_000),
          Importance.LOW,
          Width.SHORT,
          STATUS_INTERVAL_MS_DOC);
      return add(
          group,
          NON_FINITE_CONFIG,
          ConfigDef.Type.STRING,
          NON_FINITE_DEFAULT,
          Validators.oneOf(NON_FINITES),
          Importance.LOW,
          Width.SHORT,
          NON_FINITE_DOC,
          List.of(),
          Recommenders.oneOf(NON_FINITES));
    }

    Definitions mapping() {
      return add(
          MAPPING_GROUP,
          MAPPINGS_CONFIG,
          ConfigDef.Type.LIST,
          "",
          Validators.names(),
          Importance.MEDIUM,
          Width.LONG,
          MAPPINGS_DOC);
    }

    Definitions aggregation() {
      String group = AGGREGATION_GROUP;
      add(
          group,
          AGGREGATION_ENABLED_CONFIG,
          ConfigDef.Type.BOOLEAN,
          AGGREGATION_ENABLED_DEFAULT,
          null,
          Importance.MEDIUM,
          Width.SHORT,
          AGGREGATION_ENABLED_DOC,
          List.of(AGGREGATION_WINDOWS_CONFIG),
          null);
      return add(
          group,
          AGGREGATION_WINDOWS_CONFIG,
          ConfigDef.Type.LIST,
          AGGREGATION_WINDOWS_DEFAULT,
          WindowLength.listOfThem(),
          Importance.MEDIUM,
          Width.MEDIUM,
          AGGREGATION_WINDOWS_DOC,
          List.of(),
          Recommenders.shownWith(AGGREGATION_ENABLED_CONFIG, true));
    }
  }

  private static ConfigDef.Recommender shownWithItsModes(String setting) {
    return Recommenders.shownWith(
        REDIS_MODE_CONFIG, Objects.requireNonNull(MODES_OF.get(setting)).toArray());
  }

  private static void requirePrefix(String prefix) {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException("a topic cannot be called so");
    }
  }

  private static void requireAddress(String address) {
    address(address);
  }

  private static HostAndPort address(String text) {
    int colon = text.lastIndexOf(':');
    if (text.indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "a user or password in an address would be shown in the open; " + INSTEAD);
    }
    if (colon > 0 && text.substring(colon + 1).matches("[0-9]{1,5}")) {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port >= 1 && port <= 65535) {
        return new HostAndPort(text.substring(0, colon), port);
      }
    }
    throw new IllegalArgumentException("not host:port");
  }

  private static void requireUri(String uri) {
    Address address = uri(uri);
    if (!address.path().matches("(/[0-9]{0,4})?")) {
      throw new IllegalArgumentException("the path is not the number of a database");
    }
  }

  private static Address uri(String text) {
    return Address.parse(text, List.of("redis", "rediss"), INSTEAD);
  }

  private Duration millis(String name) {
    return Duration.ofMillis(getLong(name));
  }

  public RedisSettings redis(String clientName) {
    Address uri = uri(getString(REDIS_URI_CONFIG));
    RedisSettings.Mode mode =
        RedisSettings.Mode.valueOf(getString(REDIS_MODE_CONFIG).toUpperCase(Locale.ROOT));
    List<HostAndPort> addresses =
        mode == RedisSettings.Mode.STANDALONE
            ? List.of(new HostAndPort(uri.host(), uri.port() < 0 ? 6379 : uri.port()))
            : getList(REDIS_NODES_CONFIG).stream().map(RedisSourceConfig::address).toList();
    String path = uri.path();
    return new RedisSettings(
        mode,
        addresses,
        getString(REDIS_SENTINEL_MASTER_CONFIG),
        path.length() > 1 ? Integer.parseInt(path.substring(1)) : 0,
        getString(REDIS_USERNAME_CONFIG),
        password(REDIS_PASSWORD_CONFIG),
        getString(REDIS_SENTINEL_USERNAME_CONFIG),
        password(REDIS_SENTINEL_PASSWORD_CONFIG),
        Duration.ofMillis(getInt(REDIS_TIMEOUT_MS_CONFIG)),
        uri.scheme().equals("rediss"),
        getBoolean(REDIS_TLS_VERIFY_HOSTNAME_CONFIG),
        emptyToNull(REDIS_TLS_TRUSTSTORE_CONFIG),
        password(REDIS_TLS_TRUSTSTORE_PASSWORD_CONFIG),
        emptyToNull(REDIS_TLS_KEYSTORE_CONFIG),
        password(REDIS_TLS_KEYSTORE_PASSWORD_CONFIG),
        clientName);
  }

  /** As {@link Submission#password} reads it. */
  private @Nullable Password password(String name) {
    return Submission.password(originals().get(name));
  }

  private @Nullable String emptyToNull(String name) {
    String text = getString(name);
    return text.isEmpty() ? null : text;
  }

  public Duration backoffMin() {
    return Duration.ofMillis(getInt(REDIS_BACKOFF_MIN_MS_CONFIG));
  }

  public Duration backoffMax() {
    return Duration.ofMillis(getInt(REDIS_BACKOFF_MAX_MS_CONFIG));
  }

  public int maxRecords() {
    return getInt(BATCH_MAX_RECORDS_CONFIG);
  }

  public Duration pollInterval() {
    return millis(POLL_INTERVAL_MS_CONFIG);
  }

  public SourceLimits limits() {
    return new SourceLimits(
        getInt(BATCH_MAX_BYTES_CONFIG),
        getInt(VALUE_MAX_BYTES_CONFIG),
        NonFinite.valueOf(getString(NON_FINITE_CONFIG).toUpperCase(Locale.ROOT)));
  }

  public String controlChannel() {
    return getString(CONTROL_CHANNEL_CONFIG);
  }

  /**
   * The control channel's setting, when nobody asked for the channel: then a user who may not
   * listen to it is none the worse. Null when it was asked for.
   */
  public @Nullable String dispensableControl() {
    return originals().containsKey(CONTROL_CHANNEL_CONFIG) ? null : CONTROL_CHANNEL_CONFIG;
  }

  public String statusTopic() {
    return getString(STATUS_TOPIC_CONFIG);
  }

  public Duration statusInterval() {
    return millis(STATUS_INTERVAL_MS_CONFIG);
  }

  public boolean aggregationEnabled() {
    return getBoolean(AGGREGATION_ENABLED_CONFIG);
  }

  public List<String> aggregationWindows() {
    return getList(AGGREGATION_WINDOWS_CONFIG);
  }

  /** The sources, in the order of the list. */
  public List<SourceSpec> sources() {
    List<SourceSpec> specs = new ArrayList<>();
    for (String alias : getList(SOURCES_CONFIG)) {
      specs.add(
          SourceSettings.read(
              this,
              alias,
              getString(TOPIC_PREFIX_CONFIG) + alias,
              pollInterval(),
              millis(SNAPSHOT_INTERVAL_MS_CONFIG),
              millis(DISCOVERY_INTERVAL_MS_CONFIG)));
    }
    return specs;
  }

  public List<KeyMapper.Mapping> mappings() {
    List<KeyMapper.Mapping> mappings = new ArrayList<>();
    for (String name : getList(MAPPINGS_CONFIG)) {
      mappings.add(MappingSettings.read(this, name));
    }
    return mappings;
  }

  /**
   * What single settings cannot tell, by the setting at fault.
   *
   * @param parsed as {@link ConfigDef#validateAll} gave it; only read where it has no errors
   */
  public static Map<String, String> crossErrors(
      RedisSourceConfig parsed, Map<String, String> properties) {
    Map<String, String> errors = new LinkedHashMap<>();
    RedisSettings redis = parsed.redis("");
    if (redis.mode() != RedisSettings.Mode.STANDALONE && redis.addresses().isEmpty()) {
      errors.put(
          REDIS_NODES_CONFIG,
          "is needed with " + REDIS_MODE_CONFIG + "=" + parsed.getString(REDIS_MODE_CONFIG));
    }
    if (redis.mode() == RedisSettings.Mode.SENTINEL && redis.sentinelMaster().isEmpty()) {
      errors.put(REDIS_SENTINEL_MASTER_CONFIG, "is needed with " + REDIS_MODE_CONFIG + "=sentinel");
    }
    if (redis.mode() == RedisSettings.Mode.CLUSTER && redis.database() != 0) {
      errors.put(REDIS_URI_CONFIG, "a cluster has database 0 only");
    }
    if (redis.mode() == RedisSettings.Mode.CLUSTER && parsed.aggregationEnabled()) {
      errors.put(
          AGGREGATION_ENABLED_CONFIG,
          "the aggregation script needs all keys in one server; it does not run in a cluster");
    }
    if (!redis.username().isEmpty() && redis.password() == null) {
      errors.put(REDIS_PASSWORD_CONFIG, "is needed with " + REDIS_USERNAME_CONFIG);
    }
    if (!redis.sentinelUsername().isEmpty() && redis.sentinelPassword() == null) {
      errors.put(
          REDIS_SENTINEL_PASSWORD_CONFIG, "is needed with " + REDIS_SENTINEL_USERNAME_CONFIG);
    }
    if (parsed.backoffMax().compareTo(parsed.backoffMin()) < 0) {
      errors.put(REDIS_BACKOFF_MAX_MS_CONFIG, "is below " + REDIS_BACKOFF_MIN_MS_CONFIG);
    }
    if (parsed.sources().stream().anyMatch(spec -> spec.topic().equals(parsed.statusTopic()))) {
      errors.put(STATUS_TOPIC_CONFIG, "is the topic of a source; the status needs one of its own");
    }
    if (redis.tls()) {
      TlsFiles.check(redis, errors);
    } else {
      for (String path : List.of(REDIS_TLS_TRUSTSTORE_CONFIG, REDIS_TLS_KEYSTORE_CONFIG)) {
        if (!parsed.getString(path).isEmpty()) {
          errors.put(
              REDIS_URI_CONFIG, "needs rediss:// with " + path + ": redis:// is not encrypted");
        }
      }
    }
    String mode = parsed.getString(REDIS_MODE_CONFIG);
    MODES_OF.forEach(
        (setting, modes) -> {
          if (!modes.contains(mode) && SourceSettings.isGiven(properties.get(setting))) {
            errors.put(
                setting,
                "is not used with "
                    + REDIS_MODE_CONFIG
                    + "="
                    + mode
                    + ", only with "
                    + modes.stream().map(String::valueOf).collect(Collectors.joining(", ")));
          }
        });
    boolean cluster = "cluster".equalsIgnoreCase(parsed.getString(REDIS_MODE_CONFIG));
    SourceSettings.crossErrors(parsed.sources(), cluster, redis.database(), properties, errors);
    return errors;
  }
}
