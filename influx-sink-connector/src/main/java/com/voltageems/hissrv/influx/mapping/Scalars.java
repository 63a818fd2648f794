package com.voltageems.hissrv.influx.mapping;

import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Every scalar of a struct or map; nested ones have dotted names. Bounded, since a record of a
 * megabyte can be nested ten thousand levels deep, or have names that multiply to gigabytes.
 */
final class Scalars {
  private static final int DEEPEST = 64;

  /** The longest name, in characters. */
  static final int LONGEST_NAME = 4_096;

  /** The most scalars of a point. */
  private static final int MOST = 20_000;

  private final Set<String> without;
  private final boolean intoArrays;
  private final BiConsumer<String, Object> found;
  private final Consumer<String> complaints;
  private int count;

  /**
   * @param without names to leave out
   * @param intoArrays whether elements of arrays are members, called 0, 1 and so on
   * @param complaints gets a message for whatever is left out because of the bounds
   */
  Scalars(
      Set<String> without,
      boolean intoArrays,
      BiConsumer<String, Object> found,
      Consumer<String> complaints) {
    this.without = without;
    this.intoArrays = intoArrays;
    this.found = found;
    this.complaints = complaints;
  }

  void of(@Nullable Object object) {
    of("", object, 1);
  }

  private void of(String prefix, @Nullable Object object, int depth) {
    Values.each(
        object,
        (member, value) -> {
          if (value != null && (intoArrays || !(value instanceof List<?>))) {
            member(prefix, member, value, depth);
          }
        });
  }

  private void member(String prefix, String member, Object value, int depth) {
    if (prefix.length() + member.length() > LONGEST_NAME) {
      complaints.accept(
          "a member's name is longer than "
              + LONGEST_NAME
              + " characters: "
              + begin(prefix, member));
      return;
    }
    String name = prefix.isEmpty() ? member : prefix + member;
    if (without.contains(name)) {
      return;
    }
    if (!Values.hasMembers(value)) {
      if (++count <= MOST) {
        found.accept(name, value);
      } else if (count == MOST + 1) {
        complaints.accept("there are more than " + MOST + " scalars");
      }
    } else if (depth < DEEPEST) {
      of(name + ".", value, depth + 1);
    } else {
      complaints.accept("'" + begin("", name) + "' is nested deeper than " + DEEPEST + " levels");
    }
  }

  private static String begin(String prefix, String name) {
    String whole = prefix.length() > 100 ? prefix : prefix + name;
    return whole.length() > 100 ? whole.substring(0, 100) + "…" : whole;
  }
}
