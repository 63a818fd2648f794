package com.voltageems.hissrv.query.alert;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An alert for people.
 *
 * @param state ok, pending, raised, or elsewhere when another service looks after it
 * @param since since when it is raised, or not
 * @param figure what the condition looks at, now; null when it is not known
 * @param untold whether its receiver has still to be told
 * @param failures tries to tell that failed, one after the other
 * @param error why the last one failed
 * @param unknown why the figure is not known, so that nobody would be told; null where it is known,
 *     or the part of {@code /health} that it comes from tells
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
  /** As {@code GET /alerts} gives it. */
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
