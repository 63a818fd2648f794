package com.voltageems.hissrv.query.site.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.query.alert.AlertDesk;
import com.voltageems.hissrv.query.alert.AlertView;
import com.voltageems.hissrv.query.alert.Condition;
import com.voltageems.hissrv.query.http.Extension;
import com.voltageems.hissrv.query.site.connect.ConnectException;
import com.voltageems.hissrv.query.site.yaml.BadFileException;
import com.voltageems.hissrv.query.sync.SyncAnswer;
import com.voltageems.hissrv.query.sync.SyncException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The calls about a site's file: {@code POST /reload}, {@code /mappings}, {@code /alerts}, {@code
 * POST /sync}. There is no login, so that changing is for this machine only, and never through a
 * proxy or for a web page.
 */
final class SiteRoutes implements Extension {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Duration SYNC_PATIENCE = Duration.ofSeconds(10);
  private static final Duration LONGEST_SYNC = Duration.ofSeconds(60);

  private final LiveSite site;
  private final Mappings mappings;

  SiteRoutes(LiveSite site, Mappings mappings) {
    this.site = site;
    this.mappings = mappings;
  }

  @Override
  public void routes(RoutesConfig routes) {
    routes.post("/reload", here(this::reload));
    routes.get("/mappings", this::mappings);
    routes.put("/mappings/{name}", here(this::put));
    routes.delete("/mappings/{name}", here(this::delete));
    routes.post("/sync", this::sync);
    routes.get("/alerts", this::alerts);
    routes.post("/alerts/{name}/test", here(this::testAlert));
  }

  @Override
  public Map<String, @Nullable Object> status() {
    Map<String, @Nullable Object> status = new LinkedHashMap<>();
    status.put("site", site.state().json(site.file().path().toString()));
    status.put("alerts", site.alerts().view().stream().map(AlertView::json).toList());
    return status;
  }

  /** The call of somebody on this machine. */
  private static Handler here(Handler handler) {
    return context -> {
      if (isLocal(context)) {
        handler.handle(context);
      } else {
        answer(context, 403, error("forbidden", "only for callers on this machine itself"));
      }
    };
  }

  private static boolean isLocal(Context context) throws UnknownHostException {
    return InetAddress.getByName(context.req().getRemoteAddr()).isLoopbackAddress()
        && context.header("X-Forwarded-For") == null
        && context.header("Forwarded") == null
        && context.header("Origin") == null;
  }

  private void reload(Context context) throws JsonProcessingException {
    Reloads state = site.reload();
    answer(context, state.isRefused() ? 422 : 200, state.json(site.file().path().toString()));
  }

  /** Reads only what is read anyhow, so anybody may ask; not the page of another site. */
  private void sync(Context context) throws JsonProcessingException, InterruptedException {
    String origin = context.header("Origin");
    if (origin != null && !origin.replaceFirst("^https?://", "").equals(context.header("Host"))) {
      answer(context, 403, error("forbidden", "not for the pages of another site"));
      return;
    }
    Duration patience;
    try {
      String given = context.queryParam("timeout");
      patience = given == null ? SYNC_PATIENCE : Condition.length(given);
    } catch (IllegalArgumentException e) {
      answer(context, 400, error("bad_parameter", "timeout: " + e.getMessage()));
      return;
    }
    if (patience.compareTo(LONGEST_SYNC) > 0) {
      answer(context, 400, error("bad_parameter", "timeout: at most 60s"));
      return;
    }
    try {
      SyncAnswer done = site.sync(patience);
      if (done == null) {
        answer(context, 429, error("busy", "two such requests are under way; try again"));
      } else {
        answer(context, done.isDone() ? 200 : 202, done.json());
      }
    } catch (SyncException e) {
      answer(context, 503, error("sync", String.valueOf(e.getMessage())));
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
      answer(context, 404, error("not_found", "there is no alert " + name));
    } else if (sent.get().isPresent()) {
      answer(context, 502, error("not_told", sent.get().get()));
    } else {
      Map<String, @Nullable Object> body = new LinkedHashMap<>();
      body.put("state", "sent");
      answer(context, 200, body);
    }
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
        context,
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
        context,
        () -> {
          if (mappings.delete(name)) {
            context.status(204);
          } else if (mappings.own().containsKey(name)) {
            answer(
                context,
                409,
                error("in_file", name + " stands in " + site.file().path() + "; remove it there"));
          } else {
            answer(context, 404, error("not_found", "there is no mapping " + name));
          }
        });
  }

  /** A change that may be refused. */
  private interface Changing {
    void run()
        throws BadFileException,
            IOException,
            Mappings.ReadOnlyException,
            ConnectException,
            InterruptedException;
  }

  private static void changing(Context context, Changing change)
      throws IOException, InterruptedException {
    try {
      change.run();
    } catch (BadFileException e) {
      answer(context, 422, error("bad_mapping", String.valueOf(e.getMessage())));
    } catch (Mappings.ReadOnlyException e) {
      answer(context, 409, error("read_only", String.valueOf(e.getMessage())));
    } catch (ConnectException e) {
      answer(context, 503, error("connect", String.valueOf(e.getMessage())));
    }
  }

  private static Map<String, @Nullable Object> error(String word, String message) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("error", word);
    body.put("message", message);
    return body;
  }

  private static void answer(Context context, int status, Map<String, @Nullable Object> body)
      throws JsonProcessingException {
    context.status(status).contentType("application/json").result(JSON.writeValueAsBytes(body));
  }
}
