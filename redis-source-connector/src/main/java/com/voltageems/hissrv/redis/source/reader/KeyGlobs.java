package com.voltageems.hissrv.redis.source.reader;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Patterns as SCAN and PSUBSCRIBE take them: whether one text can match two of them. Pure. */
final class KeyGlobs {
  /** Longer patterns are not compared: nobody writes them by hand. */
  private static final int MOST_LENGTH = 500;

  private KeyGlobs() {}

  /** Returns whether there is a text that both patterns match. */
  static boolean overlap(String one, String other) {
    if (one.length() > MOST_LENGTH || other.length() > MOST_LENGTH) {
      return false;
    }
    List<@Nullable BitSet> first = steps(one);
    List<@Nullable BitSet> second = steps(other);
    // reach[j]: the patterns from i and from j on match a common text.
    boolean[] reach = new boolean[second.size() + 1];
    for (int i = first.size(); i >= 0; i--) {
      boolean[] next = reach;
      reach = new boolean[second.size() + 1];
      for (int j = second.size(); j >= 0; j--) {
        boolean endsFirst = i == first.size();
        boolean endsSecond = j == second.size();
        BitSet here = endsFirst ? null : first.get(i);
        BitSet there = endsSecond ? null : second.get(j);
        if (endsFirst && endsSecond) {
          reach[j] = true;
        } else if (!endsFirst && here == null) {
          reach[j] = next[j] || (!endsSecond && reach[j + 1]);
        } else if (!endsSecond && there == null) {
          reach[j] = reach[j + 1] || (!endsFirst && next[j]);
        } else {
          reach[j] = here != null && there != null && here.intersects(there) && next[j + 1];
        }
      }
    }
    return reach[0];
  }

  /** Returns the characters that each step of the pattern matches; null for any text. */
  private static List<@Nullable BitSet> steps(String pattern) {
    List<@Nullable BitSet> steps = new ArrayList<>();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '*') {
        steps.add(null);
      } else if (c == '?') {
        steps.add(all());
      } else if (c == '[') {
        i = addSet(pattern, i + 1, steps);
      } else {
        i += c == '\\' && i + 1 < pattern.length() ? 1 : 0;
        steps.add(of(pattern.charAt(i), pattern.charAt(i)));
      }
    }
    return steps;
  }

  /** Adds the set that begins at this place; returns where it ends. */
  private static int addSet(String pattern, int begin, List<@Nullable BitSet> steps) {
    int i = begin;
    boolean not = i < pattern.length() && pattern.charAt(i) == '^';
    i += not ? 1 : 0;
    BitSet set = new BitSet();
    for (; i < pattern.length() && pattern.charAt(i) != ']'; i++) {
      i += pattern.charAt(i) == '\\' && i + 1 < pattern.length() ? 1 : 0;
      char from = pattern.charAt(i);
      char to = from;
      if (i + 2 < pattern.length() && pattern.charAt(i + 1) == '-') {
        to = pattern.charAt(i + 2);
        i += 2;
      }
      set.or(of((char) Math.min(from, to), (char) Math.max(from, to)));
    }
    if (not) {
      set.flip(0, Character.MAX_VALUE + 1);
    }
    steps.add(set);
    return i;
  }

  private static BitSet all() {
    return of((char) 0, Character.MAX_VALUE);
  }

  private static BitSet of(char from, char to) {
    BitSet set = new BitSet();
    set.set(from, to + 1);
    return set;
  }
}
