package com.voltageems.hissrv.plugin;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Validators whose descriptions read well in a table of settings. */
public final class Validators {
  /** Names that become parts of the names of settings, topics and metrics. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  private Validators() {}

  /** Returns whether {@link #names} accepts the text as a name. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /**
   * Returns a validator of a text.
   *
   * @param description what is valid
   * @param check throws an IllegalArgumentException that says what is wrong with a value
   */
  public static ConfigDef.Validator of(String description, Consumer<String> check) {
    return validator(
        description,
        (name, value) -> {
          if (value instanceof String text) {
            run(name, text, description, check);
          }
        });
  }

  /** Returns a validator like {@link #of}, for every element of a list. */
  public static ConfigDef.Validator eachOf(String description, Consumer<String> check) {
    return validator(
        description,
        (name, value) -> {
          if (value instanceof List<?> list) {
            list.forEach(element -> run(name, String.valueOf(element), description, check));
          }
        });
  }

  /**
   * Returns a validator like {@link #eachOf} that then checks the list as a whole, after each
   * element was found valid.
   *
   * @param whole throws an IllegalArgumentException that says what is wrong with the elements
   *     together
   */
  public static ConfigDef.Validator list(
      String description, Consumer<String> each, Consumer<List<String>> whole) {
    return validator(
        description,
        (name, value) -> {
          if (value instanceof List<?> list) {
            List<String> texts = list.stream().map(String::valueOf).toList();
            texts.forEach(element -> run(name, element, description, each));
            run(name, String.join(",", texts), description, joined -> whole.accept(texts));
          }
        });
  }

  /**
   * Returns a validator like {@link #of}, for an address: messages do not repeat parts of it that
   * may be secret.
   */
  public static ConfigDef.Validator address(String description, Consumer<String> check) {
    return validator(
        description,
        (name, value) -> {
          if (value instanceof String text) {
            run(name, text, Address.masked(text), description, check);
          }
        });
  }

  /** Returns a validator like {@link #address}, for every element of a list. */
  public static ConfigDef.Validator eachAddress(String description, Consumer<String> check) {
    return validator(
        description,
        (name, value) -> {
          if (value instanceof List<?> list) {
            for (Object element : list) {
              String text = String.valueOf(element);
              run(name, text, Address.masked(text), description, check);
            }
          }
        });
  }

  public static ConfigDef.Validator oneOf(String... values) {
    List<String> valid = List.of(values);
    return of(
        String.join(" | ", values),
        value -> {
          if (!valid.contains(value)) {
            throw new IllegalArgumentException("not one of them");
          }
        });
  }

  public static ConfigDef.Validator names() {
    String description = "names of letters, digits, '_' and '-', each once";
    return validator(description, (name, value) -> requireNames(name, value, description));
  }

  public static ConfigDef.Validator nonEmptyNames() {
    String description = "one or more names of letters, digits, '_' and '-', each once";
    return validator(
        description,
        (name, value) -> {
          if (value instanceof List<?> list && list.isEmpty()) {
            throw new ConfigException(name, value, "at least one is needed");
          }
          requireNames(name, value, description);
        });
  }

  /** Returns the first text that occurs a second time. */
  public static Optional<String> twice(List<String> texts) {
    Set<String> seen = new HashSet<>();
    return texts.stream().filter(text -> !seen.add(text)).findFirst();
  }

  private static void requireNames(String name, @Nullable Object value, String description) {
    if (value instanceof List<?> list) {
      Set<String> seen = new HashSet<>();
      for (Object element : list) {
        run(
            name,
            String.valueOf(element),
            description,
            text -> {
              if (!isName(text)) {
                throw new IllegalArgumentException("not such a name");
              }
              if (!seen.add(text)) {
                throw new IllegalArgumentException("listed twice");
              }
            });
      }
    }
  }

  /** A check of a value of any type; throws its own ConfigException for a bad value. */
  public interface Check {
    void run(String name, @Nullable Object value);
  }

  /** Returns a validator that runs {@code check}, with a description for the table. */
  public static ConfigDef.Validator validator(String description, Check check) {
    return new ConfigDef.Validator() {
      @Override
      public void ensureValid(String name, Object value) {
        check.run(name, value);
      }

      @Override
      public String toString() {
        return description;
      }
    };
  }

  /**
   * Checks one value.
   *
   * @throws ConfigException naming the setting, the value, what is wrong and what is valid
   */
  public static void run(String name, String value, String valid, Consumer<String> check) {
    run(name, value, value, valid, check);
  }

  private static void run(
      String name, String value, String shown, String valid, Consumer<String> check) {
    try {
      check.accept(value);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(name, shown, e.getMessage() + "; valid: " + valid);
    }
  }
}
