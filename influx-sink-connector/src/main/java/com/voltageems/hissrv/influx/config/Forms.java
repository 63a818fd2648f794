package com.voltageems.hissrv.influx.config;

import com.voltageems.hissrv.plugin.Address;
import com.voltageems.hissrv.plugin.Validators;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;

/** Formats of settings' values. */
final class Forms {
  private static final String INSTEAD =
      "use influxdb.token, or influxdb.username and influxdb.password";

  /** InfluxDB's client takes seconds of 32 bits. */
  private static final Duration LONGEST_RETENTION =
      Duration.ofDays(Duration.ofSeconds(Integer.MAX_VALUE).toDays());

  private static final Pattern RETENTION = Pattern.compile("([1-9][0-9]{0,4})([hdw])");

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
            // The message omits the value, which is a secret.
            throw new ConfigException(
                name
                    + " has a blank, a line break or a letter such as \u00f6 in it, which no HTTP"
                    + " header can carry and no token has");
          }
        });
  }

  /**
   * Parses a length of time.
   *
   * @throws IllegalArgumentException with a message for the user
   */
  static Duration retention(String text) {
    Matcher form = RETENTION.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("not a length such as 12h, 90d or 8w");
    }
    int count = Integer.parseInt(form.group(1));
    Duration length =
        switch (form.group(2)) {
          case "h" -> Duration.ofHours(count);
          case "d" -> Duration.ofDays(count);
          default -> Duration.ofDays(7L * count);
        };
    if (length.compareTo(LONGEST_RETENTION) > 0) {
      throw new IllegalArgumentException(
          "longer than " + LONGEST_RETENTION.toDays() + "d; leave it out to keep points for ever");
    }
    return length;
  }

  /**
   * Returns a parser that throws IllegalArgumentException where the given one throws a
   * DateTimeException.
   */
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
