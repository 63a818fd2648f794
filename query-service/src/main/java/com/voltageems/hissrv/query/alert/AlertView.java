package com.voltageems.hissrv.query.alert;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An alert in a form for people.
 *
 * @param state ok, pending, raised, or elsewhere if another service looks after it
 * @param since since when it is raised, or not
 * @param figure the present figure of the condition; null if unknown
 * @param untold whether its receiver must still be notified
 * @param failures number of failed tries to notify in succession
 * @param error why the last try failed
 * @param unknown why the figure is unknown, so that nobody would be notified; null if it is known,
 *     or if the part of {@code /health} that it comes from reports the reason
 */
public record AlertView(
    AlertRule rule,
    String state,
    Instant since,
    @Nullable Double figure,
    boolean untold,
    int failures,
    @Nullable String error,
    @Nullable String unknown) {
  /** Returns the alert in the form of {@code GET /alerts}. */
  public Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", rule.name());
    json.put("level", rule.level().text());
    json.put("condition", rule.condition().text());
    json.put("state", state);
    json.put("since", since.toString());
    json.put("value", figure == null ? null : rule.condition().shown(figure));
    json.put("receiver", rule.target());
    json.put("untold", untold);
    json.put("tries", failures);
    json.put("error", error);
    json.put("unknown", unknown);
    return json;
  }
}
