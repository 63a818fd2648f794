package com.voltageems.hissrv.redis.source.type;

import com.voltageems.hissrv.plugin.Recommenders;
import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.plugin.Validators;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.sample.SampleFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Available types of sources, and the settings {@code sources.<alias>.…} of all of them. */
public final class SourceTypes {
  public static final String TYPE = "type";
  private static final Logger LOG = LoggerFactory.getLogger(SourceTypes.class);

  private static final Setting<SampleFilter> FILTER =
      Setting.list("filter", "")
          .low()
          .valid("name operator value, ...", text -> SampleFilter.parse(List.of(text)))
          .doc(
              "Conditions, all of which must hold: name operator value, with the "
                  + "operators eq ne gt ge lt le in matches; the values of in are separated by "
                  + "|. A condition on a tag decides on the whole sample, one on a field on "
                  + "that field.")
          .as(SampleFilter::parse);

  private final Map<String, SourceType> types = new LinkedHashMap<>();

  /** Settings by name; a setting is here once, even if several types use it. */
  private final Map<String, Shared> settings = new LinkedHashMap<>();

  /** Setting, and its meaning for each type that uses it. */
  private record Shared(Setting<?> first, Map<String, String> meanings) {
    List<String> users() {
      return List.copyOf(meanings.keySet());
    }

    String doc() {
      Map<String, List<String>> typesOf = new LinkedHashMap<>();
      meanings.forEach(
          (type, meaning) -> typesOf.computeIfAbsent(meaning, none -> new ArrayList<>()).add(type));
      return typesOf.entrySet().stream()
          .map(each -> String.join(", ", each.getValue()) + ": " + each.getKey())
          .collect(Collectors.joining(" "));
    }
  }

  /**
   * Creates the set of all types.
   *
   * @throws IllegalArgumentException if two types have the same name, or declare the same setting
   *     differently
   */
  public SourceTypes(List<SourceType> all) {
    for (SourceType type : all) {
      if (types.putIfAbsent(type.name(), type) != null) {
        throw new IllegalArgumentException("two source types are named " + type.name());
      }
      for (Setting<?> setting : type.settings()) {
        Shared shared =
            settings.computeIfAbsent(
                setting.name(), name -> new Shared(setting, new LinkedHashMap<>()));
        if (!shared.first().agreesWith(setting)) {
          throw new IllegalArgumentException(
              "type "
                  + type.name()
                  + " declares "
                  + setting.name()
                  + " otherwise than another type");
        }
        shared.meanings().put(type.name(), setting.doc());
      }
    }
  }

  /** Returns the prefix of the names of a source's settings. */
  public static String prefix(String alias) {
    return "sources." + alias + ".";
  }

  /**
   * Returns the settings of one source: those of all types, each shown only with the types that use
   * it.
   */
  public Setting<?>[] settings(String alias) {
    String prefix = prefix(alias);
    List<Setting<?>> all = new ArrayList<>();
    all.add(type(prefix));
    for (Shared setting : settings.values()) {
      all.add(
          setting
              .first()
              .under(prefix)
              .doc(setting.doc())
              .recommended(Recommenders.shownWith(prefix + TYPE, setting.users().toArray())));
    }
    all.add(FILTER.under(prefix));
    return all.toArray(Setting<?>[]::new);
  }

  private Setting<SourceType> type(String prefix) {
    String[] names = types.keySet().toArray(String[]::new);
    return Setting.text(prefix + TYPE)
        .high()
        .width(Width.SHORT)
        .valid(Validators.oneOf(names))
        .doc(
            types.values().stream()
                .map(type -> type.name() + ": " + type.doc())
                .collect(Collectors.joining(" ")))
        .dependents(settings.keySet().stream().map(prefix::concat).toList())
        .recommended(Recommenders.oneOf(names))
        .as(name -> Objects.requireNonNull(types.get(name), name));
  }

  /** Creates the source with that alias. */
  public Source source(
      AbstractConfig config, String alias, String topic, SourceCommon.Intervals intervals) {
    String prefix = prefix(alias);
    SourceType type = type(prefix).in(config);
    SampleFilter filter =
        FILTER.under(prefix).in(config).telling(text -> LOG.warn("{}{}: {}", prefix, FILTER, text));
    return type.source(
        new SourceValues(config, new SourceCommon(alias, type.name(), topic, filter, intervals)));
  }

  /**
   * Reports a setting that has no effect because no source is of a type that uses it.
   *
   * @return what is wrong with the setting, or empty
   */
  public Optional<String> idle(SourceType.Use use, List<Source> sources) {
    List<String> users =
        types.values().stream()
            .filter(type -> type.uses().contains(use))
            .map(SourceType::name)
            .toList();
    return sources.stream().anyMatch(source -> users.contains(source.common().type()))
        ? Optional.empty()
        : Optional.of("has no effect without a source of type " + String.join(" or ", users));
  }

  /** Returns {@link SourceType#partitionForm} of all types that have one. */
  public String partitionForms() {
    return types.values().stream()
        .map(SourceType::partitionForm)
        .filter(form -> !form.isEmpty())
        .collect(Collectors.joining(", "));
  }

  /**
   * Reports missing settings, settings that a source's type does not use, and what two sources must
   * not share.
   *
   * @param errors receives the message by the setting at fault
   */
  public void crossErrors(
      List<Source> sources,
      RedisSettings redis,
      Map<String, String> properties,
      Map<String, String> errors) {
    Map<String, String> readers = new HashMap<>();
    for (Source source : sources) {
      String type = source.common().type();
      String prefix = prefix(source.common().alias());
      settings.forEach(
          (name, setting) -> {
            if (!setting.users().contains(type) && isGiven(properties.get(prefix + name))) {
              errors.put(
                  prefix + name,
                  "is not used by type "
                      + type
                      + ", only by "
                      + String.join(", ", setting.users()));
            }
          });
      source.problems(redis).forEach((name, problem) -> errors.put(prefix + name, problem));
      for (Source.Sole sole : source.soles()) {
        String other = readers.putIfAbsent(sole.what(), prefix + sole.setting());
        if (other != null) {
          errors.putIfAbsent(prefix + sole.setting(), sole.what() + " is already read by " + other);
        }
      }
    }
  }

  /** Returns whether a property is set. A form may also send properties that were left empty. */
  public static boolean isGiven(@Nullable String value) {
    return value != null && !value.isBlank();
  }

  /** Returns the error for a setting that a source needs but that is not given. */
  public static Map<String, String> required(
      Setting<?> setting, boolean isGiven, SourceCommon common) {
    return isGiven ? Map.of() : Map.of(setting.name(), "is needed for type " + common.type());
  }
}
