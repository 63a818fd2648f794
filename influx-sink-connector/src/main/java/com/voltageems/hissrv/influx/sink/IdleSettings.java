package com.voltageems.hissrv.influx.sink;

import com.voltageems.hissrv.influx.answer.InfluxVersion;
import com.voltageems.hissrv.influx.config.DatabaseSettings;
import com.voltageems.hissrv.influx.config.InfluxSinkConfig;
import com.voltageems.hissrv.influx.config.MappingSettings;
import com.voltageems.hissrv.influx.config.QuestDbSettings;
import com.voltageems.hissrv.influx.config.RecordSettings;
import com.voltageems.hissrv.influx.mapping.Named;
import com.voltageems.hissrv.influx.point.Glob;
import com.voltageems.hissrv.plugin.Setting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Settings that were given and have no effect because another setting decides otherwise: the person
 * who set them expects an effect and would never learn that there is none.
 */
final class IdleSettings {
  /** Settings that have no effect with a version because they belong to other versions. */
  private static final Map<InfluxVersion, List<Setting<?>>> OF_OTHERS =
      Map.of(
          InfluxVersion.V2,
          List.of(
              DatabaseSettings.DATABASE,
              DatabaseSettings.RETENTION_POLICY,
              DatabaseSettings.USERNAME,
              DatabaseSettings.PASSWORD),
          InfluxVersion.V1,
          List.of(
              DatabaseSettings.TOKEN,
              DatabaseSettings.ORG,
              DatabaseSettings.BUCKET,
              DatabaseSettings.BUCKET_CREATE,
              DatabaseSettings.BUCKET_RETENTION),
          InfluxVersion.QUESTDB,
          List.of(
              DatabaseSettings.ORG,
              DatabaseSettings.BUCKET,
              DatabaseSettings.BUCKET_CREATE,
              DatabaseSettings.BUCKET_RETENTION,
              DatabaseSettings.DATABASE,
              DatabaseSettings.RETENTION_POLICY,
              RecordSettings.BUCKET_BY_TOPIC));

  private static final List<Setting<?>> MAPPING =
      List.of(
          MappingSettings.MEASUREMENT,
          MappingSettings.TAGS,
          MappingSettings.FIELDS,
          MappingSettings.POINTS,
          MappingSettings.TIMESTAMP,
          MappingSettings.TIMESTAMP_FORMAT,
          MappingSettings.TIMESTAMP_ZONE,
          MappingSettings.ENVELOPE,
          MappingSettings.DELETED,
          MappingSettings.ARRAYS,
          RecordSettings.EMPTY_POINTS);

  private static final Set<String> UNITS = Set.of("s", "ms", "us", "ns");

  private final Map<String, String> given;
  private final InfluxSinkConfig parsed;
  private final List<Idle> found = new ArrayList<>();

  /**
   * A setting without effect.
   *
   * @param causes the settings that decide this; while one of them is wrong itself, nothing is
   *     reported
   */
  record Idle(String setting, String message, List<String> causes) {}

  private IdleSettings(Map<String, String> given, InfluxSinkConfig parsed) {
    this.given = given;
    this.parsed = parsed;
  }

  /**
   * Returns the settings that have no effect.
   *
   * @param given the settings as submitted
   * @param parsed the parsed settings, with the defaults for settings that are wrong on their own
   */
  static List<Idle> of(Map<String, String> given, InfluxSinkConfig parsed) {
    IdleSettings idle = new IdleSettings(given, parsed);
    idle.database();
    if (parsed.recordsAreMapped()) {
      idle.mapping();
    } else {
      MAPPING.forEach(
          setting -> idle.tell(setting, " unless record.format is any", RecordSettings.FORMAT));
    }
    idle.records();
    idle.shadowed(RecordSettings.FIELD_TYPES, RecordSettings.FIELD_TYPES.in(parsed), true);
    if (parsed.database().version() != InfluxVersion.QUESTDB) {
      idle.shadowed(
          RecordSettings.BUCKET_BY_TOPIC, RecordSettings.BUCKET_BY_TOPIC.in(parsed), false);
      idle.topicsOfBuckets();
    }
    return idle.found;
  }

  /** A setting that repeats the default is not a mistake and does not count as given. */
  private boolean isGiven(Setting<?> setting) {
    String name = setting.name();
    return !given.getOrDefault(name, "").isBlank()
        && !Objects.equals(
            parsed.values().get(name), InfluxSinkConfig.CONFIG_DEF.defaultValues().get(name));
  }

  private void tell(Setting<?> setting, String why, Setting<?>... causes) {
    if (isGiven(setting)) {
      found.add(
          new Idle(
              setting.name(),
              setting + " has no effect" + why,
              Arrays.stream(causes).map(Setting::name).toList()));
    }
  }

