package com.voltageems.hissrv.query.site.plan;

import java.util.Locale;
import java.util.regex.Pattern;

/** A setting's value as it may be shown. */
public final class Masking {
  private static final String HIDDEN = "(hidden)";
  private static final Pattern SECRET =
      Pattern.compile(".*(password|passwd|secret|token|credential|jaas|api[._]?key).*");

  /** Nothing but places where somebody else looks: no secret. */
  private static final Pattern REFERENCES = Pattern.compile("(\\$\\{[^}]*}\\s*)+");

  private static final Pattern USER_INFO = Pattern.compile("(\\w+://)[^/\\s]*@");

  private Masking() {}

  /** The value, or a word in its place where the setting's name says that it is a secret. */
  public static String shown(String setting, String value) {
    if (SECRET.matcher(setting.toLowerCase(Locale.ROOT)).matches()
        && !value.isEmpty()
        && !REFERENCES.matcher(value).matches()) {
      return HIDDEN;
    }
    return USER_INFO.matcher(value).replaceAll("$1" + HIDDEN + "@");
  }
}
