package com.voltageems.hissrv.query.site.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.alert.AlertDesk;
import com.voltageems.hissrv.query.alert.AlertView;
import com.voltageems.hissrv.query.alert.Condition;
import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.http.Extension;
import com.voltageems.hissrv.query.http.access.Access;
import com.voltageems.hissrv.query.http.ask.BadRequestException;
import com.voltageems.hissrv.query.http.ask.Texts;
import com.voltageems.hissrv.query.http.problem.ErrorKind;
import com.voltageems.hissrv.query.http.problem.RefusedException;
import com.voltageems.hissrv.query.resolution.Resolutions;
import com.voltageems.hissrv.query.site.connect.ConnectException;
import com.voltageems.hissrv.query.site.connect.ConnectorRoutes;
import com.voltageems.hissrv.query.site.yaml.BadFileException;
import com.voltageems.hissrv.query.sync.SyncAnswer;
import com.voltageems.hissrv.query.sync.SyncException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Routes for a site's file: {@code POST /reload}, {@code /mappings}, {@code /alerts}, {@code POST
 * /sync}, {@code /storage}. One place decides for all routes who may call them: {@link
 * com.voltageems.hissrv.query.http.access.Guard}.
 */
final class SiteRoutes implements Extension {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Duration SYNC_PATIENCE = Duration.ofSeconds(10);
  private static final Duration LONGEST_SYNC = Duration.ofSeconds(60);
  private static final Duration SHORTEST_SYNC = Duration.ofMillis(100);
  private static final String SYNC_EXPECTED = "a duration such as 30s, from 100ms to 60s";

  private final LiveSite site;
  private final Mappings mappings;
  private final StorageRoutes storage;
  private final ConnectorRoutes connectors;

  SiteRoutes(LiveSite site, Mappings mappings, StorageRoutes storage, ConnectorRoutes connectors) {
    this.site = site;
    this.mappings = mappings;
    this.storage = storage;
    this.connectors = connectors;
  }

  @Override
  public void routes(RoutesConfig routes) {
    routes.post("/reload", this::reload);
    routes.get("/mappings", this::mappings);
    routes.put("/mappings/{name}", this::put);
    routes.delete("/mappings/{name}", this::delete);
    routes.post("/sync", this::sync, Access.SYNC);
    routes.get("/alerts", this::alerts);
    routes.post("/alerts/{name}/test", this::testAlert);
    connectors.routes(routes);
    storage.routes(routes);
  }

  @Override
  public Map<String, @Nullable Object> status() {
    Map<String, @Nullable Object> status = new LinkedHashMap<>();
    status.put("site", site.state().json(site.file().path().toString()));
    status.putAll(connectors.status());
    status.put("alerts", site.alerts().view().stream().map(AlertView::json).toList());
    return status;
  }

  @Override
  public List<Gauge> gauges() {
    List<Gauge> gauges = new ArrayList<>(connectors.gauges());
    gauges.add(
        Gauge.of(
            "hissrv_site_file_refused",
            "1 when the site's file has changed and cannot be used: a service that starts by it now"
                + " ends at once.",
            site.state().isRefused() ? 1 : 0));
    return gauges;
  }

  @Override
  public Resolutions resolutions() {
    return site.resolutions();
  }

  private void reload(Context context) throws JsonProcessingException {
    Reloads state = site.reload();
    if (state.isRefused()) {
      throw new RefusedException(
          ErrorKind.BAD_FILE,
          String.join("\n", state.problems()),
          state.json(site.file().path().toString()));
    }
    answer(context, 200, state.json(site.file().path().toString()));
  }

