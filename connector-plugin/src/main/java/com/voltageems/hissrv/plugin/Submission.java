package com.voltageems.hissrv.plugin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as it was submitted, and the checks that are possible without knowing the meaning
 * of its settings: unknown names, and placeholders that the worker has not replaced.
 *
 * @param given by name; settings that are null, as JSON allows, count as missing and are left out
 */
public record Submission(Map<String, String> given) {
  private static final Set<String> CONNECTS_OWN =
      Set.of(
          "name",
          "connector.class",
          "connector.plugin.version",
          "tasks.max",
          "tasks.max.enforce",
          "key.converter",
          "value.converter",
          "header.converter",
          "transforms",
          "predicates",
          "config.action.reload",
          "topics",
          "topics.regex",
          "exactly.once.support",
          "transaction.boundary",
          "transaction.boundary.interval.ms",
          "offsets.storage.topic");

  private static final List<String> CONNECTS_PREFIXES =
      List.of(
          "key.converter.",
          "value.converter.",
          "header.converter.",
          "transforms.",
          "predicates.",
          "errors.",
          "topic.creation.",
          "consumer.override.",
          "producer.override.",
          "admin.override.");

  public static final String VALUE_CONVERTER = "value.converter";
  public static final String KEY_CONVERTER = "key.converter";
  public static final String HEADER_CONVERTER = "header.converter";

  /**
   * Kafka's own converters of single values, without the ending {@code Converter} of their names.
   */
  private static final Set<String> SCALAR =
      Set.of("String", "ByteArray", "Boolean", "Double", "Float", "Integer", "Long", "Short");

  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{[^{}]*}");

  public Submission {
    Map<String, String> copy = new HashMap<>(given);
    copy.values().removeIf(Objects::isNull);
    given = copy;
  }

  /**
   * Returns the settings that would be ignored in silence: every unknown one with one of our
   * prefixes, and others so similar to one of ours that they are probably typing errors. Any other
   * unknown setting may be a note of the user or a setting of Connect.
   *
   * @param known our settings
   * @param prefixes prefixes that only our settings have
   * @param lists settings that list names, by the prefix of the settings that belong to each name
   * @return the message for the user, by the unknown name
   */
  public Map<String, String> unknown(
      Set<String> known, List<String> prefixes, Map<String, String> lists) {
    Map<String, String> unknown = new TreeMap<>();
    for (String name : given.keySet()) {
      if (known.contains(name) || isConnects(name)) {
        continue;
      }
      Optional<String> unlisted = unlisted(name, known, lists);
      Optional<String> nearest = nearest(name, known);
      boolean ours = prefixes.stream().anyMatch(name::startsWith);
      if (unlisted.isPresent()) {
        unknown.put(name, "unknown setting " + name + "; " + unlisted.get());
      } else if (nearest.isPresent()) {
        unknown.put(name, "unknown setting " + name + "; did you mean " + nearest.get() + "?");
      } else if (ours) {
        unknown.put(name, "unknown setting " + name);
      }
    }
    return unknown;
  }

  private static boolean isConnects(String name) {
    return CONNECTS_OWN.contains(name) || CONNECTS_PREFIXES.stream().anyMatch(name::startsWith);
  }

  /** Returns the message about {@code sources.b.type} if {@code sources} does not list b. */
  private static Optional<String> unlisted(
      String name, Set<String> known, Map<String, String> lists) {
    for (Map.Entry<String, String> list : lists.entrySet()) {
      int dot = name.indexOf('.', list.getKey().length());
      if (name.startsWith(list.getKey()) && dot > 0) {
        String start = name.substring(0, dot + 1);
        if (known.stream().noneMatch(setting -> setting.startsWith(start))) {
          String entry = name.substring(list.getKey().length(), dot);
          return Optional.of("'" + entry + "' is not in the list " + list.getValue());
        }
      }
    }
    return Optional.empty();
  }

  /** Returns the setting that the user probably meant. */
  private static Optional<String> nearest(String name, Set<String> known) {
    String lower = name.toLowerCase(Locale.ROOT);
    String best = null;
    int least = Math.max(1, name.length() / 5) + 1;
    for (String setting : known) {
      // A missing last part, such as the unit, counts as one error, however long that part is.
      int distance = setting.startsWith(lower + ".") ? 1 : distance(lower, setting, least);
      if (distance < least) {
        best = setting;
        least = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /**
   * Returns the Levenshtein distance (letters to add, remove or change), or {@code enough} if it is
   * that or more.
   */
  private static int distance(String a, String b, int enough) {
    if (Math.abs(a.length() - b.length()) >= enough) {
      return enough;
    }
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j - 1], row[j]));
      }
    }
    return Math.min(row[b.length()], enough);
  }

  /**
   * Returns a password as it was given. Kafka trims blanks at the ends, where they may be part of
   * the password. Line breaks at the end are removed: they come from the file that the password was
   * read from.
   *
   * @return null if none was given
   */
  public static @Nullable Password password(@Nullable Object original) {
    if (original instanceof Password password) {
      return password;
    }
    return original == null
        ? null
        : new Password(original.toString().replaceFirst("[\\r\\n]+$", ""));
  }

  /**
   * Returns the value converter if it is one for single values, such as {@code StringConverter}: it
   * turns a struct into a text that nothing can read back, and it never returns a struct. Empty if
   * there are transforms: they may produce exactly the values that this converter takes.
   *
   * @return the converter's name; empty if it is another one, or the worker's
   */
  public Optional<String> scalarConverter() {
    return scalarConverter(VALUE_CONVERTER);
  }

  /**
   * Returns the same for {@code key.converter} or {@code header.converter}, but only if the
   * converter does not take texts. For keys and headers that are texts.
   */
  public Optional<String> converterOfNoText(String setting) {
    return scalarConverter(setting).filter(converter -> !scalarName(converter).equals("String"));
  }

  private Optional<String> scalarConverter(String setting) {
    String converter = given.getOrDefault(setting, "").trim();
    boolean stock = !converter.contains(".") || converter.startsWith("org.apache.kafka.connect.");
    return stock
            && SCALAR.contains(scalarName(converter))
            && given.getOrDefault("transforms", "").isBlank()
        ? Optional.of(converter)
        : Optional.empty();
  }

  private static String scalarName(String converter) {
    return converter.substring(converter.lastIndexOf('.') + 1).replaceFirst("Converter$", "");
  }

  /**
   * Returns the settings that contain a placeholder that the worker has not replaced: it would be
   * sent unchanged.
   *
   * @param names the settings to check
   * @return the message for the user, by setting; never contains the value, which may also hold a
   *     secret
   */
  public Map<String, String> unresolved(Collection<String> names) {
    Map<String, String> unresolved = new TreeMap<>();
    for (String name : new ArrayList<>(names)) {
      String value = given.get(name);
      if (value != null && PLACEHOLDER.matcher(value).find()) {
        unresolved.put(
            name,
            name
                + " still holds a placeholder ${...} that the worker has not replaced: it has no"
                + " provider of the name before the colon, or it names something that the provider"
                + " does not have, or may not read (config.providers.<provider>.param.*). A variable"
                + " of the environment is written ${env:NAME} and needs config.providers=env and"
                + " config.providers.env.class="
                + "org.apache.kafka.common.config.provider.EnvVarConfigProvider on the worker");
      }
    }
    return unresolved;
  }
}
