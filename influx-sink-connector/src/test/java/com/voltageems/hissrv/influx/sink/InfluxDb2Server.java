package com.voltageems.hissrv.influx.sink;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.voltageems.hissrv.influx.point.FieldValue;
import com.voltageems.hissrv.influx.point.LineReader;
import com.voltageems.hissrv.influx.point.Point;
import com.voltageems.hissrv.influx.sink.FaultyServer.Answer;
import com.voltageems.hissrv.influx.sink.FaultyServer.Request;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Simulated server that answers as InfluxDB OSS 2.7.12 was seen to answer, word for word, and
 * stores what that stores: the good lines of a request that it refuses because of a field or a
 * time, and nothing of a request that it cannot parse. In each shard (a day), a column has a type
 * of its own.
 */
final class InfluxDb2Server implements AutoCloseable {
  static final String TOKEN = "the-token";
  private static final int LONGEST_TEXT = 1_048_576;
  private static final long DAY = 86_400_000;

  /** Maps {@code measurement,tags field time} to the value of each stored field. */
  final Map<String, FieldValue> stored = new ConcurrentSkipListMap<>();

  /** If set, the server gives this answer instead of its own. */
  volatile @Nullable Answer instead;

  /** 65,535 in InfluxDB; the sink itself refuses longer keys before they are sent. */
  volatile int longestKey = 65_535;

  volatile long lowerBound = Long.MIN_VALUE;

  /** Whether the token may create buckets. */
  volatile boolean makesBuckets = true;

  /** If set, the answer to the question for the organisation. */
  volatile @Nullable Answer organisations;

  /** Seconds for which each bucket keeps points; 0 for no limit. */
  final Map<String, Long> buckets = new ConcurrentHashMap<>(Map.of("ems", 0L));

  private final Map<String, FieldValue.Kind> types = new ConcurrentHashMap<>();
  private final FaultyServer server = new FaultyServer();

  InfluxDb2Server() {
    server.behave(this::answer);
  }

  String url() {
    return server.url();
  }

  int requests() {
    return server.requests.size();
  }

  static String place(String measurement, String field, long time) {
    return measurement + " " + field + " " + time;
  }

  private static Answer error(int status, String code, String message) {
    JsonObject body = new JsonObject();
    body.addProperty("code", code);
    body.addProperty("message", message);
    return new Answer(
        status,
        Map.of("X-Platform-Error-Code", code, "Content-Type", "application/json; charset=utf-8"),
        body.toString());
  }

  private synchronized Answer answer(Request request) {
    Answer told = instead;
    if (told != null) {
      return told;
    }
    if (!request.headers().getOrDefault("Authorization", List.of()).contains("Token " + TOKEN)) {
      return error(401, "unauthorized", "unauthorized access");
    }
    if (request.path().equals("/api/v2/buckets")) {
      return makeBucket(String.join("", request.lines()));
    }
    if (!request.path().contains("org=site")) {
      return request.path().contains("org=")
          ? error(404, "not found", "organization name \"bucket-x\" not found")
          : error(400, "invalid", "Please provide either orgID or org");
    }
    if (request.path().startsWith("/api/v2/orgs?")) {
      Answer hidden = organisations;
      return hidden != null
          ? hidden
          : Answer.of(200, "{\"orgs\":[{\"id\":\"0a1b\",\"name\":\"site\"}]}");
    }
    if (buckets.keySet().stream()
        .noneMatch(name -> request.path().contains("bucket=" + name + "&"))) {
      return error(404, "not found", "bucket \"none\" not found");
    }
    String unparsable =
        request.lines().stream()
            .filter(line -> key(line).length() > longestKey)
            .map(line -> "unable to parse '" + line + "': max key size exceeded")
            .reduce((one, other) -> one + "\n" + other)
            .orElse("");
    return unparsable.isEmpty() ? write(request.lines()) : error(400, "invalid", unparsable);
  }

