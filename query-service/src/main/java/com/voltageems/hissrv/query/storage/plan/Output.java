package com.voltageems.hissrv.query.storage.plan;

import com.voltageems.hissrv.query.store.Aggregation;

/**
 * What a task keeps of each field and window.
 *
 * @param alias the field {@code 1} becomes {@code 1_<alias>}; letters and digits, so that the name
 *     can be taken apart again
 */
public record Output(Aggregation function, String alias) {
  private static final String PATTERN = "[A-Za-z0-9]{1,40}";

  public Output {
    if (!isAlias(alias)) {
      throw new IllegalArgumentException("alias " + alias);
    }
  }

  /** Whether it can be one. */
  public static boolean isAlias(String text) {
    return text.matches(PATTERN);
  }

  /** What the field is called in the copy. */
  public String field(String base) {
    return base + "_" + alias;
  }
}
