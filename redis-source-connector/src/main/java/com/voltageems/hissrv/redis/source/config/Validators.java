package com.voltageems.hissrv.redis.source.config;

import com.voltageems.hissrv.redis.plugin.Address;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Validators whose text reads well in a table of settings. */
final class Validators {
  private Validators() {}

  /**
   * @param description what is valid
   * @param check throws IllegalArgumentException saying what is wrong with a value
   */
  static ConfigDef.Validator of(String description, Consumer<String> check) {
    return validator(
        description,
        (name, value) -> {
          if (value instanceof String text) {
            run(name, text, description, check);
          }
        });
  }

  /** As {@link #of}, for every element of a list. */
  static ConfigDef.Validator eachOf(String description, Consumer<String> check) {
    return validator(
        description,
        (name, value) -> {
          if (value instanceof List<?> list) {
            list.forEach(element -> run(name, String.valueOf(element), description, check));
          }
        });
  }

  /** As {@link #of}, for an address: what may be a secret in it is not repeated. */
  static ConfigDef.Validator address(String description, Consumer<String> check) {
    return validator(
        description,
        (name, value) -> {
          if (value instanceof String text) {
            run(name, text, Address.masked(text), description, check);
          }
        });
  }

  /** As {@link #address}, for every element of a list. */
  static ConfigDef.Validator eachAddress(String description, Consumer<String> check) {
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

  static ConfigDef.Validator oneOf(String... values) {
    List<String> valid = List.of(values);
    return of(
        String.join(" | ", values),
        value -> {
          if (!valid.contains(value)) {
            throw new IllegalArgumentException("not one of them");
          }
        });
  }

  static ConfigDef.Validator names() {
    String description = "names of letters, digits, '_' and '-', each once";
    return validator(description, (name, value) -> requireNames(name, value, description));
  }

  static ConfigDef.Validator nonEmptyNames() {
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

  private static void requireNames(String name, @Nullable Object value, String description) {
    if (value instanceof List<?> list) {
      Set<String> seen = new HashSet<>();
      for (Object element : list) {
        run(
            name,
            String.valueOf(element),
            description,
            text -> {
              if (!RedisSourceConfig.isName(text)) {
                throw new IllegalArgumentException("not such a name");
              }
              if (!seen.add(text)) {
                throw new IllegalArgumentException("there twice");
              }
            });
      }
    }
  }

  static ConfigDef.Validator windows() {
    String description = "lengths such as 5s, 1m, 1h, each a multiple of the first";
    return validator(
        description,
        (name, value) -> {
          if (value instanceof List<?> list) {
            if (list.isEmpty()) {
              throw new ConfigException(name, value, "at least one is needed");
            }
            long[] base = new long[1];
            list.forEach(
                element ->
                    run(name, String.valueOf(element), description, w -> requireWindow(w, base)));
          }
        });
  }

  private static void requireWindow(String window, long[] base) {
    if (!WindowLength.isValid(window)) {
      throw new IllegalArgumentException("no length");
    }
    long seconds = WindowLength.seconds(window);
    if (base[0] == 0) {
      base[0] = seconds;
    }
    if (seconds % base[0] != 0) {
      throw new IllegalArgumentException("no multiple of the first");
    }
  }

  private interface Check {
    void run(String name, @Nullable Object value);
  }

  private static ConfigDef.Validator validator(String description, Check check) {
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

  private static void run(String name, String value, String valid, Consumer<String> check) {
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
