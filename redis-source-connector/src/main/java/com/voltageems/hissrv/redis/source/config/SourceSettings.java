package com.voltageems.hissrv.redis.source.config;

import com.voltageems.hissrv.plugin.Recommenders;
import com.voltageems.hissrv.plugin.Validators;
import com.voltageems.hissrv.redis.source.reader.KeyspaceEvents;
import com.voltageems.hissrv.redis.source.sample.Deadband;
import com.voltageems.hissrv.redis.source.sample.SampleFilter;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.jspecify.annotations.Nullable;

/** The settings {@code sources.<alias>.…}. */
public final class SourceSettings {
  public static final String TYPE = "type";
  static final String TYPE_DOC =
      "archive: the windows of one length. list: a pending list, drained. hash: live hashes, what"
          + " changed in them. pubsub: messages of channels. stream: the entries of a stream.";
  static final String WINDOW = "window";
  static final String WINDOW_DOC = "archive: the length as the keys name it, such as 1m.";
  static final String SCAN = "scan";
  static final String SCAN_DOC =
      "archive: whether windows are looked for by SCAN as long as there is no index. Such windows"
          + " are delivered at least once; without it every window is delivered exactly once, when"
          + " the worker supports that.";
  public static final String KEY = "key";
  static final String KEY_DOC = "list, stream: its key.";
  static final String REJECTED_MAX = "rejected.max";
  static final String REJECTED_MAX_DOC =
      "list: the length of <list>:rejected, where elements go that are no sample; older ones fall"
          + " off.";
  public static final String PATTERN = "pattern";
  static final String PATTERN_DOC =
      "hash: key patterns as SCAN takes them; companions (…:ts, …:raw) and keys of another type are"
          + " left out by themselves. pubsub: channel patterns as PSUBSCRIBE takes them.";
  static final String QUEUE_MAX = "queue.max";
  static final String QUEUE_MAX_DOC =
      "pubsub: messages that may wait, with 64 MiB of channels and payloads at most; further ones"
          + " are dropped and counted, and the hashes behind the patterns are read afterwards.";
  static final String FILTER = "filter";
  static final String FILTER_DOC =
      "Conditions, all to be fulfilled: name operator value, with the operators eq ne gt ge lt le in"
          + " matches; the values of in are separated by |. The name of a tag decides over the"
          + " sample, that of a field over the field.";
  static final String DEADBAND = "deadband";
  static final String DEADBAND_DOC =
      "hash, and pubsub for the hashes that messages announce: field:width, ...; a number within that width of the one last given is not given again;"
          + " 1% is a width relative to that one, * stands for all other fields. A snapshot gives"
          + " everything.";
  static final String MIN_INTERVAL_MS = "min.interval.ms";
  static final String MIN_INTERVAL_MS_DOC =
      "hash, and pubsub for the hashes that messages announce: a field is given no more often than"
          + " this; the value that it has then is given. A snapshot gives everything.";

  /** Which types use a setting; {@link #FILTER} is used by all. */
  private static final Map<String, Set<SourceSpec.Type>> USERS = users();

  private SourceSettings() {}

  private static Map<String, Set<SourceSpec.Type>> users() {
    Map<String, Set<SourceSpec.Type>> users = new LinkedHashMap<>();
    users.put(WINDOW, EnumSet.of(SourceSpec.Type.ARCHIVE));
    users.put(SCAN, EnumSet.of(SourceSpec.Type.ARCHIVE));
    users.put(KEY, EnumSet.of(SourceSpec.Type.LIST, SourceSpec.Type.STREAM));
    users.put(REJECTED_MAX, EnumSet.of(SourceSpec.Type.LIST));
    users.put(PATTERN, EnumSet.of(SourceSpec.Type.HASH, SourceSpec.Type.PUBSUB));
    users.put(QUEUE_MAX, EnumSet.of(SourceSpec.Type.PUBSUB));
    users.put(DEADBAND, EnumSet.of(SourceSpec.Type.HASH, SourceSpec.Type.PUBSUB));
    users.put(MIN_INTERVAL_MS, EnumSet.of(SourceSpec.Type.HASH, SourceSpec.Type.PUBSUB));
    return users;
  }

