package com.voltageems.hissrv.query.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How an alert stands, as it is kept. Immutable.
 *
 * @param raised whether it is raised
 * @param since since when it is raised, or not
 * @param pendingSince since when the condition holds without being raised yet; null when it does
 *     not
 * @param value the figure when that began; null before the first
 * @param told what the receiver was told last: raised or not
 */
record AlertState(
    boolean raised,
    Instant since,
    @Nullable Instant pendingSince,
    @Nullable Double value,
    boolean told) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static AlertState fresh(Instant now) {
    return new AlertState(false, now, null, null, false);
  }

  /** After another look at the figure. */
  AlertState seen(AlertRule rule, double figure, Instant now) {
    if (!rule.condition().holds(figure)) {
      return raised
          ? new AlertState(false, now, null, figure, told)
          : pendingSince == null ? this : new AlertState(false, since, null, value, told);
    }
    if (raised) {
      return this;
    }
    Instant began = pendingSince == null ? now : pendingSince;
    return now.isBefore(began.plus(rule.hold()))
        ? new AlertState(false, since, began, figure, told)
        : new AlertState(true, now, null, figure, told);
  }

  /** The clock was set by so much; since when it is raised may be another service's word. */
  AlertState moved(Duration step) {
    return pendingSince == null
        ? this
        : new AlertState(raised, since, pendingSince.plus(step), value, told);
  }

  /** Whether the receiver knows something else. */
  boolean isUntold() {
    return raised != told;
  }

  AlertState told(boolean what) {
    return new AlertState(raised, since, pendingSince, value, what);
  }

  String text() {
    return raised ? "raised" : pendingSince == null ? "ok" : "pending";
  }

  String json() {
    return JSON.createObjectNode()
        .put("version", 1)
        .put("raised", raised)
        .put("since", since.toEpochMilli())
        .put("value", value)
        .put("told", told)
        .toString();
  }

  /** Empty for any other text; a condition that has not held for long enough begins anew. */
  static Optional<AlertState> parse(String text) {
    try {
      JsonNode node = JSON.readTree(text);
      if (!node.path("raised").isBoolean() || !node.path("since").canConvertToLong()) {
        return Optional.empty();
      }
      return Optional.of(
          new AlertState(
              node.path("raised").asBoolean(),
              Instant.ofEpochMilli(node.path("since").asLong()),
              null,
              node.path("value").isNumber() ? node.path("value").asDouble() : null,
              node.path("told").asBoolean()));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
