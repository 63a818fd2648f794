package com.voltageems.hissrv.redis.source;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Width;

/** The settings {@code sources.<alias>.…}. */
final class SourceSettings {
  static final String TYPE = "type";
  static final String TYPE_DOC =
      "archive: the windows of one length. list: a pending list, drained. hash: live hashes, what"
          + " changed in them.";
  static final String WINDOW = "window";
  static final String WINDOW_DOC = "archive: the length as the keys name it, such as 1m.";
  static final String SCAN = "scan";
  static final String SCAN_DOC =
      "archive: whether windows are looked for by SCAN as long as there is no index. Such windows"
          + " are delivered at least once; without it every window is delivered exactly once, when"
          + " the worker supports that.";
  static final String KEY = "key";
  static final String KEY_DOC = "list: the key of the list.";
  static final String REJECTED_MAX = "rejected.max";
  static final String REJECTED_MAX_DOC =
      "list: the length of <list>:rejected, where elements go that are no sample; older ones fall"
          + " off.";
  static final String PATTERN = "pattern";
  static final String PATTERN_DOC =
      "hash: key patterns as SCAN takes them. Companions (…:ts, …:raw) and keys of another type are"
          + " left out by themselves.";

  private SourceSettings() {}

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
        prefix + TYPE);
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
        prefix + WINDOW);
    def.define(
        prefix + SCAN,
        ConfigDef.Type.BOOLEAN,
        true,
        Importance.LOW,
        SCAN_DOC,
        group,
        3,
        Width.SHORT,
        prefix + SCAN);
    def.define(
        prefix + KEY,
        ConfigDef.Type.STRING,
        "",
        Importance.HIGH,
        KEY_DOC,
        group,
        4,
        Width.MEDIUM,
        prefix + KEY);
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
        prefix + REJECTED_MAX);
    def.define(
        prefix + PATTERN,
        ConfigDef.Type.LIST,
        "",
        Importance.HIGH,
        PATTERN_DOC,
        group,
        6,
        Width.LONG,
        prefix + PATTERN);
  }

  private static String[] types() {
    return Arrays.stream(SourceSpec.Type.values())
        .map(type -> type.name().toLowerCase(Locale.ROOT))
        .toArray(String[]::new);
  }

  private static void requireWindow(String window) {
    if (!window.isEmpty() && !WindowLength.isValid(window)) {
      throw new IllegalArgumentException("no length");
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
        pollInterval,
        snapshotInterval,
        discoveryInterval);
  }

  /** What a type needs, and what two sources must not share. */
  static void crossErrors(List<SourceSpec> specs, Map<String, String> errors) {
    Map<String, String> owners = new HashMap<>();
    for (SourceSpec spec : specs) {
      String prefix = "sources." + spec.alias() + ".";
      switch (spec.type()) {
        case ARCHIVE -> {
          require(!spec.window().isEmpty(), prefix + WINDOW, "archive", errors);
          requireAlone("window " + spec.window(), prefix + WINDOW, owners, errors);
        }
        case LIST -> {
          require(!spec.key().isEmpty(), prefix + KEY, "list", errors);
          requireAlone("list " + spec.key(), prefix + KEY, owners, errors);
        }
        case HASH -> require(!spec.patterns().isEmpty(), prefix + PATTERN, "hash", errors);
      }
    }
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
