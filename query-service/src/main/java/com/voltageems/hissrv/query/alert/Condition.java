package com.voltageems.hissrv.query.alert;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The condition that raises an alert: {@code failed_count > 100}, {@code failed_count in 1h > 100},
 * {@code sync_age > 10m}, {@code silence(telemetry, channel=1001) > 10m}, {@code
 * completeness(telemetry) in 6h < 0.9}. Pure.
 *
 * @param argument the subject of the figure: a source, a part, a measurement; empty for none
 * @param tags the tags for {@code silence} and {@code completeness}
 * @param within the time over which the growth of the figure is compared; for {@code completeness}
 *     the time that is examined; null if absent
 * @param bound a number, or seconds
 * @param text the condition as it was written
 */
public record Condition(
    Figure figure,
    String argument,
    Map<String, String> tags,
    @Nullable Duration within,
    Operator operator,
    double bound,
    String text) {
  private static final Pattern FORM =
      Pattern.compile(
          "\\s*([a-z_]+)\\s*(?:\\(([^()]*)\\))?(?:\\s+in\\s+(\\S+))?\\s*(>=|<=|>|<)\\s*(\\S+)\\s*");
  private static final Pattern LENGTH = Pattern.compile("([0-9]{1,6})(ms|s|m|h|d)");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,15}(\\.[0-9]{1,9})?");

  /** The longest time over which growth can be compared, because it is observed in memory. */
  private static final Duration LONGEST_WITHIN = Duration.ofDays(1);

  /** The parts of {@code /health}. */
  private static final List<String> PARTS =
      List.of("store", "kafka", "connect", "source", "sink", "alerts", "storage");

  /** The ways to compare a figure. */
  public enum Operator {
    ABOVE(">"),
    AT_LEAST(">="),
    BELOW("<"),
    AT_MOST("<=");

    private final String text;

    Operator(String text) {
      this.text = text;
    }

    boolean holds(double value, double bound) {
      return switch (this) {
        case ABOVE -> value > bound;
        case AT_LEAST -> value >= bound;
        case BELOW -> value < bound;
        case AT_MOST -> value <= bound;
      };
    }

    private static Operator of(String text) {
      for (Operator operator : values()) {
        if (operator.text.equals(text)) {
          return operator;
        }
      }
      throw new IllegalArgumentException(text + " is unknown; use >, >=, < or <=");
    }
  }

  public Condition {
    tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
  }

  /**
   * Parses a condition.
   *
   * @throws IllegalArgumentException with a message that says what is wrong and what would be right
   */
  public static Condition parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "not a condition such as failed_count > 100, failed_count in 1h > 100, sync_age > 10m");
    }
    Figure figure =
        Figure.of(parts.group(1))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "unknown figure " + parts.group(1) + "; there are " + Figure.all()));
    String brackets = parts.group(2) == null ? "" : parts.group(2).strip();
    Map<String, String> tags = new LinkedHashMap<>();
    String argument = argument(figure, brackets, tags);
    Duration within = parts.group(3) == null ? null : length(parts.group(3));
    if (within != null
        && (within.compareTo(LONGEST_WITHIN) > 0
            || !(figure.canGrow() || figure == Figure.COMPLETENESS))) {
      throw new IllegalArgumentException(
          "in "
              + parts.group(3)
              + ": growth is watched of failed_count, queue_size and waiting, completeness looked"
              + " at, over a day at most");
    }
    return new Condition(
        figure,
        argument,
        tags,
        within,
        Operator.of(parts.group(4)),
        bound(figure, parts.group(5)),
        text.strip());
  }

  private static String argument(Figure figure, String brackets, Map<String, String> tags) {
    Figure.Argument wanted = figure.argument();
    if (brackets.isEmpty()) {
      if (wanted.needed) {
        throw new IllegalArgumentException(figure.text() + " needs " + wanted.form);
      }
      return "";
    }
    if (wanted == Figure.Argument.NONE) {
      throw new IllegalArgumentException(figure.text() + " takes nothing in brackets");
    }
    if (wanted == Figure.Argument.PART && !PARTS.contains(brackets)) {
      throw new IllegalArgumentException(
          "there is no part " + brackets + "; there are " + String.join(", ", PARTS));
    }
    String[] entries = brackets.split(",", -1);
    if (wanted != Figure.Argument.SERIES && entries.length > 1) {
      throw new IllegalArgumentException(figure.text() + " takes one name: " + wanted.form);
    }
    for (int i = 1; i < entries.length; i++) {
      int equals = entries[i].indexOf('=');
      String tag = equals < 0 ? "" : entries[i].substring(0, equals).strip();
      if (tag.isEmpty()) {
        throw new IllegalArgumentException(entries[i].strip() + " is not tag=value");
      }
      tags.put(tag, entries[i].substring(equals + 1).strip());
    }
    return entries[0].strip();
  }

  private static double bound(Figure figure, String text) {
    if (figure.isTime()) {
      return length(text).toMillis() / 1000.0;
    }
    if (!NUMBER.matcher(text).matches()) {
      throw new IllegalArgumentException(text + " is not a number; " + figure.text() + " is one");
    }
    return Double.parseDouble(text);
  }

  /**
   * Parses a length of time such as {@code 10m}.
   *
   * @throws IllegalArgumentException if the text is not one
   */
  public static Duration length(String text) {
    Matcher parts = LENGTH.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(text + " is not a duration such as 30s, 10m, 2h, 1d");
    }
    long number = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }

  /** Returns whether the argument is the name of a source. */
  public boolean isOfSource() {
    return figure.argument() == Figure.Argument.SOURCE;
  }

  /** Returns whether the condition holds for all values that are large enough. */
  boolean isAbove() {
    return operator == Operator.ABOVE || operator == Operator.AT_LEAST;
  }

  boolean holds(double value) {
    return operator.holds(value, bound);
  }

  /** Returns a value of the figure in a form for people. */
  String shown(double value) {
    if (figure.isTime()) {
      return Duration.ofSeconds((long) value)
          .toString()
          .substring(2)
          .toLowerCase(java.util.Locale.ROOT);
    }
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