  private void sync(Context context) throws JsonProcessingException, InterruptedException {
    Texts parameters = new Texts(context.queryParamMap(), Set.of("timeout"));
    parameters.requireKnown();
    if (context.bodyAsBytes().length > 0) {
      throw new BadRequestException(
          "body", "", "none; timeout stands in the address (?timeout=30s)");
    }
    Duration patience;
    String given = parameters.text("timeout");
    try {
      patience = given == null ? SYNC_PATIENCE : Condition.length(given);
    } catch (IllegalArgumentException e) {
      throw new BadRequestException("timeout", String.valueOf(given), SYNC_EXPECTED);
    }
    if (patience.compareTo(LONGEST_SYNC) > 0 || patience.compareTo(SHORTEST_SYNC) < 0) {
      throw new BadRequestException("timeout", String.valueOf(given), SYNC_EXPECTED);
    }
    try {
      SyncAnswer done = site.sync(patience);
      if (done == null) {
        throw new RefusedException(
            ErrorKind.BUSY, "two such requests are under way; try again in a moment");
      }
      answer(context, done.isDone() ? 200 : 202, done.json());
    } catch (SyncException e) {
      throw new RefusedException(ErrorKind.SYNC, String.valueOf(e.getMessage()));
    }
  }

  private void alerts(Context context) throws JsonProcessingException {
    AlertDesk desk = site.alerts();
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("mine", desk.isMine());
    body.put("alerts", desk.view().stream().map(AlertView::json).toList());
    answer(context, 200, body);
  }

  private void testAlert(Context context) throws JsonProcessingException, InterruptedException {
    String name = context.pathParam("name");
    Optional<Optional<String>> sent = site.alerts().test(name);
    if (sent.isEmpty()) {
      throw new RefusedException(ErrorKind.NOT_FOUND, "there is no alert " + name);
    }
    if (sent.get().isPresent()) {
      throw new RefusedException(ErrorKind.NOT_TOLD, sent.get().get());
    }
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("state", "sent");
    answer(context, 200, body);
  }

  private void mappings(Context context) throws IOException {
    List<Object> all = new ArrayList<>();
    Map<String, JsonNode> own = mappings.own();
    for (Map.Entry<String, JsonNode> entry : mappings.overlay().properties()) {
      all.add(mapping(entry.getKey(), "runtime", entry.getValue()));
      own.remove(entry.getKey());
    }
    own.forEach((name, mapping) -> all.add(mapping(name, "file", mapping)));
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("mappings", all);
    body.put("file", site.file().path().toString());
    body.put("runtime_file", site.file().overlay().toString());
    body.put("writable", Files.isWritable(folder()));
    answer(context, 200, body);
  }

  private Path folder() {
    return Objects.requireNonNull(site.file().overlay().toAbsolutePath().getParent());
  }

  private static Map<String, Object> mapping(String name, String from, JsonNode mapping) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("name", name);
    shown.put("from", from);
    shown.put("mapping", mapping);
    return shown;
  }

  private void put(Context context) throws IOException, InterruptedException {
    String name = context.pathParam("name");
    changing(
        () -> {
          Map<String, @Nullable Object> body = new LinkedHashMap<>();
          body.put("name", name);
          body.put("state", mappings.put(name, context.body()));
          answer(context, 200, body);
        });
  }

  private void delete(Context context) throws IOException, InterruptedException {
    String name = context.pathParam("name");
    changing(
        () -> {
          if (mappings.delete(name)) {
            context.status(204);
          } else if (mappings.own().containsKey(name)) {
            throw new RefusedException(
                ErrorKind.IN_FILE, name + " stands in " + site.file().path() + "; remove it there");
          } else {
            throw new RefusedException(ErrorKind.NOT_FOUND, "there is no mapping " + name);
          }
        });
  }

  /** A change that can be refused. */
  private interface Changing {
    void run()
        throws BadFileException,
            IOException,
            Mappings.ReadOnlyException,
            ConnectException,
            InterruptedException;
  }

  private static void changing(Changing change) throws IOException, InterruptedException {
    try {
      change.run();
    } catch (BadFileException e) {
      throw new RefusedException(ErrorKind.BAD_MAPPING, String.valueOf(e.getMessage()));
    } catch (Mappings.ReadOnlyException e) {
      throw new RefusedException(ErrorKind.READ_ONLY, String.valueOf(e.getMessage()));
    } catch (ConnectException e) {
      throw new RefusedException(ErrorKind.CONNECT, String.valueOf(e.getMessage()));
    }
  }

  private static void answer(Context context, int status, Map<String, @Nullable Object> body)
      throws JsonProcessingException {
    context.status(status).contentType("application/json").result(JSON.writeValueAsBytes(body));
  }
}
