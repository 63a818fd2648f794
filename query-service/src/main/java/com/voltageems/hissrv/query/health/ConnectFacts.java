package com.voltageems.hissrv.query.health;

import java.util.OptionalInt;
import java.util.Set;

/**
 * What Connect tells of the two connectors that the other parts need to judge what they see. No
 * secret is in it.
 *
 * @param sourceTasks how many tasks the source has, where that is known
 * @param sourcePrefix what the source's topics begin with; empty where that is not known
 * @param sourceTopics to which its sources write; empty where that is not known
 * @param deadLetters where those of all sinks go
 */
public record ConnectFacts(
    OptionalInt sourceTasks,
    Telling telling,
    SinkTopics sinkTopics,
    String sourcePrefix,
    Set<String> sourceTopics,
    DeadLetterTopics deadLetters) {
  public ConnectFacts {
    sourceTopics = Set.copyOf(sourceTopics);
  }

  public static final ConnectFacts UNKNOWN =
      new ConnectFacts(OptionalInt.empty(), Telling.UNKNOWN, SinkTopics.UNKNOWN);

  /** Of sinks whose dead letters are not known. */
  public ConnectFacts(
      OptionalInt sourceTasks, Telling telling, SinkTopics sinkTopics, String sourcePrefix) {
    this(sourceTasks, telling, sinkTopics, sourcePrefix, Set.of(), DeadLetterTopics.UNKNOWN);
  }

  /** Of a source whose topics are not known. */
  public ConnectFacts(OptionalInt sourceTasks, Telling telling, SinkTopics sinkTopics) {
    this(sourceTasks, telling, sinkTopics, "");
  }
}
