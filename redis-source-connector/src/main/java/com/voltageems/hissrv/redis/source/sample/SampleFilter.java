package com.voltageems.hissrv.redis.source.sample;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lets through what fulfils all its conditions. A condition on a tag decides about the sample, a
 * condition on a field about that field. A condition decides nothing if the sample does not have
 * the name; a name that no sample has is reported. Not thread-safe, except {@link #unseen}.
 */
public final class SampleFilter {
  /** Number of samples after which names that none of them had are reported. */
  static final int ENOUGH = 100;

  static final SampleFilter ALL = new SampleFilter(List.of(), text -> {});
  private final List<Condition> conditions;

  /** Called once with the names that no sample has had. */
  private final Consumer<String> warn;

  /** Names in conditions that no sample has had. */
  private final Set<String> never = new TreeSet<>();

  private int samples;
  private volatile int unseen;

  private SampleFilter(List<Condition> conditions, Consumer<String> warn) {
    this.conditions = List.copyOf(conditions);
    this.warn = warn;
    conditions.forEach(condition -> never.add(condition.name()));
  }

  /**
   * Returns the same filter, but one that reports names that no sample has.
   *
   * @param warnings called once, after enough samples
   */
  public SampleFilter telling(Consumer<String> warnings) {
    return new SampleFilter(conditions, warnings);
  }

  private enum Op {
    EQ,
    NE,
    GT,
    GE,
    LT,
    LE,
    IN,
    MATCHES
  }

  /**
   * Condition of the filter.
   *
   * @param number NaN if {@code value} is not a number
   */
  private record Condition(
      String name,
      Op op,
      String value,
      double number,
      Set<String> values,
      @Nullable Pattern pattern) {

    boolean allows(String text) {
      return switch (op) {
        case EQ -> text.equals(value);
        case NE -> !text.equals(value);
        case IN -> values.contains(text);
        case MATCHES -> pattern != null && BoundedRegex.groups(pattern, text) != null;
        case GT, GE, LT, LE -> compares(ValueText.number(text));
      };
    }

    boolean allows(double actual) {
      return switch (op) {
        case EQ -> actual == number;
        case NE -> actual != number;
        case IN -> values.stream().anyMatch(each -> ValueText.number(each) == actual);
        case MATCHES -> allows(String.valueOf(actual));
        case GT, GE, LT, LE -> compares(actual);
      };
    }

    private boolean compares(double actual) {
      return switch (op) {
        case GT -> actual > number;
        case GE -> actual >= number;
        case LT -> actual < number;
        case LE -> actual <= number;
        case EQ, NE, IN, MATCHES -> false;
      };
    }
  }

  /**
   * Parses the setting {@code filter}.
   *
   * @param expressions each {@code name op value}, such as {@code channel in 1001|1002}
   * @throws IllegalArgumentException saying what is wrong
   */
  public static SampleFilter parse(List<String> expressions) {
    List<Condition> conditions = new ArrayList<>();
    for (String expression : expressions) {
      String[] parts = expression.trim().split("\\s+", 3);
      if (parts.length < 3) {
        throw new IllegalArgumentException("not name, operator and value");
      }
      Op op = op(parts[1]);
      double number = ValueText.number(parts[2]);
      if ((op == Op.GT || op == Op.GE || op == Op.LT || op == Op.LE) && Double.isNaN(number)) {
        throw new IllegalArgumentException("the value after " + parts[1] + " is not a number");
      }
      conditions.add(
          new Condition(
              parts[0],
              op,
              parts[2],
              number,
              op == Op.IN ? Set.of(distinct(parts[2].split("\\|"))) : Set.of(),
              op == Op.MATCHES ? compile(parts[2]) : null));
    }
    return new SampleFilter(conditions, text -> {});
  }

  private static String[] distinct(String[] values) {
    return java.util.Arrays.stream(values).map(String::trim).distinct().toArray(String[]::new);
  }

  private static Op op(String name) {
    for (Op op : Op.values()) {
      if (op.name().equalsIgnoreCase(name)) {
        return op;
      }
    }
    throw new IllegalArgumentException(
        "unknown operator " + name + "; valid: eq, ne, gt, ge, lt, le, in, matches");
  }

  private static Pattern compile(String pattern) {
    try {
      return Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("not a pattern: " + e.getDescription(), e);
    }
  }

  /** Returns the sample without the fields that do not pass; null if nothing is left. */
  public @Nullable Sample apply(Sample sample) {
    if (conditions.isEmpty()) {
      return sample;
    }
    if (!never.isEmpty()) {
      look(sample);
    }
    Map<String, Double> fields = sample.fields();
    Map<String, String> texts = sample.texts();
    for (Condition condition : conditions) {
      String tag = sample.series().tags().get(condition.name());
      try {
        if (tag != null) {
          if (!condition.allows(tag)) {
            return null;
          }
          continue;
        }
        Double number = fields.get(condition.name());
        if (number != null && !condition.allows(number.doubleValue())) {
          fields = without(fields, condition.name());
        }
        String text = texts.get(condition.name());
        if (text != null && !condition.allows(text)) {
          texts = without(texts, condition.name());
        }
      } catch (RegexTooSlowException e) {
        // A text that cannot be decided does not match; the reader counts the sample as filtered.
        return null;
      }
    }
    Sample left = new Sample(sample.series(), fields, texts, sample.epochMillis(), sample.nanos());
    return left.isEmpty() ? null : left;
  }

  private void look(Sample sample) {
    never.removeIf(
        name ->
            sample.series().tags().containsKey(name)
                || sample.fields().containsKey(name)
                || sample.texts().containsKey(name));
    if (samples < ENOUGH && ++samples == ENOUGH && !never.isEmpty()) {
      warn.accept(
          "of the first "
              + ENOUGH
              + " samples none has a tag or a field "
              + String.join(", ", never)
              + ", so that a condition on it decides nothing; the last has the tags "
              + some(sample.series().tags().keySet())
              + " and the fields "
              + some(sample.fields().keySet()));
    }
    unseen = samples < ENOUGH ? 0 : never.size();
  }

  private static String some(Set<String> names) {
    return names.stream().sorted().limit(20).collect(Collectors.joining(", ", "[", "]"));
  }

  /** Returns how many names in conditions no sample has had, once there were enough samples. */
  public int unseen() {
    return unseen;
  }

  private static <V> Map<String, V> without(Map<String, V> map, String name) {
    Map<String, V> rest = new HashMap<>(map);
    rest.remove(name);
    return rest;
  }
}
