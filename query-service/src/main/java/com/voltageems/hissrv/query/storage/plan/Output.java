package com.voltageems.hissrv.query.storage.plan;

import com.voltageems.hissrv.query.store.Aggregation;

/**
 * What a task stores for each field and window.
 *
 * @param alias the field {@code 1} becomes {@code 1_<alias>}; letters and digits, so that the name
 *     can be split again
 */
public record Output(Aggregation function, String alias) {
  private static final String PATTERN = "[A-Za-z0-9]{1,40}";

  public Output {
    if (!isAlias(alias)) {
      throw new IllegalArgumentException("alias " + alias);
    }
  }

  /** Returns true if the text is a valid alias. */
  public static boolean isAlias(String text) {
    return text.matches(PATTERN);
  }

  /** Returns the field's name in the copy. */
  public String field(String base) {
    return base + "_" + alias;
  }
}
