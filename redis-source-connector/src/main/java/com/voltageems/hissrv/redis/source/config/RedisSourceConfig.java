package com.voltageems.hissrv.redis.source.config;

import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.plugin.SettingGroups;
import com.voltageems.hissrv.plugin.Submission;
import com.voltageems.hissrv.plugin.Validators;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.SourceLimits;
import com.voltageems.hissrv.redis.source.type.Source;
import com.voltageems.hissrv.redis.source.type.SourceCommon.Intervals;
import com.voltageems.hissrv.redis.source.type.SourceType;
import com.voltageems.hissrv.redis.source.type.SourceTypes;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;

/**
 * Parsed settings of the connector. Settings of a source or mapping exist once per name in the
 * lists.
 */
public final class RedisSourceConfig extends AbstractConfig {
  public static final String TASK_CONFIG = "hissrv.task";
  public static final String TASKS_CONFIG = "hissrv.tasks";

  private final SourceTypes types;

  /**
   * Parses the properties.
   *
   * @param types the available types of sources
   */
  public RedisSourceConfig(SourceTypes types, Map<String, String> properties) {
    super(definition(types, properties), new Submission(properties).given(), false);
    this.types = types;
  }

  /**
   * Returns the settings of this configuration: the static ones, and those of its sources and
   * mappings.
   */
  public static ConfigDef definition(SourceTypes types, Map<String, String> properties) {
    SettingGroups groups = staticGroups();
    for (String alias : names(properties.get(GeneralSettings.SOURCES.name()))) {
      groups.add("source " + alias, types.settings(alias));
    }
    for (String name : names(properties.get(MappingSettings.MAPPINGS.name()))) {
      groups.add("mapping " + name, MappingSettings.all(name));
    }
    return groups.def();
  }

  /** Returns the settings that always exist, independent of the lists. */
  public static ConfigDef staticDefinition() {
    return staticGroups().def();
  }

  private static SettingGroups staticGroups() {
    return new SettingGroups()
        .add("Redis", ConnectionSettings.all())
        .add("Sources", GeneralSettings.all())
        .add("Mapping", MappingSettings.MAPPINGS)
        .add("Aggregation", AggregationSettings.all());
  }

  /** Returns the well-formed names in a list, each once. */
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

  public RedisSettings redis(String clientName) {
    return ConnectionSettings.read(this, clientName);
  }

  public Duration backoffMin() {
    return ConnectionSettings.BACKOFF_MIN.in(this);
  }

  public Duration backoffMax() {
    return ConnectionSettings.BACKOFF_MAX.in(this);
  }

  public int maxRecords() {
    return GeneralSettings.BATCH_MAX_RECORDS.in(this);
  }

  public Duration pollInterval() {
    return GeneralSettings.POLL_INTERVAL.in(this);
  }

  public SourceLimits limits() {
    return new SourceLimits(
        GeneralSettings.BATCH_MAX_BYTES.in(this),
        GeneralSettings.VALUE_MAX_BYTES.in(this),
        GeneralSettings.RECORD_MAX_BYTES.in(this),
        GeneralSettings.NON_FINITE.in(this));
  }

  public String controlChannel() {
    return GeneralSettings.CONTROL_CHANNEL.in(this);
  }

  /**
   * Returns the name of the control channel's setting if the channel was not requested: a user who
   * may not listen to it then loses nothing. Null if it was requested.
   */
  public @Nullable String dispensableControl() {
    String setting = GeneralSettings.CONTROL_CHANNEL.name();
    return originals().containsKey(setting) ? null : setting;
  }

  public String statusTopic() {
    return GeneralSettings.STATUS_TOPIC.in(this);
  }

  public Duration statusInterval() {
    return GeneralSettings.STATUS_INTERVAL.in(this);
  }

  public boolean aggregationEnabled() {
    return AggregationSettings.ENABLED.in(this);
  }

  public List<String> aggregationWindows() {
    return AggregationSettings.WINDOWS.in(this);
  }

  /** Returns the given settings of the script, except the windows, by the script's own names. */
  public Map<String, String> aggregationScript() {
    return AggregationSettings.ofScript(this);
  }

  /** Returns the sources, in the order of the list. */
  public List<Source> sources() {
    String prefix = GeneralSettings.TOPIC_PREFIX.in(this);
    Intervals intervals =
        new Intervals(
            pollInterval(),
            GeneralSettings.SNAPSHOT_INTERVAL.in(this),
            GeneralSettings.DISCOVERY_INTERVAL.in(this));
    return GeneralSettings.SOURCES.in(this).stream()
        .map(alias -> types.source(this, alias, prefix + alias, intervals))
        .toList();
  }

  public List<KeyMapper.Mapping> mappings() {
    return MappingSettings.MAPPINGS.in(this).stream()
        .map(name -> MappingSettings.read(this, name))
        .toList();
  }

  /**
   * Returns errors that no single setting shows, by the setting at fault.
   *
   * @param now time at which a client certificate must be valid
   */
  public Map<String, String> crossErrors(Instant now) {
    Map<String, String> errors = new LinkedHashMap<>();
    Map<String, String> given = originalsStrings();
    RedisSettings redis = ConnectionSettings.unencrypted(this);
    List<Source> sources = sources();
    ConnectionSettings.crossErrors(this, given, now, errors);
    AggregationSettings.crossErrors(this, redis, errors);
    MappingSettings.crossErrors(this, errors);
    if (sources.stream().anyMatch(source -> source.common().topic().equals(statusTopic()))) {
      errors.put(
          GeneralSettings.STATUS_TOPIC.name(),
          "is the topic of a source; the status needs one of its own");
    }
    GeneralSettings.crossErrors(this, given, errors);
    types.crossErrors(sources, redis, given, errors);
    idle(SourceType.Use.MAPPINGS, MappingSettings.MAPPINGS, sources, errors);
    idle(SourceType.Use.SNAPSHOTS, GeneralSettings.SNAPSHOT_INTERVAL, sources, errors);
    return errors;
  }

  /** Reports a setting without effect. A value equal to the default is not a mistake. */
  private void idle(
      SourceType.Use use, Setting<?> setting, List<Source> sources, Map<String, String> errors) {
    String name = setting.name();
    if (!Objects.equals(values().get(name), staticDefinition().defaultValues().get(name))) {
      types.idle(use, sources).ifPresent(message -> errors.putIfAbsent(name, message));
    }
  }
}
