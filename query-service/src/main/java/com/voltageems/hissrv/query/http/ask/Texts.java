package com.voltageems.hissrv.query.http.ask;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request as in its address, decoded. Pure.
 *
 * @param texts values by name
 * @param known the names that the call understands
 */
public record Texts(Map<String, List<String>> texts, Set<String> known) {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  /** Refuses parameters that the call does not understand: they would have no effect. */
  public void requireKnown() {
    for (Map.Entry<String, List<String>> one : texts.entrySet()) {
      if (!known.contains(one.getKey())) {
        throw new BadRequestException(
            one.getKey(),
            String.join(", ", one.getValue()),
            known.isEmpty()
                ? "no parameter, for this call has none"
                : "no parameter but " + String.join(", ", new TreeSet<>(known)));
      }
    }
  }

  /** Returns the one value of a parameter, or null if it is absent or empty. */
  public @Nullable String text(String name) {
    String value = exact(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  /** Returns the one value of a parameter with its blanks, or null if it is absent or empty. */
  @Nullable String exact(String name) {
    List<String> values = all(name);
    if (values.size() > 1) {
      throw new BadRequestException(name, String.join(", ", values), "one value, not several");
    }
    return values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
  }

  List<String> all(String name) {
    return texts.getOrDefault(name, List.of());
  }

  /** Returns one of several words. */
  public String choice(String name, String otherwise, String... choices) {
    String text = text(name);
    if (text == null) {
      return otherwise;
    }
    if (!Arrays.asList(choices).contains(text)) {
      throw new BadRequestException(name, text, String.join(" or ", choices));
    }
    return text;
  }

  /** Returns a whole number within the limits, or {@code otherwise} if the parameter is absent. */
  public int number(String name, int otherwise, int least, int most) {
    String text = text(name);
    if (text == null) {
      return otherwise;
    }
    if (NUMBER.matcher(text).matches()) {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw new BadRequestException(name, text, "a number from " + least + " to " + most);
  }
}