  private void database() {
    InfluxVersion version = parsed.database().version();
    String with = " with " + DatabaseSettings.VERSION + "=" + version.setting();
    OF_OTHERS
        .getOrDefault(version, List.of())
        .forEach(setting -> tell(setting, with, DatabaseSettings.VERSION));
    if (version != InfluxVersion.QUESTDB) {
      tell(QuestDbSettings.CREATE, with, DatabaseSettings.VERSION);
      tell(QuestDbSettings.COLUMNS, with, DatabaseSettings.VERSION);
      QuestDbSettings.ofTables().forEach(setting -> tell(setting, with, DatabaseSettings.VERSION));
    } else if (!QuestDbSettings.CREATE.in(parsed)) {
      String unless = " unless " + QuestDbSettings.CREATE + " is true: QuestDB makes the tables";
      QuestDbSettings.ofTables().forEach(setting -> tell(setting, unless, QuestDbSettings.CREATE));
    }
    if (version == InfluxVersion.QUESTDB && parsed.database().token() != null) {
      for (Setting<?> login : List.of(DatabaseSettings.USERNAME, DatabaseSettings.PASSWORD)) {
        tell(login, " beside " + DatabaseSettings.TOKEN, DatabaseSettings.VERSION);
      }
    } else if (version != InfluxVersion.V2 && parsed.database().username() == null) {
      tell(
          DatabaseSettings.PASSWORD,
          " without " + DatabaseSettings.USERNAME,
          DatabaseSettings.VERSION,
          DatabaseSettings.USERNAME);
    }
    if (version == InfluxVersion.V2 && !parsed.database().createsBuckets()) {
      tell(
          DatabaseSettings.BUCKET_RETENTION,
          " unless " + DatabaseSettings.BUCKET_CREATE + " is true",
          DatabaseSettings.BUCKET_CREATE);
    }
  }

  private void mapping() {
    if (MappingSettings.TIMESTAMP.in(parsed).isEmpty()) {
      String why = " without " + MappingSettings.TIMESTAMP + ": the record's own time counts";
      tell(MappingSettings.TIMESTAMP_FORMAT, why, MappingSettings.TIMESTAMP);
      tell(MappingSettings.TIMESTAMP_ZONE, why, MappingSettings.TIMESTAMP);
    } else if (UNITS.contains(MappingSettings.TIMESTAMP_FORMAT.in(parsed))) {
      tell(
          MappingSettings.TIMESTAMP_ZONE,
          " with "
              + MappingSettings.TIMESTAMP_FORMAT
              + "="
              + MappingSettings.TIMESTAMP_FORMAT.in(parsed)
              + ": a number has no time zone",
          MappingSettings.TIMESTAMP_FORMAT);
    }
    if (!parsed.opensEnvelopes()) {
      tell(
          MappingSettings.DELETED,
          " unless " + MappingSettings.ENVELOPE + " is debezium",
          MappingSettings.ENVELOPE);
    }
    if (MappingSettings.POINTS.in(parsed).isEmpty()) {
      tell(
          RecordSettings.EMPTY_POINTS,
          " without " + MappingSettings.POINTS,
          MappingSettings.POINTS);
    }
    namedTime(MappingSettings.TAGS);
    namedTime(MappingSettings.FIELDS);
    List<String> fields = MappingSettings.FIELDS.in(parsed);
    if (!fields.isEmpty()
        && fields.stream().noneMatch(IdleSettings::isAll)
        && MappingSettings.TAGS.in(parsed).stream().noneMatch(IdleSettings::isAll)) {
      tell(
          MappingSettings.ARRAYS,
          " where "
              + MappingSettings.FIELDS
              + " names each field; it is for every scalar of the value, or of a place.*",
          MappingSettings.FIELDS,
          MappingSettings.TAGS);
    }
  }

  /** Finds tags or fields named time, for which each record would be reported. */
  private void namedTime(Setting<List<String>> setting) {
    for (String place : setting.in(parsed)) {
      if (Named.parse(place).name().equals("time")) {
        found.add(
            new Idle(
                setting.name(),
                setting
                    + ": '"
                    + place
                    + "' has no effect: time is the database's own name; give it another, such as"
                    + " at="
                    + place.substring(place.indexOf('=') + 1).trim(),
                List.of()));
      }
    }
  }

  private static boolean isAll(String place) {
    return place.trim().endsWith(".*");
  }

  private void records() {
    if (parsed.records().areLines()) {
      tell(
          RecordSettings.FIELD_TYPES,
          " with " + RecordSettings.FORMAT + "=line: lines say the types of their fields",
          RecordSettings.FORMAT);
    }
  }

  /**
   * Among rules of which the first match counts, finds those that can never match because an
   * earlier rule matches everything that they match.
   */
  private void shadowed(Setting<?> setting, List<String> rules, boolean lastColon) {
    for (int later = 1; later < rules.size(); later++) {
      String name = name(rules.get(later), lastColon);
      for (String earlier : rules.subList(0, later)) {
        // The * of the later rule is matched as a plain character here; so whatever it stands for
        // matches, too.
        if (new Glob(name(earlier, lastColon)).matches(name)) {
          found.add(
              new Idle(
                  setting.name(),
                  setting
                      + ": '"
                      + rules.get(later)
                      + "' has no effect behind '"
                      + earlier
                      + "': the first that fits counts",
                  List.of(DatabaseSettings.VERSION.name())));
          break;
        }
      }
    }
  }

  private static String name(String rule, boolean lastColon) {
    int colon = lastColon ? rule.lastIndexOf(':') : rule.indexOf(':');
    return rule.substring(0, Math.max(0, colon)).trim();
  }

  /**
   * Finds rules that match none of the listed topics. Only if the topics are listed and no
   * transform can rename them: such a rule is a slip then.
   */
  private void topicsOfBuckets() {
    String topics = given.getOrDefault("topics", "");
    if (topics.isBlank() || !given.getOrDefault("transforms", "").isBlank()) {
      return;
    }
    for (String rule : RecordSettings.BUCKET_BY_TOPIC.in(parsed)) {
      Glob glob = new Glob(name(rule, false));
      if (Arrays.stream(topics.split(",")).map(String::trim).noneMatch(glob::matches)) {
        found.add(
            new Idle(
                RecordSettings.BUCKET_BY_TOPIC.name(),
                RecordSettings.BUCKET_BY_TOPIC
                    + ": '"
                    + rule
                    + "' has no effect: it fits none of the topics "
                    + topics.trim(),
                List.of(DatabaseSettings.VERSION.name())));
      }
    }
  }
}
