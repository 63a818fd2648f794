package com.voltageems.hissrv.query.site.plan;

import java.util.Locale;
import java.util.regex.Pattern;

/** Hides secrets in the values of settings. */
public final class Masking {
  private static final String HIDDEN = "(hidden)";
  private static final Pattern SECRET =
      Pattern.compile(".*(password|passwd|secret|token|credential|jaas|api[._]?key).*");

  /** Values that consist of references only: they contain no secret. */
  private static final Pattern REFERENCES = Pattern.compile("(\\$\\{[^}]*}\\s*)+");

  private static final Pattern USER_INFO = Pattern.compile("(\\w+://)[^/\\s]*@");

  private Masking() {}

  /**
   * Returns the value, or {@code (hidden)} if the setting's name suggests a secret; hides user and
   * password in an address.
   */
  public static String shown(String setting, String value) {
    if (SECRET.matcher(setting.toLowerCase(Locale.ROOT)).matches()
        && !value.isEmpty()
        && !REFERENCES.matcher(value).matches()) {
      return HIDDEN;
    }
    return USER_INFO.matcher(value).replaceAll("$1" + HIDDEN + "@");
  }
}
