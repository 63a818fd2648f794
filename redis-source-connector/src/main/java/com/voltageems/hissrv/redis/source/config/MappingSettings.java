package com.voltageems.hissrv.redis.source.config;

import com.voltageems.hissrv.plugin.Setting;
import com.voltageems.hissrv.plugin.Validators;
import com.voltageems.hissrv.redis.source.sample.FieldNames;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef.Width;

/** Settings {@code mappings} and {@code mappings.<name>.…}. */
public final class MappingSettings {
  private static final Set<String> ALL = Set.of(".*", ".+", "(.*)", "(.+)");
  private static final Pattern GROUP = Pattern.compile("\\$([0-9])");

  public static final Setting<List<String>> MAPPINGS =
      Setting.list("mappings", "")
          .valid(Validators.names())
          .doc(
              "Names of the mappings, tried in this order; a key that none matches gets the default"
                  + " of its layout.");

  public static final Setting<Pattern> PATTERN =
      Setting.text("pattern")
          .width(Width.LONG)
          .valid("a Java regular expression", MappingSettings::requirePattern)
          .doc(
              "Java regular expression that has to match the whole key or channel. A key on which"
                  + " it backtracks too long is rejected.")
          .as(Pattern::compile);

  public static final Setting<String> MEASUREMENT =
      Setting.text("measurement")
          .valid("not empty", MappingSettings::requireText)
          .doc("The measurement; $1 to $9 stand for the pattern's groups.");

  private static final Setting<Map<String, String>> TAGS =
      Setting.list("tags", "")
          .valid(
              Validators.list(
                  "name:value, ..., each name once",
                  MappingSettings::requirePair,
                  MappingSettings::requireTagsOnce))
          .doc(
              "name:value, ...; a value may hold $1 to $9. A tag whose value is empty is left out.")
          .as(MappingSettings::pairs);

  private static final Setting<FieldNames> FIELDS =
      Setting.list("fields", "*")
          .valid(
              Validators.list(
                  "id:name, ... and *, each once",
                  MappingSettings::requireField,
                  MappingSettings::requireFieldsOnce))
          .doc(
              "id:name, ... gives fields other names; * keeps the names of all others, which are"
                  + " left out without it.")
          .as(list -> new FieldNames(pairs(list), list.contains("*")));

  private MappingSettings() {}

  /** Returns the settings of one mapping. */
  static Setting<?>[] all(String name) {
    String prefix = prefix(name);
    return new Setting<?>[] {
      PATTERN.under(prefix), MEASUREMENT.under(prefix), TAGS.under(prefix), FIELDS.under(prefix)
    };
  }

  /** Returns the prefix of a mapping's settings. */
  public static String prefix(String name) {
    return "mappings." + name + ".";
  }

  private static void requirePattern(String pattern) {
    try {
      Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "not a pattern: " + e.getDescription() + " near index " + e.getIndex(), e);
    }
  }

  private static void requireText(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("empty");
    }
  }

  private static void requirePair(String pair) {
    int colon = pair.indexOf(':');
    if (colon <= 0 || colon == pair.length() - 1) {
      throw new IllegalArgumentException("not a pair such as name:value");
    }
  }

  private static void requireField(String field) {
    if (!field.equals("*")) {
      requirePair(field);
    }
  }

  private static void requireTagsOnce(List<String> tags) {
    Validators.twice(names(tags))
        .ifPresent(
            tag -> {
              throw new IllegalArgumentException("has tag " + tag + " twice");
            });
  }

  private static void requireFieldsOnce(List<String> all) {
    List<String> fields = all.stream().filter(field -> !field.equals("*")).toList();
    Validators.twice(names(fields))
        .ifPresent(
            field -> {
              throw new IllegalArgumentException("gives field " + field + " two names");
            });
    Validators.twice(values(fields))
        .ifPresent(
            field -> {
              throw new IllegalArgumentException(
                  "calls two fields " + field + ": one would be lost");
            });
  }

  static KeyMapper.Mapping read(AbstractConfig config, String name) {
    String prefix = prefix(name);
    return new KeyMapper.Mapping(
        name,
        PATTERN.under(prefix).in(config),
        MEASUREMENT.under(prefix).in(config),
        TAGS.under(prefix).in(config),
        FIELDS.under(prefix).in(config));
  }

  /**
   * Reports what would silently merge several series: groups that the pattern does not have, and a
   * mapping that is never reached.
   */
  static void crossErrors(AbstractConfig config, Map<String, String> errors) {
    String takesAll = null;
    for (String name : MAPPINGS.in(config)) {
      String prefix = prefix(name);
      Pattern pattern = PATTERN.under(prefix).in(config);
      if (takesAll != null) {
        errors.put(
            prefix + PATTERN.name(),
            "is never asked: mapping " + takesAll + " before it takes every key");
      } else if (ALL.contains(pattern.pattern())) {
        takesAll = name;
      }
      int groups = pattern.matcher("").groupCount();
      String measurement = MEASUREMENT.under(prefix).in(config);
      List<String> tags = config.getList(prefix + TAGS.name());
      group(List.of(measurement), groups)
          .ifPresent(group -> errors.put(prefix + MEASUREMENT.name(), missing(group, groups)));
      group(values(tags), groups)
          .ifPresent(group -> errors.put(prefix + TAGS.name(), missing(group, groups)));
    }
  }

  private static String missing(int group, int groups) {
    return "has $"
        + group
        + ", but the pattern has "
        + groups
        + (groups == 1 ? " group" : " groups");
  }

  /** Returns the first group in the texts that a pattern with this many groups does not have. */
  private static Optional<Integer> group(List<String> texts, int groups) {
    return texts.stream()
        .flatMap(text -> GROUP.matcher(text).results())
        .map(found -> Integer.parseInt(found.group(1)))
        .filter(group -> group > groups)
        .findFirst();
  }

  private static List<String> names(List<String> pairs) {
    return pairs.stream().map(pair -> pair.substring(0, pair.indexOf(':')).trim()).toList();
  }

  private static List<String> values(List<String> pairs) {
    return pairs.stream().map(pair -> pair.substring(pair.indexOf(':') + 1).trim()).toList();
  }

  private static Map<String, String> pairs(List<String> list) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : list) {
      int colon = pair.indexOf(':');
      if (colon > 0) {
        pairs.put(pair.substring(0, colon).trim(), pair.substring(colon + 1).trim());
      }
    }
    return pairs;
  }
}
