package com.voltageems.hissrv.query.health;

import java.util.OptionalInt;

/**
 * What Connect tells of the two connectors that the other parts need to judge what they see. No
 * secret is in it.
 *
 * @param sourceTasks how many tasks the source has, where that is known
 */
public record ConnectFacts(OptionalInt sourceTasks, Telling telling, SinkTopics sinkTopics) {
  public static final ConnectFacts UNKNOWN =
      new ConnectFacts(OptionalInt.empty(), Telling.UNKNOWN, SinkTopics.UNKNOWN);
}
