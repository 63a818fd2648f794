package com.voltageems.hissrv.query.health;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the sink is to read, as Connect knows its settings.
 *
 * @param present whether there is such a connector, or that is not known
 * @param names its {@code topics}; empty where they are not known
 * @param regex its {@code topics.regex}; empty where there is none
 * @param refresh how often its consumers look for new topics
 */
public record SinkTopics(boolean present, List<String> names, String regex, Duration refresh) {
  /** Kafka's own default; Connect does not tell what its workers set. */
  static final Duration REFRESH = Duration.ofMinutes(5);

  public static final SinkTopics UNKNOWN = new SinkTopics(true, List.of(), "");
  public static final SinkTopics ABSENT = new SinkTopics(false, List.of(), "");

  public SinkTopics {
    names = List.copyOf(names);
  }

  /** Of one that leaves it to its worker when to look for new topics. */
  public SinkTopics(boolean present, List<String> names, String regex) {
    this(present, names, regex, REFRESH);
  }

  /** Whether it reads by an expression, and none of these topics matches it. */
  public boolean matchesNone(Stream<String> topics) {
    return expression().map(one -> topics.noneMatch(one.asMatchPredicate())).orElse(false);
  }

  /** Those of these topics that it is to read. */
  public Set<String> among(Set<String> topics) {
    Predicate<String> matches = expression().map(Pattern::asMatchPredicate).orElse(topic -> false);
    return topics.stream().filter(matches.or(names::contains)).collect(Collectors.toSet());
  }

  /** None where there is none, or one that Connect refuses: nobody knows what would match. */
  private Optional<Pattern> expression() {
    try {
      return regex.isEmpty() ? Optional.empty() : Optional.of(Pattern.compile(regex));
    } catch (PatternSyntaxException e) {
      return Optional.empty();
    }
  }
}
