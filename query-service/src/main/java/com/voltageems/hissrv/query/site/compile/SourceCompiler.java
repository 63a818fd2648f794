package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.key.View;
import com.voltageems.hissrv.query.site.yaml.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compiles the source connector's settings. */
final class SourceCompiler {
  private static final String PLUGIN = "com.voltageems.hissrv.redis.source.RedisSourceConnector";
  private static final Pattern URL = Pattern.compile("(rediss?://)(?:(.*)@)?([^@]*)");

  /** Durations of the aggregation script: the file's key by the connector's setting. */
  private static final Map<String, String> SECONDS =
      Map.of(
          "aggregation.interval.seconds", "sample_interval",
          "aggregation.ttl.seconds", "ttl",
          "aggregation.alive.seconds", "alive",
          "aggregation.alive.unstamped.seconds", "alive_unstamped",
          "aggregation.refresh.seconds", "refresh");

  private final View site;
  private final Secrets secrets;
  private final List<Problem> problems;
  private final List<Problem> notes;
  private final Settings settings = new Settings();

  SourceCompiler(View site, Secrets secrets, List<Problem> problems, List<Problem> notes) {
    this.site = site;
    this.secrets = secrets;
    this.problems = problems;
    this.notes = notes;
  }

  /**
   * Compiles the settings.
   *
   * @param mappings by name, in the order in which they are tried
   */
  Map<String, Entry> compile(Map<String, View> mappings) {
    View connect = site.view("connect");
    settings.put("connector.class", PLUGIN);
    settings.copy("tasks.max", connect, "source_tasks");
    redis();
    settings.copy("topic.prefix", site.view("kafka"), "topic_prefix");
    settings.copyMillis("poll.interval.ms", site.view("service"), "polling_interval");
    settings.copyMillis("snapshot.interval.ms", site.view("redis"), "snapshot_interval");
    Map<String, Optional<Origin>> windows = Windows.read(site, problems);
    Sources.into(settings, site, windows, new ArrayList<>(mappings.values()), problems);
    mappings(mappings);
    aggregation(windows);
    statusTopic();
    settings.put("topic.creation.default.partitions", "-1");
    settings.put("topic.creation.default.replication.factor", "-1");
    settings.copy(
        "topic.creation.default.replication.factor", site.view("kafka"), "replication_factor");
    // All samples of a series have the same key: compaction would keep only the newest.
    settings.put("topic.creation.default.cleanup.policy", "delete");
    // A record's timestamp is its sample's time, and the broker would apply the retention to that.
    settings.put("topic.creation.default.message.timestamp.type", "LogAppendTime");
    Converters.into(settings);
    return settings.entries();
  }

  /**
   * Sets up the status topic: each task writes its state there, and only the last record of each
   * task matters.
   */
  private void statusTopic() {
    settings.put("topic.creation.groups", "status");
    settings.put("topic.creation.status.include", "hissrv-status");
    settings.put("topic.creation.status.partitions", "1");
    settings.put("topic.creation.status.replication.factor", "-1");
    settings.copy(
        "topic.creation.status.replication.factor", site.view("kafka"), "replication_factor");
    settings.put("topic.creation.status.cleanup.policy", "compact");
  }

  private void redis() {
    View redis = site.view("redis");
    Optional<Given> url = redis.given("url");
    if (url.isEmpty()) {
      settings.copy("redis.uri", redis, "url");
    } else {
      Matcher matcher = URL.matcher(url.get().raw());
      if (matcher.matches()) {
        address(url.get(), matcher);
      } else {
        // A variable holds the whole address, perhaps with a login.
        settings.put("redis.uri", secrets.forConnector(url.get()), Origin.of(url.get()));
      }
    }
    settings.copy("redis.username", redis, "username");
    secret("redis.password", redis, "password");
    settings.copy("redis.mode", redis, "mode");
    settings.copyList("redis.nodes", redis, "nodes");
    settings.copy("redis.sentinel.master", redis, "sentinel_master");
    settings.copy("redis.sentinel.username", redis, "sentinel_username");
    secret("redis.sentinel.password", redis, "sentinel_password");
    TlsEntries.paths(settings, "redis.tls.", redis.view("tls"), secrets::forConnector);
  }

  private void address(Given url, Matcher matcher) {
    Origin origin = Origin.of(url);
    settings.put("redis.uri", matcher.group(1) + secrets.here(url, matcher.group(3)), origin);
    String login = matcher.group(2);
    if (login == null || login.isEmpty()) {
      return;
    }
    // A colon inside ${NAME:default} is not the separator of user and password.
    int colon =
        login.startsWith("${") ? login.indexOf(":", login.indexOf('}')) : login.indexOf(':');
    if (colon < 0) {
      problems.add(
          origin.problem(
              "cannot be used: what stands before the @ needs a colon, as in"
                  + " redis://:${REDIS_PASSWORD}@host:6379"));
      return;
    }
    if (colon > 0) {
      settings.put("redis.username", secrets.here(url, login.substring(0, colon)), origin);
    }
    if (colon < login.length() - 1) {
      settings.put("redis.password", secrets.forConnector(url, login.substring(colon + 1)), origin);
    }
  }

