package com.voltageems.hissrv.influx.config;

import com.voltageems.hissrv.plugin.Address;
import com.voltageems.hissrv.plugin.Validators;
import java.time.DateTimeException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;

/** What settings have to look like. */
final class Forms {
  private static final String INSTEAD =
      "use influxdb.token, or influxdb.username and influxdb.password";

  private Forms() {}

  static ConfigDef.Validator url() {
    return Validators.address(
        "http://host:port or https://host:port",
        text -> Address.parse(text, List.of("http", "https"), INSTEAD));
  }

  static ConfigDef.Validator token() {
    return Validators.validator(
        "",
        (name, value) -> {
          boolean sound =
              !(value instanceof Password token)
                  || token.value().chars().allMatch(c -> c > ' ' && c < 127);
          if (!sound) {
            // The value stays out of the message.
            throw new ConfigException(
                name
                    + " has a blank, a line break or a letter such as \u00f6 in it, which no HTTP"
                    + " header can carry and no token has");
          }
        });
  }

  /** A parser whose refusal is one of java.time. */
  static Consumer<String> time(Consumer<String> parser) {
    return text -> {
      try {
        parser.accept(text);
      } catch (DateTimeException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    };
  }
}