  private static ConfigDef.Recommender shownToUsers(String prefix, String setting) {
    return Recommenders.shownWith(prefix + TYPE, userNames(setting).toArray());
  }

  private static List<String> userNames(String setting) {
    return Objects.requireNonNull(USERS.get(setting)).stream().map(SourceSettings::name).toList();
  }

  private static String name(SourceSpec.Type type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  static void define(ConfigDef def, String prefix, String group) {
    def.define(
        prefix + TYPE,
        ConfigDef.Type.STRING,
        ConfigDef.NO_DEFAULT_VALUE,
        Validators.oneOf(types()),
        Importance.HIGH,
        TYPE_DOC,
        group,
        1,
        Width.SHORT,
        prefix + TYPE,
        USERS.keySet().stream().map(prefix::concat).toList(),
        Recommenders.oneOf(types()));
    def.define(
        prefix + WINDOW,
        ConfigDef.Type.STRING,
        "",
        Validators.of("a length such as 5s, 1m, 1h", SourceSettings::requireWindow),
        Importance.HIGH,
        WINDOW_DOC,
        group,
        2,
        Width.SHORT,
        prefix + WINDOW,
        shownToUsers(prefix, WINDOW));
    def.define(
        prefix + SCAN,
        ConfigDef.Type.BOOLEAN,
        true,
        Importance.LOW,
        SCAN_DOC,
        group,
        3,
        Width.SHORT,
        prefix + SCAN,
        shownToUsers(prefix, SCAN));
    def.define(
        prefix + KEY,
        ConfigDef.Type.STRING,
        "",
        Importance.HIGH,
        KEY_DOC,
        group,
        4,
        Width.MEDIUM,
        prefix + KEY,
        shownToUsers(prefix, KEY));
    def.define(
        prefix + REJECTED_MAX,
        ConfigDef.Type.INT,
        10_000,
        ConfigDef.Range.between(1, 10_000_000),
        Importance.LOW,
        REJECTED_MAX_DOC,
        group,
        5,
        Width.SHORT,
        prefix + REJECTED_MAX,
        shownToUsers(prefix, REJECTED_MAX));
    def.define(
        prefix + PATTERN,
        ConfigDef.Type.LIST,
        "",
        Importance.HIGH,
        PATTERN_DOC,
        group,
        6,
        Width.LONG,
        prefix + PATTERN,
        shownToUsers(prefix, PATTERN));
    def.define(
        prefix + QUEUE_MAX,
        ConfigDef.Type.INT,
        200_000,
        ConfigDef.Range.between(1000, 5_000_000),
        Importance.LOW,
        QUEUE_MAX_DOC,
        group,
        7,
        Width.SHORT,
        prefix + QUEUE_MAX,
        shownToUsers(prefix, QUEUE_MAX));
    def.define(
        prefix + FILTER,
        ConfigDef.Type.LIST,
        "",
        Validators.eachOf("name operator value, ...", text -> SampleFilter.parse(List.of(text))),
        Importance.LOW,
        FILTER_DOC,
        group,
        8,
        Width.LONG,
        prefix + FILTER);
    def.define(
        prefix + DEADBAND,
        ConfigDef.Type.LIST,
        "",
        Validators.eachOf(
            "field:width or field:percentage%, ...",
            text -> Deadband.parse(List.of(text), Duration.ZERO)),
        Importance.LOW,
        DEADBAND_DOC,
        group,
        9,
        Width.LONG,
        prefix + DEADBAND,
        shownToUsers(prefix, DEADBAND));
    def.define(
        prefix + MIN_INTERVAL_MS,
        ConfigDef.Type.LONG,
        0L,
        ConfigDef.Range.between(0, RedisSourceConfig.YEAR_MS),
        Importance.LOW,
        MIN_INTERVAL_MS_DOC,
        group,
        10,
        Width.SHORT,
        prefix + MIN_INTERVAL_MS,
        shownToUsers(prefix, MIN_INTERVAL_MS));
  }

  private static String[] types() {
    return Arrays.stream(SourceSpec.Type.values()).map(SourceSettings::name).toArray(String[]::new);
  }

  private static void requireWindow(String window) {
    if (!window.isEmpty() && !WindowLength.isValid(window)) {
      throw new IllegalArgumentException("not a duration such as 5s, 1m, 1h");
    }
  }

  static SourceSpec read(
      AbstractConfig config,
      String alias,
      String topic,
      Duration pollInterval,
      Duration snapshotInterval,
      Duration discoveryInterval) {
    String prefix = "sources." + alias + ".";
    return new SourceSpec(
        alias,
        SourceSpec.Type.valueOf(config.getString(prefix + TYPE).toUpperCase(Locale.ROOT)),
        topic,
        config.getString(prefix + KEY),
        config.getString(prefix + WINDOW),
        config.getList(prefix + PATTERN),
        config.getBoolean(prefix + SCAN),
        config.getInt(prefix + REJECTED_MAX),
        config.getInt(prefix + QUEUE_MAX),
        SampleFilter.parse(config.getList(prefix + FILTER)),
        Deadband.parse(
            config.getList(prefix + DEADBAND),
            Duration.ofMillis(config.getLong(prefix + MIN_INTERVAL_MS))),
        pollInterval,
        snapshotInterval,
        discoveryInterval);
  }

  /** What a type needs and what it does not use, and what two sources must not share. */
  static void crossErrors(
      List<SourceSpec> specs,
      boolean cluster,
      int database,
      Map<String, String> properties,
      Map<String, String> errors) {
    Map<String, String> owners = new HashMap<>();
    for (SourceSpec spec : specs) {
      String prefix = "sources." + spec.alias() + ".";
      USERS.forEach(
          (setting, users) -> {
            if (!users.contains(spec.type()) && isGiven(properties.get(prefix + setting))) {
              errors.put(
                  prefix + setting,
                  "is not used by type "
                      + name(spec.type())
                      + ", only by "
                      + String.join(", ", userNames(setting)));
            }
          });
      switch (spec.type()) {
        case ARCHIVE -> {
          require(!spec.window().isEmpty(), prefix + WINDOW, "archive", errors);
          requireAlone("archive " + spec.window(), prefix + WINDOW, owners, errors);
        }
        case LIST -> {
          require(!spec.key().isEmpty(), prefix + KEY, "list", errors);
          requireAlone("list " + spec.key(), prefix + KEY, owners, errors);
        }
        case STREAM -> {
          require(!spec.key().isEmpty(), prefix + KEY, "stream", errors);
          requireAlone("stream " + spec.key(), prefix + KEY, owners, errors);
        }
        case HASH -> require(!spec.patterns().isEmpty(), prefix + PATTERN, "hash", errors);
        case PUBSUB -> {
          require(!spec.patterns().isEmpty(), prefix + PATTERN, "pubsub", errors);
          if (cluster
              && spec.patterns().stream().anyMatch(pattern -> pattern.startsWith("__key"))) {
            errors.put(
                prefix + PATTERN,
                "has keyspace events, which each node of a cluster tells of its own keys only; use"
                    + " type hash there");
          } else {
            spec.patterns().stream()
                .map(pattern -> KeyspaceEvents.problem(pattern, database))
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresent(problem -> errors.put(prefix + PATTERN, problem));
          }
        }
      }
    }
  }

  /** A form may send what was left empty, too. */
  static boolean isGiven(@Nullable String value) {
    return value != null && !value.isBlank();
  }

  private static void require(boolean given, String name, String type, Map<String, String> errors) {
    if (!given) {
      errors.put(name, "is needed for type " + type);
    }
  }

  /** Two sources over one list or archive would share one position. */
  private static void requireAlone(
      String what, String name, Map<String, String> owners, Map<String, String> errors) {
    String other = owners.putIfAbsent(what, name);
    if (other != null) {
      errors.put(name, what + " is already read by " + other);
    }
  }
}
