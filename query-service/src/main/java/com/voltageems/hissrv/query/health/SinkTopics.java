package com.voltageems.hissrv.query.health;

import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * What the sink is to read, as Connect knows its settings.
 *
 * @param present whether there is such a connector, or that is not known
 * @param names its {@code topics}; empty where they are not known
 * @param regex its {@code topics.regex}; empty where there is none
 */
public record SinkTopics(boolean present, List<String> names, String regex) {
  public static final SinkTopics UNKNOWN = new SinkTopics(true, List.of(), "");
  public static final SinkTopics ABSENT = new SinkTopics(false, List.of(), "");

  public SinkTopics {
    names = List.copyOf(names);
  }

  /** Whether it reads by an expression, and none of these topics matches it. */
  public boolean matchesNone(Stream<String> topics) {
    try {
      return !regex.isEmpty() && topics.noneMatch(Pattern.compile(regex).asMatchPredicate());
    } catch (PatternSyntaxException e) {
      // Connect refuses it; nobody knows what would match.
      return false;
    }
  }
}
