package com.voltageems.hissrv.query.setting;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The known name that a user most likely meant. */
public final class Nearest {
  private Nearest() {}

  /** Returns the nearest of the names, or empty if none is similar. */
  public static Optional<String> to(String name, Collection<String> known) {
    String wanted = plain(name);
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(wanted, plain(candidate))))
        .filter(
            candidate ->
                distance(wanted, plain(candidate))
                    <= Math.max(2, Math.max(wanted.length(), candidate.length()) / 2));
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace('-', '_').replace('.', '_');
  }

  /** Returns the edit distance (insert, delete, replace). */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }
}
