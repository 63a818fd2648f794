package com.voltageems.hissrv.redis.source.config;

import com.voltageems.hissrv.plugin.Validators;
import com.voltageems.hissrv.redis.source.sample.FieldNames;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Width;

/** The settings {@code mappings.<name>.…}. */
public final class MappingSettings {
  public static final String PATTERN = "pattern";
  static final String PATTERN_DOC =
      "Java regular expression that has to match the whole key or channel. A key on which it"
          + " backtracks too long is rejected.";
  public static final String MEASUREMENT = "measurement";
  static final String MEASUREMENT_DOC = "The measurement; $1 to $9 stand for the pattern's groups.";
  static final String TAGS = "tags";
  static final String TAGS_DOC =
      "name:value, ...; a value may hold $1 to $9. A tag whose value is empty is left out.";
  static final String FIELDS = "fields";
  static final String FIELDS_DOC =
      "id:name, ... gives fields other names; * keeps the names of all others, which are left out"
          + " without it.";

  private MappingSettings() {}

  static void define(ConfigDef def, String prefix, String group) {
    def.define(
        prefix + PATTERN,
        ConfigDef.Type.STRING,
        ConfigDef.NO_DEFAULT_VALUE,
        Validators.of("a Java regular expression", MappingSettings::requirePattern),
        Importance.MEDIUM,
        PATTERN_DOC,
        group,
        1,
        Width.LONG,
        prefix + PATTERN);
    def.define(
        prefix + MEASUREMENT,
        ConfigDef.Type.STRING,
        ConfigDef.NO_DEFAULT_VALUE,
        Validators.of("not empty", MappingSettings::requireText),
        Importance.MEDIUM,
        MEASUREMENT_DOC,
        group,
        2,
        Width.MEDIUM,
        prefix + MEASUREMENT);
    def.define(
        prefix + TAGS,
        ConfigDef.Type.LIST,
        "",
        Validators.eachOf("name:value, ...", MappingSettings::requirePair),
        Importance.MEDIUM,
        TAGS_DOC,
        group,
        3,
        Width.LONG,
        prefix + TAGS);
    def.define(
        prefix + FIELDS,
        ConfigDef.Type.LIST,
        "*",
        Validators.eachOf("id:name, ... and *", MappingSettings::requireField),
        Importance.MEDIUM,
        FIELDS_DOC,
        group,
        4,
        Width.LONG,
        prefix + FIELDS);
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
      throw new IllegalArgumentException("no pair");
    }
  }

  private static void requireField(String field) {
    if (!field.equals("*")) {
      requirePair(field);
    }
  }

  static KeyMapper.Mapping read(AbstractConfig config, String name) {
    String prefix = "mappings." + name + ".";
    List<String> fields = config.getList(prefix + FIELDS);
    return new KeyMapper.Mapping(
        name,
        Pattern.compile(config.getString(prefix + PATTERN)),
        config.getString(prefix + MEASUREMENT),
        pairs(config.getList(prefix + TAGS)),
        new FieldNames(pairs(fields), fields.contains("*")));
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
