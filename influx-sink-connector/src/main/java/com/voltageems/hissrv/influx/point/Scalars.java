package com.voltageems.hissrv.influx.point;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Every scalar of a struct or map, nested ones by dotted names. Arrays and bytes are none and are
 * passed over. Bounded, since a record of a megabyte can be nested ten thousand times, or have
 * names that multiply to gigabytes.
 */
final class Scalars {
  private static final int DEEPEST = 64;

  /** Of a name, in characters. */
  static final int LONGEST_NAME = 4_096;

  private final Set<String> without;
  private final BiConsumer<String, Object> found;
  private final Consumer<String> complaints;

  /**
   * @param without names to leave out
   * @param complaints told what was left out because of the bounds
   */
  Scalars(Set<String> without, BiConsumer<String, Object> found, Consumer<String> complaints) {
    this.without = without;
    this.found = found;
    this.complaints = complaints;
  }

  void of(@Nullable Object object) {
    of("", object, 1);
  }

  private void of(String prefix, @Nullable Object object, int depth) {
    for (Map.Entry<String, @Nullable Object> member : Values.members(object).entrySet()) {
      Object value = member.getValue();
      if (value == null || isPassedOver(value)) {
        continue;
      }
      if (prefix.length() + member.getKey().length() > LONGEST_NAME) {
        complaints.accept(
            "a member's name is longer than "
                + LONGEST_NAME
                + " characters: "
                + begin(prefix, member.getKey()));
        continue;
      }
      String name = prefix + member.getKey();
      if (without.contains(name)) {
        continue;
      }
      if (!Values.isObject(value)) {
        found.accept(name, value);
      } else if (depth < DEEPEST) {
        of(name + ".", value, depth + 1);
      } else {
        complaints.accept("'" + begin("", name) + "' is nested deeper than " + DEEPEST + " levels");
      }
    }
  }

  private static boolean isPassedOver(Object value) {
    return value instanceof List<?> || value instanceof byte[] || value instanceof ByteBuffer;
  }

  private static String begin(String prefix, String name) {
    String whole = prefix.length() > 100 ? prefix : prefix + name;
    return whole.length() > 100 ? whole.substring(0, 100) + "…" : whole;
  }
}
