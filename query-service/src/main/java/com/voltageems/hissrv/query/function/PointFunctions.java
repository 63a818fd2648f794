package com.voltageems.hissrv.query.function;

import com.voltageems.hissrv.query.store.Aggregation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The functions that the service computes itself: the built-in ones, and those that a site adds.
 */
public final class PointFunctions {
  private static final Pattern RANK = Pattern.compile("p([0-9]{1,2}(?:\\.[0-9]{1,4})?|100)");
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,30}");
  private static final List<PointFunction> ALL = load(PointFunctions.class.getClassLoader());

  private PointFunctions() {}

  /**
   * Returns the built-in functions and those that this loader finds.
   *
   * @throws IllegalStateException if a name is not unique or cannot be used in a request
   */
  static List<PointFunction> load(ClassLoader loader) {
    List<PointFunction> all = new ArrayList<>();
    all.add(new Percentile("median", 0.5));
    all.add(new Increase("increase", false));
    all.add(new Increase("rate", true));
    all.add(new Integral("integral"));
    for (PointFunction function : ServiceLoader.load(PointFunction.class, loader)) {
      String name = function.name();
      if (!NAME.matcher(name).matches()
          || RANK.matcher(name).matches()
          || Aggregation.of(name).isPresent()
          || all.stream().anyMatch(one -> one.name().equals(name))) {
        throw new IllegalStateException(
            "function " + name + ": needs a name of its own of small letters, digits and _");
      }
      all.add(function);
    }
    return List.copyOf(all);
  }

  /** Returns the function with this name; {@code p95} is the 95th percentile. */
  public static Optional<PointFunction> of(String name) {
    return find(ALL, name);
  }

  static Optional<PointFunction> find(List<PointFunction> all, String name) {
    Matcher rank = RANK.matcher(name);
    if (rank.matches()) {
      return Optional.of(new Percentile(name, Double.parseDouble(rank.group(1)) / 100));
    }
    return all.stream().filter(one -> one.name().equals(name)).findFirst();
  }

  /** Returns the names for messages: {@code median, increase, ..., p95}. */
  public static String all() {
    return String.join(", ", ALL.stream().map(PointFunction::name).toList()) + ", p95";
  }

  public static List<String> names() {
    return ALL.stream().map(PointFunction::name).toList();
  }
}
