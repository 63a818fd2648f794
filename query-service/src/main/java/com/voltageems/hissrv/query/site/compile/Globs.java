package com.voltageems.hissrv.query.site.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Redis glob patterns: {@code *}, {@code ?}, {@code [...]}, backslash. */
final class Globs {
  private Globs() {}

  static boolean isGlob(String text) {
    return text.matches(".*[*?\\[].*");
  }

  /** Returns whether the glob matches everything that {@code other}, a key or a glob, matches. */
  static boolean covers(String glob, String other) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      int close = c == '[' ? glob.indexOf(']', i + 1) : -1;
      if (c == '*') {
        regex.append(".*");
      } else if (c == '?') {
        regex.append("[^*]");
      } else if (close > 0) {
        regex.append(Pattern.quote(glob.substring(i, close + 1)));
        i = close;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(other).matches();
  }

  /**
   * Returns globs that match at least all keys that the regular expression matches: anything but a
   * plain character becomes a wildcard.
   */
  static List<String> ofRegex(String regex) {
    List<String> globs = new ArrayList<>();
    for (String alternative : alternatives(regex)) {
      globs.add(ofAlternative(alternative));
    }
    return globs;
  }

  /** Splits at the bars outside of groups and character classes. */
  private static List<String> alternatives(String regex) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '[') {
        i = endOfClass(regex, i);
      } else if (c == '(') {
        depth++;
      } else if (c == ')') {
        depth--;
      } else if (c == '|' && depth == 0) {
        parts.add(regex.substring(from, i));
        from = i + 1;
      }
    }
    parts.add(regex.substring(from));
    return parts;
  }

  private static String ofAlternative(String regex) {
    StringBuilder glob = new StringBuilder();
    int i = 0;
    while (i < regex.length()) {
      char c = regex.charAt(i);
      String piece;
      if (c == '^' || c == '$') {
        i++;
        continue;
      } else if (c == '\\') {
        char next = i + 1 < regex.length() ? regex.charAt(i + 1) : ' ';
        piece = Character.isLetterOrDigit(next) ? "?" : literal(next);
        if ("QEbBAzZG".indexOf(next) >= 0) {
          piece = "*";
        }
        i += 2;
      } else if (c == '[') {
        piece = "?";
        i = endOfClass(regex, i) + 1;
      } else if (c == '(') {
        piece = "*";
        i = endOfGroup(regex, i) + 1;
      } else if (c == '.') {
        piece = "?";
        i++;
      } else {
        piece = literal(c);
        i++;
      }
      int after = endOfQuantifier(regex, i);
      piece = after > i ? "*" : piece;
      i = after;
      if (!(piece.equals("*") && glob.length() > 0 && glob.charAt(glob.length() - 1) == '*')) {
        glob.append(piece);
      }
    }
    return glob.toString();
  }

  private static String literal(char c) {
    return "*?[]\\".indexOf(c) >= 0 ? "\\" + c : String.valueOf(c);
  }

  private static int endOfClass(String regex, int open) {
    int i = open + 1;
    if (i < regex.length() && regex.charAt(i) == '^') {
      i++;
    }
    i++;
    while (i < regex.length() && regex.charAt(i) != ']') {
      i += regex.charAt(i) == '\\' ? 2 : 1;
    }
    return Math.min(i, regex.length() - 1);
  }

  private static int endOfGroup(String regex, int open) {
    int depth = 0;
    for (int i = open; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '[') {
        i = endOfClass(regex, i);
      } else if (c == '(') {
        depth++;
      } else if (c == ')' && --depth == 0) {
        return i;
      }
    }
    return regex.length() - 1;
  }

  private static int endOfQuantifier(String regex, int from) {
    int i = from;
    while (i < regex.length() && "*+?{".indexOf(regex.charAt(i)) >= 0) {
      int close = regex.charAt(i) == '{' ? regex.indexOf('}', i) : i;
      i = (close < 0 ? regex.length() : close + 1);
    }
    return Math.min(i, regex.length());
  }
}
