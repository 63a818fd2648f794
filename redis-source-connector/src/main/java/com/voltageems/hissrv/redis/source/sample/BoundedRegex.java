package com.voltageems.hissrv.redis.source.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Regular expressions that give up instead of backtracking endlessly. */
public final class BoundedRegex {
  /**
   * Most characters read for one match; a reasonable pattern needs a few times the key's length.
   */
  private static final int MAX_STEPS = 100_000;

  private BoundedRegex() {}

  /**
   * Matches the whole text and returns its groups, group 0 first, or null if it does not match.
   *
   * @throws RegexTooSlowException after a bounded amount of work
   */
  static @Nullable List<@Nullable String> groups(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(new Counted(text, 0, text.length(), new AtomicInteger()));
    if (!matches(matcher, pattern, text)) {
      return null;
    }
    List<@Nullable String> groups = new ArrayList<>();
    for (int i = 0; i <= matcher.groupCount(); i++) {
      int start = matcher.start(i);
      groups.add(start < 0 ? null : text.substring(start, matcher.end(i)));
    }
    return groups;
  }

  private static boolean matches(Matcher matcher, Pattern pattern, String text) {
    try {
      return matcher.matches();
    } catch (StackOverflowError e) {
      // Java's matcher recurses over alternations; a long key can exhaust the stack.
      throw new RegexTooSlowException(pattern.pattern(), text.length());
    } catch (OutOfSteps e) {
      throw new RegexTooSlowException(pattern.pattern(), text.length());
    }
  }

  private static final class OutOfSteps extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfSteps() {
      super("out of steps", null, false, false);
    }
  }

  private record Counted(String text, int from, int to, AtomicInteger steps)
      implements CharSequence {
    @Override
    public int length() {
      return to - from;
    }

    @Override
    public char charAt(int index) {
      if (steps.incrementAndGet() > MAX_STEPS) {
        throw new OutOfSteps();
      }
      return text.charAt(from + index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text, from + start, from + end, steps);
    }

    @Override
    public String toString() {
      return text.substring(from, to);
    }
  }
}
