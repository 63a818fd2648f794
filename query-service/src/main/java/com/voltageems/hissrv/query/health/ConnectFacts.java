package com.voltageems.hissrv.query.health;

import java.util.OptionalInt;
import java.util.Set;

/**
 * What Connect reports about the two connectors, and the other parts need to judge what they see.
 * Contains no secret.
 *
 * @param sourceTasks how many tasks the source has; empty if unknown
 * @param sourcePrefix the prefix of the source's topics; empty if unknown
 * @param sourceTopics the topics that its sources write to; empty if unknown
 * @param deadLetters the dead-letter topics of all sinks
 * @param recordTooLarge whether a task of the source has failed because a record is too large for
 *     its topic
 */
public record ConnectFacts(
    OptionalInt sourceTasks,
    Telling telling,
    SinkTopics sinkTopics,
    String sourcePrefix,
    Set<String> sourceTopics,
    DeadLetterTopics deadLetters,
    boolean recordTooLarge) {
  public ConnectFacts {
    sourceTopics = Set.copyOf(sourceTopics);
  }

  public static final ConnectFacts UNKNOWN =
      new ConnectFacts(OptionalInt.empty(), Telling.UNKNOWN, SinkTopics.UNKNOWN);

  /** Creates facts of a source whose tasks have not failed. */
  public ConnectFacts(
      OptionalInt sourceTasks,
      Telling telling,
      SinkTopics sinkTopics,
      String sourcePrefix,
      Set<String> sourceTopics,
      DeadLetterTopics deadLetters) {
    this(sourceTasks, telling, sinkTopics, sourcePrefix, sourceTopics, deadLetters, false);
  }

  /** Creates facts without the dead-letter topics. */
  public ConnectFacts(
      OptionalInt sourceTasks, Telling telling, SinkTopics sinkTopics, String sourcePrefix) {
    this(sourceTasks, telling, sinkTopics, sourcePrefix, Set.of(), DeadLetterTopics.UNKNOWN);
  }

  /** Creates facts without the source's topics. */
  public ConnectFacts(OptionalInt sourceTasks, Telling telling, SinkTopics sinkTopics) {
    this(sourceTasks, telling, sinkTopics, "");
  }
}