  private void secret(String setting, View view, String key) {
    view.given(key)
        .ifPresent(given -> settings.put(setting, secrets.forConnector(given), Origin.of(given)));
  }

  private void mappings(Map<String, View> mappings) {
    if (mappings.isEmpty()) {
      return;
    }
    settings.put("mappings", String.join(",", mappings.keySet()));
    mappings.forEach(
        (name, mapping) -> {
          String prefix = "mappings." + name + ".";
          settings.copy(prefix + "pattern", mapping, "source_pattern");
          settings.copy(prefix + "measurement", mapping, "measurement");
          List<String> tags = new ArrayList<>();
          for (View tag : mapping.views("tags")) {
            tag(tag).ifPresent(tags::add);
          }
          if (!tags.isEmpty()) {
            settings.put(prefix + "tags", String.join(",", tags), Origin.of(mapping));
          }
          fields(mapping)
              .ifPresent(fields -> settings.put(prefix + "fields", fields, Origin.of(mapping)));
        });
  }

  private Optional<String> tag(View tag) {
    Optional<Given> name = tag.given("name");
    boolean capture = tag.text("source").equals("capture");
    String needed = capture ? "index" : "value";
    String unused = capture ? "value" : "index";
    tag.given(unused)
        .ifPresent(
            given ->
                problems.add(
                    Origin.of(given).problem("is not used with source: " + tag.text("source"))));
    Optional<String> value = tag.find(needed);
    if (value.isEmpty() || name.isEmpty()) {
      if (value.isEmpty()) {
        problems.add(
            Origin.of(tag).problem("needs " + needed + " with source: " + tag.text("source")));
      }
      return Optional.empty();
    }
    String pair = name.get().text() + ":" + (capture ? "$" + value.get() : value.get());
    if (pair.contains(",") || name.get().text().contains(":")) {
      problems.add(Origin.of(tag).problem("cannot be used: has a comma, or a colon in its name"));
      return Optional.empty();
    }
    return Optional.of(pair);
  }

  /** Returns the setting for the names of fields; empty if all fields keep their names. */
  private Optional<String> fields(View mapping) {
    Map<String, Given> names = mapping.names("field_mappings");
    if (names.isEmpty()) {
      return Optional.empty();
    }
    List<String> fields = new ArrayList<>();
    names.forEach(
        (id, given) -> {
          if (id.equals("*")) {
            if (!given.text().equals("direct")) {
              problems.add(
                  Origin.of(given)
                      .problem(
                          "\""
                              + given.text()
                              + "\" cannot be used: * can only be direct, which"
                              + " keeps the names"));
            }
            fields.add("*");
          } else if ((id + given.text()).contains(",") || id.contains(":")) {
            problems.add(
                Origin.of(given).problem("cannot be used: has a comma, or a colon in the id"));
          } else {
            fields.add(id + ":" + given.text());
          }
        });
    if (!names.containsKey("*")) {
      notes.add(
          Origin.of(mapping)
              .problem(
                  "only "
                      + String.join(", ", names.keySet())
                      + " of these keys are kept; \"*\": direct under field_mappings keeps the"
                      + " others, too"));
    }
    return Optional.of(String.join(",", fields));
  }

  private void aggregation(Map<String, Optional<Origin>> windows) {
    View aggregation = site.view("aggregation");
    boolean wanted = site.has("aggregation") || site.has("aggregations");
    boolean enabled = aggregation.find("enabled").map(Boolean::parseBoolean).orElse(wanted);
    aggregation
        .given("enabled")
        .ifPresentOrElse(
            given -> settings.put("aggregation.enabled", given.text(), Origin.of(given)),
            () -> settings.put("aggregation.enabled", String.valueOf(enabled)));
    if (enabled) {
      Optional<Origin> origin = windows.values().iterator().next();
      String names = String.join(",", windows.keySet());
      origin.ifPresentOrElse(
          place -> settings.put("aggregation.windows", names, place),
          () -> settings.put("aggregation.windows", names));
    }
    settings.copyList("aggregation.patterns", aggregation, "patterns");
    settings.copyList("aggregation.classes", aggregation, "classes");
    SECONDS.forEach((setting, key) -> settings.copySeconds(setting, aggregation, key, problems));
    settings.copy("aggregation.slice.us", aggregation, "slice_us");
    settings.copy("aggregation.pending.max", aggregation, "pending_max");
  }

  /** Returns the file's mappings by name. */
  static Map<String, View> named(View site, List<Problem> problems) {
    Map<String, View> named = new LinkedHashMap<>();
    int number = 1;
    for (View mapping : site.views("mappings")) {
      String name = mapping.find("name").orElse("m" + number);
      if (!name.matches("[A-Za-z0-9_-]+") || named.putIfAbsent(name, mapping) != null) {
        problems.add(
            Origin.of(mapping)
                .problem(
                    "its name \"" + name + "\" is taken, or not of letters, digits, '_' and '-'"));
      }
      number++;
    }
    return named;
  }
}
