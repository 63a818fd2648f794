package com.voltageems.hissrv.query.health.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/**
 * The sink's report in the metadata of a committed offset while a request is refused or not
 * answered (docs/status.md).
 *
 * @param sinceMillis when the first of the tries failed, by the worker's clock
 * @param tries how many have failed
 * @param offset the first record of the partition in the request; -1 if not reported
 * @param reason the last answer, in plain words
 */
record SinkHold(long sinceMillis, long tries, long offset, String reason) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Empty if the text is not such a report: other writers may put other things there. */
  static Optional<SinkHold> parse(String metadata) {
    if (metadata.isBlank()) {
      return Optional.empty();
    }
    JsonNode hold;
    try {
      hold = JSON.readTree(metadata);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
    if (!hold.isObject() || !StatusText.isTime(hold.path("since"))) {
      return Optional.empty();
    }
    return Optional.of(
        new SinkHold(
            hold.path("since").asLong(),
            Math.max(0, hold.path("tries").asLong(0)),
            hold.path("offset").isIntegralNumber() ? hold.path("offset").asLong() : -1,
            StatusText.reason(hold.path("reason").asText(""))));
  }
}
