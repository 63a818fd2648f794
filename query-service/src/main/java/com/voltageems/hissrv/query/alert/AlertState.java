package com.voltageems.hissrv.query.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of an alert, in the form that is kept. Immutable.
 *
 * @param raised whether it is raised
 * @param since since when it is raised, or not
 * @param pendingSince since when the condition holds without the alert being raised yet; null if it
 *     does not hold
 * @param value the figure when the alert was last raised or cleared, or when the condition last
 *     held without the alert being raised yet; null before the first
 * @param told what the receiver was last told: raised or not
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

  /** Returns the state after another check of the figure. */
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

  /**
   * Returns the state after the clock was set. Leaves {@code since} unchanged, because it may come
   * from another service.
   */
  AlertState moved(Duration step) {
    return pendingSince == null
        ? this
        : new AlertState(raised, since, pendingSince.plus(step), value, told);
  }

  /** Returns whether the receiver does not know the present state. */
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

  /**
   * Parses a kept state; empty for any other text. The time for which a condition has held is not
   * kept and begins anew.
   */
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
