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
 * The topics that the sink reads, according to its settings in Connect.
 *
 * @param present false if there is no such connector; true if there is, or if unknown
 * @param names its {@code topics}; empty if unknown
 * @param regex its {@code topics.regex}; empty if not set
 * @param refresh how often its consumers look for new topics
 */
public record SinkTopics(boolean present, List<String> names, String regex, Duration refresh) {
  /** Kafka's own default; Connect does not report what its workers set. */
  static final Duration REFRESH = Duration.ofMinutes(5);

  public static final SinkTopics UNKNOWN = new SinkTopics(true, List.of(), "");
  public static final SinkTopics ABSENT = new SinkTopics(false, List.of(), "");

  public SinkTopics {
    names = List.copyOf(names);
  }

  /** Creates the topics of a sink that does not set how often it looks for new topics. */
  public SinkTopics(boolean present, List<String> names, String regex) {
    this(present, names, regex, REFRESH);
  }

  /** Returns whether the sink uses a pattern, and none of these topics matches it. */
  public boolean matchesNone(Stream<String> topics) {
    return expression().map(one -> topics.noneMatch(one.asMatchPredicate())).orElse(false);
  }

  /** Returns those of these topics that the sink reads. */
  public Set<String> among(Set<String> topics) {
    Predicate<String> matches = expression().map(Pattern::asMatchPredicate).orElse(topic -> false);
    return topics.stream().filter(matches.or(names::contains)).collect(Collectors.toSet());
  }

  /** Returns whether the sink does not read this topic, for all that its settings say. */
  public boolean leaves(String topic) {
    boolean known = !names.isEmpty() || expression().isPresent();
    return known && among(Set.of(topic)).isEmpty();
  }

  /** Empty if the pattern is missing or Connect would refuse it: we cannot know what it matches. */
  private Optional<Pattern> expression() {
    try {
      return regex.isEmpty() ? Optional.empty() : Optional.of(Pattern.compile(regex));
    } catch (PatternSyntaxException e) {
      return Optional.empty();
    }
  }
}
