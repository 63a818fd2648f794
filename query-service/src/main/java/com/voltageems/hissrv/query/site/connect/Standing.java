package com.voltageems.hissrv.query.site.connect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * The state of a connector.
 *
 * @param runs whether the connector and all its tasks run
 * @param line the state as a line for people
 */
public record Standing(boolean runs, String line) {
  /**
   * Reads the state from Connect's answer.
   *
   * @param status empty if Connect has no such connector
   */
  public static Standing of(String name, Optional<JsonNode> status) {
    if (status.isEmpty()) {
      return new Standing(false, name + ": is not there");
    }
    String states = name + ": " + Applier.states(status.get());
    return new Standing(
        Applier.runs(status.get()),
        Applier.failure(name, status.get())
            .map(failure -> states + "; " + failure.substring(name.length() + 2))
            .orElse(states));
  }
}
