package com.voltageems.hissrv.redis.source.sample;

import java.util.List;
import java.util.Optional;

/**
 * Hashes that accompany others: {@code <key>:ts} has times and {@code <key>:raw} has raw numbers.
 */
public final class Companions {
  private static final List<String> SUFFIXES = List.of(":ts", ":raw");

  private Companions() {}

  /** Returns whether a key belongs to a companion and not to a hash of samples. */
  public static boolean isCompanion(String key) {
    return SUFFIXES.stream().anyMatch(key::endsWith);
  }

  /**
   * Returns the error for key patterns that only companions match: companions are skipped, so such
   * a pattern would never read anything.
   */
  public static Optional<String> problem(List<String> patterns) {
    for (String pattern : patterns) {
      for (String suffix : SUFFIXES) {
        if (pattern.endsWith(suffix)) {
          return Optional.of(
              "'"
                  + pattern
                  + "' matches companions only, which are no hashes of samples ("
                  + suffix
                  + " holds "
                  + (suffix.equals(":ts") ? "the times" : "the raw numbers")
                  + " of the hash beside it) and are left out; name the hashes themselves: '"
                  + pattern.substring(0, pattern.length() - suffix.length())
                  + "'");
        }
      }
    }
    return Optional.empty();
  }
}
