package com.voltageems.hissrv.influx.config;

import com.voltageems.hissrv.plugin.Address;
import java.time.DateTimeException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;

/** What settings have to look like. */
final class Forms {
  private static final String INSTEAD =
      "use "
          + DatabaseSettings.TOKEN_CONFIG
          + ", or "
          + DatabaseSettings.USERNAME_CONFIG
          + " and "
          + DatabaseSettings.PASSWORD_CONFIG;

  private Forms() {}

  static ConfigDef.Validator urlForm() {
    return ConfigDef.LambdaValidator.with(
        (name, value) -> {
          if (value != null) {
            checkUrl(name, (String) value);
          }
        },
        () -> "http://host:port or https://host:port");
  }

  private static void checkUrl(String name, String value) {
    try {
      Address.parse(value, List.of("http", "https"), INSTEAD);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          name,
          Address.masked(value),
          e.getMessage() + "; valid: http://host:port or https://host:port");
    }
  }

  static ConfigDef.Validator tokenForm() {
    return ConfigDef.LambdaValidator.with(
        (name, value) -> {
          boolean sound =
              value == null || ((Password) value).value().chars().allMatch(c -> c > ' ' && c < 127);
          if (!sound) {
            // The value stays out of the message.
            throw new ConfigException(
                name
                    + " has a blank, a line break or a letter such as \u00f6 in it, which no HTTP"
                    + " header can carry and no token has");
          }
        },
        () -> "");
  }

  static ConfigDef.Validator one(String form, Consumer<String> parse) {
    return ConfigDef.LambdaValidator.with(
        (name, value) -> {
          if (value instanceof String text) {
            check(name, text, parse);
          }
        },
        () -> form);
  }

  private static void check(String name, String text, Consumer<String> parse) {
    try {
      parse.accept(text);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new ConfigException(name + ": " + e.getMessage());
    }
  }

  static ConfigDef.Validator each(String form, Consumer<String> parse) {
    return ConfigDef.LambdaValidator.with(
        (name, value) -> {
          if (value instanceof List<?> entries) {
            for (Object entry : entries) {
              check(name, (String) entry, parse);
            }
          }
        },
        () -> "list of " + form);
  }
}
