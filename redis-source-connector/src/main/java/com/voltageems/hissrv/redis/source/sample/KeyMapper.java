package com.voltageems.hissrv.redis.source.sample;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Maps a Redis key, or a channel that is named like one, to its series: by the first mapping whose
 * pattern matches, otherwise by the key layouts of the energy-management system.
 */
public final class KeyMapper {
  /** Series of a key, and the names of its fields. */
  public record Mapped(Series series, FieldNames names) {}

  private final List<Mapping> mappings;

  public KeyMapper(List<Mapping> mappings) {
    this.mappings = List.copyOf(mappings);
  }

  /** Most bytes of a key or channel; a longer one would make records that no broker accepts. */
  public static final int MAX_KEY = 4096;

  /**
   * Returns the series of a key. Every key has one.
   *
   * @throws RegexTooSlowException if a mapping's pattern backtracks endlessly
   */
  public Mapped map(String key) {
    for (Mapping mapping : mappings) {
      Mapped mapped = mapping.apply(key);
      if (mapped != null) {
        return mapped;
      }
    }
    return new Mapped(defaultSeries(key), FieldNames.AS_THEY_ARE);
  }

  private static Series defaultSeries(String key) {
    ArchiveKey archive = ArchiveKey.parse(key);
    if (archive != null) {
      return archive.series();
    }
    String[] parts = key.split(":", -1);
    Map<String, String> tags = new LinkedHashMap<>();
    if (parts.length == 3 && (parts[0].equals("comsrv") || parts[0].equals("inst"))) {
      tags.put(parts[0].equals("inst") ? "instance" : "channel", parts[1]);
      tags.put("type", parts[2]);
      return series(parts[0].equals("inst") ? "inst" : "telemetry", tags);
    }
    if (parts.length >= 3 && parts[0].equals("modsrv")) {
      String last = parts[parts.length - 1];
      tags.put("model", key.substring(7, key.length() - last.length() - 1));
      if (last.equals("control")) {
        return series("model_control", tags);
      }
      if (last.equals("measurement") || last.equals("update")) {
        return series("model_data", tags);
      }
      tags.clear();
    }
    if (parts.length >= 3 && parts[0].equals("calc") && parts[1].equals("result")) {
      tags.put("id", key.substring("calc:result:".length()));
      return series("calc_result", tags);
    }
    if (key.equals("point:update")) {
      return series("point", tags);
    }
    tags.put("key", key);
    return series(parts[0].isEmpty() ? "redis" : parts[0], tags);
  }

  /** Leaves out tags without a value, because some databases refuse an empty tag value. */
  static Series series(String measurement, Map<String, String> tags) {
    tags.values().removeIf(String::isEmpty);
    return Series.of(measurement, tags);
  }

  /**
   * Configured mapping.
   *
   * @param pattern must match the whole key
   * @param measurement may contain {@code $1}
   * @param tags value by name; a value may contain {@code $1}
   */
  public record Mapping(
      String name,
      Pattern pattern,
      String measurement,
      Map<String, String> tags,
      FieldNames names) {

    @Nullable Mapped apply(String key) {
      List<@Nullable String> groups = BoundedRegex.groups(pattern, key);
      if (groups == null) {
        return null;
      }
      Map<String, String> filled = new LinkedHashMap<>();
      tags.forEach((tag, template) -> filled.put(tag, fill(template, groups)));
      return new Mapped(series(fill(measurement, groups), filled), names);
    }

    private static String fill(String template, List<@Nullable String> groups) {
      if (template.indexOf('$') < 0) {
        return template;
      }
      StringBuilder out = new StringBuilder();
      for (int i = 0; i < template.length(); i++) {
        char c = template.charAt(i);
        int digit = i + 1 < template.length() ? template.charAt(i + 1) - '0' : -1;
        if (c == '$' && digit >= 0 && digit <= 9) {
          String group = digit < groups.size() ? groups.get(digit) : null;
          out.append(group == null ? "" : group);
          i++;
        } else {
          out.append(c);
        }
      }
      return out.toString();
    }
  }
}