  private Answer makeBucket(String body) {
    if (!makesBuckets) {
      return error(401, "unauthorized", "write:orgs/0a1b/buckets is unauthorized");
    }
    JsonObject asked = JsonParser.parseString(body).getAsJsonObject();
    long seconds =
        asked
            .getAsJsonArray("retentionRules")
            .get(0)
            .getAsJsonObject()
            .get("everySeconds")
            .getAsLong();
    String name = asked.get("name").getAsString();
    return buckets.putIfAbsent(name, seconds) == null
        ? Answer.of(201, body)
        : error(422, "unprocessable entity", "bucket with name " + name + " already exists");
  }

  private static String key(String line) {
    return line.substring(0, line.indexOf(' '));
  }

  private Answer write(List<String> lines) {
    List<Point> old = new ArrayList<>();
    String conflict = null;
    Map<Long, Integer> dropped = new TreeMap<>();
    long shardToldOf = 0;
    for (String line : lines) {
      Point point = LineReader.read(line + "\n");
      if (millis(point) < lowerBound) {
        old.add(point);
        continue;
      }
      long shard = Math.floorDiv(millis(point), DAY);
      String flaw = flaw(point, shard);
      if (flaw == null) {
        keep(point, shard);
      } else {
        dropped.merge(shard, 1, Integer::sum);
        shardToldOf = conflict == null ? shard : shardToldOf;
        conflict = conflict == null ? flaw : conflict;
      }
    }
    if (conflict != null) {
      return unprocessable(conflict + " dropped=" + dropped.get(shardToldOf));
    }
    return old.isEmpty() ? Answer.of(204, "") : unprocessable(tooOld(old));
  }

  private void keep(Point point, long shard) {
    for (Point.Field field : point.fields()) {
      types.put(column(point, field, shard), field.value().kind());
      if (!field.name().equals("time")) {
        stored.put(place(point.measurement(), field.name(), millis(point)), field.value());
      }
    }
  }

  private static String column(Point point, Point.Field field, long shard) {
    return shard + "/" + point.measurement() + "/" + field.name();
  }

  private @Nullable String flaw(Point point, long shard) {
    for (Point.Field field : point.fields()) {
      FieldValue.Kind there = types.get(column(point, field, shard));
      String names =
          "input field " + quoted(field.name()) + " on measurement " + quoted(point.measurement());
      if (field.value() instanceof FieldValue.Text text
          && text.value().getBytes(StandardCharsets.UTF_8).length > LONGEST_TEXT) {
        return names + " is too long, " + text.value().length() + " > " + LONGEST_TEXT;
      }
      if (there != null && there != field.value().kind()) {
        return "field type conflict: "
            + names
            + " is type "
            + name(field.value().kind())
            + ", already exists as type "
            + name(there);
      }
    }
    return null;
  }

  private String tooOld(List<Point> old) {
    String each =
        " dropped because it violates a Retention Policy Lower Bound at "
            + Instant.ofEpochMilli(lowerBound);
    Point first = old.get(0);
    return "dropped "
        + old.size()
        + " points outside retention policy of duration 1h0m0s - oldest point "
        + first.measurement()
        + " at "
        + Instant.ofEpochMilli(millis(first))
        + each
        + ", newest point "
        + first.measurement()
        + " at "
        + Instant.ofEpochMilli(millis(first))
        + each
        + " dropped="
        + old.size()
        + " for database: 8b1f0a for retention policy: autogen";
  }

  private static Answer unprocessable(String message) {
    return error(
        422,
        "unprocessable entity",
        "failure writing points to database: partial write: " + message);
  }

  private static String name(FieldValue.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** Returns a text as Go's %q quotes it, as far as the tests' names need it. */
  private static String quoted(String name) {
    return "\""
        + name.replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\t", "\\t")
            .replace("\u200b", "\\u200b")
        + "\"";
  }

  @Override
  public void close() {
    server.close();
  }

  private static long millis(Point point) {
    return Math.floorDiv(point.epochNanos(), 1_000_000L);
  }
}
