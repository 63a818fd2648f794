package com.voltageems.hissrv.query.site.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.health.PartState;
import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.ask.Texts;
import com.voltageems.hissrv.query.http.ask.Times;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import com.voltageems.hissrv.query.storage.StorageDesk;
import com.voltageems.hissrv.query.storage.StorageException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Routes {@code GET /storage} and those that change something there: {@code POST /storage/apply},
 * {@code POST /storage/backfill}, {@code DELETE /storage/backfill/{id}}.
 */
final class StorageRoutes {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Supplier<StorageDesk> desk;
  private final Supplier<List<PartState>> parts;
  private final Supplier<ZoneId> zone;
  private final Clock clock;

  /**
   * @param parts the states of the service's parts
   */
  StorageRoutes(
      Supplier<StorageDesk> desk,
      Supplier<List<PartState>> parts,
      Supplier<ZoneId> zone,
      Clock clock) {
    this.desk = desk;
    this.parts = parts;
    this.zone = zone;
    this.clock = clock;
  }

  void routes(RoutesConfig routes) {
    routes.get(
        "/storage",
        context -> {
          requireNone(context);
          Map<String, @Nullable Object> json = new LinkedHashMap<>(desk.get().json());
          json.put("gone", gone());
          answer(context, 200, json);
        });
    routes.post("/storage/apply", this::apply);
    routes.post("/storage/backfill", this::backfill);
    routes.delete("/storage/backfill/{id}", this::cancel);
  }

  /** Returns which part of the data the database has shown and lacks now; null if none. */
  private @Nullable Object gone() {
    for (PartState part : parts.get()) {
      if (part.name().equals("store")) {
        return part.report().detail().get("gone");
      }
    }
    return null;
  }

  /** A change that the storage desk may refuse. */
  private interface Changing {
    Map<String, @Nullable Object> run() throws StorageException;
  }

  private static Map<String, @Nullable Object> changing(Changing change) {
    try {
      return change.run();
    } catch (StorageException e) {
      throw new RefusedException(
          switch (e.kind()) {
            case MISSING -> ErrorKind.NOT_FOUND;
            case CONFLICT -> ErrorKind.CONFLICT;
          },
          String.valueOf(e.getMessage()));
    }
  }

  private void apply(Context context) throws JsonProcessingException {
    requireNone(context);
    JsonNode body = JsonBody.of(context, "policy", "duration");
    String policy = text(body, "policy", "a policy's name");
    String duration = text(body, "duration", "the duration that the file has");
    answer(context, 200, changing(() -> desk.get().shorten(policy, duration)));
  }

  private void backfill(Context context) throws JsonProcessingException {
    requireNone(context);
    JsonNode body = JsonBody.of(context, "task", "start", "end");
    String task = text(body, "task", "a task's name");
    long start = time(body, "start");
    long end = time(body, "end");
    answer(context, 202, changing(() -> desk.get().backfill(task, start, end)));
  }

  private void cancel(Context context) throws JsonProcessingException {
    requireNone(context);
    JsonBody.requireNone(context);
    String id = context.pathParam("id");
    answer(context, 200, changing(() -> desk.get().cancel(id)));
  }

  /** Refuses query parameters: they have no effect here. */
  private static void requireNone(Context context) {
    new Texts(context.queryParamMap(), Set.of()).requireKnown();
  }

  private static String text(JsonNode body, String name, String expected) {
    JsonNode value = body.path(name);
    if (!value.isValueNode() || value.isNull()) {
      throw new BadRequestException(name, "", expected);
    }
    return value.asText();
  }

  private long time(JsonNode body, String name) {
    String text = text(body, name, Times.TIME);
    return Times.time(text, clock.instant(), zone.get())
        .orElseThrow(() -> new BadRequestException(name, text, Times.TIME));
  }

  private static void answer(Context context, int status, Map<String, @Nullable Object> body)
      throws JsonProcessingException {
    context.status(status).contentType("application/json").result(JSON.writeValueAsBytes(body));
  }
}
